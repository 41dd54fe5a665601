package io.gatun.hw.device;

import io.gatun.hw.model.RandomPackets;
import io.gatun.offload.Drops;
import io.gatun.offload.Encapsulator;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.pmd.Burst;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** Gatun's transmit side with one plan: two paths of one tunnel. On one lcore's thread. */
final class OverlaySender {
  private static final int DATA_ROOM = 2048;

  private final Drops drops;
  private final Encapsulator encapsulator;
  private final OverlayTenant tenant;
  private final int frameLimit;

  OverlaySender(OverlayCase overlay, OffloadPlan plan, MempoolCache cache, Arena arena) {
    drops = new Drops(cache, null);
    encapsulator = new Encapsulator(overlay.config(), plan, cache, DATA_ROOM, drops);
    for (int host = 2; host < 4; host++) {
      encapsulator.addPath(overlay.header(plan, host, arena));
    }
    frameLimit = encapsulator.path(0).frameLimit();
    tenant = new OverlayTenant(cache, arena);
  }

  /** Most bytes of a frame that need not be cut. */
  int frameLimit() {
    return frameLimit;
  }

  int paths() {
    return encapsulator.paths();
  }

  /**
   * Sends one packet through both passes.
   *
   * @param out gets what is to be transmitted; empty, and large enough
   * @return null when it was taken; otherwise why not, and the packet is freed
   */
  @Nullable String send(
      RandomPackets.Packet packet, OverlayTenant.Layout layout, int path, Burst out) {
    return send(tenant.put(packet, layout), path, out);
  }

  /** The packet in mbufs, for {@link #send(long, int, Burst)}. */
  long put(RandomPackets.Packet packet, OverlayTenant.Layout layout) {
    return tenant.put(packet, layout);
  }

  /** As the former, with a packet that lies in mbufs already. */
  @Nullable String send(long mbuf, int path, Burst out) {
    long before = drops.total();
    int result = encapsulator.submit(mbuf, path);
    if (result != Encapsulator.QUEUED) {
      if (result != Encapsulator.DROPPED) {
        drops.free(mbuf);
      }
      drops.flush();
      return switch (result) {
        case Encapsulator.TOO_BIG -> "too big";
        case Encapsulator.NO_ROOM -> "no room";
        default -> drops.nonZero().toString();
      };
    }
    encapsulator.outer(out);
    drops.flush();
    return drops.total() == before ? null : drops.nonZero().toString();
  }
}
