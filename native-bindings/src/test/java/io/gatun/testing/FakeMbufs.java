package io.gatun.testing;

import static java.nio.channels.FileChannel.MapMode.READ_WRITE;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Mbufs without DPDK: the struct and its buffer in plain memory, as a driver would leave them. They
 * belong to no pool, so nobody may free them.
 */
public final class FakeMbufs implements AutoCloseable {
  /** Bytes behind the headroom. */
  public static final int DATA_ROOM = 2048;

  private static final int GUARDED = 1 << 17;

  private final Arena arena = Arena.ofShared();
  private long guard;
  private long guardedMbuf;

  public static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** An empty mbuf, as {@code rte_pktmbuf_alloc} gives it. */
  public long fresh() {
    return make(arena.allocate(RteMbuf.HEADROOM + DATA_ROOM, 64).address(), DATA_ROOM);
  }

  private long make(long buffer, int room) {
    long address = arena.allocate(RteMbuf.SIZEOF, 64).address();
    init(address, buffer, room);
    return address;
  }

  private static void init(long address, long buffer, int room) {
    Memory.putLong(address + RteMbuf.BUF_ADDR, buffer);
    Memory.putShort(address + RteMbuf.DATA_OFF, (short) RteMbuf.HEADROOM);
    Memory.putShort(address + RteMbuf.BUF_LEN, (short) (RteMbuf.HEADROOM + room));
    Memory.putShort(address + RteMbuf.REFCNT, (short) 1);
    Memory.putShort(address + RteMbuf.NB_SEGS, (short) 1);
  }

  /** A packet of one segment. */
  public long packet(byte[] frame) {
    return chain(frame, frame.length);
  }

  public long packet(String hex) {
    return packet(hex(hex));
  }

  /** A packet whose segments have these lengths; the last one has the rest. */
  public long chain(byte[] frame, int... lengths) {
    long first = fresh();
    long last = first;
    int done = 0;
    int segments = 1;
    for (int i = 0; ; i++) {
      int length = i < lengths.length ? lengths[i] : frame.length - done;
      Memory.putShort(last + RteMbuf.DATA_LEN, (short) length);
      Memory.copy(frame, done, data(last), length);
      done += length;
      if (done == frame.length) {
        break;
      }
      long next = fresh();
      Memory.putLong(last + RteMbuf.NEXT, next);
      last = next;
      segments++;
    }
    Memory.putInt(first + RteMbuf.PKT_LEN, frame.length);
    Memory.putShort(first + RteMbuf.NB_SEGS, (short) segments);
    return first;
  }

  /**
   * A packet behind whose last byte nothing can be read or written: who does gets an {@link
   * InternalError}. The mbuf is the same each time. How: a file is mapped and cut to half; the
   * kernel answers an access behind its end with SIGBUS, which HotSpot turns into that error.
   */
  public long guarded(byte[] frame, int length) {
    if (guard == 0) {
      guard = mapGuarded();
      guardedMbuf = arena.allocate(RteMbuf.SIZEOF, 64).address();
    }
    long at = guard - length;
    Memory.copy(frame, 0, at, length);
    Memory.fill(guardedMbuf, RteMbuf.SIZEOF, (byte) 0);
    init(guardedMbuf, at - RteMbuf.HEADROOM, length);
    Memory.putShort(guardedMbuf + RteMbuf.DATA_LEN, (short) length);
    Memory.putInt(guardedMbuf + RteMbuf.PKT_LEN, length);
    return guardedMbuf;
  }

  private long mapGuarded() {
    try {
      Path path = Files.createTempFile("gatun-guarded", "");
      try (FileChannel file = FileChannel.open(path, READ, WRITE, DELETE_ON_CLOSE)) {
        long start = file.map(READ_WRITE, 0, 2L * GUARDED, arena).address();
        file.truncate(GUARDED);
        return start + GUARDED;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All bytes of a packet, over its segments. */
  public byte[] bytes(long packet) {
    byte[] bytes = new byte[Memory.getInt(packet + RteMbuf.PKT_LEN)];
    int done = 0;
    for (long at = packet; at != 0; at = Memory.getLong(at + RteMbuf.NEXT)) {
      int length = Memory.getUnsignedShort(at + RteMbuf.DATA_LEN);
      Memory.copy(data(at), bytes, done, length);
      done += length;
    }
    if (done != bytes.length) {
      throw new AssertionError("pkt_len is " + bytes.length + ", the segments hold " + done);
    }
    return bytes;
  }

  /** Address of a segment's first byte. */
  static long data(long mbuf) {
    long buffer = Memory.getLong(mbuf + RteMbuf.BUF_ADDR);
    return buffer + Memory.getUnsignedShort(mbuf + RteMbuf.DATA_OFF);
  }

  public String hexOf(long packet) {
    return hex(bytes(packet));
  }

  @Override
  public void close() {
    arena.close();
  }
}
