package io.gatun.pmd.forward;

import io.gatun.pmd.session.Worker;

/** A queue's way through one lcore, with its counters. */
public interface Stream extends Worker {
  /** Port that it receives from; -1 for none. */
  int rxPort();

  /** Port that it sends to; -1 for none. */
  int txPort();

  StreamCounters counters();

  @Override
  default boolean uses(int port) {
    return port == rxPort() || port == txPort();
  }

  @Override
  default long packets() {
    return counters().received();
  }

  @Override
  default long received(int port) {
    return port == rxPort() ? counters().received() : 0;
  }

  @Override
  default long transmitted(int port) {
    return port == txPort() ? counters().transmitted() : 0;
  }

  @Override
  default long dropped(int port) {
    return port == txPort() ? counters().dropped() : 0;
  }
}
