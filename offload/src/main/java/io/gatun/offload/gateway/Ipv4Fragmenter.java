package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.offload.DropReason;
import io.gatun.offload.MbufChain;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;
import java.lang.foreign.Arena;

/**
 * Cuts an IPv4 packet without DF into fragments (RFC 791 section 3.2), each with the Ethernet
 * header and the tags of the whole in front of it.
 *
 * <pre>
 *  +----+----------------+-------------------------------------------------+---------+
 *  | L2 | IPv4 | options |                     payload                     | padding |
 *  +----+----------------+-------------------------------------------------+---------+
 *  +----+----------------+-----------------+   offset 0, MF, all options
 *  +----+--------+-----------------+           MF, the options that are to be copied
 *  +----+--------+-------------+               MF as the whole has it: it may be a fragment itself
 * </pre>
 *
 * <p>Ethernet's padding is not sent on. One lcore.
 */
@DataPath
final class Ipv4Fragmenter {
  /** The least that can be cut into: RFC 791 section 3.2, a full header and 8 octets. */
  static final int MIN_BYTES = Ipv4.MAX_LENGTH + 8;

  private static final int UNIT = 8; // offsets count these
  private static final int END_OF_OPTIONS = 0;
  private static final int NO_OPERATION = 1;
  private static final int COPIED = 0x80;
  private static final int MAX_END = 0xffff;

  private final int dataRoom;
  private final Burst fresh;
  private final Headers headers = new Headers();
  private final Mbuf mbuf = new Mbuf();

  // Of the packet at hand.
  private long packet;
  private int headerLength;
  private int laterHeaderLength;
  private int payload;
  private int maxBytes;
  private int fragments;

  private final Counter packets = new Counter();
  private final Counter made = new Counter();

  /**
   * A fragmenter for one pool.
   *
   * @param dataRoom bytes behind the headroom of the pool's fresh mbufs, at least 128; a larger
   *     fragment becomes a chain
   * @param arena lives as long as the fragmenter
   */
  Ipv4Fragmenter(int dataRoom, Arena arena) {
    if (dataRoom < 128) {
      throw new IllegalArgumentException(
          "fragmenter: mbufs with room for %d bytes; 128 are needed for the headers"
              .formatted(dataRoom));
    }
    this.dataRoom = dataRoom;
    fresh = Burst.allocate(Burst.MAX_CAPACITY, arena);
  }

  /**
   * Appends the fragments of a packet to {@code out}: all of them, or none.
   *
   * @param mbufAddress the whole, one segment or several, which stays the caller's
   * @param maxIpBytes of a fragment without its Ethernet header, {@link #MIN_BYTES} or more
   * @param cache of the pool that fragments are taken from, of the lcore that calls
   * @return how many, or the complement of what {@link Outcome#drop} gives for the reason
   */
  int fragment(long mbufAddress, int maxIpBytes, MempoolCache cache, Burst out) {
    int mbufs = plan(mbufAddress, maxIpBytes);
    if (mbufs < 0) {
      return mbufs;
    }
    if (fragments > out.remaining() || !cache.allocate(fresh, mbufs)) {
      return ~Outcome.drop(DropReason.NO_MBUF);
    }
    build(fresh, out);
    return fragments;
  }

  /**
   * Looks at a packet and says what its fragments take.
   *
   * @return mbufs, or the complement of what {@link Outcome#drop} gives for the reason
   */
  int plan(long mbufAddress, int maxIpBytes) {
    packet = mbufAddress;
    maxBytes = maxIpBytes;
    mbuf.wrap(mbufAddress);
    long frame = mbuf.data();
    int total = MbufChain.packetLength(mbufAddress);
    if (!headers.parseEthernet(frame, mbuf.dataLength(), total) || headers.ipVersion() != 4) {
      return ~Outcome.drop(DropReason.MALFORMED_INNER);
    }
    long ip = frame + headers.ipOffset();
    headerLength = headers.ipHeaderLength();
    laterHeaderLength = Ipv4.MIN_LENGTH + copiedOptions(ip, 0);
    payload = headers.ipEnd() - headers.l4Offset();
    if (Ipv4.isDontFragment(ip) || maxIpBytes < MIN_BYTES) {
      return ~Outcome.drop(DropReason.TOO_BIG);
    }
    boolean odd = Ipv4.isMoreFragments(ip) && payload % UNIT != 0;
    if (laterHeaderLength < 0 || odd || Ipv4.fragmentOffset(ip) + payload > MAX_END) {
      return ~Outcome.drop(DropReason.MALFORMED_INNER);
    }
    return count();
  }

  private int count() {
    int mbufs = 0;
    fragments = 0;
    int done = 0;
    do {
      int part = part(done);
      mbufs += mbufsFor(headers.l2Length() + header(done) + part);
      done += part;
      fragments++;
    } while (done < payload && mbufs <= Burst.MAX_CAPACITY);
    return mbufs > Burst.MAX_CAPACITY ? ~Outcome.drop(DropReason.TOO_BIG) : mbufs;
  }

  private int header(int done) {
    return done == 0 ? headerLength : laterHeaderLength;
  }

  /** Payload bytes of the fragment that begins behind {@code done} bytes. */
  private int part(int done) {
    int room = maxBytes - header(done);
    int rest = payload - done;
    return rest <= room ? rest : room / UNIT * UNIT;
  }

  private int mbufsFor(int bytes) {
    return (bytes + dataRoom - 1) / dataRoom;
  }

  // ---- building ---------------------------------------------------------------------------------

  /** Makes what was planned out of fresh mbufs, which {@code from} holds no longer afterwards. */
  void build(Burst from, Burst out) {
    int used = 0;
    for (int done = 0; done < payload || done == 0; ) {
      int part = part(done);
      int length = headers.l2Length() + header(done) + part;
      int mbufs = mbufsFor(length);
      chain(from, used, length, mbufs);
      long first = from.get(used);
      int head = writeHeader(Mbuf.data(first), done, part);
      writePayload(first, head, headers.l4Offset() + done);
      out.add(first);
      used += mbufs;
      done += part;
      if (part == 0) {
        break; // a packet of a header alone
      }
    }
    from.size(0);
    packets.add(1);
    made.add(fragments);
  }

  /** Links {@code mbufs} mbufs and divides {@code length} bytes among them. */
  private void chain(Burst from, int index, int length, int mbufs) {
    int rest = length;
    for (int i = 0; i < mbufs; i++) {
      mbuf.wrap(from.get(index + i));
      mbuf.dataLength(Math.min(rest, dataRoom));
      mbuf.next(i + 1 < mbufs ? from.get(index + i + 1) : 0);
      rest -= mbuf.dataLength();
    }
    mbuf.wrap(from.get(index));
    mbuf.packetLength(length);
    mbuf.segments(mbufs);
  }

  /** Writes Ethernet and IPv4; returns their length in bytes. */
  private int writeHeader(long target, int done, int part) {
    long frame = mbuf.wrap(packet).data();
    long whole = frame + headers.ipOffset();
    int l2 = headers.l2Length();
    int length = header(done);
    long ip = target + l2;
    Memory.copy(frame, target, l2 + Ipv4.MIN_LENGTH);
    if (done == 0) {
      Memory.copy(whole + Ipv4.OPTIONS, ip + Ipv4.OPTIONS, headerLength - Ipv4.MIN_LENGTH);
    } else {
      copiedOptions(whole, ip + Ipv4.OPTIONS);
    }
    Ipv4.headerLength(ip, length);
    Ipv4.totalLength(ip, length + part);
    boolean more = done + part < payload || Ipv4.isMoreFragments(whole);
    int offset = (Ipv4.fragmentOffset(whole) + done) / UNIT;
    int reserved = Ipv4.flagsAndOffset(whole) & ~(Ipv4.MORE_FRAGMENTS | Ipv4.OFFSET_MASK);
    Ipv4.flagsAndOffset(ip, reserved | offset | (more ? Ipv4.MORE_FRAGMENTS : 0));
    Ipv4.checksum(ip, 0);
    Memory.putShort(ip + Ipv4.CHECKSUM, (short) Checksum.finish(Checksum.sum(ip, length)));
    return l2 + length;
  }

  /** Fills a chain behind its first {@code head} bytes. */
  private void writePayload(long first, int head, int offset) {
    int skip = head;
    int from = offset;
    for (long at = first; at != 0; at = mbuf.next()) {
      mbuf.wrap(at);
      int length = mbuf.dataLength() - skip;
      MbufChain.copy(packet, from, length, mbuf.data() + skip);
      from += length;
      skip = 0;
    }
  }

  /**
   * Copies the options that every fragment has (RFC 791 section 3.1, the copied flag), filled up
   * with zeros to whole words.
   *
   * @param ip the whole packet's header
   * @param target where they go; 0 to learn their length alone
   * @return bytes, or a large negative number when an option is malformed
   */
  private int copiedOptions(long ip, long target) {
    int length = 0;
    int at = Ipv4.OPTIONS;
    while (at < headerLength) {
      int type = Memory.getUnsignedByte(ip + at);
      if (type == END_OF_OPTIONS) {
        break;
      }
      int bytes = 1;
      if (type != NO_OPERATION) {
        bytes = at + 1 < headerLength ? Memory.getUnsignedByte(ip + at + 1) : 0;
        if (bytes < 2 || bytes > headerLength - at) {
          return Integer.MIN_VALUE;
        }
      }
      if ((type & COPIED) != 0) {
        if (target != 0) {
          Memory.copy(ip + at, target + length, bytes);
        }
        length += bytes;
      }
      at += bytes;
    }
    while (length % 4 != 0) {
      if (target != 0) {
        Memory.putByte(target + length, (byte) END_OF_OPTIONS);
      }
      length++;
    }
    return length;
  }

  // ---- what can be seen -------------------------------------------------------------------------

  /** Packets that were cut. */
  long packets() {
    return packets.get();
  }

  /** Fragments that were made of them. */
  long fragments() {
    return made.get();
  }
}
