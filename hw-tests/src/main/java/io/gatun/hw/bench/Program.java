package io.gatun.hw.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program of the comparison in a process of its own. What it says on standard error is kept and
 * told only when it fails.
 */
final class Program implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 120;

  private final List<String> line;
  private final Path errors;
  private final Process process;

  private Program(List<String> line, Path errors, Process process) {
    this.line = line;
    this.errors = errors;
    this.process = process;
    Leftovers.opened(this);
  }

  /** This installation's {@code gatun} with the JVM options of the running one. */
  static List<String> gatun(List<String> arguments) {
    List<String> line = new ArrayList<>();
    line.add(java());
    line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    line.add("--module-path");
    line.add(System.getProperty("jdk.module.path", ""));
    line.add("-m");
    line.add("io.gatun.pmd/io.gatun.pmd.cli.Main");
    line.addAll(arguments);
    return line;
  }

  /** JMH over the jars of this installation, which it needs on the class path. */
  static List<String> jmh(List<String> arguments) {
    List<String> line = new ArrayList<>();
    line.add(java());
    line.add("--enable-native-access=ALL-UNNAMED");
    line.add("-XX:+UseSystemMemoryBarrier"); // as scripts/gatun starts the JVM
    line.add("-cp");
    line.add(System.getProperty("jdk.module.path", "") + "/*");
    line.add("org.openjdk.jmh.Main");
    line.addAll(arguments);
    return line;
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Starts a program in a folder. */
  static Program start(List<String> line, Path folder) throws IOException {
    return start(line, folder, Map.of());
  }

  /** Starts a program in a folder with variables besides those of this process. */
  static Program start(List<String> line, Path folder, Map<String, String> environment)
      throws IOException {
    Path errors = Files.createTempFile("gatun-bench", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder(line);
      builder.environment().putAll(environment);
      builder.directory(folder.toAbsolutePath().toFile()).redirectError(errors.toFile());
      return new Program(line, errors, builder.start());
    } catch (IOException e) {
      Files.delete(errors);
      throw new IOException(
          line.getFirst() + " cannot be started: scripts/bench installs what it needs", e);
    }
  }

  /** Runs a program to its end; returns its standard output. */
  static String run(List<String> line) throws IOException, InterruptedException {
    return run(line, Path.of(""));
  }

  /** Runs a program in a folder to its end; returns its standard output. */
  static String run(List<String> line, Path folder) throws IOException, InterruptedException {
    try (Program program = start(line, folder)) {
      program.process.getOutputStream().close();
      return program.finish();
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Writes a line to its standard input. */
  void say(String command) throws IOException, InterruptedException {
    try {
      OutputStream in = process.getOutputStream();
      in.write((command + "\n").getBytes(StandardCharsets.UTF_8));
      in.flush();
    } catch (IOException e) {
      finish(); // it has ended: say why
      throw e;
    }
  }

  /** Waits for its end; returns its standard output. */
  String finish() throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw failed("did not end");
    }
    if (process.exitValue() != 0) {
      throw failed("ended with " + process.exitValue());
    }
    return output;
  }

  /** The failure with the last lines that the program said. */
  IOException failed(String what) throws IOException {
    List<String> said = Files.readAllLines(errors);
    return new IOException(
        "%s %s: %s"
            .formatted(
                String.join(" ", line),
                what,
                String.join(" | ", said.subList(Math.max(0, said.size() - 3), said.size()))));
  }

  /** Ends the process if it still runs. */
  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Files.deleteIfExists(errors);
    Leftovers.closed(this);
  }

  @Override
  public String toString() {
    return "process " + process.pid() + ": " + String.join(" ", line);
  }
}
