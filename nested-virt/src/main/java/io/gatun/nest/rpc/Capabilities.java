package io.gatun.nest.rpc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Result of {@code capabilities}: what an interface can be at most, seen from the caller. Each
 * level intersects what it can with what the level outside of it said.
 *
 * @param levels names of the levels on the way, from the outermost
 * @param functions how many functions could still be had; 0 with the reason in {@code missing}
 * @param queues pairs of queues of a function; 0: not known
 * @param offloads names of DPDK's offload flags that every level passes on; functions handed
 *     through by VFIO keep theirs
 * @param maxRate Mbit/s; 0: unlimited
 * @param hotPlug whether every level can plug
 * @param iommu whether every level has an IOMMU
 * @param missing what is in the way, in words, with the level's name
 */
public record Capabilities(
    List<String> levels,
    int functions,
    int queues,
    List<String> offloads,
    int maxRate,
    boolean hotPlug,
    boolean iommu,
    List<String> missing) {
  @SuppressWarnings("RedundantNullCheck") // Jackson gives null for what is not there
  public Capabilities(
      @Nullable List<String> levels,
      int functions,
      int queues,
      @Nullable List<String> offloads,
      int maxRate,
      boolean hotPlug,
      boolean iommu,
      @Nullable List<String> missing) {
    this.levels = levels == null ? List.of() : List.copyOf(levels);
    this.functions = functions;
    this.queues = queues;
    this.offloads = offloads == null ? List.of() : List.copyOf(offloads);
    this.maxRate = maxRate;
    this.hotPlug = hotPlug;
    this.iommu = iommu;
    this.missing = missing == null ? List.of() : List.copyOf(missing);
  }

  /** What is left of these behind a further level. */
  public Capabilities through(Capabilities inner) {
    List<String> both = new ArrayList<>(offloads);
    both.retainAll(inner.offloads);
    return new Capabilities(
        joined(levels, inner.levels),
        Math.min(functions, inner.functions),
        least(queues, inner.queues),
        both,
        least(maxRate, inner.maxRate),
        hotPlug && inner.hotPlug,
        iommu && inner.iommu,
        joined(missing, inner.missing));
  }

  /** The smaller of two limits, of which 0 is none. */
  private static int least(int one, int other) {
    return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
  }

  private static List<String> joined(List<String> one, List<String> other) {
    List<String> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }
}
