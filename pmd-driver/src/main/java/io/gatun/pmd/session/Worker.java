package io.gatun.pmd.session;

import io.gatun.pmd.Agent;
import io.gatun.pmd.RxQueue;
import java.util.List;

/**
 * An agent whose counters tables, metrics and summaries show.
 *
 * <p>The counters may be read from any thread at any time, also after the worker has ended; they
 * only grow. One lcore writes them.
 */
public interface Worker extends Agent {
  /** Packets worked on: those received, or those sent by a worker that makes them. */
  long packets();

  /** Packets received from a port; 0 for one that is not the worker's. */
  long received(int port);

  /** Packets that a port's transmit queue took; 0 for one that is not the worker's. */
  long transmitted(int port);

  /** Packets that were freed instead of being sent to a port; 0 for one that is not its own. */
  long dropped(int port);

  /** Whether it receives from a port or sends to it: without the port it cannot go on. */
  boolean uses(int port);

  /** The receive queues that it polls: what {@code --idle monitor} watches. */
  default List<RxQueue> rxQueues() {
    return List.of();
  }
}
