package io.gatun.offload.gateway;

import io.gatun.pmd.DataPath;

/**
 * The time that the gateway's tables and limits go by: read once in many turns, not for every
 * packet. One lcore.
 */
final class GatewayClock {
  private final long start = System.nanoTime();
  private long nanos = start;

  /** Reads the time. */
  @DataPath
  void read() {
    nanos = System.nanoTime();
  }

  /** As {@link System#nanoTime}, a millisecond old at most while the loop turns. */
  @DataPath
  long nanos() {
    return nanos;
  }

  /** Seconds since the gateway started. */
  @DataPath
  int seconds() {
    return (int) ((nanos - start) / 1_000_000_000L);
  }
}
