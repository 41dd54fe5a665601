package io.gatun.hw.tool;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * The distribution's {@code gatun} in a process of its own, with its output in files. {@link
 * #close} ends it if a test has not.
 */
public final class GatunProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Process process;
  private final Path output;
  private final Path errors;

  private GatunProcess(Process process, Path output, Path errors) {
    this.process = process;
    this.output = output;
    this.errors = errors;
  }

  /** A {@code --file-prefix} that nobody else on this machine has. */
  public static String uniquePrefix() {
    return "gatun-it-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
  }

  /** Starts {@code gatun} with these arguments. */
  public static GatunProcess start(String... arguments) {
    return start(List.of(), List.of(), arguments);
  }

  /**
   * Starts {@code gatun}.
   *
   * @param before what stands before java: another program that runs it
   * @param javaOptions more options for java
   */
  public static GatunProcess start(
      List<String> before, List<String> javaOptions, String... arguments) {
    List<String> line = new ArrayList<>(before);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("--enable-native-access=io.gatun.bindings", "-XX:+UseSerialGC"));
    line.add("-XX:ErrorFile=" + errorFile());
    line.addAll(javaOptions);
    line.addAll(List.of("--module-path", System.getProperty("gatun.lib", "")));
    line.addAll(List.of("--add-modules", "ALL-MODULE-PATH"));
    line.addAll(List.of("-m", "io.gatun.pmd/io.gatun.pmd.cli.Main"));
    line.addAll(List.of(arguments));
    try {
      Path output = Files.createTempFile("gatun-it", ".out");
      Path errors = Files.createTempFile("gatun-it", ".err");
      Process process =
          new ProcessBuilder(line)
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
      return new GatunProcess(process, output, errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where a crash of the JVM would leave its report. */
  private static Path errorFile() {
    return Path.of(System.getProperty("java.io.tmpdir"), "gatun-it-crash.log");
  }

  public long pid() {
    return process.pid();
  }

  /** Asks the process to end, as kill(1) does. */
  public void signal(String name) {
    run("kill", "-" + name, Long.toString(pid()));
  }

  /** Waits for the end; a process that hangs fails the test. Also fails if the JVM crashed. */
  public int exitStatus() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("gatun hangs: " + errors() + output());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    if (Files.exists(errorFile())) {
      throw new AssertionError("the JVM crashed: " + errorFile() + errors());
    }
    return process.exitValue();
  }

  /** Standard output so far. */
  public String output() {
    return read(output);
  }

  /** Standard error so far. */
  public String errors() {
    return read(errors);
  }

  /** The last line of standard output as JSON. */
  public JsonNode json() {
    List<String> lines = output().lines().toList();
    try {
      return new ObjectMapper().readTree(lines.isEmpty() ? "null" : lines.getLast());
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + output(), e);
    }
  }

  /** What Gatun itself says on standard error: without DPDK's log and the JVM's warnings. */
  public List<String> messages() {
    return errors()
        .lines()
        .filter(line -> !line.matches("(warning dpdk\\.|EAL: |OpenJDK .*warning|It's highly).*"))
        .toList();
  }

  /** Waits for something; fails with what the process said when it does not come about. */
  public void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new AssertionError(
            "waited for " + what + "; alive: " + process.isAlive() + ": " + errors() + output());
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  /** Waits until the first live table is there: packets flow, the JIT has begun. */
  public void awaitFirstTable() {
    await("the live table", () -> errors().contains("Mpps"));
  }

  /** Runs another program to its end and returns what it printed, both streams together. */
  public static String run(String... line) {
    try {
      Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), UTF_8);
      process.waitFor();
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      Files.deleteIfExists(output);
      Files.deleteIfExists(errors);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
