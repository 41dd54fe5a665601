package io.gatun.mirror.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gatun.bindings.Memory;
import io.gatun.pmd.Mbuf;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Builds pcapng blocks one behind the other in memory of its own, little-endian.
 *
 * <pre>
 *  Enhanced Packet Block                      any block
 *   0 +--------------------------------+       0 +--------------------------------+
 *     | type 6                         |         | type                           |
 *   4 | length of the block            |       4 | length of the block            |
 *   8 | interface                      |       8 | body, padded to 32 bits        |
 *  12 | time stamp, upper half (ns)    |         | options: code:16 length:16,    |
 *  16 | time stamp, lower half         |         |   value, padded to 32 bits     |
 *  20 | bytes captured                 |         | end of options: 0:16 0:16      |
 *  24 | bytes on the wire              |         | length of the block            |
 *  28 | packet, padded; options; length|         +--------------------------------+
 * </pre>
 *
 * <p>One thread, but for the making. Source: draft-ietf-opsawg-pcapng, sections 3 and 4.
 */
final class PcapngBlocks implements AutoCloseable {
  /** Bytes of a packet that are written at most: Wireshark refuses files with longer ones. */
  static final int MAX_CAPTURED = 262_144;

  static final int BUFFER_BYTES = 1 << 20;

  /** Size of a statistics block. */
  static final int STATISTICS_BYTES = 112;

  private static final int SECTION_HEADER = 0x0a0d0d0a;
  private static final int INTERFACE_DESCRIPTION = 1;
  private static final int INTERFACE_STATISTICS = 5;
  private static final int ENHANCED_PACKET = 6;

  private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
  private static final int LINKTYPE_ETHERNET = 1;
  private static final int NANOSECONDS = 9; // a negative power of 10

  private static final int OPT_COMMENT = 1;
  private static final int SHB_HARDWARE = 2;
  private static final int SHB_OS = 3;
  private static final int SHB_USERAPPL = 4;
  private static final int IF_NAME = 2;
  private static final int IF_DESCRIPTION = 3;
  private static final int IF_SPEED = 8;
  private static final int IF_TSRESOL = 9;
  private static final int IF_FILTER = 11;
  private static final int EPB_FLAGS = 2;
  private static final int EPB_DROPCOUNT = 4;
  private static final int ISB_STARTTIME = 2;
  private static final int ISB_ENDTIME = 3;
  private static final int ISB_IFRECV = 4;
  private static final int ISB_IFDROP = 5;
  private static final int ISB_FILTERACCEPT = 6;
  private static final int ISB_OSDROP = 7;
  private static final int ISB_USRDELIV = 8;

  private static final int INBOUND = 1;
  private static final int OUTBOUND = 2;

  private static final int PACKET_DATA = 28; // offset of the packet in its block
  private static final int FLAGS_BYTES = 8;
  private static final int DROPCOUNT_BYTES = 12;
  private static final int TAIL_BYTES = 8; // end of options, length of the block

  private final Arena arena = Arena.ofShared();
  private final ByteBuffer buffer;
  private final long address;
  private final byte[][] comments;
  private final Mbuf mbuf = new Mbuf();
  private int start;
  private int packets;

  PcapngBlocks(List<String> dropReasons) {
    MemorySegment memory = arena.allocate(BUFFER_BYTES, Long.BYTES);
    buffer = memory.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    address = memory.address();
    comments = new byte[dropReasons.size()][];
    for (int i = 0; i < comments.length; i++) {
      comments[i] = cut(("dropped: " + dropReasons.get(i)).getBytes(UTF_8));
    }
  }

  private static byte[] cut(byte[] text) {
    return text.length <= 1000 ? text : Arrays.copyOf(text, 1000);
  }

  /** What was built since {@link #clear}, from 0 to the buffer's position: whole blocks. */
  ByteBuffer buffer() {
    return buffer;
  }

  /** Packets among the blocks. */
  int packets() {
    return packets;
  }

  int bytes() {
    return buffer.position();
  }

  boolean hasRoom(int bytes) {
    return buffer.remaining() >= bytes;
  }

  void clear() {
    buffer.clear();
    packets = 0;
  }

  /** A new section: everything behind it belongs to it. */
  void section(String hardware, String system, String application) {
    begin(SECTION_HEADER);
    buffer.putInt(BYTE_ORDER_MAGIC);
    buffer.putShort((short) 1).putShort((short) 0); // version 1.0
    buffer.putLong(-1); // length of the section: not known, so that the file can grow
    text(SHB_HARDWARE, hardware);
    text(SHB_OS, system);
    text(SHB_USERAPPL, application);
    endWithOptions();
  }

  /** Bytes that {@link #description} takes at most. */
  static int descriptionBytes(CaptureInterface port) {
    int texts = port.name().length() + port.description().length() + port.filter().length();
    return 128 + 3 * texts; // a char is three bytes of UTF-8 or less
  }

  /** The next interface of the section: they are numbered from 0. */
  void description(CaptureInterface port) {
    begin(INTERFACE_DESCRIPTION);
    buffer.putShort((short) LINKTYPE_ETHERNET).putShort((short) 0);
    // 0 is allowed and means "no limit", but there is one, and older readers take 0 for it.
    buffer.putInt(port.snapLength() == 0 ? MAX_CAPTURED : port.snapLength());
    text(IF_NAME, port.name());
    text(IF_DESCRIPTION, port.description());
    if (port.speedBitsPerSecond() > 0) {
      option(IF_SPEED, port.speedBitsPerSecond());
    }
    option(IF_TSRESOL, new byte[] {NANOSECONDS});
    if (port.hasFilter()) {
      text(IF_FILTER, "\0" + port.filter()); // 0: text for libpcap follows
    }
    endWithOptions();
  }

  /** Bytes that {@link #packet} takes at most. */
  int packetBytes(int captured, long lostBefore, int dropReason) {
    return PACKET_DATA
        + padded(captured(captured))
        + FLAGS_BYTES
        + (lostBefore > 0 ? DROPCOUNT_BYTES : 0)
        + (dropReason >= 0 ? 4 + padded(comment(dropReason).length) : 0)
        + TAIL_BYTES;
  }

  /** The frame at the head of {@code ring}, with as many bytes as its segments have. */
  void packet(FrameRing ring) {
    begin(ENHANCED_PACKET);
    long nanos = ring.timestampNanos(ring.next());
    buffer.putInt(ring.interfaceId()).putInt((int) (nanos >>> 32)).putInt((int) nanos);
    int lengths = buffer.position();
    buffer.position(start + PACKET_DATA);
    int copied = copy(ring.mbuf(), captured(ring.captured()));
    buffer.putInt(lengths, copied).putInt(lengths + 4, ring.original());
    pad(copied);
    option(EPB_FLAGS, ring.isEgress() ? OUTBOUND : INBOUND);
    if (ring.lostBefore() > 0) {
      option(EPB_DROPCOUNT, ring.lostBefore());
    }
    if (ring.dropReason() >= 0) {
      option(OPT_COMMENT, comment(ring.dropReason()));
    }
    endWithOptions();
    packets++;
  }

  private static int captured(int bytes) {
    return Math.clamp(bytes, 0, MAX_CAPTURED);
  }

  private byte[] comment(int reason) {
    return reason < comments.length
        ? comments[reason]
        : ("dropped: reason " + reason).getBytes(UTF_8);
  }

  private int copy(long packet, int wanted) {
    int copied = 0;
    for (long at = packet; at != 0 && copied < wanted; at = mbuf.next()) {
      mbuf.wrap(at);
      int bytes = Math.min(mbuf.dataLength(), wanted - copied);
      Memory.copy(mbuf.data(), address + buffer.position() + copied, bytes);
      copied += bytes;
    }
    buffer.position(buffer.position() + copied);
    return copied;
  }

  /**
   * What became of the packets of one interface in this section.
   *
   * @param startNanos when the section began, ns since 1970
   * @param endNanos when it ended
   * @param written packets that are in it
   * @param dropped packets that should be
   */
  void statistics(int interfaceId, long startNanos, long endNanos, long written, long dropped) {
    begin(INTERFACE_STATISTICS);
    buffer.putInt(interfaceId).putInt((int) (endNanos >>> 32)).putInt((int) endNanos);
    time(ISB_STARTTIME, startNanos);
    time(ISB_ENDTIME, endNanos);
    option(ISB_IFRECV, written + dropped);
    option(ISB_IFDROP, dropped); // where dumpcap puts what libpcap lost, and Wireshark looks
    option(ISB_FILTERACCEPT, written + dropped);
    option(ISB_OSDROP, 0L); // no operating system on the way
    option(ISB_USRDELIV, written);
    endWithOptions();
  }

  /** Bytes of the whole blocks among the first {@code bytes} that were built. */
  int wholeBlocks(int bytes) {
    int at = 0;
    packets = 0;
    while (at + 8 <= bytes && at + buffer.getInt(at + 4) <= bytes) {
      packets += buffer.getInt(at) == ENHANCED_PACKET ? 1 : 0;
      at += buffer.getInt(at + 4);
    }
    return at;
  }

  // ---- parts of a block -------------------------------------------------------------------------

  private void begin(int type) {
    start = buffer.position();
    buffer.putInt(type).putInt(0);
  }

  private void endWithOptions() {
    buffer.putInt(0);
    int length = buffer.position() + Integer.BYTES - start;
    buffer.putInt(length).putInt(start + Integer.BYTES, length);
  }

  private void text(int code, String value) {
    if (!value.isEmpty()) {
      option(code, value.getBytes(UTF_8));
    }
  }

  private void option(int code, byte[] value) {
    buffer.putShort((short) code).putShort((short) value.length).put(value);
    pad(value.length);
  }

  private void option(int code, int value) {
    buffer.putShort((short) code).putShort((short) Integer.BYTES).putInt(value);
  }

  private void option(int code, long value) {
    buffer.putShort((short) code).putShort((short) Long.BYTES).putLong(value);
  }

  /** Times are two halves, the upper one first, in any byte order. */
  private void time(int code, long nanos) {
    buffer.putShort((short) code).putShort((short) Long.BYTES);
    buffer.putInt((int) (nanos >>> 32)).putInt((int) nanos);
  }

  private void pad(int bytes) {
    for (int i = bytes; (i & 3) != 0; i++) {
      buffer.put((byte) 0);
    }
  }

  private static int padded(int bytes) {
    return bytes + 3 & ~3;
  }

  @Override
  public void close() {
    arena.close();
  }
}
