package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Tcp;

/** A TCP flow of the burst and the packet that its segments are merged into. */
@DataPath
final class CoalescedFlow {
  /** Payloads up to here are copied behind the others where there is room: fewer mbufs to send. */
  private static final int COPY_BYTES = 256;

  private static final long NOT_DIRECT = RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL;
  private static final long LRO = RteMbufFlags.RTE_MBUF_F_RX_LRO;

  // What the segments of a packet may differ in.
  private static final int FREE_FLAGS = Tcp.FIN | Tcp.PSH | Tcp.CWR;
  private static final int CLASS_AND_FLOW = 0x0fff_ffff;

  private final int maxSegments;
  private final int maxIpBytes;
  private final Mbuf head = new Mbuf();
  private final Mbuf tail = new Mbuf();
  private final Mbuf added = new Mbuf();

  private boolean open;
  private long frame;
  private long ip;
  private long tcp;
  private int version;
  private int l2Bytes;
  private int headerBytes;
  private int tcpHeaderBytes;
  private int port;
  private int vlan;
  private int packets;
  private int segmentSize;
  private int payload; // of all segments
  private long payloadSum;
  private int nextSequence;
  private int tcpFlags;
  private boolean fixedIdentification;

  /**
   * @param maxSegments mbufs of a packet at most
   * @param maxIpBytes of an IP packet at most
   */
  CoalescedFlow(int maxSegments, int maxIpBytes) {
    this.maxSegments = maxSegments;
    this.maxIpBytes = maxIpBytes;
  }

  /** Whether more may be merged into the packet. */
  boolean isOpen() {
    return open;
  }

  /** Whether a segment is of this flow: its addresses and ports, and nothing else. */
  boolean isOf(TcpSegment segment) {
    if (segment.version != version
        || Memory.getInt(segment.tcp + Tcp.SOURCE_PORT) != Memory.getInt(tcp + Tcp.SOURCE_PORT)) {
      return false;
    }
    if (version == 4) {
      return Memory.getLong(segment.ip + Ipv4.SOURCE) == Memory.getLong(ip + Ipv4.SOURCE);
    }
    return Ipv6.sourceHigh(segment.ip) == Ipv6.sourceHigh(ip)
        && Ipv6.sourceLow(segment.ip) == Ipv6.sourceLow(ip)
        && Ipv6.destinationHigh(segment.ip) == Ipv6.destinationHigh(ip)
        && Ipv6.destinationLow(segment.ip) == Ipv6.destinationLow(ip);
  }

  /** Makes a segment the first of a packet; {@link TcpSegment#canBegin} has been asked. */
  void begin(TcpSegment segment) {
    open = true;
    head.wrap(segment.packet);
    frame = segment.frame;
    ip = segment.ip;
    tcp = segment.tcp;
    version = segment.version;
    l2Bytes = segment.l2Bytes;
    headerBytes = segment.headerBytes();
    tcpHeaderBytes = segment.tcpHeaderBytes;
    port = segment.port;
    vlan = segment.vlan;
    packets = 1;
    segmentSize = segment.payload;
    payload = segment.payload;
    payloadSum = 0; // computed when a second segment comes
    nextSequence = segment.sequence + segment.payload;
    tcpFlags = segment.tcpFlags;
    fixedIdentification = false;
  }

  // ---- may it be merged -------------------------------------------------------------------------

  /** Whether a segment of this flow continues the packet. */
  boolean continues(TcpSegment segment) {
    return segment.isMergeable()
        && segment.sequence == nextSequence
        && segment.payload <= segmentSize
        && headerBytes - l2Bytes + payload + segment.payload <= maxIpBytes
        && head.segments() + Memory.getUnsignedShort(segment.packet + RteMbuf.NB_SEGS)
            <= maxSegments
        && hasSameTcp(segment)
        && hasSameLink(segment)
        && (version == 4 ? hasSameIpv4(segment.ip) : hasSameIpv6(segment.ip));
  }

  /** The same header length, reserved bits, flags, acknowledgement, window and options. */
  private boolean hasSameTcp(TcpSegment segment) {
    boolean same =
        Memory.getByte(segment.tcp + Tcp.DATA_OFFSET) == Memory.getByte(tcp + Tcp.DATA_OFFSET)
            && ((segment.tcpFlags ^ tcpFlags) & ~FREE_FLAGS) == 0
            && (segment.tcpFlags & Tcp.CWR) == 0
            && Tcp.acknowledgement(segment.tcp) == Tcp.acknowledgement(tcp)
            && Tcp.window(segment.tcp) == Tcp.window(tcp);
    for (int at = Tcp.OPTIONS; same && at < tcpHeaderBytes; at += Integer.BYTES) {
      same = Memory.getInt(segment.tcp + at) == Memory.getInt(tcp + at);
    }
    return same;
  }

  /** The same Ethernet header and tags, in the frame or stripped by the NIC. */
  private boolean hasSameLink(TcpSegment segment) {
    boolean same = segment.l2Bytes == l2Bytes && segment.port == port && segment.vlan == vlan;
    // 14 bytes and 4 for each tag: whole shorts.
    for (int at = 0; same && at < l2Bytes; at += Short.BYTES) {
      same = Memory.getShort(segment.frame + at) == Memory.getShort(frame + at);
    }
    return same;
  }

  private boolean hasSameIpv4(long other) {
    if (Ipv4.timeToLive(other) != Ipv4.timeToLive(ip)
        || Ipv4.typeOfService(other) != Ipv4.typeOfService(ip)
        || Ipv4.flagsAndOffset(other) != Ipv4.flagsAndOffset(ip)) {
      return false;
    }
    int distance = (Ipv4.identification(other) - Ipv4.identification(ip)) & 0xffff;
    if (packets == 1) {
      // The second one decides, as in tcp_gro_receive: only with DF may they be all the same.
      fixedIdentification = distance == 0 && Ipv4.isDontFragment(ip);
    }
    return distance == (fixedIdentification ? 0 : packets & 0xffff);
  }

  private boolean hasSameIpv6(long other) {
    int difference = Ipv6.versionClassFlow(other) ^ Ipv6.versionClassFlow(ip);
    return (difference & CLASS_AND_FLOW) == 0 && Ipv6.hopLimit(other) == Ipv6.hopLimit(ip);
  }

  // ---- merging ----------------------------------------------------------------------------------

  /**
   * Adds a segment for which {@link #continues} holds.
   *
   * @return true when its payload was copied, so that its mbuf is free
   */
  boolean append(TcpSegment segment) {
    if (packets == 1) {
      second();
    }
    long sum = segment.payloadSum();
    payloadSum += (payload & 1) == 0 ? sum : Checksum.swap(sum);
    payload += segment.payload;
    nextSequence += segment.payload;
    tcpFlags |= segment.tcpFlags;
    packets++;
    boolean copied = copy(segment);
    if (!copied) {
      chain(segment);
    }
    if (segment.isLast() || segment.payload < segmentSize) {
      finish();
    }
    return copied;
  }

  /** What a packet needs only once a second segment has come. */
  private void second() {
    trim(head, headerBytes + payload);
    payloadSum = headPayloadSum();
    toLast(head.address());
  }

  private long headPayloadSum() {
    long sum =
        Checksum.pseudoHeader(ip, version, Protocol.TCP)
            + Checksum.length(tcpHeaderBytes + payload)
            + Checksum.sum(tcp, tcpHeaderBytes);
    return Checksum.complement(sum);
  }

  /** Cuts Ethernet's padding off; a packet of several mbufs has none ({@link TcpSegment}). */
  private static void trim(Mbuf packet, int bytes) {
    if (packet.segments() == 1) {
      packet.dataLength(bytes);
      packet.packetLength(bytes);
    }
  }

  private void toLast(long first) {
    long last = first;
    tail.wrap(last);
    while (tail.next() != 0) {
      last = tail.next();
      tail.wrap(last);
    }
  }

  private boolean copy(TcpSegment segment) {
    added.wrap(segment.packet);
    if (segment.payload > COPY_BYTES
        || added.segments() != 1
        || tail.tailroom() < segment.payload
        || (tail.flags() & NOT_DIRECT) != 0) {
      return false;
    }
    int length = tail.dataLength();
    Memory.copy(segment.tcp + segment.tcpHeaderBytes, tail.data() + length, segment.payload);
    tail.dataLength(length + segment.payload);
    head.packetLength(head.packetLength() + segment.payload);
    return true;
  }

  private void chain(TcpSegment segment) {
    added.wrap(segment.packet);
    added.adjust(segment.headerBytes());
    trim(added, segment.payload);
    tail.next(segment.packet);
    head.segments(head.segments() + added.segments());
    head.packetLength(head.packetLength() + segment.payload);
    toLast(segment.packet);
  }

  /** Ends the packet; its headers are made right where it has more than one segment. */
  void finish() {
    if (!open) {
      return;
    }
    open = false;
    if (packets == 1) {
      return;
    }
    int ipBytes = headerBytes - l2Bytes + payload;
    if (version == 4) {
      Ipv4.totalLength(ip, ipBytes);
      Memory.putShort(ip + Ipv4.CHECKSUM, (short) 0);
      int checksum = Checksum.finish(Checksum.sum(ip, Ipv4.MIN_LENGTH));
      Memory.putShort(ip + Ipv4.CHECKSUM, (short) checksum);
    } else {
      Ipv6.payloadLength(ip, ipBytes - Ipv6.LENGTH);
    }
    Tcp.flags(tcp, tcpFlags);
    Memory.putShort(tcp + Tcp.CHECKSUM, (short) 0);
    long sum =
        Checksum.pseudoHeader(ip, version, Protocol.TCP)
            + Checksum.length(tcpHeaderBytes + payload)
            + Checksum.sum(tcp, tcpHeaderBytes)
            + payloadSum;
    Memory.putShort(tcp + Tcp.CHECKSUM, (short) Checksum.finish(sum));
    head.flags(head.flags() | LRO);
    head.txOffload(Mbuf.packTxOffload(0, 0, 0, segmentSize, 0, 0));
  }
}
