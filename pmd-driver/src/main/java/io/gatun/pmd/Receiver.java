package io.gatun.pmd;

/**
 * Where a worker's packets come from: a receive queue, or what somebody has put before one ({@link
 * PortHooks}). Owned by one lcore.
 */
@DataPath
public interface Receiver {
  /** The queue that is polled. */
  RxQueue rxQueue();

  /**
   * Appends up to as many packets as are free in {@code burst}, which makes them the caller's.
   *
   * @return how many were appended
   */
  int receive(Burst burst);

  /**
   * Appends packets that were received already and are held, and nothing new; at the end, until it
   * returns 0. It may wait a moment for them.
   *
   * @return how many were appended; 0 when none is held any more
   */
  default int drain(Burst burst) {
    return 0;
  }
}
