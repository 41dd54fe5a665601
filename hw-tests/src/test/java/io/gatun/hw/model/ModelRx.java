package io.gatun.hw.model;

import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_VLAN_STRIP;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_VLAN;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_VLAN_STRIPPED;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;

/**
 * The receive queue of a model port: frames of the wire become mbufs of as many segments as they
 * need, with what the family's driver says about them. One thread, that of the pool's lcore.
 */
public final class ModelRx implements AutoCloseable {
  private static final int MOST_SEGMENTS = 64;

  private static final int ADDRESSES = 12;

  private final RxEngine engine;
  private final boolean stripsTags;
  private final MempoolCache cache;
  private final Arena arena = Arena.ofConfined();
  private final Burst segments = Burst.allocate(MOST_SEGMENTS, arena);
  private final Mbuf mbuf = new Mbuf();
  private final Mbuf first = new Mbuf();

  /**
   * A receive queue.
   *
   * @param enabled {@code RTE_ETH_RX_OFFLOAD_*} that it is configured with
   * @param hashesInner RSS by the innermost headers
   * @param cache where the mbufs come from
   * @throws IllegalArgumentException when an offload is enabled that the family has not
   */
  public ModelRx(NicFamily family, long enabled, boolean hashesInner, MempoolCache cache) {
    long unknown = enabled & ~family.rxOffloads();
    if (unknown != 0) {
      throw new IllegalArgumentException(
          "%s: RTE_ETH_RX_OFFLOAD bits 0x%x are not among its 0x%x"
              .formatted(family, unknown, family.rxOffloads()));
    }
    this.engine = new RxEngine(NicBehaviour.of(family), enabled, hashesInner);
    this.stripsTags = (enabled & RTE_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;
    this.cache = cache;
  }

  /** Receives a frame that no flow rule with MARK has met. */
  public boolean receive(byte[] frame, Burst burst) {
    return receive(frame, RxEngine.NO_MARK, burst);
  }

  /**
   * Appends a received frame to {@code burst}.
   *
   * @param wire from the first byte of Ethernet on, without the frame check sequence
   * @param mark what a flow rule with MARK gave it
   * @return false when the pool or the burst has no room: the frame is lost, as on a wire
   */
  public boolean receive(byte[] wire, int mark, Burst burst) {
    boolean strip = stripsTags && Octets.u16(wire, ADDRESSES) == 0x8100;
    byte[] frame = strip ? withoutTag(wire) : wire;
    if (burst.remaining() == 0 || !cache.allocate(segments, 1)) {
      return false;
    }
    int room = mbuf.wrap(segments.get(0)).tailroom();
    int count = Math.max(1, Math.ceilDiv(frame.length, room));
    if (count > MOST_SEGMENTS || !cache.allocate(segments, count - 1)) {
      cache.free(segments);
      return false;
    }
    for (int i = 0; i < count; i++) {
      mbuf.wrap(segments.get(i));
      int bytes = Math.min(room, frame.length - i * room);
      Memory.copy(frame, i * room, mbuf.data(), bytes);
      mbuf.dataLength(bytes);
      mbuf.next(i + 1 < count ? segments.get(i + 1) : 0);
    }
    describe(wire, mark, frame.length, count);
    if (strip) {
      first.flags(first.flags() | RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED);
      first.vlanTci(Octets.u16(wire, ADDRESSES + 2));
    }
    burst.add(first.address());
    segments.size(0);
    return true;
  }

  private static byte[] withoutTag(byte[] wire) {
    byte[] frame = new byte[wire.length - 4];
    System.arraycopy(wire, 0, frame, 0, ADDRESSES);
    System.arraycopy(wire, ADDRESSES + 4, frame, ADDRESSES, frame.length - ADDRESSES);
    return frame;
  }

  private void describe(byte[] wire, int mark, int length, int count) {
    RxEngine.Report report = engine.receive(wire, mark);
    first.wrap(segments.get(0));
    first.segments(count);
    first.packetLength(length);
    first.port(0);
    first.flags(report.flags());
    first.packetType(report.packetType());
    first.rssHash(report.rssHash());
    Memory.putInt(first.address() + RteMbuf.HASH_FDIR_HI, report.mark());
  }

  @Override
  public void close() {
    arena.close();
  }
}
