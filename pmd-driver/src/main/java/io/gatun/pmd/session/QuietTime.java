package io.gatun.pmd.session;

import java.time.Duration;

/**
 * How long no packet has been counted: {@code --until-idle}. Control thread.
 *
 * <p>The start counts as a packet, so that a run lasts at least that long.
 */
final class QuietTime {
  private final long limitNanos;
  private long packets;
  private long changedAtNanos;

  /**
   * @param limit zero: never over
   */
  QuietTime(Duration limit) {
    this.limitNanos = limit.toNanos();
  }

  /**
   * Whether it is over.
   *
   * @param elapsedNanos since the start
   * @param packetsNow counted since the start
   */
  boolean isOver(long elapsedNanos, long packetsNow) {
    if (packetsNow != packets) {
      packets = packetsNow;
      changedAtNanos = elapsedNanos;
    }
    return limitNanos > 0 && elapsedNanos - changedAtNanos >= limitNanos;
  }
}
