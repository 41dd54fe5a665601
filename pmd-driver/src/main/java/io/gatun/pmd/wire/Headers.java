package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * Where the headers of a packet are, from Ethernet or IP up to TCP and UDP: a flyweight that is
 * filled anew for each packet.
 *
 * <p>Offsets are bytes from where parsing began. After a parse that said true, every header that it
 * found lies whole within the bytes given, so that the accessors of {@link Ethernet}, {@link Ipv4}
 * and so on may be used on it without a further check. One lcore.
 */
@DataPath
public final class Headers {
  private static final int MAX_TAGS = 2;

  private int l2Length;
  private int tags;
  private int etherType;
  private int ipVersion;
  private int ipOffset;
  private int ipEnd;
  private int protocol;
  private int l4Offset;
  private int l4Length;
  private boolean fragment;
  private boolean firstFragment;
  private boolean routed;

  /** Of nothing yet. */
  public Headers() {}

  /**
   * Parses an Ethernet frame.
   *
   * @param at address of the frame
   * @param available bytes that can be read there: the first segment
   * @param total bytes of the frame over all segments
   * @return false when a header is cut or malformed, and then {@link #ipVersion} is 0 as in a frame
   *     without IP, for which it is true
   */
  public boolean parseEthernet(long at, int available, int total) {
    ipVersion = 0;
    l4Length = 0;
    fragment = false;
    routed = false;
    tags = 0;
    if (available < Ethernet.LENGTH) {
      return false;
    }
    long frame = Memory.base(at);
    int type = Ethernet.type(frame);
    int offset = Ethernet.LENGTH;
    if (type == Ethernet.TYPE_IPV4) {
      l2Length = offset;
      etherType = type;
      return parseIpv4(frame, offset, available, total);
    }
    while ((type == Ethernet.TYPE_VLAN || type == Ethernet.TYPE_QINQ) && tags < MAX_TAGS) {
      if (available < offset + Vlan.LENGTH) {
        return false;
      }
      type = Vlan.type(frame + offset);
      offset += Vlan.LENGTH;
      tags++;
    }
    l2Length = offset;
    etherType = type;
    return switch (type) {
      case Ethernet.TYPE_IPV4 -> parseIpv4(frame, offset, available, total);
      case Ethernet.TYPE_IPV6 -> parseIpv6(frame, offset, available, total);
      default -> true;
    };
  }

  /** Parses an IP packet of either version that starts at {@code at}; false also for neither. */
  public boolean parseIp(long at, int available, int total) {
    return parseIp(at, 0, available, total);
  }

  /**
   * Parses an IP packet of either version that lies within a frame, behind headers that somebody
   * else knows: a tunnel's, say.
   *
   * @param frame where offsets count from
   * @param offset of the IP header, 0 to {@code available}; becomes {@link #l2Length}
   * @param available bytes that can be read from {@code frame} on
   * @param total bytes of the frame over all segments
   */
  public boolean parseIp(long frame, int offset, int available, int total) {
    ipVersion = 0;
    l4Length = 0;
    fragment = false;
    routed = false;
    tags = 0;
    l2Length = offset;
    if (available <= offset) {
      return false;
    }
    int version = Memory.getUnsignedByte(frame + offset) >>> 4;
    if (version == 4) {
      etherType = Ethernet.TYPE_IPV4;
      return parseIpv4(Memory.base(frame), offset, available, total);
    }
    etherType = Ethernet.TYPE_IPV6;
    return version == 6 && parseIpv6(Memory.base(frame), offset, available, total);
  }

  private boolean parseIpv4(long frame, int offset, int available, int total) {
    long ip = frame + offset;
    int headerLength = Ipv4.length(ip, available - offset);
    if (headerLength < 0) {
      return false;
    }
    int end = offset + Ipv4.totalLength(ip);
    if (end > total) {
      return false;
    }
    int flags = Ipv4.flagsAndOffset(ip);
    ipVersion = 4;
    ipOffset = offset;
    ipEnd = end;
    protocol = Ipv4.protocol(ip);
    l4Offset = offset + headerLength;
    fragment = (flags & (Ipv4.MORE_FRAGMENTS | Ipv4.OFFSET_MASK)) != 0;
    firstFragment = (flags & Ipv4.OFFSET_MASK) == 0;
    routed = false;
    return parseL4(frame, available);
  }

  private boolean parseIpv6(long frame, int offset, int available, int total) {
    long ip = frame + offset;
    if (Ipv6.length(ip, available - offset) < 0) {
      return false;
    }
    int end = offset + Ipv6.LENGTH + Ipv6.payloadLength(ip);
    if (end > total) {
      return false;
    }
    // Extension headers belong to the payload: those that lie behind it are not the packet's.
    long walk = Ipv6Extensions.walk(ip, Math.min(available, end) - offset);
    if (Ipv6Extensions.isMalformed(walk)) {
      return false;
    }
    ipVersion = 6;
    ipOffset = offset;
    ipEnd = end;
    protocol = Ipv6Extensions.protocol(walk);
    l4Offset = offset + Ipv6Extensions.offset(walk);
    fragment = Ipv6Extensions.isFragment(walk);
    firstFragment = Ipv6Extensions.fragmentOffset(walk) == 0;
    routed = Ipv6Extensions.isRouted(walk);
    return parseL4(frame, available);
  }

  /** Finds out about TCP and UDP; of a fragment's later parts nothing is said. */
  private boolean parseL4(long frame, int available) {
    l4Length = 0;
    if (!firstFragment) {
      return true;
    }
    int readable = Math.min(available, ipEnd) - l4Offset;
    int length;
    if (protocol == Protocol.TCP) {
      length = Tcp.length(frame + l4Offset, readable);
    } else if (protocol == Protocol.UDP) {
      length = Udp.length(frame + l4Offset, readable);
    } else {
      return true;
    }
    if (length < 0) {
      // A first fragment may end within the header of TCP (RFC 1858): then there is no L4 to see.
      if (!fragment) {
        ipVersion = 0;
      }
      return fragment;
    }
    l4Length = length;
    return true;
  }

  /** Bytes of Ethernet and its VLAN tags; 0 when parsing began with IP. */
  public int l2Length() {
    return l2Length;
  }

  /** VLAN tags in the frame, 0 to 2. */
  public int tags() {
    return tags;
  }

  /** The Ethernet type behind all tags. */
  public int etherType() {
    return etherType;
  }

  /** 4, 6, or 0 where there is no IP. */
  public int ipVersion() {
    return ipVersion;
  }

  /** Offset of the IP header. */
  public int ipOffset() {
    return ipOffset;
  }

  /** Offset of the first byte behind the IP packet: Ethernet's padding, if anything. */
  public int ipEnd() {
    return ipEnd;
  }

  /** Bytes of the IP header with its options or extension headers. */
  public int ipHeaderLength() {
    return l4Offset - ipOffset;
  }

  /** The upper-layer protocol: see {@link Protocol}. */
  public int protocol() {
    return protocol;
  }

  /** Offset of the upper-layer header. */
  public int l4Offset() {
    return l4Offset;
  }

  /** Bytes of the TCP or UDP header; 0 for another protocol, and where fragments hide it. */
  public int l4Length() {
    return l4Length;
  }

  /** Whether the packet is one of several fragments, the first among them. */
  public boolean isFragment() {
    return fragment;
  }

  /**
   * Whether the packet has hops to go on a source route, so that the checksum's pseudo-header has
   * another destination than the IPv6 header (RFC 8200 section 8.1).
   */
  public boolean isRouted() {
    return routed;
  }

  /** Whether there is a whole TCP header whose checksum can be computed: no fragment, no route. */
  public boolean isTcp() {
    return protocol == Protocol.TCP && isChecksummed();
  }

  /** Whether there is a whole UDP header whose checksum can be computed: no fragment, no route. */
  public boolean isUdp() {
    return protocol == Protocol.UDP && isChecksummed();
  }

  private boolean isChecksummed() {
    return l4Length != 0 && !fragment && !routed;
  }
}
