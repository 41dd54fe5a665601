package io.gatun.pmd.cli.doctor;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs programs of the system. */
final class Programs {
  private Programs() {}

  /** {@link HugePageFix.CommandRunner} for this machine. */
  static void run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException(
            "%s ended with %d: %s"
                .formatted(command.getFirst(), code, output.replaceAll("\\s+", " ")));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + command.getFirst() + " ran");
    }
  }
}
