package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Checksum;

/**
 * Packets of several segments as one run of bytes. Offsets count from the packet's first byte; what
 * is asked for must lie within the packet. One lcore, which owns the packet.
 */
@DataPath
public final class MbufChain {
  private MbufChain() {}

  public static int dataLength(long mbuf) {
    return Memory.getUnsignedShort(Memory.base(mbuf) + RteMbuf.DATA_LEN);
  }

  public static int packetLength(long mbuf) {
    return Memory.getInt(Memory.base(mbuf) + RteMbuf.PKT_LEN);
  }

  public static int segments(long mbuf) {
    return Memory.getUnsignedShort(Memory.base(mbuf) + RteMbuf.NB_SEGS);
  }

  public static long next(long mbuf) {
    return Memory.getLong(Memory.base(mbuf) + RteMbuf.NEXT);
  }

  /** The partial sum of {@code bytes} bytes from {@code offset} on, as if they lay in one piece. */
  public static long sum(long mbuf, int offset, int bytes) {
    if (offset + bytes <= dataLength(mbuf)) {
      return Checksum.sum(Mbuf.data(mbuf) + offset, bytes);
    }
    long segment = mbuf;
    int skip = offset;
    int left = bytes;
    boolean odd = false;
    long sum = 0;
    while (left > 0 && segment != 0) {
      int length = dataLength(segment);
      if (skip >= length) {
        skip -= length;
      } else {
        int here = Math.min(length - skip, left);
        long part = Checksum.sum(Mbuf.data(segment) + skip, here);
        sum += odd ? Checksum.swap(part) : part;
        odd ^= (here & 1) != 0;
        left -= here;
        skip = 0;
      }
      segment = next(segment);
    }
    return sum;
  }

  /** Copies {@code bytes} bytes from {@code offset} on to {@code target}. */
  public static void copy(long mbuf, int offset, int bytes, long target) {
    long segment = mbuf;
    int skip = offset;
    int left = bytes;
    long to = target;
    while (left > 0 && segment != 0) {
      int length = dataLength(segment);
      if (skip >= length) {
        skip -= length;
      } else {
        int here = Math.min(length - skip, left);
        Memory.copy(Mbuf.data(segment) + skip, to, here);
        to += here;
        left -= here;
        skip = 0;
      }
      segment = next(segment);
    }
  }

  /**
   * Cuts the packet's end off. Segments that are not needed any more are unlinked.
   *
   * @param length bytes that remain, at least 1 and at most as many as there are
   * @return the first unlinked segment, with the rest of the chain behind it, now the caller's to
   *     free; 0 for none
   */
  public static long trim(long mbuf, int length) {
    long first = Memory.base(mbuf);
    Memory.putInt(first + RteMbuf.PKT_LEN, length);
    long segment = first;
    int left = length;
    int count = 1;
    while (left > dataLength(segment)) {
      left -= dataLength(segment);
      segment = Memory.base(next(segment));
      count++;
    }
    Memory.putShort(segment + RteMbuf.DATA_LEN, (short) left);
    long rest = next(segment);
    if (rest != 0) {
      Memory.putLong(segment + RteMbuf.NEXT, 0);
      int all = segments(first);
      Memory.putShort(first + RteMbuf.NB_SEGS, (short) count);
      Memory.putShort(Memory.base(rest) + RteMbuf.NB_SEGS, (short) (all - count));
    }
    return rest;
  }
}
