package io.gatun.offload.gateway;

import io.gatun.offload.DropCounters;
import io.gatun.offload.DropReason;
import io.gatun.offload.Encapsulator;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import java.lang.foreign.Arena;

/**
 * The port to the underlay: its queues, and the packets that are complete and wait for its transmit
 * ring. One lcore; {@link #link} is the control thread's.
 */
final class UnderlayPort {
  private final int id;
  private final RxQueue rx;
  private final TxQueue tx;
  private final Burst in;
  private final Burst out;
  private final Burst refused = Burst.allocate(1, Arena.ofAuto());
  private final Encapsulator encapsulator;
  private final MempoolCache pool;
  private final DropCounters drops;
  private final boolean prepares;
  private final Counter received = new Counter();
  private final Counter transmitted = new Counter();
  private final Counter retried = new Counter();
  private volatile boolean down;

  /**
   * @param prepares whether packets ask the NIC for something, so that the driver must look at them
   */
  UnderlayPort(
      Port port,
      int burstSize,
      Encapsulator encapsulator,
      MempoolCache pool,
      DropCounters drops,
      boolean prepares) {
    id = port.id();
    rx = port.rxQueues().getFirst();
    tx = port.txQueues().getFirst();
    in = Burst.allocate(burstSize, Arena.ofAuto());
    out = Burst.allocate(burstSize, Arena.ofAuto());
    this.encapsulator = encapsulator;
    this.pool = pool;
    this.drops = drops;
    this.prepares = prepares;
  }

  int id() {
    return id;
  }

  RxQueue rx() {
    return rx;
  }

  /** Tells the lcore what the driver said of the link. */
  void link(boolean up) {
    down = !up;
  }

  @DataPath
  boolean isDown() {
    return down;
  }

  /** Receives a burst; it is in {@link #in}. */
  @DataPath
  int receive() {
    int count = rx.receive(in);
    if (count > 0) {
      received.add(count);
    }
    return count;
  }

  @DataPath
  Burst in() {
    return in;
  }

  /**
   * Room for a packet of the gateway's own; false when even a transmit makes none.
   *
   * @return the burst to add it to, through {@link #add}
   */
  @DataPath
  boolean add(long mbuf) {
    if (out.add(mbuf)) {
      return true;
    }
    transmit();
    return out.add(mbuf);
  }

  /** Where messages of the gateway are made; {@link #pump} sends them. */
  @DataPath
  Burst out() {
    return out;
  }

  /**
   * Runs the outer pass over what waits and transmits. What a full ring does not take stays as it
   * is, complete, for the next time: nothing of it is done again.
   *
   * @return packets that the ring took
   */
  @DataPath
  int pump() {
    int sent = 0;
    while (true) {
      encapsulator.outer(out);
      if (out.isEmpty()) {
        return sent;
      }
      sent += transmit();
      if (!out.isEmpty()) {
        retried.add(out.size());
        return sent;
      }
    }
  }

  @DataPath
  private int transmit() {
    if (prepares) {
      prepare();
    }
    int sent = tx.transmit(out);
    transmitted.add(sent);
    return sent;
  }

  /** Takes packets out that the driver refuses: half-finished they must not leave. */
  @DataPath
  private void prepare() {
    int ready = tx.prepare(out);
    while (ready < out.size()) {
      refused.add(out.get(ready));
      for (int i = ready + 1; i < out.size(); i++) {
        out.set(i - 1, out.get(i));
      }
      out.size(out.size() - 1);
      pool.free(refused);
      drops.count(DropReason.PREPARE_REFUSED);
      ready = tx.prepare(out);
    }
  }

  /** Frees what the ring did not take, at the end; returns how many. */
  int drain() {
    return pool.free(out) + pool.free(in);
  }

  long received() {
    return received.get();
  }

  long transmitted() {
    return transmitted.get();
  }

  /** Packets that a full ring left for later, counted each time. */
  long retried() {
    return retried.get();
  }
}
