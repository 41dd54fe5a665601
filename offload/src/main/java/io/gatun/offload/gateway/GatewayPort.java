package io.gatun.offload.gateway;

import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import io.gatun.pmd.Receiver;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.Transmitter;
import java.lang.foreign.Arena;

/**
 * A port of the gateway: where its packets come from, where they go to, and how many those are. One
 * lcore; any thread reads the counters.
 */
abstract sealed class GatewayPort permits TenantPort, UnderlayPort {
  private static final int MAX_DISCARDED = 65536;

  private final int id;
  private final Receiver rx;
  private final Transmitter tx;
  private final Burst in;
  private final Burst out;
  private final Counter received = new Counter();
  private final Counter transmitted = new Counter();

  /**
   * @param port configured
   * @param outCapacity most packets that wait to be transmitted
   */
  GatewayPort(Port port, GatewayPlace place, int outCapacity) {
    id = port.id();
    rx = place.hooks().onReceive(port.rxQueues().getFirst(), place.lcore());
    tx = place.hooks().onTransmit(port.txQueues().getFirst(), place.lcore());
    in = Burst.allocate(place.burst(), Arena.ofAuto());
    out = Burst.allocate(outCapacity, Arena.ofAuto());
  }

  /** DPDK's number of the port. */
  final int id() {
    return id;
  }

  final RxQueue rxQueue() {
    return rx.rxQueue();
  }

  /** What was received. */
  @DataPath
  final Burst in() {
    return in;
  }

  /** What is to be sent. */
  @DataPath
  final Burst out() {
    return out;
  }

  /** Receives a burst; it is in {@link #in}. */
  @DataPath
  final int receive() {
    int count = rx.receive(in);
    if (count > 0) {
      received.add(count);
    }
    return count;
  }

  /** At the end: the same with packets that are held before the gateway, until it returns 0. */
  final int receiveHeld() {
    int count = rx.drain(in);
    received.add(count);
    return count;
  }

  /** Lets the way out do what time asks for; once a turn. */
  @DataPath
  final int poll() {
    return tx.poll();
  }

  /** Whether packets for this port may be received anywhere. */
  @DataPath
  final boolean isReady() {
    return tx.isReady();
  }

  /** Asks the driver about the packets in {@link #out}; returns how many it finds right. */
  @DataPath
  final int prepare() {
    return tx.prepare(out);
  }

  /**
   * Transmits what is in {@link #out}; what a full ring does not take stays there.
   *
   * @return packets that the ring took
   */
  @DataPath
  final int send() {
    int sent = tx.transmit(out);
    transmitted.add(sent);
    return sent;
  }

  /** At the end: frees what waits in the receive ring; a port may never run dry. */
  final void discardReceived(MempoolCache pool) {
    for (int left = MAX_DISCARDED; left > 0; left -= in.capacity()) {
      if (rxQueue().receive(in) == 0) {
        return;
      }
      pool.free(in);
    }
  }

  /** At the end, when nothing more will be sent: hands back what is held behind the gateway. */
  final void drainTransmitter() {
    tx.drain();
  }

  final long received() {
    return received.get();
  }

  final long transmitted() {
    return transmitted.get();
  }
}
