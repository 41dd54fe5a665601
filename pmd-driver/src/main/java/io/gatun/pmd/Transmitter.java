package io.gatun.pmd;

import io.gatun.bindings.Errno;

/**
 * Where a worker's packets go to: a transmit queue, or what somebody has put before one ({@link
 * PortHooks}). Owned by one lcore.
 */
@DataPath
public interface Transmitter {
  /** DPDK's number of the port. */
  int port();

  /** Number of the queue. */
  int queue();

  /**
   * Hands packets from the front of {@code burst} over; those taken must not be touched any more.
   * The others stay in the burst, moved to its front.
   *
   * @return how many were taken
   */
  int transmit(Burst burst);

  /**
   * Checks and prepares packets whose flags ask for an offload; before {@link #transmit}.
   *
   * @return how many from the front may be transmitted; the next one is what is refused
   */
  int prepare(Burst burst);

  /**
   * Whether packets may be received for this way now. False asks the worker to leave them where
   * they are and to {@link #poll}.
   */
  default boolean isReady() {
    return true;
  }

  /**
   * Does what time asks for; once a turn of the loop, with packets or without.
   *
   * @return how much was done; 0 lets the loop idle
   */
  default int poll() {
    return 0;
  }

  /** Hands back what is held, at the end, when nothing more will be transmitted. */
  default void drain() {}

  // ---- completions ------------------------------------------------------------------------------

  /** Whether {@link #isDone} can tell. */
  default boolean hasDescriptorStatus() {
    return false;
  }

  /**
   * Whether the descriptor {@code offset} places from the ring's tail has been sent.
   *
   * @param offset 0 to the number of descriptors less one; 0 is the next one to be used, the last
   *     is the one used last
   */
  default boolean isDone(int offset) {
    return false;
  }

  /**
   * Asks the driver to free up to {@code count} sent packets; 0 asks for all.
   *
   * @return how many it freed, or a negative errno: -ENOTSUP where it cannot be asked
   */
  default int doneCleanup(int count) {
    return -Errno.ENOTSUP;
  }

  /** Calls the driver without a packet: some free what they have sent only when called. */
  default void kick() {}
}
