package io.gatun.hw.bench;

import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.PacketStage;
import java.lang.foreign.Arena;

/** Makes a packet a chain of segments as long as itself, whose bytes are whatever lies there. */
final class ChainStage implements PacketStage {
  private final MempoolCache pool;
  private final int segments;
  private final Burst fresh;
  private final Mbuf packet = new Mbuf();
  private final Mbuf tail = new Mbuf();

  ChainStage(MempoolCache pool, int segments) {
    this.pool = pool;
    this.segments = segments;
    fresh = Burst.allocate(segments - 1, Arena.ofAuto());
  }

  @Override
  public String name() {
    return ChainStageProvider.NAME;
  }

  @Override
  @DataPath
  public int process(Burst burst) {
    for (int i = 0; i < burst.size(); i++) {
      packet.wrap(burst.get(i));
      if (packet.segments() == 1 && pool.allocate(fresh, segments - 1)) {
        append(packet.dataLength());
      }
    }
    return 0;
  }

  @DataPath
  private void append(int bytes) {
    tail.wrap(packet.address());
    for (int i = 0; i < fresh.size(); i++) {
      tail.next(fresh.get(i));
      tail.wrap(fresh.get(i));
      tail.dataLength(bytes);
    }
    packet.segments(segments);
    packet.packetLength(bytes * segments);
    fresh.size(0);
  }
}
