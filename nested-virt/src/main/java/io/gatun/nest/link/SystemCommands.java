package io.gatun.nest.link;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs the programs of this machine. */
public final class SystemCommands implements CommandRunner {
  private static final long PATIENCE_SECONDS = 30;
  private static final Map<String, String> PACKAGES =
      Map.of("ip", "iproute2", "modprobe", "kmod", "virsh", "libvirt-clients");
  // Where administrators' programs lie, which is not on everybody's PATH.
  private static final List<Path> SYSTEM = List.of(Path.of("/usr/sbin"), Path.of("/sbin"));

  private final List<Path> folders;

  public SystemCommands() {
    this(path(System.getenv("PATH")));
  }

  /**
   * @param folders where programs are looked for, in order
   */
  SystemCommands(List<Path> folders) {
    this.folders = List.copyOf(folders);
  }

  private static List<Path> path(String variable) {
    List<Path> folders = new ArrayList<>();
    for (String folder : (variable == null ? "" : variable).split(File.pathSeparator, -1)) {
      if (!folder.isEmpty()) {
        folders.add(Path.of(folder));
      }
    }
    folders.addAll(SYSTEM);
    return folders;
  }

  @Override
  public Result run(List<String> command) throws IOException {
    List<String> line = new ArrayList<>(command);
    line.set(0, find(command.getFirst()));
    ProcessBuilder builder = new ProcessBuilder(line);
    // Messages in the language that IpErrors knows.
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    // Both at once: a full pipe that nobody reads would stop the program.
    CompletableFuture<String> output = reader(process.getInputStream());
    CompletableFuture<String> errors = reader(process.getErrorStream());
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(
            "%s did not end within %d s".formatted(String.join(" ", command), PATIENCE_SECONDS));
      }
      return new Result(process.exitValue(), output.join(), errors.join());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + command.getFirst() + " ran");
    } finally {
      process.destroyForcibly();
    }
  }

  private String find(String program) throws IOException {
    for (Path folder : folders) {
      Path file = folder.resolve(program);
      if (Files.isExecutable(file)) {
        return file.toString();
      }
    }
    throw new IOException(
        "there is no program %s: install the package %s"
            .formatted(program, PACKAGES.getOrDefault(program, program)));
  }

  private static CompletableFuture<String> reader(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }
}
