package io.gatun.pmd.forward;

import io.gatun.pmd.DataPath;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters of one stream: one lcore writes them, once a burst and with plain stores; any thread
 * reads them, each value whole but not all of the same moment.
 */
public final class StreamCounters {
  private static final VarHandle RX = field("received");
  private static final VarHandle TX = field("transmitted");
  private static final VarHandle DROPPED = field("dropped");
  private static final VarHandle STARVED = field("starved");

  private long received;
  private long transmitted;
  private long dropped;
  private long starved;

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(StreamCounters.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @DataPath
  void addReceived(int packets) {
    RX.setOpaque(this, received + packets);
  }

  @DataPath
  void addTransmitted(int packets) {
    TX.setOpaque(this, transmitted + packets);
  }

  @DataPath
  void addDropped(int packets) {
    DROPPED.setOpaque(this, dropped + packets);
  }

  @DataPath
  void addStarved() {
    STARVED.setOpaque(this, starved + 1);
  }

  /** Packets received. */
  public long received() {
    return (long) RX.getOpaque(this);
  }

  /** Packets that the transmit queue took. */
  public long transmitted() {
    return (long) TX.getOpaque(this);
  }

  /** Packets freed because the transmit ring was full. */
  public long dropped() {
    return (long) DROPPED.getOpaque(this);
  }

  /** Bursts that were not made because the pool was empty. */
  public long starved() {
    return (long) STARVED.getOpaque(this);
  }
}
