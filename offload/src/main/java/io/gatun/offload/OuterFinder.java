package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Ipv6Extensions;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.TunnelType;
import io.gatun.pmd.wire.Udp;
import io.gatun.pmd.wire.Vlan;

/**
 * Finds the outer headers of a received packet and says whether they are this tunnel's. It keeps
 * where they are. One lcore.
 */
final class OuterFinder {
  static final int FOUND = 1;
  static final int NOT_OURS = 0;
  static final int REFUSED = -1;

  private final boolean ipv4;
  private final boolean udp;
  private final boolean gre;
  private final int udpPort;
  private final long localLow;
  private final long localHigh;
  private int ipOffset;
  private int l4Offset;
  private int end;
  private int protocol;
  private DropReason refusal = DropReason.MALFORMED_OUTER;

  OuterFinder(TunnelConfig config) {
    TunnelType type = config.type();
    ipv4 = config.local().version() == 4;
    udp = type.isUdp();
    gre = type == TunnelType.GRE || type == TunnelType.NVGRE;
    udpPort = config.udpPort();
    IpAddress local = config.local();
    localLow = ipv4 ? Integer.reverseBytes((int) local.low()) : Long.reverseBytes(local.low());
    localHigh = Long.reverseBytes(local.high());
  }

  @DataPath
  int ipOffset() {
    return ipOffset;
  }

  @DataPath
  int l4Offset() {
    return l4Offset;
  }

  /** Offset of the first byte behind the UDP datagram, or behind the IP packet without UDP. */
  @DataPath
  int end() {
    return end;
  }

  /** The protocol behind the outer IP header. */
  @DataPath
  int protocol() {
    return protocol;
  }

  /** Why the last packet was refused. */
  @DataPath
  DropReason refusal() {
    return refusal;
  }

  /**
   * Finds the outer headers.
   *
   * @return {@link #FOUND}, {@link #NOT_OURS}, or {@link #REFUSED} with a {@link #refusal}
   */
  @DataPath
  int find(long at, int available, int total) {
    if (available < Ethernet.LENGTH) {
      return refuse(DropReason.TOO_SHORT);
    }
    int type = Ethernet.type(at);
    int offset = Ethernet.LENGTH;
    if (type == Ethernet.TYPE_VLAN && available >= offset + Vlan.LENGTH) {
      type = Vlan.type(at + offset);
      offset += Vlan.LENGTH;
    }
    ipOffset = offset;
    if (ipv4) {
      return type == Ethernet.TYPE_IPV4 ? findIpv4(at, available, total) : NOT_OURS;
    }
    return type == Ethernet.TYPE_IPV6 ? findIpv6(at, available, total) : NOT_OURS;
  }

  @DataPath
  private int findIpv4(long at, int available, int total) {
    long ip = at + ipOffset;
    int headerLength = Ipv4.length(ip, available - ipOffset);
    if (headerLength < 0) {
      return malformed();
    }
    if (Memory.getInt(ip + Ipv4.DESTINATION) != (int) localLow) {
      return NOT_OURS;
    }
    end = ipOffset + Ipv4.totalLength(ip);
    l4Offset = ipOffset + headerLength;
    protocol = Ipv4.protocol(ip);
    return end > total ? malformed() : findTunnel(at, available, Ipv4.isFragment(ip));
  }

  @DataPath
  private int findIpv6(long at, int available, int total) {
    long ip = at + ipOffset;
    if (Ipv6.length(ip, available - ipOffset) < 0) {
      return malformed();
    }
    if (Memory.getLong(ip + Ipv6.DESTINATION + 8) != localLow
        || Memory.getLong(ip + Ipv6.DESTINATION) != localHigh) {
      return NOT_OURS;
    }
    end = ipOffset + Ipv6.LENGTH + Ipv6.payloadLength(ip);
    if (end > total) {
      return malformed();
    }
    // No tunnel end point sends extension headers; one that does not come first is skipped.
    protocol = Ipv6.nextHeader(ip);
    l4Offset = ipOffset + Ipv6.LENGTH;
    boolean fragment = false;
    if (!isOurs(protocol)) {
      long walk = Ipv6Extensions.walk(ip, Math.min(available, end) - ipOffset);
      if (Ipv6Extensions.isMalformed(walk)) {
        return malformed();
      }
      protocol = Ipv6Extensions.protocol(walk);
      l4Offset = ipOffset + Ipv6Extensions.offset(walk);
      fragment = Ipv6Extensions.isFragment(walk);
    }
    return findTunnel(at, available, fragment);
  }

  @DataPath
  private boolean isOurs(int number) {
    if (udp) {
      return number == Protocol.UDP;
    }
    return gre ? number == Protocol.GRE : number == Protocol.IPV4 || number == Protocol.IPV6;
  }

  @DataPath
  private int findTunnel(long at, int available, boolean fragment) {
    if (!isOurs(protocol)) {
      return NOT_OURS;
    }
    if (fragment) {
      return refuse(DropReason.OUTER_FRAGMENT);
    }
    if (!udp) {
      return FOUND;
    }
    int readable = Math.min(available, end) - l4Offset;
    if (Udp.length(at + l4Offset, readable) < 0) {
      return malformed();
    }
    if (Udp.destinationPort(at + l4Offset) != udpPort) {
      return NOT_OURS;
    }
    int datagram = Udp.datagramLength(at + l4Offset);
    if (datagram < Udp.LENGTH || l4Offset + datagram > end) {
      return malformed();
    }
    end = l4Offset + datagram;
    return FOUND;
  }

  @DataPath
  private int malformed() {
    return refuse(DropReason.MALFORMED_OUTER);
  }

  @DataPath
  private int refuse(DropReason reason) {
    refusal = reason;
    return REFUSED;
  }
}
