package io.gatun.pmd.forward;

import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.Receiver;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.Transmitter;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way through Gatun: receive queue → stages in order → transmit queue. Owned by one lcore.
 *
 * <p>What a full transmit ring does not take is freed and counted, as testpmd does without retry:
 * waiting would make the receive ring overflow instead, uncounted.
 */
final class ForwardStream implements Stream {
  private static final int MAX_DRAINED = 65536;

  private final Receiver rx;
  private final Transmitter tx;
  private final PacketStage[] stages;
  private final StreamCounters counters = new StreamCounters();
  private final Burst burst;
  private final @Nullable Stream seed;

  /**
   * @param rx where packets come from
   * @param tx where they go to
   * @param stages what happens in between, in order
   * @param burstSize packets a burst
   * @param seed sends one burst before the first turn, for rings and looped ports; null for none
   */
  ForwardStream(
      Receiver rx, Transmitter tx, List<PacketStage> stages, int burstSize, @Nullable Stream seed) {
    this.seed = seed;
    this.rx = rx;
    this.tx = tx;
    this.stages = stages.toArray(PacketStage[]::new);
    this.burst = Burst.allocate(burstSize, Arena.ofAuto());
  }

  @Override
  public String name() {
    return "port %d queue %d to port %d queue %d"
        .formatted(rx.rxQueue().port(), rx.rxQueue().queue(), tx.port(), tx.queue());
  }

  @Override
  public void onStart() {
    if (seed != null) {
      seed.doWork();
      seed.close();
    }
  }

  @Override
  @DataPath
  public int doWork() {
    Burst packets = burst;
    int extra = tx.poll();
    if (!tx.isReady()) {
      return extra;
    }
    int received = rx.receive(packets);
    for (PacketStage stage : stages) {
      extra += stage.process(packets);
    }
    if (received > 0) {
      counters.addReceived(received);
    } else if (packets.isEmpty()) {
      return extra;
    }
    int sent = tx.transmit(packets);
    counters.addTransmitted(sent);
    if (!packets.isEmpty()) {
      counters.addDropped(packets.free());
    }
    return received + extra;
  }

  @Override
  public void close() {
    burst.free(); // what a stage that threw left behind
    while (rx.drain(burst) > 0) {
      counters.addTransmitted(tx.transmit(burst));
      counters.addDropped(burst.free());
    }
    drain();
    tx.drain();
    for (PacketStage stage : stages) {
      stage.close();
    }
  }

  /** Frees what still waits for receive: at most a ring of it, as a port may never run dry. */
  private void drain() {
    int rounds = MAX_DRAINED / burst.capacity();
    RxQueue queue = rx.rxQueue();
    while (rounds-- > 0 && queue.receive(burst) > 0) {
      burst.free();
    }
  }

  @Override
  public List<RxQueue> rxQueues() {
    return List.of(rx.rxQueue());
  }

  @Override
  public int rxPort() {
    return rx.rxQueue().port();
  }

  @Override
  public int txPort() {
    return tx.port();
  }

  @Override
  public StreamCounters counters() {
    return counters;
  }
}
