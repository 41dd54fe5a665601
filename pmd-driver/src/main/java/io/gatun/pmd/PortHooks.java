package io.gatun.pmd;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts something between queues and the workers that use them: a mirror. Workers ask for every
 * queue that they use, once, when ports are configured and before their loop starts. Control
 * thread.
 */
public interface PortHooks {
  /** Nothing in between. */
  PortHooks NONE = new PortHooks() {};

  /** What {@code lcore} is to receive from instead of {@code queue}. */
  default Receiver onReceive(RxQueue queue, Lcore lcore) {
    return queue;
  }

  /** What {@code lcore} is to transmit to instead of {@code queue}. */
  default Transmitter onTransmit(TxQueue queue, Lcore lcore) {
    return queue;
  }

  /**
   * Who takes the packets that {@code lcore} drops; null for nobody: the worker frees them.
   *
   * @param reasons names of the reasons, by number
   */
  default @Nullable DropSink onDrop(Lcore lcore, List<String> reasons) {
    return null;
  }
}
