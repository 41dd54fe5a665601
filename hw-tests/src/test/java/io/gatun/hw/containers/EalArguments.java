package io.gatun.hw.containers;

import java.util.ArrayList;
import java.util.List;

/** EAL arguments that every Gatun in a container gets. */
final class EalArguments {
  private EalArguments() {}

  /**
   * {@code forward} with memory of its own.
   *
   * @param side 0 or 1: two Gatuns of one link poll on different CPUs where there are two
   * @param more EAL arguments, {@code --}, options
   */
  static String[] forward(int side, String... more) {
    return command(side, List.of("--in-memory", "--single-file-segments"), more);
  }

  /** {@code forward} with memory in files, for secondary processes. */
  static String[] forwardInFiles(String prefix, String... more) {
    return command(0, List.of("--file-prefix=" + prefix), more);
  }

  /** Containers get no physical addresses (that takes CAP_SYS_ADMIN), so EAL is told not to ask. */
  private static String[] command(int side, List<String> memory, String... more) {
    int cpus = Runtime.getRuntime().availableProcessors();
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("forward", "--no-pci", "--iova-mode=va"));
    // The main lcore has little to do and may run anywhere; the worker polls.
    arguments.add("--lcores=0@(0-%d),1@%d".formatted(cpus - 1, side % cpus));
    arguments.addAll(memory);
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }
}
