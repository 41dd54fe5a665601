package io.gatun.mirror.engine;

import io.gatun.pmd.CounterArray;
import io.gatun.pmd.DataPath;

/**
 * How long things took, in buckets a quarter of a power of two wide: within 19 % of the truth. One
 * lcore writes, anybody reads.
 */
public final class LatencyHistogram {
  private static final int SUB_BITS = 2;
  private static final int BUCKETS = Long.SIZE << SUB_BITS;

  private final CounterArray counts = new CounterArray(BUCKETS);

  /** Empty. */
  public LatencyHistogram() {}

  /** Adds {@code packets} that took {@code nanos}. */
  @DataPath
  void record(long nanos, int packets) {
    counts.add(bucket(Math.max(nanos, 1)), packets);
  }

  @DataPath
  private static int bucket(long nanos) {
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    int fraction =
        exponent >= SUB_BITS
            ? (int) (nanos >>> exponent - SUB_BITS) & (1 << SUB_BITS) - 1
            : (int) (nanos << SUB_BITS - exponent) & (1 << SUB_BITS) - 1;
    return exponent << SUB_BITS | fraction;
  }

  /** The largest value of a bucket, in nanoseconds. */
  private static long upperBound(int bucket) {
    int exponent = bucket >>> SUB_BITS;
    double fraction = ((bucket & (1 << SUB_BITS) - 1) + 1) / (double) (1 << SUB_BITS);
    return (long) (Math.scalb(1.0, exponent) * (1 + fraction));
  }

  /** Counts of all buckets, so that those of several lcores can be added. */
  public long[] snapshot() {
    long[] copy = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      copy[i] = counts.get(i);
    }
    return copy;
  }

  /**
   * A percentile.
   *
   * @param buckets a {@link #snapshot}, or a sum of several
   * @param share 0 to 1
   * @return nanoseconds that so many did not exceed; 0 where nothing was recorded
   */
  public static long percentile(long[] buckets, double share) {
    long all = 0;
    for (long count : buckets) {
      all += count;
    }
    long wanted = (long) Math.ceil(all * share);
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += buckets[i];
      if (seen >= wanted && seen > 0) {
        return upperBound(i);
      }
    }
    return 0;
  }
}
