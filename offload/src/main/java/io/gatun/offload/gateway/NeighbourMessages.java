package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.Arp;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Icmp6;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.NeighbourDiscovery;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Vlan;

/**
 * Writes what an IP host asks and announces about MAC addresses: ARP (RFC 826, RFC 5227) for IPv4,
 * neighbour solicitations and advertisements (RFC 4861) for IPv6, each a whole frame.
 *
 * <p>Addresses of version 4 and 6 are treated alike; what differs is decided here. One lcore.
 */
@DataPath
final class NeighbourMessages {
  /** No VLAN tag. */
  static final int UNTAGGED = -1;

  /** A solicitation or advertisement with its one option. */
  private static final int MESSAGE_BYTES =
      NeighbourDiscovery.OPTIONS + NeighbourDiscovery.ADDRESS_OPTION_LENGTH;

  private static final int IPV6_BYTES = Ipv6.LENGTH + MESSAGE_BYTES;

  /** The largest message. */
  static final int MAX_BYTES = Ethernet.LENGTH + Vlan.LENGTH + IPV6_BYTES;

  /** The shortest Ethernet frame without its checksum: shorter ones are padded with zeros. */
  static final int MIN_FRAME = 60;

  private static final int HOP_LIMIT = 255; // RFC 4861 section 7.1: proof of a neighbour
  private static final long LINK_LOCAL_GROUP = 0xff02L << 48;
  private static final int ALL_NODES = 1; // ff02::1
  private static final long SOLICITED_NODE_LOW = 0x1_ff00_0000L;
  private static final long SOLICITED_NODE_BITS = 0xff_ffffL;

  private final MempoolCache cache;
  private final long ownMac;
  private final int vlanTci;
  private final Mbuf mbuf = new Mbuf();

  /**
   * Messages of one port.
   *
   * @param cache of the pool that frames are taken from, of the lcore that will call
   * @param ownMac the port's, as it lies in memory
   * @param vlanTci of the tag that every frame gets, or {@link #UNTAGGED}
   */
  NeighbourMessages(MempoolCache cache, long ownMac, int vlanTci) {
    this.cache = cache;
    this.ownMac = ownMac;
    this.vlanTci = vlanTci;
  }

  /**
   * Appends a request for the MAC address of {@code target} to {@code out}.
   *
   * @param own an address of ours of the same version
   * @param mac whom to ask; {@link NeighbourTable#NONE} for everybody
   * @return false when there is no mbuf or no room
   */
  boolean request(Burst out, IpAddress own, IpAddress target, long mac) {
    return allocate(out)
        && mbuf.append(writeRequest(mbuf.data(), ownMac, vlanTci, own, target, mac)) != 0;
  }

  /** Appends the announcement of an address of ours to {@code out}; false as with a request. */
  boolean announce(Burst out, IpAddress own) {
    return allocate(out) && mbuf.append(writeAnnouncement(mbuf.data(), ownMac, vlanTci, own)) != 0;
  }

  private boolean allocate(Burst out) {
    if (!cache.allocate(out, 1)) {
      return false;
    }
    mbuf.wrap(out.get(out.size() - 1));
    return true;
  }

  // ---- frames -----------------------------------------------------------------------------------

  /**
   * Writes a request: see {@link #request}; the port's MAC address and tag are given.
   *
   * @param at where {@link #MAX_BYTES} can be written
   * @return its length in bytes
   */
  static int writeRequest(
      long at, long ownMac, int vlanTci, IpAddress own, IpAddress target, long mac) {
    boolean unicast = mac != NeighbourTable.NONE;
    if (own.version() == 4) {
      long to = unicast ? mac : Ethernet.BROADCAST;
      int l2 = writeEthernet(at, to, ownMac, vlanTci, Ethernet.TYPE_ARP);
      return writeArp(at, l2, ownMac, own, target);
    }
    long group = SOLICITED_NODE_LOW | target.low() & SOLICITED_NODE_BITS;
    long to = unicast ? mac : groupMac((int) group);
    int l2 = writeEthernet(at, to, ownMac, vlanTci, Ethernet.TYPE_IPV6);
    long ip = at + l2;
    if (unicast) {
      Ipv6.destination(ip, target.high(), target.low());
    } else {
      Ipv6.destination(ip, LINK_LOCAL_GROUP, group);
    }
    Ipv6.source(ip, own.high(), own.low());
    long icmp = ip + Ipv6.LENGTH;
    NeighbourDiscovery.target(icmp, target.high(), target.low());
    finish(ip, Icmp6.NEIGHBOUR_SOLICITATION, 0, ownMac);
    return l2 + IPV6_BYTES;
  }

  /**
   * Writes the announcement of an address: an ARP announcement (RFC 5227 section 3), or an
   * unsolicited advertisement to all nodes (RFC 4861 section 7.2.6).
   *
   * @return its length in bytes
   */
  static int writeAnnouncement(long at, long ownMac, int vlanTci, IpAddress own) {
    if (own.version() == 4) {
      int l2 = writeEthernet(at, Ethernet.BROADCAST, ownMac, vlanTci, Ethernet.TYPE_ARP);
      return writeArp(at, l2, ownMac, own, own);
    }
    int l2 = writeEthernet(at, groupMac(ALL_NODES), ownMac, vlanTci, Ethernet.TYPE_IPV6);
    long ip = at + l2;
    Ipv6.destination(ip, LINK_LOCAL_GROUP, ALL_NODES);
    Ipv6.source(ip, own.high(), own.low());
    NeighbourDiscovery.target(ip + Ipv6.LENGTH, own.high(), own.low());
    finish(ip, Icmp6.NEIGHBOUR_ADVERTISEMENT, NeighbourDiscovery.FLAG_OVERRIDE, ownMac);
    return l2 + IPV6_BYTES;
  }

  private static int writeEthernet(long at, long to, long from, int vlanTci, int type) {
    Ethernet.destination(at, to);
    Ethernet.source(at, from);
    if (vlanTci == UNTAGGED) {
      Ethernet.type(at, type);
      return Ethernet.LENGTH;
    }
    Ethernet.type(at, Ethernet.TYPE_VLAN);
    Vlan.tci(at + Ethernet.LENGTH, vlanTci);
    Vlan.type(at + Ethernet.LENGTH, type);
    return Ethernet.LENGTH + Vlan.LENGTH;
  }

  private static int writeArp(long at, int l2, long ownMac, IpAddress own, IpAddress target) {
    long arp = at + l2;
    Arp.operation(arp, Arp.REQUEST);
    Arp.senderMac(arp, ownMac);
    Arp.senderIp(arp, (int) own.low());
    Arp.targetMac(arp, 0);
    Arp.targetIp(arp, (int) target.low());
    int length = l2 + Arp.LENGTH;
    for (; length < MIN_FRAME; length++) {
      Memory.putByte(at + length, (byte) 0);
    }
    return length;
  }

  // ---- in place ---------------------------------------------------------------------------------

  /**
   * Turns an ARP request into the reply.
   *
   * @param frame address of the frame
   * @param arp address of its ARP header
   * @param mac the answer
   */
  static void answerArp(long frame, long arp, long mac) {
    long asker = Arp.senderMac(arp);
    int askerIp = Arp.senderIp(arp);
    Arp.operation(arp, Arp.REPLY);
    Arp.senderMac(arp, mac);
    Arp.senderIp(arp, Arp.targetIp(arp));
    Arp.targetMac(arp, asker);
    Arp.targetIp(arp, askerIp);
    Ethernet.destination(frame, asker);
    Ethernet.source(frame, mac);
  }

  /**
   * Turns a neighbour solicitation into the advertisement. An asker without an address of its own,
   * who detects duplicates, is answered through all nodes (RFC 4861 section 7.2.4).
   *
   * @param packet the mbuf, of one segment
   * @param l2 bytes before the IPv6 header
   * @param mac the answer
   * @param override whether it replaces what the asker knows: not from a proxy (section 7.2.8)
   * @return false, with the packet as it was, when the advertisement has no room
   */
  static boolean answerSolicitation(Mbuf packet, int l2, long mac, boolean override) {
    int length = l2 + IPV6_BYTES;
    if (packet.segments() != 1 || length > packet.dataLength() + packet.tailroom()) {
      return false;
    }
    long frame = packet.data();
    long ip = frame + l2;
    long icmp = ip + Ipv6.LENGTH;
    long high = Ipv6.sourceHigh(ip);
    long low = Ipv6.sourceLow(ip);
    long told =
        NeighbourDiscovery.linkLayerAddress(
            icmp, Ipv6.payloadLength(ip), NeighbourDiscovery.OPTION_SOURCE_ADDRESS);
    long asker = told == NeighbourDiscovery.NO_ADDRESS ? Ethernet.source(frame) : told;
    int flags = override ? NeighbourDiscovery.FLAG_OVERRIDE : 0;
    if ((high | low) == 0) {
      Ipv6.destination(ip, LINK_LOCAL_GROUP, ALL_NODES);
      Ethernet.destination(frame, groupMac(ALL_NODES));
    } else {
      Ipv6.destination(ip, high, low);
      Ethernet.destination(frame, asker);
      flags |= NeighbourDiscovery.FLAG_SOLICITED;
    }
    Ethernet.source(frame, mac);
    Ipv6.source(ip, NeighbourDiscovery.targetHigh(icmp), NeighbourDiscovery.targetLow(icmp));
    finish(ip, Icmp6.NEIGHBOUR_ADVERTISEMENT, flags, mac);
    packet.dataLength(length);
    packet.packetLength(length);
    return true;
  }

  /** Writes what all messages of IPv6 have in common around addresses and target. */
  private static void finish(long ip, int type, int flags, long mac) {
    Ipv6.versionClassFlow(ip, Ipv6.versionClassFlowOf(0, 0));
    Ipv6.payloadLength(ip, MESSAGE_BYTES);
    Ipv6.nextHeader(ip, Protocol.ICMPV6);
    Ipv6.hopLimit(ip, HOP_LIMIT);
    long icmp = ip + Ipv6.LENGTH;
    Icmp6.type(icmp, type);
    Icmp6.code(icmp, 0);
    Icmp6.checksum(icmp, 0);
    NeighbourDiscovery.flags(icmp, flags);
    int option =
        type == Icmp6.NEIGHBOUR_SOLICITATION
            ? NeighbourDiscovery.OPTION_SOURCE_ADDRESS
            : NeighbourDiscovery.OPTION_TARGET_ADDRESS;
    NeighbourDiscovery.linkLayerOption(icmp + NeighbourDiscovery.OPTIONS, option, mac);
    long sum = Checksum.sum(icmp, MESSAGE_BYTES);
    sum += Checksum.pseudoHeader(ip, 6, Protocol.ICMPV6) + Checksum.length(MESSAGE_BYTES);
    Memory.putShort(icmp + Icmp6.CHECKSUM, (short) Checksum.finish(sum));
  }

  /** The MAC address of an IPv6 group by the last 32 bits of its address: RFC 2464 section 7. */
  static long groupMac(int low) {
    return 0x3333L | (Integer.reverseBytes(low) & 0xffff_ffffL) << 16;
  }

  // ---- rules ------------------------------------------------------------------------------------

  /**
   * Whether a solicitation or advertisement may be believed: RFC 4861 section 7.1, beside the
   * checksum. No extension header may be there, which no sender has a reason for.
   *
   * @param ip address of the IPv6 header
   * @param readable bytes behind it that can be read
   */
  static boolean isValid(long ip, int readable) {
    int payload = Ipv6.payloadLength(ip);
    long icmp = ip + Ipv6.LENGTH;
    if (Ipv6.hopLimit(ip) != HOP_LIMIT
        || Ipv6.nextHeader(ip) != Protocol.ICMPV6
        || payload > readable
        || NeighbourDiscovery.length(icmp, payload) < 0
        || isGroup(icmp + NeighbourDiscovery.TARGET)) {
      return false;
    }
    if (Icmp6.type(icmp) == Icmp6.NEIGHBOUR_ADVERTISEMENT) {
      boolean solicited = (NeighbourDiscovery.flags(icmp) & NeighbourDiscovery.FLAG_SOLICITED) != 0;
      return !solicited || !isGroup(ip + Ipv6.DESTINATION);
    }
    if ((Ipv6.sourceHigh(ip) | Ipv6.sourceLow(ip)) != 0) {
      return true;
    }
    long told =
        NeighbourDiscovery.linkLayerAddress(
            icmp, payload, NeighbourDiscovery.OPTION_SOURCE_ADDRESS);
    return told == NeighbourDiscovery.NO_ADDRESS
        && isSolicitedNode(Ipv6.destinationHigh(ip), Ipv6.destinationLow(ip));
  }

  /** Whether it is a solicited-node group, ff02::1:ff00:0/104 (RFC 4291 section 2.7.1). */
  static boolean isSolicitedNode(long high, long low) {
    return high == LINK_LOCAL_GROUP && (low & ~SOLICITED_NODE_BITS) == SOLICITED_NODE_LOW;
  }

  private static boolean isGroup(long address) {
    return Memory.getUnsignedByte(address) == 0xff;
  }
}
