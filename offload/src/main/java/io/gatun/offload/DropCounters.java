package io.gatun.offload;

import io.gatun.pmd.CounterArray;
import io.gatun.pmd.DataPath;
import java.util.LinkedHashMap;
import java.util.Map;

/** Dropped packets by reason: one lcore writes, anybody reads. */
@SuppressWarnings("EnumOrdinal") // indexes of an array that lives as long as the process
public final class DropCounters {
  private final CounterArray counts = new CounterArray(DropReason.values().length);

  /** All zero. */
  public DropCounters() {}

  /** Counts one packet. */
  @DataPath
  public void count(DropReason reason) {
    counts.add(reason.ordinal(), 1);
  }

  /** Counts {@code packets} packets. */
  @DataPath
  public void count(DropReason reason, int packets) {
    counts.add(reason.ordinal(), packets);
  }

  public long get(DropReason reason) {
    return counts.get(reason.ordinal());
  }

  /** All reasons that occurred, by label. */
  public Map<String, Long> nonZero() {
    Map<String, Long> result = new LinkedHashMap<>();
    for (DropReason reason : DropReason.values()) {
      if (get(reason) != 0) {
        result.put(reason.label(), get(reason));
      }
    }
    return result;
  }

  /** All packets. */
  public long total() {
    long sum = 0;
    for (DropReason reason : DropReason.values()) {
      sum += get(reason);
    }
    return sum;
  }
}
