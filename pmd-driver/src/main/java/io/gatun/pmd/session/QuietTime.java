package io.gatun.pmd.session;

import java.time.Duration;

/**
 * How long no packet has been counted: {@code --until-idle}. Control thread.
 *
 * <p>The start counts as a packet, so that a run lasts at least that long.
 */
final class QuietTime {
  /** How long something that never ends may keep a run from ending. */
  private static final long PATIENCE_NANOS = 5_000_000_000L;

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
   * @param isBusy whether packets are still on their way
   */
  boolean isOver(long elapsedNanos, long packetsNow, boolean isBusy) {
    if (packetsNow != packets) {
      packets = packetsNow;
      changedAtNanos = elapsedNanos;
    }
    long quiet = elapsedNanos - changedAtNanos;
    return limitNanos > 0
        && quiet >= limitNanos
        && (!isBusy || quiet - limitNanos >= PATIENCE_NANOS);
  }
}
