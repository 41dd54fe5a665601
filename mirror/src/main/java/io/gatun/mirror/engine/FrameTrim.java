package io.gatun.mirror.engine;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;

/**
 * Shortens a frame to {@code --snaplen} by its lengths alone, and makes it whole again. A frame of
 * several segments is cut behind the last one that is needed; the rest hangs on the table's slot
 * meanwhile.
 */
@DataPath
final class FrameTrim {
  private FrameTrim() {}

  /** Shortens a frame that is longer; it must be nobody else's if it has several segments. */
  static void trim(BufferTable table, int slot, Mbuf frame, int snaplen) {
    long first = frame.address();
    long segment = first;
    int before = 0;
    while (before + Memory.getUnsignedShort(segment + RteMbuf.DATA_LEN) < snaplen) {
      before += Memory.getUnsignedShort(segment + RteMbuf.DATA_LEN);
      segment = Memory.getLong(segment + RteMbuf.NEXT);
    }
    table.cutSegment[slot] = segment;
    table.cutNext[slot] = Memory.getLong(segment + RteMbuf.NEXT);
    table.cutLengths[slot] =
        (long) frame.packetLength() << 32
            | (long) frame.segments() << 16
            | Memory.getUnsignedShort(segment + RteMbuf.DATA_LEN);
    Memory.putShort(segment + RteMbuf.DATA_LEN, (short) (snaplen - before));
    Memory.putLong(segment + RteMbuf.NEXT, 0);
    int segments = 1;
    for (long at = first; at != segment; at = Memory.getLong(at + RteMbuf.NEXT)) {
      segments++;
    }
    frame.segments(segments);
    frame.packetLength(snaplen);
  }

  /** Undoes {@link #trim}. */
  static void restore(BufferTable table, int slot, Mbuf frame) {
    long segment = table.cutSegment[slot];
    long lengths = table.cutLengths[slot];
    Memory.putLong(segment + RteMbuf.NEXT, table.cutNext[slot]);
    Memory.putShort(segment + RteMbuf.DATA_LEN, (short) lengths);
    frame.segments((int) (lengths >>> 16) & 0xffff);
    frame.packetLength((int) (lengths >>> 32));
    table.cutSegment[slot] = 0;
    table.cutNext[slot] = 0;
  }
}
