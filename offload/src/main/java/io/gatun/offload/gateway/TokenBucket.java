package io.gatun.offload.gateway;

import io.gatun.pmd.DataPath;

/**
 * Lets through so many events a second on average, and a burst of as many at once as it is deep.
 * One lcore.
 */
@DataPath
final class TokenBucket {
  /** Answers and error messages a second unless something else is said. */
  static final int DEFAULT_PER_SECOND = 1000;

  private static final long SECOND_NANOS = 1_000_000_000L;

  private final long tokenNanos;
  private final long depthNanos;

  // Tokens as the time that they took to grow: no rounding is ever lost.
  private long creditNanos;
  private long lastNanos;

  /**
   * A full bucket.
   *
   * @param perSecond 1 to 1,000,000
   * @param depth events at once, 1 to 1,000,000
   */
  TokenBucket(int perSecond, int depth) {
    tokenNanos = SECOND_NANOS / perSecond;
    depthNanos = tokenNanos * depth;
    creditNanos = depthNanos;
  }

  /**
   * Takes a token.
   *
   * @param nowNanos as {@link System#nanoTime}
   * @return false when there is none
   */
  boolean take(long nowNanos) {
    long grown = Math.max(0, nowNanos - lastNanos);
    lastNanos = nowNanos;
    creditNanos = grown >= depthNanos ? depthNanos : Math.min(depthNanos, creditNanos + grown);
    if (creditNanos < tokenNanos) {
      return false;
    }
    creditNanos -= tokenNanos;
    return true;
  }
}
