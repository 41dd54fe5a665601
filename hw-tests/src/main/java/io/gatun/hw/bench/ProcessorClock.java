package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How often the time stamp counter ticks: the cycles that costs are told in. */
final class ProcessorClock {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final String MODEL = "cpu MHz";

  private ProcessorClock() {}

  /**
   * Cycles a second. On a virtual machine this is the time stamp counter's rate; a processor that
   * changes its clock says what it had just now.
   */
  static double hertz() throws IOException {
    for (String line : Files.readAllLines(CPU_INFO)) {
      if (line.startsWith(MODEL)) {
        return Double.parseDouble(line.substring(line.indexOf(':') + 1).strip()) * 1e6;
      }
    }
    throw new IOException(CPU_INFO + " does not tell \"" + MODEL + "\"");
  }
}
