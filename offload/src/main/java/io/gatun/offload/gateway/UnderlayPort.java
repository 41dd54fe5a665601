package io.gatun.offload.gateway;

import io.gatun.offload.DropReason;
import io.gatun.offload.Drops;
import io.gatun.offload.Encapsulator;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Port;

/**
 * The port to the underlay, with the packets that are complete and wait for its transmit ring. One
 * lcore; {@link #link} is the control thread's.
 */
final class UnderlayPort extends GatewayPort {
  private final Encapsulator encapsulator;
  private final Drops drops;
  private final boolean prepares;
  private final Counter retried = new Counter();
  private volatile boolean down;

  /**
   * @param prepares whether packets ask the NIC for something, so that the driver must look at them
   */
  UnderlayPort(
      Port port, GatewayPlace place, Encapsulator encapsulator, Drops drops, boolean prepares) {
    super(port, place, place.burst());
    this.encapsulator = encapsulator;
    this.drops = drops;
    this.prepares = prepares;
  }

  /** Tells the lcore what the driver said of the link. */
  void link(boolean up) {
    down = !up;
  }

  @DataPath
  boolean isDown() {
    return down;
  }

  /** Adds a packet of the gateway's own to what is sent; false when a full ring leaves no room. */
  @DataPath
  boolean add(long mbuf) {
    if (out().add(mbuf)) {
      return true;
    }
    transmit();
    return out().add(mbuf);
  }

  /**
   * Runs the outer pass over what waits and transmits. What a full ring does not take stays as it
   * is, complete, for the next time: nothing of it is done again.
   *
   * @return packets that the ring took
   */
  @DataPath
  int pump() {
    Burst out = out();
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
      removeRefused();
    }
    return send();
  }

  /** Takes packets out that the driver refuses: half-finished they must not leave. */
  @DataPath
  private void removeRefused() {
    Burst out = out();
    int ready = prepare();
    while (ready < out.size()) {
      drops.drop(out.get(ready), DropReason.PREPARE_REFUSED);
      for (int i = ready + 1; i < out.size(); i++) {
        out.set(i - 1, out.get(i));
      }
      out.size(out.size() - 1);
      ready = prepare();
    }
  }

  /** Packets that a full ring left for later, counted each time. */
  long retried() {
    return retried.get();
  }
}
