package io.gatun.offload;

import io.gatun.pmd.CounterArray;
import io.gatun.pmd.DataPath;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a pass did: one lcore writes, anybody reads. */
public final class PassCounters {
  private static final int PACKETS = 0;
  private static final int SEGMENTS = 1;
  private static final int ERRORS = 2;

  private final CounterArray counts = new CounterArray(3);

  /** All zero. */
  public PassCounters() {}

  @DataPath
  void packets(int count) {
    counts.add(PACKETS, count);
  }

  @DataPath
  void segments(int count) {
    counts.add(SEGMENTS, count);
  }

  @DataPath
  void errors(int count) {
    counts.add(ERRORS, count);
  }

  /** Packets that went through the pass. */
  public long packets() {
    return counts.get(PACKETS);
  }

  /** Segments that packets were cut into, by software; packets that were not cut are not in it. */
  public long segments() {
    return counts.get(SEGMENTS);
  }

  /** Packets that the pass could not complete; they were dropped whole. */
  public long errors() {
    return counts.get(ERRORS);
  }

  /** For JSON and telemetry. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("packets", packets());
    map.put("segments", segments());
    map.put("errors", errors());
    return map;
  }
}
