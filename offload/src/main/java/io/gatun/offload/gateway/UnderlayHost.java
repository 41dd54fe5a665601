package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.offload.DropReason;
import io.gatun.offload.MbufChain;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Arp;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Icmp4;
import io.gatun.pmd.wire.Icmp6;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.NeighbourDiscovery;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Vlan;

/**
 * The gateway as a host on the underlay: what makes its addresses reachable, and pingable, for
 * everybody who is no tunnel.
 *
 * <p>It answers ARP requests, neighbour solicitations and echo requests for its own addresses in
 * place, learns next hops from what it hears, and reads ICMP messages about packets of its own.
 * Neighbours' questions and pings have a rate limit each: a flood of pings must not keep the next
 * hop from finding us. One lcore.
 */
final class UnderlayHost {
  private static final int HOPS = 64; // RFC 1700's default
  private static final int IPV6 = 6;
  private static final int VLAN_ID_MASK = 0xfff;
  private static final long KEPT_FLAGS = RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL;

  private final long ownMac;
  private final int vlanTci;
  private final OwnAddresses own;
  private final NeighbourTable neighbours;
  private final PathMtu pathMtu;
  private final TokenBucket neighbourAnswers;
  private final TokenBucket echoAnswers;
  private final Headers headers = new Headers();
  private final Mbuf mbuf = new Mbuf();

  private final Counter answered = new Counter();
  private final Counter limited = new Counter();
  private final Counter conflicts = new Counter();

  /**
   * A host on one port.
   *
   * @param ownMac the port's MAC address, as it lies in memory
   * @param vlanTci of the tag that the underlay uses, or {@link NeighbourMessages#UNTAGGED}
   * @param answersPerSecond of each kind: see {@link TokenBucket#DEFAULT_PER_SECOND}
   */
  UnderlayHost(
      long ownMac,
      int vlanTci,
      OwnAddresses own,
      NeighbourTable neighbours,
      PathMtu pathMtu,
      int answersPerSecond) {
    this.ownMac = ownMac;
    this.vlanTci = vlanTci;
    this.own = own;
    this.neighbours = neighbours;
    this.pathMtu = pathMtu;
    neighbourAnswers = new TokenBucket(answersPerSecond, answersPerSecond);
    echoAnswers = new TokenBucket(answersPerSecond, answersPerSecond);
  }

  // ---- receiving --------------------------------------------------------------------------------

  /**
   * Looks at a packet that is no tunnel packet.
   *
   * @param packet the mbuf, which stays the caller's
   * @param nowNanos as {@link System#nanoTime}
   * @return an {@link Outcome}. After {@link Outcome#CONSUMED}, {@link PathMtu#take} may have a
   *     report, and {@link NeighbourTable#drainable} a neighbour
   */
  @DataPath
  int receive(long packet, long nowNanos) {
    mbuf.wrap(packet);
    int available = mbuf.dataLength();
    if (available < Ethernet.LENGTH) {
      return Outcome.drop(DropReason.TOO_SHORT);
    }
    long frame = mbuf.data();
    long source = Ethernet.source(frame);
    if (source == ownMac) {
      return Outcome.drop(DropReason.OWN_PACKET);
    }
    long destination = Ethernet.destination(frame);
    if (destination != ownMac && !Ethernet.isGroup(destination)) {
      return Outcome.drop(DropReason.NOT_FOR_US);
    }
    if (source == 0
        || Ethernet.isGroup(source)
        || !headers.parseEthernet(frame, available, MbufChain.packetLength(packet))) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    if (!isOurVlan(frame)) {
      return Outcome.drop(DropReason.VLAN_UNKNOWN);
    }
    int outcome =
        switch (headers.etherType()) {
          case Ethernet.TYPE_ARP -> receiveArp(frame, available, nowNanos);
          case Ethernet.TYPE_IPV4 -> receiveIpv4(frame, available, nowNanos);
          case Ethernet.TYPE_IPV6 -> receiveIpv6(frame, available, nowNanos);
          default -> Outcome.drop(DropReason.NOT_IP);
        };
    if (outcome == Outcome.REPLY) {
      answered.add(1);
      // What the NIC found on receive, it must not take as an order on transmit.
      mbuf.flags(mbuf.flags() & KEPT_FLAGS);
      mbuf.txOffload(0);
    }
    return outcome;
  }

  /** A tag with VLAN 0 has a priority only (IEEE 802.1Q), and counts as none. */
  @DataPath
  private boolean isOurVlan(long frame) {
    int expected = vlanTci == NeighbourMessages.UNTAGGED ? 0 : vlanTci & VLAN_ID_MASK;
    return switch (headers.tags()) {
      case 0 -> expected == 0;
      case 1 -> Vlan.id(frame + Ethernet.LENGTH) == expected;
      default -> false;
    };
  }

  @DataPath
  private int receiveArp(long frame, int available, long nowNanos) {
    long arp = frame + headers.l2Length();
    if (Arp.length(arp, available - headers.l2Length()) < 0) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    long sender = Arp.senderMac(arp);
    if (sender == 0 || Ethernet.isGroup(sender)) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    if (own.isOwn(arp + Arp.SENDER_IP, 4)) {
      conflicts.add(1); // somebody has our address (RFC 5227 section 2.4)
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    boolean forUs = own.isOwn(arp + Arp.TARGET_IP, 4);
    boolean reply = Arp.operation(arp) == Arp.REPLY;
    if (!reply && Arp.operation(arp) != Arp.REQUEST) {
      return Outcome.drop(DropReason.UNSUPPORTED);
    }
    // Requests teach as well as replies (RFC 826), but only a reply to us proves that we are heard.
    boolean confirmed = reply && forUs && Ethernet.destination(frame) == ownMac;
    int neighbour = neighbours.heard(arp + Arp.SENDER_IP, 4, sender, nowNanos, confirmed, true);
    if (reply || !forUs) {
      return forUs || neighbour != NeighbourTable.NONE
          ? Outcome.CONSUMED
          : Outcome.drop(DropReason.NOT_FOR_US);
    }
    if (!neighbourAnswers.take(nowNanos)) {
      return limited();
    }
    NeighbourMessages.answerArp(frame, arp, ownMac);
    return Outcome.REPLY;
  }

  // ---- IPv4 -------------------------------------------------------------------------------------

  @DataPath
  private int receiveIpv4(long frame, int available, long nowNanos) {
    long ip = frame + headers.ipOffset();
    if (!Checksum.isGood(Checksum.sum(ip, headers.ipHeaderLength()))) {
      return Outcome.drop(DropReason.BAD_OUTER_CHECKSUM);
    }
    // An IP address of ours behind a group MAC address is somebody's mistake or trick (RFC 1122
    // section 3.3.6).
    if (Ethernet.destination(frame) != ownMac || !own.isOwn(ip + Ipv4.DESTINATION, 4)) {
      return Outcome.drop(DropReason.NOT_FOR_US);
    }
    if (headers.isFragment()) {
      return Outcome.drop(DropReason.OUTER_FRAGMENT);
    }
    if (headers.protocol() != Protocol.ICMP) {
      return Outcome.drop(DropReason.UNSUPPORTED);
    }
    int length = headers.ipEnd() - headers.l4Offset();
    int readable = Math.min(available, headers.ipEnd()) - headers.l4Offset();
    long icmp = frame + headers.l4Offset();
    if (Icmp4.length(icmp, readable) < 0) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    if (!Checksum.isGood(MbufChain.sum(mbuf.address(), headers.l4Offset(), length))) {
      return Outcome.drop(DropReason.BAD_OUTER_CHECKSUM);
    }
    int code = Icmp4.code(icmp);
    return switch (Icmp4.type(icmp)) {
      case Icmp4.ECHO_REQUEST ->
          code == 0 ? answerEcho4(frame, ip, icmp, nowNanos) : Outcome.drop(DropReason.UNSUPPORTED);
      case Icmp4.DESTINATION_UNREACHABLE ->
          code == Icmp4.FRAGMENTATION_NEEDED
              ? pathMtu.read4(icmp, readable)
              : Outcome.drop(DropReason.UNSUPPORTED);
      default -> Outcome.drop(DropReason.UNSUPPORTED);
    };
  }

  @DataPath
  private int answerEcho4(long frame, long ip, long icmp, long nowNanos) {
    if (headers.ipHeaderLength() != Ipv4.MIN_LENGTH) {
      return Outcome.drop(DropReason.UNSUPPORTED); // a source route would have to be turned round
    }
    if (!own.isAnswerable(ip + Ipv4.SOURCE, 4)) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    if (!echoAnswers.take(nowNanos)) {
      return limited();
    }
    swapMacs(frame);
    int asked = Ipv4.destination(ip);
    Ipv4.destination(ip, Ipv4.source(ip));
    Ipv4.source(ip, asked);
    Ipv4.timeToLive(ip, HOPS);
    Ipv4.checksum(ip, 0);
    Memory.putShort(ip + Ipv4.CHECKSUM, (short) Checksum.finish(Checksum.sum(ip, Ipv4.MIN_LENGTH)));
    finish(icmp, Icmp4.ECHO_REPLY, 0);
    return Outcome.REPLY;
  }

  // ---- IPv6 -------------------------------------------------------------------------------------

  @DataPath
  private int receiveIpv6(long frame, int available, long nowNanos) {
    long ip = frame + headers.ipOffset();
    boolean unicast = Ethernet.destination(frame) == ownMac && own.isOwn(ip + Ipv6.DESTINATION, 6);
    boolean group = Memory.getUnsignedByte(ip + Ipv6.DESTINATION) == 0xff;
    if (!unicast && !group) {
      return Outcome.drop(DropReason.NOT_FOR_US);
    }
    if (headers.isFragment()) {
      return Outcome.drop(DropReason.OUTER_FRAGMENT);
    }
    if (headers.protocol() != Protocol.ICMPV6) {
      return group ? Outcome.drop(DropReason.NOT_FOR_US) : Outcome.drop(DropReason.UNSUPPORTED);
    }
    int length = headers.ipEnd() - headers.l4Offset();
    int readable = Math.min(available, headers.ipEnd()) - headers.l4Offset();
    long icmp = frame + headers.l4Offset();
    if (Icmp6.length(icmp, readable) < 0) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    long sum = MbufChain.sum(mbuf.address(), headers.l4Offset(), length);
    sum += Checksum.pseudoHeader(ip, IPV6, Protocol.ICMPV6) + Checksum.length(length);
    if (!Checksum.isGood(sum)) {
      return Outcome.drop(DropReason.BAD_OUTER_CHECKSUM);
    }
    return switch (Icmp6.type(icmp)) {
      case Icmp6.NEIGHBOUR_SOLICITATION -> receiveSolicitation(ip, readable, nowNanos);
      case Icmp6.NEIGHBOUR_ADVERTISEMENT -> receiveAdvertisement(ip, readable, nowNanos);
      case Icmp6.ECHO_REQUEST ->
          unicast ? answerEcho6(frame, ip, icmp, nowNanos) : Outcome.drop(DropReason.NOT_FOR_US);
      case Icmp6.PACKET_TOO_BIG ->
          unicast ? pathMtu.read6(icmp, readable) : Outcome.drop(DropReason.NOT_FOR_US);
      default ->
          unicast ? Outcome.drop(DropReason.UNSUPPORTED) : Outcome.drop(DropReason.NOT_FOR_US);
    };
  }

  @DataPath
  private int receiveSolicitation(long ip, int readable, long nowNanos) {
    long icmp = ip + Ipv6.LENGTH;
    if (!NeighbourMessages.isValid(ip, readable)) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    boolean addressed = own.isOwn(ip + Ipv6.DESTINATION, 6) || own.isOwnGroup(ip);
    if (!addressed || !own.isOwn(icmp + NeighbourDiscovery.TARGET, 6)) {
      return Outcome.drop(DropReason.NOT_FOR_US);
    }
    if (own.isOwn(ip + Ipv6.SOURCE, 6)) {
      conflicts.add(1);
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    long told =
        NeighbourDiscovery.linkLayerAddress(
            icmp, Ipv6.payloadLength(ip), NeighbourDiscovery.OPTION_SOURCE_ADDRESS);
    if (told == 0 || told != NeighbourDiscovery.NO_ADDRESS && Ethernet.isGroup(told)) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    neighbours.heard(ip + Ipv6.SOURCE, 6, told, nowNanos, false, true);
    if (!neighbourAnswers.take(nowNanos)) {
      return limited();
    }
    return NeighbourMessages.answerSolicitation(mbuf, headers.l2Length(), ownMac, true)
        ? Outcome.REPLY
        : Outcome.drop(DropReason.NO_HEADROOM);
  }

  @DataPath
  private int receiveAdvertisement(long ip, int readable, long nowNanos) {
    long icmp = ip + Ipv6.LENGTH;
    if (!NeighbourMessages.isValid(ip, readable)) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    if (own.isOwn(icmp + NeighbourDiscovery.TARGET, 6)) {
      conflicts.add(1); // somebody has our address (RFC 4862 section 5.4.4)
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    int flags = NeighbourDiscovery.flags(icmp);
    long told =
        NeighbourDiscovery.linkLayerAddress(
            icmp, Ipv6.payloadLength(ip), NeighbourDiscovery.OPTION_TARGET_ADDRESS);
    int neighbour =
        neighbours.heard(
            icmp + NeighbourDiscovery.TARGET,
            6,
            told,
            nowNanos,
            (flags & NeighbourDiscovery.FLAG_SOLICITED) != 0,
            (flags & NeighbourDiscovery.FLAG_OVERRIDE) != 0);
    return neighbour == NeighbourTable.NONE
        ? Outcome.drop(DropReason.NOT_FOR_US)
        : Outcome.CONSUMED;
  }

  @DataPath
  private int answerEcho6(long frame, long ip, long icmp, long nowNanos) {
    if (headers.ipHeaderLength() != Ipv6.LENGTH || Icmp6.code(icmp) != 0) {
      return Outcome.drop(DropReason.UNSUPPORTED);
    }
    if (!own.isAnswerable(ip + Ipv6.SOURCE, 6)) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    if (!echoAnswers.take(nowNanos)) {
      return limited();
    }
    swapMacs(frame);
    long high = Ipv6.destinationHigh(ip);
    long low = Ipv6.destinationLow(ip);
    Ipv6.destination(ip, Ipv6.sourceHigh(ip), Ipv6.sourceLow(ip));
    Ipv6.source(ip, high, low);
    Ipv6.hopLimit(ip, HOPS);
    int length = headers.ipEnd() - headers.l4Offset();
    long pseudo = Checksum.pseudoHeader(ip, IPV6, Protocol.ICMPV6) + Checksum.length(length);
    finish(icmp, Icmp6.ECHO_REPLY, pseudo);
    return Outcome.REPLY;
  }

  // ---- both -------------------------------------------------------------------------------------

  @DataPath
  private void swapMacs(long frame) {
    Ethernet.destination(frame, Ethernet.source(frame));
    Ethernet.source(frame, ownMac);
  }

  /**
   * Sets the type of a message and its checksum. That is summed up anew: brought up to date by RFC
   * 1624 it would be wrong for a message of zeros, whose two zeros differ.
   */
  @DataPath
  private void finish(long icmp, int type, long pseudoHeader) {
    Icmp4.type(icmp, type); // of either version: the three fields lie alike
    Icmp4.checksum(icmp, 0);
    int length = headers.ipEnd() - headers.l4Offset();
    long sum = MbufChain.sum(mbuf.address(), headers.l4Offset(), length) + pseudoHeader;
    Memory.putShort(icmp + Icmp4.CHECKSUM, (short) Checksum.finish(sum));
  }

  @DataPath
  private int limited() {
    limited.add(1);
    return Outcome.drop(DropReason.RATE_LIMITED);
  }

  // ---- sending ----------------------------------------------------------------------------------

  /**
   * Appends announcements of all own addresses to {@code out}: when the link comes up.
   *
   * @return how many; fewer than there are when mbufs or room run out
   */
  @DataPath
  int announce(NeighbourMessages messages, Burst out) {
    int made = 0;
    for (int i = 0; i < own.size(); i++) {
      if (messages.announce(out, own.get(i))) {
        made++;
      }
    }
    return made;
  }

  /**
   * Appends the request that {@link NeighbourTable#tick} asked for to {@code out}.
   *
   * @return false when there is no mbuf, no room, or no own address of that version
   */
  @DataPath
  boolean request(NeighbourMessages messages, int neighbour, Burst out) {
    IpAddress target = neighbours.address(neighbour);
    for (int i = 0; i < own.size(); i++) {
      if (own.get(i).version() == target.version()) {
        return messages.request(out, own.get(i), target, neighbours.probeMac(neighbour));
      }
    }
    return false;
  }

  // ---- what can be seen -------------------------------------------------------------------------

  /** Packets that were answered in place. */
  long answered() {
    return answered.get();
  }

  /** Packets that were not answered because there were too many. */
  long limitedAnswers() {
    return limited.get();
  }

  /** Packets from somebody who claims an address of ours. */
  long conflicts() {
    return conflicts.get();
  }
}
