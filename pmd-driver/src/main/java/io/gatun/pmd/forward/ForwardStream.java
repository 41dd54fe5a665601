package io.gatun.pmd.forward;

import io.gatun.pmd.Agent;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * One way through Gatun: receive queue → stages in order → transmit queue. Owned by one lcore.
 *
 * <p>What a full transmit ring does not take is freed and counted, as testpmd does without retry:
 * waiting would make the receive ring overflow instead, uncounted.
 */
public final class ForwardStream implements Agent, Stream {
  private final RxQueue rx;
  private final TxQueue tx;
  private final PacketStage[] stages;
  private final StreamCounters counters = new StreamCounters();
  private final Burst burst;

  /**
   * @param rx where packets come from
   * @param tx where they go to
   * @param stages what happens in between, in order
   * @param burstSize packets a burst
   */
  public ForwardStream(RxQueue rx, TxQueue tx, List<PacketStage> stages, int burstSize) {
    this.rx = rx;
    this.tx = tx;
    this.stages = stages.toArray(PacketStage[]::new);
    this.burst = Burst.allocate(burstSize, Arena.ofAuto());
  }

  @Override
  public String name() {
    return "port %d queue %d to port %d queue %d"
        .formatted(rx.port(), rx.queue(), tx.port(), tx.queue());
  }

  @Override
  @DataPath
  public int doWork() {
    Burst packets = burst;
    int received = rx.receive(packets);
    int extra = 0;
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
    for (PacketStage stage : stages) {
      stage.close();
    }
  }

  @Override
  public int rxPort() {
    return rx.port();
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
