package io.gatun.mirror.filter;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;

/**
 * What translated filters call to get at a packet's bytes. Offsets are those of the packet, over
 * all its segments. One lcore at a time owns the packet.
 */
@DataPath
final class PacketBytes {
  /** What a load beyond the frame returns; every value loaded is from 0 to 2^32 - 1. */
  static final long NONE = -1;

  private static final long DATA_LEN = RteMbuf.DATA_LEN;
  private static final long PKT_LEN = RteMbuf.PKT_LEN;
  private static final long NEXT = RteMbuf.NEXT;

  private PacketBytes() {}

  /** The length of the packet over all segments. */
  static int length(long mbuf) {
    return Memory.getInt(Memory.base(mbuf) + PKT_LEN);
  }

  /** Bytes of the frame from {@code from} to {@code end} that lie in the first segment. */
  static int readable(long mbuf, int from, int end) {
    return Math.min(Memory.getUnsignedShort(Memory.base(mbuf) + DATA_LEN), end) - from;
  }

  /** Address of the byte at {@code from}, in the first segment. */
  static long address(long mbuf, int from) {
    return Memory.base(Mbuf.data(mbuf) + from);
  }

  static int shiftLeft(int value, int bits) {
    return Integer.compareUnsigned(bits, Integer.SIZE) < 0 ? value << bits : 0;
  }

  static int shiftRight(int value, int bits) {
    return Integer.compareUnsigned(bits, Integer.SIZE) < 0 ? value >>> bits : 0;
  }

  // ---- loads that are checked, over segments ----------------------------------------------------

  /** The 4 bytes at {@code offset} of the frame from {@code from} to {@code end}, or NONE. */
  static long word(long mbuf, int from, int end, long offset) {
    long at = from + offset;
    if (at + Integer.BYTES > end) {
      return NONE;
    }
    return at + Integer.BYTES <= firstLength(mbuf)
        ? Integer.toUnsignedLong(Memory.getIntBigEndian(Mbuf.data(mbuf) + at))
        : gather(mbuf, (int) at, Integer.BYTES);
  }

  /** The 2 bytes at {@code offset} of the frame from {@code from} to {@code end}, or NONE. */
  static long half(long mbuf, int from, int end, long offset) {
    long at = from + offset;
    if (at + Short.BYTES > end) {
      return NONE;
    }
    return at + Short.BYTES <= firstLength(mbuf)
        ? Memory.getUnsignedShortBigEndian(Mbuf.data(mbuf) + at)
        : gather(mbuf, (int) at, Short.BYTES);
  }

  /** The byte at {@code offset} of the frame from {@code from} to {@code end}, or NONE. */
  static long octet(long mbuf, int from, int end, long offset) {
    long at = from + offset;
    if (at >= end) {
      return NONE;
    }
    return at < firstLength(mbuf)
        ? Memory.getUnsignedByte(Mbuf.data(mbuf) + at)
        : gather(mbuf, (int) at, Byte.BYTES);
  }

  private static int firstLength(long mbuf) {
    return Memory.getUnsignedShort(mbuf + DATA_LEN);
  }

  /** Puts a number together from bytes that may lie in several segments. */
  private static long gather(long mbuf, int offset, int bytes) {
    long segment = mbuf;
    int at = offset;
    long value = 0;
    int missing = bytes;
    while (missing > 0) {
      while (at >= firstLength(segment)) {
        at -= firstLength(segment);
        segment = Memory.getLong(segment + NEXT);
        if (segment == 0) {
          return NONE; // pkt_len promised more than the segments have
        }
      }
      value = value << Byte.SIZE | Memory.getUnsignedByte(Mbuf.data(segment) + at);
      at++;
      missing--;
    }
    return value;
  }
}
