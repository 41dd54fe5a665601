package io.gatun.pmd.cli.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Are there free huge pages on every NUMA node?
 *
 * @param remedy what to do about it
 */
record HugePagesCheck(String remedy) implements Check {
  /** Less free memory than this on a node is a warning; EAL and a pool for a few queues fit in. */
  static final long ENOUGH_MEGABYTES = 512;

  @Override
  public List<Finding> run(HostFiles host) {
    List<HugePagePool> pools = HugePagePool.of(host);
    if (pools.isEmpty()) {
      return List.of(
          Finding.fail(
              "huge pages",
              "this kernel has none: EAL starts with --no-huge only",
              "boot a kernel with CONFIG_HUGETLBFS=y"));
    }
    boolean someSomewhere = pools.stream().anyMatch(pool -> pool.total() > 0);
    Map<String, List<HugePagePool>> places = new LinkedHashMap<>();
    for (HugePagePool pool : pools) {
      places.computeIfAbsent(pool.place(), place -> new ArrayList<>()).add(pool);
    }
    List<Finding> findings = new ArrayList<>();
    places.forEach((place, its) -> findings.add(finding(place, its, someSomewhere)));
    return findings;
  }

  private Finding finding(String place, List<HugePagePool> pools, boolean someSomewhere) {
    String subject = "huge pages, " + place;
    long freeMegabytes = pools.stream().mapToLong(HugePagePool::freeMegabytes).sum();
    String list =
        pools.stream()
            .filter(pool -> pool.total() > 0)
            .map(HugePagePool::describe)
            .collect(Collectors.joining(", "));
    if (list.isEmpty()) {
      return someSomewhere
          ? Finding.warn(subject, "none: ports and lcores there use far memory", remedy)
          : Finding.fail(subject, "none reserved: EAL starts with --no-huge only", remedy);
    }
    if (freeMegabytes < ENOUGH_MEGABYTES) {
      return Finding.warn(
          subject,
          "%s: %d MB, less than %d MB".formatted(list, freeMegabytes, ENOUGH_MEGABYTES),
          remedy);
    }
    return Finding.ok(subject, "%s: %d MB".formatted(list, freeMegabytes));
  }
}
