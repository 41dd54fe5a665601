package io.gatun.pmd;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * EAL's folder for a {@code --file-prefix}, such as {@code /var/run/dpdk/rte}, which EAL itself
 * leaves behind with everything in it. Control thread, after {@code rte_eal_cleanup}.
 */
final class RuntimeDirectory {
  private static final Logger LOG = System.getLogger(RuntimeDirectory.class.getName());
  private static final String TELEMETRY_SOCKET = "dpdk_telemetry.v2";

  private RuntimeDirectory() {}

  /**
   * Removes the folder if it was this process's alone.
   *
   * <p>With the lock held, the files behind its huge pages go too ({@code PREFIXmap_N} on
   * hugetlbfs): they would keep the pages reserved until the next start.
   *
   * @param exclusive whether the process held the prefix's lock: primary, and not {@code
   *     --in-memory}. Otherwise other processes may use the folder, and it goes only when nothing
   *     but one telemetry socket, then ours, is left in it
   */
  static void remove(Path folder, boolean exclusive) {
    try {
      List<Path> files = list(folder);
      if (exclusive) {
        removeHugePages(folder.getFileName() + "map_");
      }
      if (exclusive || isLastSocket(files)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      }
      if (list(folder).isEmpty()) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0} is left behind: {1}", folder, e.getMessage());
    }
  }

  private static void removeHugePages(String prefix) throws IOException {
    for (String mount : Files.readAllLines(Path.of("/proc/mounts"))) {
      String[] fields = mount.split(" ", -1);
      if (fields.length > 2 && fields[2].equals("hugetlbfs")) {
        for (Path file : list(Path.of(fields[1]))) {
          if (String.valueOf(file.getFileName()).startsWith(prefix)) {
            Files.deleteIfExists(file);
          }
        }
      }
    }
  }

  private static boolean isLastSocket(List<Path> files) {
    return files.size() == 1
        && String.valueOf(files.getFirst().getFileName()).startsWith(TELEMETRY_SOCKET);
  }

  private static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
