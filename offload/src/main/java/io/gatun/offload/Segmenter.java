package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Tcp;
import io.gatun.pmd.wire.Udp;
import java.lang.foreign.Arena;

/**
 * Cuts a TCP packet into segments, or a UDP packet into datagrams, each of them whole with its own
 * headers.
 *
 * <p>Segments are copies in fresh buffers, as a checksum reads every byte anyway: contiguous, with
 * headroom for an outer header, and not bound to the original's buffers, which are free at once. A
 * segment larger than a buffer is a chain.
 *
 * <p>TCP (RFC 9293, RFC 3168): the sequence number grows, CWR stays with the first segment, FIN and
 * PSH with the last, the IPv4 identification grows by one. One lcore.
 */
final class Segmenter {
  /** The most segments that one packet can become. */
  static final int MAX_SEGMENTS = Burst.MAX_CAPACITY;

  private static final int FIRST_ONLY = Tcp.CWR;
  private static final int LAST_ONLY = Tcp.FIN | Tcp.PSH;

  private final MempoolCache pool;
  private final int room;
  private final HeaderTemplate template = new HeaderTemplate();
  private final Burst buffers;

  private HeaderPass pass = new HeaderPass(false, false);
  private int identification;

  // Where the next payload byte lies in the packet that is being cut.
  private long fromSegment;
  private int fromOffset;

  /**
   * @param pool where segments come from
   * @param dataRoom bytes of a buffer of that pool behind the headroom
   */
  Segmenter(MempoolCache pool, int dataRoom) {
    this.pool = pool;
    this.room = dataRoom;
    this.buffers = Burst.allocate(MAX_SEGMENTS, Arena.ofAuto());
  }

  /** How many segments a payload becomes. */
  @DataPath
  static int count(int payload, int size) {
    return Math.max(1, (payload + size - 1) / size);
  }

  /** How many buffers they need. */
  @DataPath
  private int buffersNeeded(int headers, int payload, int size) {
    int whole = payload / size;
    int rest = payload - whole * size;
    int needed = whole * ((headers + size + room - 1) / room);
    return rest == 0 && whole > 0 ? needed : needed + (headers + rest + room - 1) / room;
  }

  /**
   * Cuts a packet. The original stays the caller's.
   *
   * @param by completes each segment
   * @param packet a TCP or UDP packet whose headers lie in its first segment
   * @param headers of it
   * @param size payload bytes of a segment, at least 1
   * @param out where the segments go; has room for {@link #count} of them
   * @return false, with nothing done, when buffers are short
   */
  @DataPath
  boolean segment(HeaderPass by, long packet, Headers headers, int size, Burst out) {
    pass = by;
    int headerBytes = headers.l4Offset() + headers.l4Length();
    int payload = headers.ipEnd() - headerBytes;
    int needed = buffersNeeded(headerBytes, payload, size);
    if (headerBytes > room || needed > buffers.capacity() || !pool.allocate(buffers, needed)) {
      return false;
    }
    start(packet, headers, headerBytes);
    int count = count(payload, size);
    int buffer = 0;
    for (int i = 0; i < count; i++) {
      int done = i * size;
      int bytes = Math.min(size, payload - done);
      out.add(buffers.get(buffer));
      buffer += one(packet, headers, buffer, i, done, bytes, i == count - 1);
    }
    buffers.size(0);
    return true;
  }

  /**
   * Makes the last segment alone, completed by {@code by}, of what lies behind {@code done} bytes
   * of payload; the NIC makes the others.
   *
   * @param done a multiple of {@code size}
   * @param out has room for one
   * @return false, with nothing done, when buffers are short
   */
  @DataPath
  boolean last(HeaderPass by, long packet, Headers headers, int size, int done, Burst out) {
    pass = by;
    int headerBytes = headers.l4Offset() + headers.l4Length();
    int bytes = headers.ipEnd() - headerBytes - done;
    if (headerBytes > room || !pool.allocate(buffers, (headerBytes + bytes + room - 1) / room)) {
      return false;
    }
    start(packet, headers, headerBytes + done);
    out.add(buffers.get(0));
    one(packet, headers, 0, done / size, done, bytes, true);
    buffers.size(0);
    return true;
  }

  @DataPath
  private void start(long packet, Headers headers, int firstByte) {
    long ip = Mbuf.data(packet) + headers.ipOffset();
    template.load(ip, headers);
    identification = headers.ipVersion() == 4 ? Ipv4.identification(ip) : 0;
    fromSegment = packet;
    fromOffset = firstByte;
  }

  /** Makes one segment; returns how many buffers it took. */
  @DataPath
  private int one(
      long packet, Headers headers, int buffer, int index, int done, int bytes, boolean last) {
    int used = build(packet, buffer, headers.l4Offset() + headers.l4Length(), bytes);
    long segment = buffers.get(buffer);
    long at = Mbuf.data(segment);
    long l4 = at + headers.l4Offset();
    int l4Bytes = headers.l4Length() + bytes;
    pass.completeIp(
        at + headers.ipOffset(),
        template,
        template.ipHeaderLength() + l4Bytes,
        identification + index,
        0);
    if (headers.protocol() == Protocol.TCP) {
      patchTcp(l4, done, index == 0, last);
    } else {
      Udp.datagramLength(l4, l4Bytes);
    }
    pass.completeL4(segment, headers.l4Offset(), l4Bytes, template);
    return used;
  }

  @DataPath
  private static void patchTcp(long tcp, int done, boolean first, boolean last) {
    Tcp.sequence(tcp, Tcp.sequence(tcp) + done);
    int flags = Tcp.flags(tcp);
    if (!first) {
      flags &= ~FIRST_ONLY;
    }
    if (!last) {
      flags &= ~LAST_ONLY;
    }
    Tcp.flags(tcp, flags);
  }

  /**
   * Fills buffers with the headers and the next payload bytes.
   *
   * @return how many buffers became a packet
   */
  @DataPath
  private int build(long packet, int firstBuffer, int headerBytes, int bytes) {
    int total = headerBytes + bytes;
    long first = Memory.base(buffers.get(firstBuffer));
    long at = Mbuf.data(first);
    Memory.copy(Mbuf.data(packet), at, headerBytes);
    int here = Math.min(room, total);
    take(at + headerBytes, here - headerBytes);
    Memory.putShort(first + RteMbuf.DATA_LEN, (short) here);
    Memory.putInt(first + RteMbuf.PKT_LEN, total);
    int left = total - here;
    int used = 1;
    long last = first;
    while (left > 0) {
      long next = Memory.base(buffers.get(firstBuffer + used));
      here = Math.min(room, left);
      take(Mbuf.data(next), here);
      Memory.putShort(next + RteMbuf.DATA_LEN, (short) here);
      Memory.putLong(last + RteMbuf.NEXT, next);
      last = next;
      left -= here;
      used++;
    }
    if (used > 1) {
      Memory.putShort(first + RteMbuf.NB_SEGS, (short) used);
    }
    return used;
  }

  /** Copies the next payload bytes, from as many of the original's segments as they lie in. */
  @DataPath
  private void take(long target, int bytes) {
    long to = target;
    int left = bytes;
    while (left > 0) {
      int here = Math.min(MbufChain.dataLength(fromSegment) - fromOffset, left);
      if (here <= 0) {
        fromOffset -= MbufChain.dataLength(fromSegment);
        fromSegment = MbufChain.next(fromSegment);
      } else {
        Memory.copy(Mbuf.data(fromSegment) + fromOffset, to, here);
        fromOffset += here;
        to += here;
        left -= here;
      }
    }
  }
}
