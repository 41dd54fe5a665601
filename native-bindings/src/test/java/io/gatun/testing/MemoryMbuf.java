package io.gatun.testing;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import java.lang.foreign.Arena;
import java.util.Random;

/**
 * An mbuf in plain memory, with as many segments as are asked for: for what reads packets and needs
 * no DPDK. What lies around the packet's bytes is random, so that who reads there is found out.
 */
public final class MemoryMbuf {
  private static final int MAX_SEGMENTS = 8;
  private static final int HEADROOM = 32;
  private static final int TAILROOM = 32;

  private final long[] mbufs = new long[MAX_SEGMENTS];
  private final long[] buffers = new long[MAX_SEGMENTS];
  private final int capacity;
  private final Random random;

  /**
   * Reserves memory that lives as long as the arena.
   *
   * @param maxBytes of the longest packet
   */
  public MemoryMbuf(Arena arena, int maxBytes, Random random) {
    this.capacity = HEADROOM + maxBytes + TAILROOM;
    this.random = random;
    for (int i = 0; i < MAX_SEGMENTS; i++) {
      mbufs[i] = arena.allocate(RteMbuf.SIZEOF, 64).address();
      buffers[i] = arena.allocate(capacity, 64).address();
    }
  }

  /**
   * Puts a packet into it.
   *
   * @param cuts offsets at which a new segment begins, ascending; at most 7. Two equal ones make an
   *     empty segment.
   * @return the address of the first mbuf, the same each time
   */
  public long fill(byte[] packet, int... cuts) {
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i < cuts.length ? cuts[i] : packet.length;
      segment(i, packet, from, to - from);
      Memory.putLong(mbufs[i] + RteMbuf.NEXT, i < cuts.length ? mbufs[i + 1] : 0);
      from = to;
    }
    Memory.putInt(mbufs[0] + RteMbuf.PKT_LEN, packet.length);
    Memory.putShort(mbufs[0] + RteMbuf.NB_SEGS, (short) (cuts.length + 1));
    return mbufs[0];
  }

  private void segment(int index, byte[] packet, int offset, int bytes) {
    byte[] surroundings = new byte[HEADROOM + bytes + TAILROOM];
    random.nextBytes(surroundings);
    System.arraycopy(packet, offset, surroundings, HEADROOM, bytes);
    Memory.copy(surroundings, 0, buffers[index], surroundings.length);
    long mbuf = mbufs[index];
    Memory.putLong(mbuf + RteMbuf.BUF_ADDR, buffers[index]);
    Memory.putShort(mbuf + RteMbuf.DATA_OFF, (short) HEADROOM);
    Memory.putShort(mbuf + RteMbuf.BUF_LEN, (short) capacity);
    Memory.putShort(mbuf + RteMbuf.DATA_LEN, (short) bytes);
    Memory.putInt(mbuf + RteMbuf.PKT_LEN, random.nextInt());
  }
}
