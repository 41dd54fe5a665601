package io.gatun.pmd.forward;

import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.DropSink;
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
  /** Why packets are dropped, by number: see {@link DropSink}. */
  static final List<String> DROP_REASONS = List.of("ring_full");

  private static final int RING_FULL = 0;
  private static final int MAX_DRAINED = 65536;

  private final Receiver rx;
  private final Transmitter tx;
  private final PacketStage[] stages;
  private final StreamCounters counters = new StreamCounters();
  private final Burst burst;
  private final @Nullable Stream seed;
  private final @Nullable DropSink drops;

  /**
   * @param rx where packets come from
   * @param tx where they go to
   * @param stages what happens in between, in order
   * @param burstSize packets a burst
   * @param seed sends one burst before the first turn, for rings and looped ports; null for none
   * @param drops takes what a full ring does not, for the only reason in {@link #DROP_REASONS};
   *     null for nobody
   */
  ForwardStream(
      Receiver rx,
      Transmitter tx,
      List<PacketStage> stages,
      int burstSize,
      @Nullable Stream seed,
      @Nullable DropSink drops) {
    this.seed = seed;
    this.drops = drops;
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
      drop(packets);
    }
    return received + extra;
  }

  @DataPath
  private void drop(Burst packets) {
    int count = packets.size();
    counters.addDropped(count);
    if (drops == null) {
      packets.free();
      return;
    }
    for (int i = 0; i < count; i++) {
      drops.drop(packets.get(i), RING_FULL);
    }
    packets.size(0);
  }

  @Override
  public void close() {
    burst.free(); // what a stage that threw left behind
    for (int held = rx.drain(burst); held > 0; held = rx.drain(burst)) {
      counters.addReceived(held);
      counters.addTransmitted(tx.transmit(burst));
      drop(burst);
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
