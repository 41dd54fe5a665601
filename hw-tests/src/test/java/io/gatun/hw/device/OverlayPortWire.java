package io.gatun.hw.device;

import io.gatun.hw.model.ModelNic;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * From one port to another one that it is cabled to. Frames that are not the suite's are left out.
 * On the thread of the pool's lcore.
 */
final class OverlayPortWire implements OverlayWire {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final TxQueue from;
  private final RxQueue to;
  private final MempoolCache cache;
  private final Burst received;
  private final Mbuf mbuf = new Mbuf();
  private final List<byte[]> frames = new ArrayList<>();

  OverlayPortWire(TxQueue from, RxQueue to, MempoolCache cache, Arena arena) {
    this.from = from;
    this.to = to;
    this.cache = cache;
    this.received = Burst.allocate(32, arena);
  }

  @Override
  public @Nullable String send(Burst packet) {
    int prepared = from.prepare(packet);
    if (prepared < packet.size()) {
      return "headers of mbuf %d of %d".formatted(prepared, packet.size()); // it says no more
    }
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!packet.isEmpty()) {
      from.transmit(packet);
      receive();
      if (System.nanoTime() > deadline) {
        throw new AssertionError("port %d takes no packets".formatted(from.port()));
      }
    }
    return null;
  }

  @Override
  public List<byte[]> frames(int expected) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (frames.size() < expected && System.nanoTime() < deadline) {
      receive();
    }
    List<byte[]> taken = List.copyOf(frames);
    frames.clear();
    return taken;
  }

  private void receive() {
    to.receive(received);
    for (int i = 0; i < received.size(); i++) {
      byte[] frame = ModelNic.bytes(mbuf.wrap(received.get(i)));
      if (OverlayCase.isOwn(frame)) {
        frames.add(frame);
      }
    }
    cache.free(received);
  }
}
