package io.gatun.pmd.forward;

import io.gatun.pmd.Agent;

/** A queue's way through one lcore, with its counters. */
public interface Stream extends Agent {
  /** Port that it receives from; -1 for none. */
  int rxPort();

  /** Port that it sends to; -1 for none. */
  int txPort();

  StreamCounters counters();
}
