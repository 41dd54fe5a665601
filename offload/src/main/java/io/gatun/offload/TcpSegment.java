package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Tcp;

/**
 * A received TCP segment as {@link Coalescer} sees it: a flyweight that is filled anew for each
 * packet. What is read here has been found whole by {@link Headers}.
 */
@DataPath
final class TcpSegment {
  static final long VLAN_STRIPPED = RteMbufFlags.RTE_MBUF_F_RX_VLAN_STRIPPED;

  private static final long NOT_DIRECT = RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL;
  private static final long L4_MASK = RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_MASK;
  private static final long L4_GOOD = RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_GOOD;
  private static final long IP_MASK = RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_MASK;
  private static final long IP_GOOD = RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_GOOD;

  private static final int NEVER = Tcp.SYN | Tcp.RST | Tcp.URG;
  private static final int LAST = Tcp.FIN | Tcp.PSH;

  // NOP, NOP, timestamp of 10 bytes: how RFC 7323 appendix A lays it out.
  private static final int TIMESTAMP_OPTION = 0x0101080a;
  private static final int TIMESTAMP_HEADER = Tcp.MIN_LENGTH + 12;

  private final Mbuf mbuf = new Mbuf();

  long packet;
  long frame;
  long ip;
  long tcp;
  long flags; // of the mbuf
  int version;
  int l2Bytes;
  int ipHeaderBytes;
  int tcpHeaderBytes;
  int payload;
  int padding;
  int tcpFlags;
  int sequence;
  int port;
  int vlan; // stripped TCI; 0 when none was

  /** Of nothing yet. */
  TcpSegment() {}

  /** Reads a packet for which {@link Headers#isTcp} holds. */
  void read(Mbuf from, Headers headers) {
    packet = from.address();
    mbuf.wrap(packet);
    frame = Memory.base(mbuf.data());
    ip = frame + headers.ipOffset();
    tcp = frame + headers.l4Offset();
    flags = mbuf.flags();
    version = headers.ipVersion();
    l2Bytes = headers.l2Length();
    ipHeaderBytes = headers.ipHeaderLength();
    tcpHeaderBytes = headers.l4Length();
    payload = headers.ipEnd() - headers.l4Offset() - tcpHeaderBytes;
    padding = mbuf.packetLength() - headers.ipEnd();
    tcpFlags = Tcp.flags(tcp);
    sequence = Tcp.sequence(tcp);
    port = mbuf.port();
    vlan = (flags & VLAN_STRIPPED) == 0 ? 0 : mbuf.vlanTci();
  }

  /** Bytes before the payload. */
  int headerBytes() {
    return l2Bytes + ipHeaderBytes + tcpHeaderBytes;
  }

  /** Whether a merged packet may begin with it. */
  boolean canBegin() {
    return isMergeable() && (tcpFlags & LAST) == 0 && (flags & NOT_DIRECT) == 0;
  }

  /** Whether it may be part of a merged packet at all. */
  boolean isMergeable() {
    return payload > 0
        && (tcpFlags & (NEVER | Tcp.ACK)) == Tcp.ACK
        && isVerified()
        && ipHeaderBytes == (version == 4 ? Ipv4.MIN_LENGTH : Ipv6.LENGTH)
        && hasPlainOptions()
        && isOwned();
  }

  /** Whether the packet ends with it. */
  boolean isLast() {
    return (tcpFlags & LAST) != 0;
  }

  private boolean isVerified() {
    return (flags & L4_MASK) == L4_GOOD && (version == 6 || (flags & IP_MASK) == IP_GOOD);
  }

  private boolean hasPlainOptions() {
    return tcpHeaderBytes == Tcp.MIN_LENGTH
        || (tcpHeaderBytes == TIMESTAMP_HEADER
            && Memory.getIntBigEndian(tcp + Tcp.OPTIONS) == TIMESTAMP_OPTION);
  }

  /** Whether nobody else looks at its mbufs, and its padding can be cut off. */
  private boolean isOwned() {
    if (mbuf.segments() == 1) {
      return mbuf.references() == 1;
    }
    if (padding != 0 || mbuf.dataLength() <= headerBytes()) {
      return false;
    }
    long next = packet;
    boolean owned = true;
    while (next != 0) {
      mbuf.wrap(next);
      owned &= mbuf.references() == 1;
      next = mbuf.next();
    }
    mbuf.wrap(packet);
    return owned;
  }

  /**
   * The partial sum of the payload, from what the checksum says: the whole segment with its
   * pseudo-header sums to zero in ones' complement.
   */
  long payloadSum() {
    long sum =
        Checksum.pseudoHeader(ip, version, Protocol.TCP)
            + Checksum.length(tcpHeaderBytes + payload)
            + Checksum.sum(tcp, tcpHeaderBytes);
    return Checksum.complement(sum);
  }
}
