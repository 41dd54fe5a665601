package io.gatun.hw.device;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Puts packets into mbufs whose other bytes are known, and reads packets out of chains. On the
 * lcore that owns the cache.
 */
final class PacketChain {
  private static final int MAX_SEGMENTS = 40;

  private final MempoolCache cache;
  private final Mbuf mbuf = new Mbuf();
  private final Burst burst = Burst.allocate(MAX_SEGMENTS, Arena.ofAuto());

  PacketChain(MempoolCache cache) {
    this.cache = cache;
  }

  /**
   * Makes a packet. What the buffers hold around the data is {@code around}: who reads it gives
   * itself away when another value gives another result.
   *
   * @param cuts where segments end, rising, the last one being {@code length}
   * @param segments how many cuts there are
   * @param headroom of the first segment, 0 to 128
   * @return the mbuf
   */
  long make(byte[] data, int[] cuts, int segments, int headroom, byte around) {
    if (!cache.allocate(burst, segments)) {
      throw new AssertionError("no mbufs left: some were lost");
    }
    int length = cuts[segments - 1];
    int from = 0;
    for (int i = 0; i < segments; i++) {
      mbuf.wrap(burst.get(i));
      int bytes = cuts[i] - from;
      int before = i == 0 ? headroom : RteMbuf.HEADROOM;
      Memory.fill(mbuf.data() - RteMbuf.HEADROOM, mbuf.bufferLength(), around);
      Memory.putShort(mbuf.address() + RteMbuf.DATA_OFF, (short) before);
      Memory.copy(data, from, mbuf.data(), bytes);
      mbuf.dataLength(bytes);
      mbuf.next(i + 1 < segments ? burst.get(i + 1) : 0);
      from = cuts[i];
    }
    long first = burst.get(0);
    mbuf.wrap(first);
    mbuf.packetLength(length);
    mbuf.segments(segments);
    burst.size(0);
    return first;
  }

  /** Copies a packet's bytes; its segments must agree with its length and their number. */
  int read(long packet, byte[] target) {
    mbuf.wrap(packet);
    int total = mbuf.packetLength();
    int segments = mbuf.segments();
    int copied = 0;
    int count = 0;
    for (long at = packet; at != 0; at = mbuf.next()) {
      mbuf.wrap(at);
      int bytes = mbuf.dataLength();
      if (mbuf.headroom() + bytes > mbuf.bufferLength() || copied + bytes > target.length) {
        throw new AssertionError(
            "segment %d: %d bytes behind %d".formatted(count, bytes, mbuf.headroom()));
      }
      Memory.copy(mbuf.data(), target, copied, bytes);
      copied += bytes;
      count++;
    }
    if (copied != total || count != segments) {
      throw new AssertionError(
          "%d bytes in %d segments, said to be %d in %d".formatted(copied, count, total, segments));
    }
    return copied;
  }

  /** Whether two packets have the same bytes; {@code one} and {@code other} are for scratch. */
  boolean same(long a, long b, byte[] one, byte[] other) {
    int length = read(a, one);
    return read(b, other) == length && Arrays.equals(one, 0, length, other, 0, length);
  }

  void free(long packet) {
    burst.add(packet);
    cache.free(burst);
  }
}
