package io.gatun.offload.gateway;

import io.gatun.offload.DropReason;
import io.gatun.pmd.Burst;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.IpAddress;
import java.lang.foreign.Arena;

/** Parts of the gateway that take buffers from a pool, for device tests, which lie elsewhere. */
public final class TestGateway {
  private final NeighbourMessages messages;
  private final TooBig tooBig;
  private final Ipv4Fragmenter fragmenter;
  private final MempoolCache cache;

  /**
   * Of one pool.
   *
   * @param vlanTci -1 for none
   * @param perSecond messages about packets that are too big
   */
  public TestGateway(MempoolCache cache, MacAddress own, int vlanTci, int perSecond, int dataRoom) {
    this.cache = cache;
    messages = new NeighbourMessages(cache, own.littleEndian(), vlanTci);
    tooBig = new TooBig(cache, perSecond);
    fragmenter = new Ipv4Fragmenter(dataRoom, Arena.global());
  }

  public boolean request(Burst out, IpAddress own, IpAddress target) {
    return messages.request(out, own, target, NeighbourTable.NONE);
  }

  public boolean announce(Burst out, IpAddress own) {
    return messages.announce(out, own);
  }

  public boolean tell(long packet, int mtu, long nowNanos, Burst out) {
    return tooBig.tell(packet, mtu, nowNanos, out);
  }

  /** Messages that were sent, suppressed, limited, and not made for want of a buffer. */
  public long[] told() {
    return new long[] {
      tooBig.sent(), tooBig.suppressed(), tooBig.limitedMessages(), tooBig.starved()
    };
  }

  /** How many, or the name of the reason why not. */
  public Object fragment(long packet, int maxIpBytes, Burst out) {
    int made = fragmenter.fragment(packet, maxIpBytes, cache, out);
    return made < 0 ? DropReason.of(~made).name() : made;
  }
}
