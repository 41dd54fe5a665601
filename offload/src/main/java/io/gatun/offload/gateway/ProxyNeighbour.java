package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.offload.DropReason;
import io.gatun.offload.MbufChain;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Arp;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Icmp6;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.NeighbourDiscovery;
import io.gatun.pmd.wire.Protocol;

/**
 * Stands in for everybody behind a tunnel that carries no Ethernet: tenants' ARP requests and
 * neighbour solicitations are answered with the gateway port's MAC address (proxy ARP, RFC 1027;
 * RFC 4861 section 7.2.8).
 *
 * <p>It keeps quiet where an answer would do harm: to gratuitous ARP and ARP probes (RFC 5227), to
 * duplicate address detection (RFC 4862), and for an address that it has heard on the tenant's own
 * segment within the last {@value #LOCAL_SECONDS} seconds, whose owner answers for itself.
 *
 * <p>On the way back, decapsulated packets need an Ethernet header: {@link #mac} gives the
 * destination. For a host that was never heard it is the tenant station heard last, which with one
 * station (a router, the usual case) is the right one; before anybody was heard it is broadcast, so
 * that a host which only listens gets its first packet. One lcore.
 */
@DataPath
final class ProxyNeighbour {
  static final int LOCAL_SECONDS = 300;

  private static final int IPV6 = 6;
  private static final long KEPT_FLAGS = RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL;

  private final long gatewayMac;
  private final InnerHosts hosts;
  private final TokenBucket limit;
  private final Headers headers = new Headers();
  private final Mbuf mbuf = new Mbuf();
  private long lastMac = Ethernet.BROADCAST;

  private final Counter answered = new Counter();
  private final Counter limited = new Counter();

  /**
   * A proxy on one tenant port.
   *
   * @param gatewayMac the port's MAC address, as it lies in memory
   * @param capacity inner addresses to remember, a power of two of at least 16
   * @param answersPerSecond see {@link TokenBucket#DEFAULT_PER_SECOND}
   */
  ProxyNeighbour(long gatewayMac, int capacity, int answersPerSecond) {
    this.gatewayMac = gatewayMac;
    hosts = new InnerHosts(capacity);
    limit = new TokenBucket(answersPerSecond, answersPerSecond);
  }

  // ---- hosts ------------------------------------------------------------------------------------

  /**
   * Notes who sent a packet that is about to be encapsulated.
   *
   * @param frame address of the Ethernet header
   * @param source address of the IP header's source address
   * @param version 4 or 6
   * @param nowSeconds on a clock of the caller's
   */
  void heard(long frame, long source, int version, int nowSeconds) {
    learn(source, version, Ethernet.source(frame), nowSeconds);
  }

  private void learn(long address, int version, long mac, int nowSeconds) {
    if (mac != gatewayMac && hosts.learn(address, version, mac, nowSeconds)) {
      lastMac = mac;
    }
  }

  /**
   * The MAC address to which a decapsulated packet goes: a group's own for a group (RFC 1112
   * section 6.4, RFC 2464 section 7), otherwise see above.
   *
   * @param destination address of the IP header's destination address
   */
  long mac(long destination, int version) {
    if (version == 6) {
      if (Memory.getUnsignedByte(destination) == 0xff) {
        return NeighbourMessages.groupMac(Memory.getIntBigEndian(destination + 12));
      }
    } else {
      int address = Memory.getIntBigEndian(destination);
      if (address >>> 28 == 0xe) {
        return 0x5e0001L | (Integer.reverseBytes(address & 0x7f_ffff) & 0xffff_ff00L) << 16;
      }
      if (address == -1) {
        return Ethernet.BROADCAST;
      }
    }
    long known = hosts.mac(destination, version);
    return known == InnerHosts.NONE ? lastMac : known;
  }

  // ---- questions --------------------------------------------------------------------------------

  /**
   * Looks at a tenant's packet that is ARP or ICMPv6 neighbour discovery: see {@link #isQuestion}.
   *
   * @param packet the mbuf, which stays the caller's
   * @param nowNanos as {@link System#nanoTime}
   * @param nowSeconds on the clock of {@link #heard}
   * @return an {@link Outcome}
   */
  int receive(long packet, long nowNanos, int nowSeconds) {
    mbuf.wrap(packet);
    int available = mbuf.dataLength();
    if (available < Ethernet.LENGTH) {
      return Outcome.drop(DropReason.TOO_SHORT);
    }
    long frame = mbuf.data();
    long source = Ethernet.source(frame);
    if (source == gatewayMac) {
      return Outcome.drop(DropReason.OWN_PACKET);
    }
    if (source == 0
        || Ethernet.isGroup(source)
        || !headers.parseEthernet(frame, available, MbufChain.packetLength(packet))) {
      return Outcome.drop(DropReason.MALFORMED_INNER);
    }
    long destination = Ethernet.destination(frame);
    if (destination != gatewayMac && !Ethernet.isGroup(destination)) {
      return Outcome.drop(DropReason.NOT_FOR_US); // between two stations of the tenant
    }
    int outcome =
        switch (headers.etherType()) {
          case Ethernet.TYPE_ARP -> receiveArp(frame, available, nowNanos, nowSeconds);
          case Ethernet.TYPE_IPV6 -> receiveIpv6(frame, available, nowNanos, nowSeconds);
          default -> Outcome.drop(DropReason.NOT_IP);
        };
    if (outcome == Outcome.REPLY) {
      answered.add(1);
      mbuf.flags(mbuf.flags() & KEPT_FLAGS);
      mbuf.txOffload(0);
    }
    return outcome;
  }

  /**
   * Whether a frame is for {@link #receive} rather than for the tunnel: ARP, and ICMPv6 messages of
   * neighbour discovery, which are between neighbours (hop limit 255) and never leave a link.
   *
   * @param frame address of the frame
   * @param available bytes that can be read there
   * @param parsed of that frame, successfully
   */
  static boolean isQuestion(long frame, int available, Headers parsed) {
    if (parsed.etherType() == Ethernet.TYPE_ARP) {
      return true;
    }
    if (parsed.ipVersion() != 6
        || parsed.protocol() != Protocol.ICMPV6
        || parsed.isFragment()
        || Math.min(available, parsed.ipEnd()) <= parsed.l4Offset()) {
      return false;
    }
    int type = Icmp6.type(frame + parsed.l4Offset());
    return type >= Icmp6.ROUTER_SOLICITATION && type <= Icmp6.REDIRECT;
  }

  private int receiveArp(long frame, int available, long nowNanos, int nowSeconds) {
    long arp = frame + headers.l2Length();
    if (Arp.length(arp, available - headers.l2Length()) < 0) {
      return Outcome.drop(DropReason.MALFORMED_INNER);
    }
    long sender = Arp.senderMac(arp);
    if (sender == 0 || Ethernet.isGroup(sender)) {
      return Outcome.drop(DropReason.MALFORMED_INNER);
    }
    int operation = Arp.operation(arp);
    if (operation != Arp.REQUEST && operation != Arp.REPLY) {
      return Outcome.drop(DropReason.UNSUPPORTED);
    }
    learn(arp + Arp.SENDER_IP, 4, sender, nowSeconds);
    int asker = Arp.senderIp(arp);
    int asked = Arp.targetIp(arp);
    boolean question =
        operation == Arp.REQUEST && asker != 0 && asker != asked && OwnAddresses.isUnicast4(asked);
    if (!question) {
      return Outcome.CONSUMED;
    }
    if (hosts.isLocal(arp + Arp.TARGET_IP, 4, nowSeconds, LOCAL_SECONDS)) {
      return Outcome.drop(DropReason.NOT_FOR_US);
    }
    if (!limit.take(nowNanos)) {
      return limited();
    }
    NeighbourMessages.answerArp(frame, arp, gatewayMac);
    return Outcome.REPLY;
  }

  private int receiveIpv6(long frame, int available, long nowNanos, int nowSeconds) {
    if (!isQuestion(frame, available, headers)) {
      return Outcome.drop(DropReason.NOT_FOR_US);
    }
    long ip = frame + headers.ipOffset();
    long icmp = frame + headers.l4Offset();
    int type = Icmp6.type(icmp);
    if (type != Icmp6.NEIGHBOUR_SOLICITATION && type != Icmp6.NEIGHBOUR_ADVERTISEMENT) {
      return Outcome.drop(DropReason.UNSUPPORTED); // routers are not stood in for
    }
    if (!NeighbourMessages.isValid(ip, available - headers.ipOffset() - Ipv6.LENGTH)) {
      return Outcome.drop(DropReason.MALFORMED_INNER);
    }
    int length = Ipv6.payloadLength(ip);
    long sum = Checksum.sum(icmp, length) + Checksum.length(length);
    if (!Checksum.isGood(sum + Checksum.pseudoHeader(ip, IPV6, Protocol.ICMPV6))) {
      return Outcome.drop(DropReason.BAD_INNER_CHECKSUM);
    }
    boolean asks = type == Icmp6.NEIGHBOUR_SOLICITATION;
    int option =
        asks ? NeighbourDiscovery.OPTION_SOURCE_ADDRESS : NeighbourDiscovery.OPTION_TARGET_ADDRESS;
    long address = asks ? ip + Ipv6.SOURCE : icmp + NeighbourDiscovery.TARGET;
    long told = NeighbourDiscovery.linkLayerAddress(icmp, length, option);
    if (told == 0 || told != NeighbourDiscovery.NO_ADDRESS && Ethernet.isGroup(told)) {
      return Outcome.drop(DropReason.MALFORMED_INNER);
    }
    long sender = told == NeighbourDiscovery.NO_ADDRESS ? Ethernet.source(frame) : told;
    learn(address, IPV6, sender, nowSeconds);
    return asks ? answer6(ip, icmp, nowNanos, nowSeconds) : Outcome.CONSUMED;
  }

  private int answer6(long ip, long icmp, long nowNanos, int nowSeconds) {
    long high = Ipv6.sourceHigh(ip);
    long low = Ipv6.sourceLow(ip);
    boolean own =
        high == NeighbourDiscovery.targetHigh(icmp) && low == NeighbourDiscovery.targetLow(icmp);
    if (own || (high | low) == 0) {
      return Outcome.CONSUMED; // its own address, or duplicate address detection
    }
    if (hosts.isLocal(icmp + NeighbourDiscovery.TARGET, IPV6, nowSeconds, LOCAL_SECONDS)) {
      return Outcome.drop(DropReason.NOT_FOR_US);
    }
    if (!limit.take(nowNanos)) {
      return limited();
    }
    return NeighbourMessages.answerSolicitation(mbuf, headers.l2Length(), gatewayMac, false)
        ? Outcome.REPLY
        : Outcome.drop(DropReason.NO_HEADROOM);
  }

  private int limited() {
    limited.add(1);
    return Outcome.drop(DropReason.RATE_LIMITED);
  }

  // ---- what can be seen -------------------------------------------------------------------------

  /** Questions answered. */
  long answered() {
    return answered.get();
  }

  /** Questions not answered because there were too many. */
  long limitedAnswers() {
    return limited.get();
  }

  /** Inner hosts that were forgotten for others. */
  long replaced() {
    return hosts.replaced();
  }
}
