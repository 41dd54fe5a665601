package io.gatun.hw.mirror;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Mbuf;
import java.lang.foreign.Arena;

/** Mbufs in plain memory, as a driver would leave them; they belong to no pool. */
final class PlainMbufs implements AutoCloseable {
  private static final int DATA_ROOM = 2048;

  private final Arena arena = Arena.ofShared();
  private final Mbuf mbuf = new Mbuf();

  /** An empty mbuf with room for 2048 bytes. */
  long fresh() {
    long buffer = arena.allocate(RteMbuf.HEADROOM + DATA_ROOM, 64).address();
    long address = arena.allocate(RteMbuf.SIZEOF, 64).address();
    Memory.putLong(address + RteMbuf.BUF_ADDR, buffer);
    Memory.putShort(address + RteMbuf.DATA_OFF, (short) RteMbuf.HEADROOM);
    Memory.putShort(address + RteMbuf.BUF_LEN, (short) (RteMbuf.HEADROOM + DATA_ROOM));
    Memory.putShort(address + RteMbuf.REFCNT, (short) 1);
    Memory.putShort(address + RteMbuf.NB_SEGS, (short) 1);
    return address;
  }

  /** A packet in segments of at most {@code segmentBytes}. */
  long packet(byte[] frame, int segmentBytes) {
    long first = fresh();
    long last = first;
    int segments = 1;
    for (int done = 0; ; segments++) {
      int length = Math.min(segmentBytes, frame.length - done);
      mbuf.wrap(last).dataLength(length);
      Memory.copy(frame, done, mbuf.data(), length);
      done += length;
      if (done == frame.length) {
        break;
      }
      last = fresh();
      mbuf.next(last);
    }
    mbuf.wrap(first).packetLength(frame.length);
    mbuf.segments(segments);
    return first;
  }

  /** A packet of one segment. */
  long packet(byte[] frame) {
    return packet(frame, DATA_ROOM);
  }

  /** Makes the first segment of {@code packet} hold another frame. */
  void refill(long packet, byte[] frame) {
    mbuf.wrap(packet).dataLength(frame.length);
    mbuf.packetLength(frame.length);
    Memory.copy(frame, 0, mbuf.data(), frame.length);
  }

  @Override
  public void close() {
    arena.close();
  }
}
