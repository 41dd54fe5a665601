package io.gatun.pmd.cli.doctor;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code doctor --fix} changes: reserves huge pages of 2 MB and mounts hugetlbfs where that is
 * missing. What is in order is left alone, so a second run changes nothing. Findings say what was
 * changed and how to undo it, or why that failed.
 *
 * @param host the machine to change
 * @param mounter runs mount(8)
 */
record HugePageFix(HostFiles host, CommandRunner mounter) {
  /** Runs a program and waits for it. */
  @FunctionalInterface
  interface CommandRunner {
    /**
     * Returns when the program has ended well.
     *
     * @param command the program and its arguments, which no shell reads
     * @throws IOException when it cannot be run or fails; the message is what it printed
     */
    void run(List<String> command) throws IOException;
  }

  // So much is free on a node afterwards, but no more than half of what the machine can spare.
  private static final long WANTED_MEGABYTES = 1024;
  private static final long PAGE_KILOBYTES = 2048;
  private static final String MOUNT_POINT = "dev/hugepages";
  private static final String COMPACT = "proc/sys/vm/compact_memory";
  private static final String RESERVE = "fix: huge pages";
  private static final String MOUNT = "fix: hugetlbfs";
  private static final String AS_ROOT = "sudo gatun doctor --fix";

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>(reserveWhereShort());
    if (HugetlbfsCheck.mounts(host).isEmpty()) {
      findings.add(mount());
    }
    return findings;
  }

  private List<Finding> reserveWhereShort() {
    Map<Integer, Long> freeMegabytes = new LinkedHashMap<>();
    Map<Integer, HugePagePool> pools = new LinkedHashMap<>();
    for (HugePagePool pool : HugePagePool.of(host)) {
      freeMegabytes.merge(pool.node(), pool.freeMegabytes(), Long::sum);
      if (pool.pageKilobytes() == PAGE_KILOBYTES) {
        pools.put(pool.node(), pool);
      }
    }
    List<Finding> findings = new ArrayList<>();
    pools.forEach(
        (node, pool) -> {
          long free = freeMegabytes.getOrDefault(node, 0L);
          if (free < HugePagesCheck.ENOUGH_MEGABYTES) {
            long pages =
                Math.min(WANTED_MEGABYTES - free, spareMegabytes(pools.size()))
                    * 1024
                    / PAGE_KILOBYTES;
            findings.add(reserve(pool, pages));
          }
        });
    return findings;
  }

  /** Half of the available memory, shared between the nodes, in MB. */
  private long spareMegabytes(int nodes) {
    String available = host.field("proc/meminfo", "MemAvailable");
    if (available == null) {
      return WANTED_MEGABYTES;
    }
    return Long.parseLong(available.replaceAll("\\D", "")) / 1024 / 2 / nodes;
  }

  private Finding reserve(HugePagePool pool, long pages) {
    String setting = pool.folder() + "/nr_hugepages";
    long wanted = pool.total() + pages;
    try {
      host.write(setting, Long.toString(wanted));
      if (host.number(setting, 0) < wanted) {
        // Memory may be in pieces: let the kernel put it together, and ask again.
        if (host.exists(COMPACT)) {
          host.write(COMPACT, "1");
        }
        host.write(setting, Long.toString(wanted));
      }
    } catch (IOException e) {
      return Finding.fail(RESERVE, cannot("write", host.path(setting), e), AS_ROOT);
    }
    long total = host.number(setting, 0);
    String change =
        "%s: %d pages of 2 MB instead of %d".formatted(pool.place(), total, pool.total());
    return total <= pool.total()
        ? Finding.fail(
            RESERVE,
            change + ": no memory to spare in one piece",
            "hugepages=" + wanted + " at boot")
        : Finding.ok(
            RESERVE, "%s; undo: echo %d > %s".formatted(change, pool.total(), host.path(setting)));
  }

  private Finding mount() {
    Path folder = host.path(MOUNT_POINT);
    try {
      Files.createDirectories(folder);
      mounter.run(
          List.of("mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "hugetlbfs", folder.toString()));
      return Finding.ok(MOUNT, "mounted on %s; undo: umount %s".formatted(folder, folder));
    } catch (IOException e) {
      return Finding.fail(MOUNT, cannot("mount", folder, e), AS_ROOT);
    }
  }

  private static String cannot(String verb, Path path, IOException e) {
    String reason = e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
    return "cannot %s %s: %s".formatted(verb, path, reason);
  }
}
