package io.gatun.pmd.forward;

import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.RxQueue;
import java.lang.foreign.Arena;
import java.util.List;

/** Receives and frees: mode {@link ForwardMode#RXONLY}. Owned by one lcore. */
final class SinkStream implements Stream {
  private final RxQueue rx;
  private final MempoolCache pool;
  private final StreamCounters counters = new StreamCounters();
  private final Burst burst;

  SinkStream(RxQueue rx, MempoolCache pool, int burstSize) {
    this.rx = rx;
    this.pool = pool;
    this.burst = Burst.allocate(burstSize, Arena.ofAuto());
  }

  @Override
  public String name() {
    return "port %d queue %d to nowhere".formatted(rx.port(), rx.queue());
  }

  @Override
  @DataPath
  public int doWork() {
    int received = rx.receive(burst);
    if (received > 0) {
      counters.addReceived(received);
      pool.free(burst);
    }
    return received;
  }

  @Override
  public List<RxQueue> rxQueues() {
    return List.of(rx);
  }

  @Override
  public int rxPort() {
    return rx.port();
  }

  @Override
  public int txPort() {
    return -1;
  }

  @Override
  public StreamCounters counters() {
    return counters;
  }
}
