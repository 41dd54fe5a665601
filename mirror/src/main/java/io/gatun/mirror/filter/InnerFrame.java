package io.gatun.mirror.filter;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Geneve;
import io.gatun.pmd.wire.Gre;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Ipv6Extensions;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Udp;
import io.gatun.pmd.wire.Vlan;
import io.gatun.pmd.wire.Vxlan;
import io.gatun.pmd.wire.VxlanGpe;

/**
 * Where the inner frame of a tunnelled packet lies: VXLAN, VXLAN-GPE and Geneve on their own ports,
 * GRE and NVGRE, ERSPAN I to III, IP in IP; over IPv4 or IPv6, behind two VLAN tags at most. The
 * outermost tunnel counts. There is no inner frame where headers up to it do not lie in the first
 * segment, are malformed, or are those of a fragment, nor in a tunnel's control packets.
 *
 * <p>The result is one long, so that nothing is allocated; the other methods unpack it.
 */
@DataPath
final class InnerFrame {
  /** There is no inner frame. */
  static final long NONE = -1;

  private static final int MAX_TAGS = 2;

  // draft-foschiano-erspan section 4: types of GRE's, headers of 8 and 12 bytes, and 8 more with O.
  private static final int TYPE_ERSPAN = 0x88be;
  private static final int TYPE_ERSPAN_3 = 0x22eb;
  private static final int ERSPAN_2_LENGTH = 8;
  private static final int ERSPAN_3_LENGTH = 12;
  private static final int ERSPAN_3_FLAGS = 11;
  private static final int ERSPAN_3_SUBHEADER = 0x01;
  private static final int ERSPAN_3_SUBHEADER_LENGTH = 8;

  // The packed result: 16 bits offset, 31 its end, and whether it begins with an IP header.
  private static final int FROM_MASK = 0xffff;
  private static final int END_SHIFT = 16;
  private static final int END_MASK = 0x7fff_ffff;
  private static final int IP_SHIFT = 47;

  private InnerFrame() {}

  /** Offset of the first byte in the packet, and in its first segment. */
  static int from(long found) {
    return (int) found & FROM_MASK;
  }

  /** Offset behind the last byte in the packet. */
  static int end(long found) {
    return (int) (found >>> END_SHIFT) & END_MASK;
  }

  /** Whether it begins with an IP header, and not with Ethernet's. */
  static boolean isIp(long found) {
    return (found >>> IP_SHIFT & 1) != 0;
  }

  /** Finds the inner frame of a packet, or {@link #NONE}. */
  static long find(long mbuf) {
    long at = Mbuf.data(mbuf);
    int available = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
    int total = PacketBytes.length(mbuf);
    if (available < Ethernet.LENGTH) {
      return NONE;
    }
    int type = Ethernet.type(at);
    int offset = Ethernet.LENGTH;
    for (int tags = 0; tags < MAX_TAGS && Ethernet.isVlan(type); tags++) {
      if (available < offset + Vlan.LENGTH) {
        return NONE;
      }
      type = Vlan.type(at + offset);
      offset += Vlan.LENGTH;
    }
    return switch (type) {
      case Ethernet.TYPE_IPV4 -> behindIpv4(at, offset, available, total);
      case Ethernet.TYPE_IPV6 -> behindIpv6(at, offset, available, total);
      default -> NONE;
    };
  }

  private static long behindIpv4(long at, int offset, int available, int total) {
    long ip = at + offset;
    int length = Ipv4.length(ip, available - offset);
    if (length < 0 || Ipv4.isFragment(ip)) {
      return NONE;
    }
    int end = Math.min(total, offset + Ipv4.totalLength(ip));
    return behindIp(at, offset + length, Math.min(available, end), end, Ipv4.protocol(ip));
  }

  private static long behindIpv6(long at, int offset, int available, int total) {
    long ip = at + offset;
    if (Ipv6.length(ip, available - offset) < 0) {
      return NONE;
    }
    int end = Math.min(total, offset + Ipv6.LENGTH + Ipv6.payloadLength(ip));
    int readable = Math.min(available, end);
    long walk = Ipv6Extensions.walk(ip, readable - offset);
    if (Ipv6Extensions.isMalformed(walk) || Ipv6Extensions.isFragment(walk)) {
      return NONE;
    }
    int l4 = offset + Ipv6Extensions.offset(walk);
    return behindIp(at, l4, readable, end, Ipv6Extensions.protocol(walk));
  }

  private static long behindIp(long at, int offset, int available, int end, int protocol) {
    return switch (protocol) {
      case Protocol.IPV4, Protocol.IPV6 -> ip(offset, end);
      case Protocol.GRE -> behindGre(at, offset, available, end);
      case Protocol.UDP -> behindUdp(at, offset, available, end);
      default -> NONE;
    };
  }

  private static long behindUdp(long at, int offset, int available, int end) {
    if (Udp.length(at + offset, available - offset) < 0) {
      return NONE;
    }
    int datagramEnd = Math.min(end, offset + Udp.datagramLength(at + offset));
    long tunnel = at + offset + Udp.LENGTH;
    int start = offset + Udp.LENGTH;
    int readable = Math.min(available, datagramEnd) - start;
    return switch (Udp.destinationPort(at + offset)) {
      case Vxlan.PORT ->
          Vxlan.length(tunnel, readable) < 0 ? NONE : ethernet(start + Vxlan.LENGTH, datagramEnd);
      case VxlanGpe.PORT ->
          VxlanGpe.length(tunnel, readable) < 0 || VxlanGpe.isOam(tunnel)
              ? NONE
              : behindGpe(VxlanGpe.nextProtocol(tunnel), start + VxlanGpe.LENGTH, datagramEnd);
      case Geneve.PORT -> {
        int length = Geneve.length(tunnel, readable);
        yield length < 0 || Geneve.isControl(tunnel)
            ? NONE
            : ofType(Geneve.protocol(tunnel), start + length, datagramEnd);
      }
      default -> NONE;
    };
  }

  private static long behindGpe(int next, int offset, int end) {
    return switch (next) {
      case VxlanGpe.NEXT_ETHERNET -> ethernet(offset, end);
      case VxlanGpe.NEXT_IPV4, VxlanGpe.NEXT_IPV6 -> ip(offset, end);
      default -> NONE;
    };
  }

  private static long behindGre(long at, int offset, int available, int end) {
    long gre = at + offset;
    int length = Gre.length(gre, available - offset);
    if (length < 0) {
      return NONE;
    }
    int start = offset + length;
    return switch (Gre.protocol(gre)) {
      // Type I has neither a sequence number nor a header of its own.
      case TYPE_ERSPAN -> ethernet(Gre.hasSequence(gre) ? start + ERSPAN_2_LENGTH : start, end);
      case TYPE_ERSPAN_3 ->
          available < start + ERSPAN_3_LENGTH
              ? NONE
              : ethernet(start + erspan3Length(at + start), end);
      default -> ofType(Gre.protocol(gre), start, end);
    };
  }

  private static int erspan3Length(long at) {
    boolean more = (Memory.getUnsignedByte(at + ERSPAN_3_FLAGS) & ERSPAN_3_SUBHEADER) != 0;
    return more ? ERSPAN_3_LENGTH + ERSPAN_3_SUBHEADER_LENGTH : ERSPAN_3_LENGTH;
  }

  private static long ofType(int type, int offset, int end) {
    return switch (type) {
      case Ethernet.TYPE_TEB -> ethernet(offset, end);
      case Ethernet.TYPE_IPV4, Ethernet.TYPE_IPV6 -> ip(offset, end);
      default -> NONE;
    };
  }

  private static long ethernet(int from, int end) {
    return from <= FROM_MASK && from <= end ? (long) end << END_SHIFT | from : NONE;
  }

  private static long ip(int from, int end) {
    long found = ethernet(from, end);
    return found == NONE ? NONE : found | 1L << IP_SHIFT;
  }
}
