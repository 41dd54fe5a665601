package io.gatun.pmd.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The huge pages of one size on one NUMA node (Linux, admin-guide/mm/hugetlbpage.rst).
 *
 * @param node number of the NUMA node; -1 for the whole of a machine whose kernel has no NUMA
 * @param folder with {@code nr_hugepages} and {@code free_hugepages}, below the root
 * @param pageKilobytes size of a page in units of 1024 bytes
 * @param total reserved pages
 * @param free reserved pages that nobody uses
 */
record HugePagePool(int node, String folder, long pageKilobytes, long total, long free) {
  private static final String NODES = "sys/devices/system/node";
  private static final String WHOLE_MACHINE = "sys/kernel/mm/hugepages";
  private static final Pattern NODE = Pattern.compile("node(\\d+)");
  private static final Pattern SIZE = Pattern.compile("hugepages-(\\d+)kB");

  /** All pools, by node, the smallest pages first; nodes without memory have none. */
  static List<HugePagePool> of(HostFiles host) {
    List<HugePagePool> pools = new ArrayList<>();
    for (String name : host.names(NODES)) {
      Matcher node = NODE.matcher(name);
      if (node.matches() && hasMemory(host, NODES + "/" + name)) {
        addPools(host, Integer.parseInt(node.group(1)), NODES + "/" + name + "/hugepages", pools);
      }
    }
    if (pools.isEmpty()) {
      addPools(host, -1, WHOLE_MACHINE, pools);
    }
    return pools;
  }

  private static boolean hasMemory(HostFiles host, String node) {
    return host.lines(node + "/meminfo").stream()
        .noneMatch(line -> line.matches(".*MemTotal:\\s+0 kB"));
  }

  private static void addPools(HostFiles host, int node, String parent, List<HugePagePool> pools) {
    for (String name : host.names(parent)) {
      Matcher size = SIZE.matcher(name);
      if (size.matches()) {
        String folder = parent + "/" + name;
        pools.add(
            new HugePagePool(
                node,
                folder,
                Long.parseLong(size.group(1)),
                host.number(folder + "/nr_hugepages", 0),
                host.number(folder + "/free_hugepages", 0)));
      }
    }
  }

  long freeMegabytes() {
    return free * pageKilobytes / 1024;
  }

  /** Such as {@code node 0}. */
  String place() {
    return node < 0 ? "machine" : "node " + node;
  }

  /** Such as {@code 256 of 512 pages of 2 MB free}. */
  String describe() {
    return "%d of %d pages of %s free".formatted(free, total, sizeText());
  }

  private String sizeText() {
    return pageKilobytes % (1024 * 1024) == 0
        ? pageKilobytes / (1024 * 1024) + " GB"
        : pageKilobytes % 1024 == 0 ? pageKilobytes / 1024 + " MB" : pageKilobytes + " kB";
  }
}
