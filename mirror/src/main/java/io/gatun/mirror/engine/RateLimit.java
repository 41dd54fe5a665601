package io.gatun.mirror.engine;

import io.gatun.pmd.DataPath;

/**
 * Lets so many packets or bytes a second through, and at once as many as come in 10 ms. One lcore.
 */
@DataPath
public final class RateLimit {
  /** The highest rate, per second. */
  public static final long MAX_PER_SECOND = 100_000_000_000L;

  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long DEPTH_NANOS = 10_000_000L;

  private final long perSecond;
  private final boolean countsBytes;

  // Units times a thousand million, so that no rounding is lost; at most MAX * 10 ms.
  private long credit;
  private long lastNanos;

  /**
   * @param perSecond 1 to {@link #MAX_PER_SECOND} packets or bytes
   */
  public RateLimit(long perSecond, boolean countsBytes) {
    this.perSecond = perSecond;
    this.countsBytes = countsBytes;
    credit = fullCredit();
  }

  /** At least one packet, or one of 64 KB. */
  private long fullCredit() {
    long least = (countsBytes ? 65_536 : 1) * SECOND_NANOS;
    return Math.max(perSecond * DEPTH_NANOS, least);
  }

  /** Whether a packet may pass, which it then has. */
  boolean take(int bytes, long nowNanos) {
    long elapsed = Math.min(Math.max(nowNanos - lastNanos, 0), SECOND_NANOS / 20);
    lastNanos = nowNanos;
    credit = Math.min(credit + elapsed * perSecond, fullCredit());
    long cost = (countsBytes ? bytes : 1) * SECOND_NANOS;
    if (credit < cost) {
      return false;
    }
    credit -= cost;
    return true;
  }
}
