package io.gatun.mirror.engine;

import io.gatun.pmd.CounterArray;
import io.gatun.pmd.DataPath;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What became of the packets that a session picked for one destination on one lcore, which writes
 * them; anybody reads.
 *
 * <p>Every matched packet is in {@link #mirrored} or in one of {@link #dropped}, once the mirror is
 * through with it.
 */
@SuppressWarnings("EnumOrdinal") // indexes of an array that lives as long as the process
public final class LaneCounters {
  private static final MirrorDrop[] REASONS = MirrorDrop.values();
  private static final int MATCHED = 0;
  private static final int MIRRORED = 1;
  private static final int BYTES = 2;
  private static final int TRUNCATED = 3;
  private static final int COPIED = 4;
  private static final int SEGMENTED = 5;
  private static final int CHAINED = 6;
  private static final int LONGEST = 7;
  private static final int FIRST_REASON = 8;

  private final CounterArray counts = new CounterArray(FIRST_REASON + REASONS.length);
  private final LatencyHistogram latency = new LatencyHistogram();

  /** All zero. */
  public LaneCounters() {}

  @DataPath
  void addMatched(int packets) {
    counts.add(MATCHED, packets);
  }

  @DataPath
  void addMirrored(int packets, long bytes) {
    counts.add(MIRRORED, packets);
    counts.add(BYTES, bytes);
  }

  @DataPath
  void addTruncated() {
    counts.add(TRUNCATED, 1);
  }

  @DataPath
  void addCopied(int packets) {
    counts.add(COPIED, packets);
  }

  /** A packet that the NIC of the source cuts was cut here: more frames go out than matched. */
  @DataPath
  void addSegmented(int frames) {
    counts.add(SEGMENTED, frames - 1L);
  }

  @DataPath
  void addChained() {
    counts.add(CHAINED, 1);
  }

  @DataPath
  void addDropped(MirrorDrop reason, int packets) {
    counts.add(FIRST_REASON + reason.ordinal(), packets);
  }

  /** A buffer came back after it was withheld for so long. */
  @DataPath
  void addCompleted(long nanos, int packets) {
    latency.record(nanos, packets);
    long longest = counts.get(LONGEST);
    if (nanos > longest) {
      counts.add(LONGEST, nanos - longest);
    }
  }

  /** Packets that the session wanted here. */
  public long matched() {
    return counts.get(MATCHED);
  }

  /** Frames that the destination took. */
  public long mirrored() {
    return counts.get(MIRRORED);
  }

  /** Bytes of those frames as they were on the wire: neither shortened nor with a header. */
  public long bytes() {
    return counts.get(BYTES);
  }

  /** Frames shortened to {@code --snaplen}. */
  public long truncated() {
    return counts.get(TRUNCATED);
  }

  /** Frames sent as a copy. */
  public long copied() {
    return counts.get(COPIED);
  }

  /** Frames beyond one for each packet that was cut into segments in software. */
  public long extraSegments() {
    return counts.get(SEGMENTED);
  }

  /** Frames whose header stood in a buffer of its own, for want of headroom. */
  public long chained() {
    return counts.get(CHAINED);
  }

  /** The longest time in nanoseconds that a buffer was withheld. */
  public long longestNanos() {
    return counts.get(LONGEST);
  }

  /** From hand-over to the destination until its completion. */
  public LatencyHistogram latency() {
    return latency;
  }

  /** Packets not mirrored for a reason. */
  public long dropped(MirrorDrop reason) {
    return counts.get(FIRST_REASON + reason.ordinal());
  }

  /** All packets not mirrored. */
  public long dropped() {
    long sum = 0;
    for (MirrorDrop reason : REASONS) {
      sum += dropped(reason);
    }
    return sum;
  }

  /** Reasons that occurred, by label. */
  public Map<String, Long> droppedByReason() {
    Map<String, Long> result = new LinkedHashMap<>();
    for (MirrorDrop reason : REASONS) {
      if (dropped(reason) != 0) {
        result.put(reason.label(), dropped(reason));
      }
    }
    return result;
  }
}
