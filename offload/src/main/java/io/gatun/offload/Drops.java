package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.CounterArray;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.DropSink;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where every packet ends that is not carried on: counted by reason, then handed to whoever wants
 * to see what is dropped, or freed.
 *
 * <p>Buffers are freed many at a time: {@link #flush} once a turn. One lcore; any thread reads the
 * counters.
 */
@SuppressWarnings("EnumOrdinal") // indexes of an array that lives as long as the process
public final class Drops {
  private static final int MOST_GARBAGE = 64;

  private final CounterArray counts = new CounterArray(DropReason.values().length);
  private final Burst garbage = Burst.allocate(MOST_GARBAGE, Arena.ofAuto());
  private final MempoolCache pool;
  private final @Nullable DropSink sink;

  /**
   * All zero.
   *
   * @param pool where most of the dropped buffers are from
   * @param sink takes dropped packets, by the numbers of {@link #names}; null for nobody
   */
  public Drops(MempoolCache pool, @Nullable DropSink sink) {
    this.pool = pool;
    this.sink = sink;
  }

  /** What {@link DropSink#drop} calls the reasons. */
  public static List<String> names() {
    return Stream.of(DropReason.values()).map(DropReason::label).toList();
  }

  /** Drops a packet, which is the caller's no more. */
  @DataPath
  public void drop(long mbuf, DropReason reason) {
    counts.add(reason.ordinal(), 1);
    show(mbuf, reason);
  }

  /** Counts something dropped that is no packet: a copy that was not made, say. */
  @DataPath
  public void count(DropReason reason) {
    counts.add(reason.ordinal(), 1);
  }

  /**
   * Drops packets that are counted elsewhere, as those are that a port's ring did not take.
   *
   * @param packets empty afterwards
   */
  @DataPath
  public void dropUncounted(Burst packets, DropReason reason) {
    if (sink == null) {
      pool.free(packets);
      return;
    }
    int count = packets.size();
    for (int i = 0; i < count; i++) {
      show(packets.get(i), reason);
    }
    packets.size(0);
  }

  @DataPath
  private void show(long mbuf, DropReason reason) {
    if (sink != null && isUnshared(mbuf)) {
      sink.drop(mbuf, reason.ordinal());
    } else {
      free(mbuf);
    }
  }

  /** What somebody else still reads must not be changed, as a mirror does. */
  @DataPath
  private static boolean isUnshared(long mbuf) {
    for (long at = mbuf; at != 0; at = Memory.getLong(at + RteMbuf.NEXT)) {
      at = Memory.base(at);
      if (Memory.getUnsignedShort(at + RteMbuf.REFCNT) != 1) {
        return false;
      }
    }
    return true;
  }

  /** Frees a packet that has served its purpose, which is the caller's no more. */
  @DataPath
  public void free(long mbuf) {
    if (!garbage.add(mbuf)) {
      pool.free(garbage);
      garbage.add(mbuf);
    }
  }

  /** Gives the freed buffers back to their pools. */
  @DataPath
  public void flush() {
    if (!garbage.isEmpty()) {
      pool.free(garbage);
    }
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
