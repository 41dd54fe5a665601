package io.gatun.hw.model;

import io.gatun.bindings.FastPath;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import java.lang.foreign.Arena;

/** A packet in the ring of a {@link CompletingDevice}: what it was when it was handed over. */
final class RingEntry {
  final long head;
  final long[] segments;
  final long[] notes;
  long end;
  boolean isSent;

  RingEntry(long head) {
    this.head = head;
    segments = new long[Memory.getUnsignedShort(head + RteMbuf.NB_SEGS)];
    notes = new long[segments.length];
    long at = head;
    for (int i = 0; i < segments.length; i++) {
      if (at == 0) {
        throw new AssertionError(
            "nb_segs says %d, the chain ends after %d".formatted(segments.length, i));
      }
      segments[i] = at;
      notes[i] = note(at, i == 0);
      at = Memory.getLong(at + RteMbuf.NEXT);
    }
    if (at != 0) {
      throw new AssertionError("the chain goes on behind its last segment");
    }
  }

  /** A checksum over the bytes and over what a driver reads of the mbuf. */
  private static long note(long mbuf, boolean isFirst) {
    int length = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
    int offset = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_OFF);
    long at = Memory.getLong(mbuf + RteMbuf.BUF_ADDR) + offset;
    long sum = Memory.getLong(mbuf + RteMbuf.NEXT) * 31 + ((long) offset << 16 | length);
    if (isFirst) {
      sum = sum * 31 + Memory.getInt(mbuf + RteMbuf.PKT_LEN);
      sum = sum * 31 + Memory.getUnsignedShort(mbuf + RteMbuf.NB_SEGS);
      sum = sum * 31 + Memory.getLong(mbuf + RteMbuf.OL_FLAGS);
    }
    int done = 0;
    for (; done + 8 <= length; done += 8) {
      sum = sum * 1_000_003 + Memory.getLong(at + done);
    }
    for (; done < length; done++) {
      sum = sum * 1_000_003 + Memory.getByte(at + done);
    }
    return sum;
  }

  void compare(String when) {
    for (int i = 0; i < segments.length; i++) {
      if (note(segments[i], i == 0) != notes[i]) {
        throw new AssertionError(
            "segment %d of %d was changed while the device had it (seen when it was %s)"
                .formatted(i, segments.length, when));
      }
    }
  }

  /** Gives the references back, to what was noted or to the chain as it is now. */
  void give(boolean asChain) {
    if (asChain) {
      freeChain(head);
      return;
    }
    for (long segment : segments) {
      freeSegment(segment);
    }
  }

  /** {@code rte_pktmbuf_free_seg}, with a count that others change as well. */
  private static void freeSegment(long segment) {
    if (Memory.getUnsignedShortAcquire(segment + RteMbuf.REFCNT) == 1
        || Memory.getAndAddUnsignedShort(segment + RteMbuf.REFCNT, -1) == 1) {
      Memory.putShort(segment + RteMbuf.REFCNT, (short) 1);
      Memory.putLong(segment + RteMbuf.NEXT, 0);
      Memory.putShort(segment + RteMbuf.NB_SEGS, (short) 1);
      freeChain(segment);
    }
  }

  private static void freeChain(long packet) {
    try (Arena arena = Arena.ofConfined()) {
      long table = arena.allocate(8, 8).address();
      Memory.putLong(table, packet);
      FastPath.rte_pktmbuf_free_bulk(table, 1);
    }
  }
}
