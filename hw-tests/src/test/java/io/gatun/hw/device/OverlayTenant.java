package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.hw.model.RandomPackets;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;
import java.util.Random;

/**
 * How a tenant's packets lie in mbufs: in one, in several of random lengths, with or without
 * headroom. The same choice can be made twice.
 */
final class OverlayTenant {
  private static final int MOST_SEGMENTS = 256;
  private static final int SHORT_SEGMENTS = 12;

  /**
   * A packet's way to lie in mbufs.
   *
   * @param firstBytes of the first mbuf
   * @param nextBytes of each further one; the last one takes the rest
   * @param headroom before the first byte
   */
  record Layout(int firstBytes, int nextBytes, int headroom) {}

  private final MempoolCache cache;
  private final Burst segments;
  private final Mbuf mbuf = new Mbuf();

  OverlayTenant(MempoolCache cache, Arena arena) {
    this.cache = cache;
    this.segments = Burst.allocate(MOST_SEGMENTS, arena);
  }

  /** A layout for a packet of {@code length} bytes; headers mostly lie in the first mbuf. */
  static Layout layout(int length, Random random) {
    int headroom = random.nextInt(8) == 0 ? random.nextInt(128) : 128;
    int room = 2048;
    if (length > 400 && random.nextInt(4) == 0) {
      int first = 256 + random.nextInt(room - 256);
      int next = length / SHORT_SEGMENTS + 1 + random.nextInt(room);
      return new Layout(Math.min(first, length), Math.min(next, room), headroom);
    }
    return new Layout(Math.min(room, length), room, headroom);
  }

  /** The packet in fresh mbufs. */
  long put(RandomPackets.Packet packet, Layout layout) {
    byte[] bytes = packet.bytes();
    int rest = bytes.length - layout.firstBytes();
    int count = 1 + Math.ceilDiv(rest, layout.nextBytes());
    assertThat(cache.allocate(segments, count)).as("%d mbufs", count).isTrue();
    int at = 0;
    for (int i = 0; i < count; i++) {
      mbuf.wrap(segments.get(i));
      int here = Math.min(i == 0 ? layout.firstBytes() : layout.nextBytes(), bytes.length - at);
      mbuf.append(here);
      if (i == 0 && layout.headroom() < mbuf.headroom()) {
        lower(layout.headroom());
      }
      Memory.copy(bytes, at, mbuf.data(), here);
      mbuf.next(i + 1 < count ? segments.get(i + 1) : 0);
      at += here;
    }
    mbuf.wrap(segments.get(0));
    mbuf.segments(count);
    mbuf.packetLength(bytes.length);
    mbuf.flags(packet.flags());
    mbuf.vlanTci(packet.vlanTci());
    mbuf.txOffload(Mbuf.packTxOffload(0, 0, 0, packet.segmentSize(), 0, 0));
    segments.size(0);
    return mbuf.address();
  }

  /** Makes somebody else an owner of all segments as well; a plain store, as the sole owner may. */
  static void share(long packet) {
    Mbuf segment = new Mbuf();
    for (long at = packet; at != 0; at = segment.next()) {
      segment.wrap(at).references(2);
    }
  }

  /** Takes that back. */
  static void unshare(long packet) {
    Mbuf segment = new Mbuf();
    for (long at = packet; at != 0; at = segment.next()) {
      segment.wrap(at).references(1);
    }
  }

  /** Moves the data to the front, so that only so much headroom is left. */
  private void lower(int headroom) {
    int bytes = mbuf.dataLength();
    mbuf.prepend(mbuf.headroom() - headroom);
    mbuf.dataLength(bytes);
  }
}
