package io.gatun.pmd.forward;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes packets and sends them: modes {@link ForwardMode#TXONLY} (one flow) and {@link
 * ForwardMode#FLOWGEN} (many; what arrives meanwhile is counted and freed). Owned by one lcore.
 */
final class GeneratorStream implements Stream {
  private final TxQueue tx;
  private final @Nullable RxQueue drain;
  private final MempoolCache pool;
  private final PacketTemplate template;
  private final int flows;
  private final int burstSize;
  private final StreamCounters counters = new StreamCounters();
  private final Burst burst;
  private final Burst received;
  private long budget;
  private int flow;

  /**
   * @param drain queue whose packets are freed; null for none
   * @param flows destination addresses to go through, 1 to {@link PacketTemplate#MAX_FLOWS}
   * @param budget packets to send in all
   */
  GeneratorStream(
      TxQueue tx,
      @Nullable RxQueue drain,
      MempoolCache pool,
      PacketTemplate template,
      int flows,
      int burstSize,
      long budget) {
    this.tx = tx;
    this.drain = drain;
    this.pool = pool;
    this.template = template;
    this.flows = flows;
    this.burstSize = burstSize;
    this.budget = budget;
    this.burst = Burst.allocate(burstSize, Arena.ofAuto());
    this.received = Burst.allocate(burstSize, Arena.ofAuto());
  }

  @Override
  public String name() {
    return "generator to port %d queue %d".formatted(tx.port(), tx.queue());
  }

  @Override
  @DataPath
  public int doWork() {
    int work = drain == null ? 0 : drain(drain);
    // What a full ring refused stays in the burst and goes first: a generator has nothing to lose.
    if (burst.isEmpty()) {
      int count = (int) Math.min(burstSize, budget);
      if (count == 0) {
        return work;
      }
      if (!pool.allocate(burst, count)) {
        counters.addStarved();
        return work;
      }
      budget -= count;
      fill();
    }
    int sent = tx.transmit(burst);
    counters.addTransmitted(sent);
    return work + sent;
  }

  @DataPath
  private int drain(RxQueue queue) {
    int count = queue.receive(received);
    if (count > 0) {
      counters.addReceived(count);
      pool.free(received);
    }
    return count;
  }

  @DataPath
  private void fill() {
    long source = template.address();
    int length = template.length();
    int count = burst.size();
    int next = flow;
    for (int i = 0; i < count; i++) {
      long mbuf = burst.get(i);
      Memory.putShort(mbuf + RteMbuf.DATA_LEN, (short) length);
      Memory.putInt(mbuf + RteMbuf.PKT_LEN, length);
      long at = Mbuf.data(mbuf);
      Memory.copy(source, at, length);
      putBigEndian(at + PacketTemplate.IP_CHECKSUM_OFFSET, template.checksum(next));
      putBigEndian(at + PacketTemplate.IP_DESTINATION_LOW_OFFSET, next);
      next = next + 1 == flows ? 0 : next + 1;
    }
    flow = next;
  }

  @DataPath
  private static void putBigEndian(long address, int value) {
    Memory.putShort(address, Short.reverseBytes((short) value));
  }

  @Override
  public void close() {
    burst.free();
  }

  /** Packets made and sent. */
  @Override
  public long packets() {
    return counters.transmitted();
  }

  @Override
  public List<RxQueue> rxQueues() {
    return drain == null ? List.of() : List.of(drain);
  }

  @Override
  public int rxPort() {
    return drain == null ? -1 : drain.port();
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
