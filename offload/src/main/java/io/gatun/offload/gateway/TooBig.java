package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.offload.MbufChain;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Icmp4;
import io.gatun.pmd.wire.Icmp6;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Ipv6Extensions;
import io.gatun.pmd.wire.Protocol;

/**
 * Tells the sender of an inner packet that it is too large for the tunnel: ICMPv4 "fragmentation
 * needed" with the next hop's MTU (RFC 792, RFC 1191), ICMPv6 "packet too big" (RFC 4443).
 *
 * <p>A bridge has no address on the tenant's network to speak from. The message therefore comes
 * from the packet's own destination, with the MAC addresses turned round, as Linux does it: {@code
 * skb_tunnel_check_pmtu} and {@code iptunnel_pmtud_build_icmp} in net/ipv4/ip_tunnel_core.c. One
 * lcore.
 */
@DataPath
final class TooBig {
  private static final int HOPS = 64;

  /** Precedence "internetwork control": RFC 1812 section 4.3.2.5. */
  private static final int CONTROL = 0xc0;

  /** An ICMPv4 error is at most so large: RFC 1812 section 4.3.2.3. */
  private static final int MAX_IPV4 = 576;

  /** RFC 4443 section 3.2: as much as fits in the minimum MTU. */
  private static final int MAX_IPV6 = PathMtu.MIN_IPV6;

  private static final int MAX_MTU = 0xffff;
  private static final int MAX_L2 = Ethernet.LENGTH + 8;

  /** The largest message with its Ethernet header and two tags. */
  static final int MAX_BYTES = MAX_L2 + MAX_IPV6;

  private final MempoolCache cache;
  private final TokenBucket limit;
  private final Headers headers = new Headers();
  private final Mbuf mbuf = new Mbuf();

  private final Counter sent = new Counter();
  private final Counter suppressed = new Counter();
  private final Counter limited = new Counter();
  private final Counter starved = new Counter();

  /**
   * Messages to one tenant port.
   *
   * @param cache of the pool that messages are taken from, of the lcore that will call
   * @param perSecond messages: see {@link TokenBucket#DEFAULT_PER_SECOND}
   */
  TooBig(MempoolCache cache, int perSecond) {
    this.cache = cache;
    limit = new TokenBucket(perSecond, perSecond);
  }

  /**
   * Appends the message about a frame to {@code out}. Whether there is to be one (DF, IPv6) is for
   * the caller to decide; that nobody may be told (an error, a group) is found here.
   *
   * @param packet the frame's mbuf, which is only read
   * @param mtu bytes of the largest inner IP packet that would have passed
   * @param nowNanos as {@link System#nanoTime}
   * @return whether there is a message; what became of it otherwise is counted
   */
  boolean tell(long packet, int mtu, long nowNanos, Burst out) {
    if (!parse(packet)) {
      suppressed.add(1);
      return false;
    }
    if (!limit.take(nowNanos)) {
      limited.add(1);
      return false;
    }
    if (!cache.allocate(out, 1)) {
      starved.add(1);
      return false;
    }
    mbuf.wrap(out.get(out.size() - 1));
    if (mbuf.tailroom() < MAX_BYTES) { // a pool of tiny buffers
      int last = out.size() - 1;
      cache.free(out.address() + ((long) last << 3), 1);
      out.size(last);
      starved.add(1);
      return false;
    }
    int length = write(packet, mtu, mbuf.data());
    mbuf.dataLength(length);
    mbuf.packetLength(length);
    sent.add(1);
    return true;
  }

  /** Finds the headers; false when the sender must not be told. */
  boolean parse(long packet) {
    mbuf.wrap(packet);
    int available = mbuf.dataLength();
    long frame = mbuf.data();
    if (!headers.parseEthernet(frame, available, MbufChain.packetLength(packet))
        || Ethernet.isGroup(Ethernet.source(frame))
        || Ethernet.isGroup(Ethernet.destination(frame))) {
      return false;
    }
    return switch (headers.ipVersion()) {
      case 4 -> isTold4(frame, available);
      case 6 -> isTold6(frame, available);
      default -> false;
    };
  }

  /** RFC 1122 section 3.2.2. */
  private boolean isTold4(long frame, int available) {
    long ip = frame + headers.ipOffset();
    if (Ipv4.fragmentOffset(ip) != 0
        || !OwnAddresses.isUnicast4(Ipv4.source(ip))
        || !OwnAddresses.isUnicast4(Ipv4.destination(ip))) {
      return false;
    }
    if (headers.protocol() != Protocol.ICMP) {
      return true;
    }
    int readable = Math.min(available, headers.ipEnd()) - headers.l4Offset();
    return readable > 0 && !Icmp4.isError(Icmp4.type(frame + headers.l4Offset()));
  }

  /** RFC 4443 section 2.4(e). */
  private boolean isTold6(long frame, int available) {
    long ip = frame + headers.ipOffset();
    boolean toGroup = Memory.getUnsignedByte(ip + Ipv6.DESTINATION) == 0xff;
    boolean fromGroup = Memory.getUnsignedByte(ip + Ipv6.SOURCE) == 0xff;
    boolean fromNobody = (Ipv6.sourceHigh(ip) | Ipv6.sourceLow(ip)) == 0;
    long walk = Ipv6Extensions.walk(ip, Math.min(available, headers.ipEnd()) - headers.ipOffset());
    if (toGroup || fromGroup || fromNobody || Ipv6Extensions.fragmentOffset(walk) != 0) {
      return false;
    }
    if (headers.protocol() != Protocol.ICMPV6) {
      return true;
    }
    int readable = Math.min(available, headers.ipEnd()) - headers.l4Offset();
    return readable > 0 && !Icmp6.isError(Icmp6.type(frame + headers.l4Offset()));
  }

  /**
   * Writes the message about the packet that was parsed last.
   *
   * @param target where {@link #MAX_BYTES} can be written
   * @return its length in bytes
   */
  int write(long packet, int mtu, long target) {
    long frame = Mbuf.data(packet);
    int l2 = headers.l2Length();
    Memory.copy(frame, target, l2); // the tags and the type stay
    Ethernet.destination(target, Ethernet.source(frame));
    Ethernet.source(target, Ethernet.destination(frame));
    long ip = frame + headers.ipOffset();
    return headers.ipVersion() == 4
        ? l2 + write4(packet, ip, mtu, target + l2)
        : l2 + write6(packet, ip, mtu, target + l2);
  }

  private int write4(long packet, long about, int mtu, long ip) {
    int room = MAX_IPV4 - Ipv4.MIN_LENGTH - Icmp4.LENGTH;
    int quoted = Math.min(headers.ipEnd() - headers.ipOffset(), room);
    int length = Ipv4.MIN_LENGTH + Icmp4.LENGTH + quoted;
    Ipv4.headerLength(ip, Ipv4.MIN_LENGTH);
    Ipv4.typeOfService(ip, CONTROL);
    Ipv4.totalLength(ip, length);
    Ipv4.identification(ip, 0); // with DF it says nothing (RFC 6864)
    Ipv4.flagsAndOffset(ip, Ipv4.DONT_FRAGMENT);
    Ipv4.timeToLive(ip, HOPS);
    Ipv4.protocol(ip, Protocol.ICMP);
    Ipv4.source(ip, Ipv4.destination(about));
    Ipv4.destination(ip, Ipv4.source(about));
    Ipv4.checksum(ip, 0);
    int header = Checksum.finish(Checksum.sum(ip, Ipv4.MIN_LENGTH));
    Memory.putShort(ip + Ipv4.CHECKSUM, (short) header);

    long icmp = ip + Ipv4.MIN_LENGTH;
    Memory.putLong(icmp, 0);
    Icmp4.type(icmp, Icmp4.DESTINATION_UNREACHABLE);
    Icmp4.code(icmp, Icmp4.FRAGMENTATION_NEEDED);
    Icmp4.mtu(icmp, Math.min(mtu, MAX_MTU));
    MbufChain.copy(packet, headers.ipOffset(), quoted, icmp + Icmp4.LENGTH);
    int sum = Checksum.finish(Checksum.sum(icmp, Icmp4.LENGTH + quoted));
    Memory.putShort(icmp + Icmp4.CHECKSUM, (short) sum);
    return length;
  }

  private int write6(long packet, long about, int mtu, long ip) {
    int room = MAX_IPV6 - Ipv6.LENGTH - Icmp6.LENGTH;
    int quoted = Math.min(headers.ipEnd() - headers.ipOffset(), room);
    int payload = Icmp6.LENGTH + quoted;
    Ipv6.versionClassFlow(ip, Ipv6.versionClassFlowOf(CONTROL, 0));
    Ipv6.payloadLength(ip, payload);
    Ipv6.nextHeader(ip, Protocol.ICMPV6);
    Ipv6.hopLimit(ip, HOPS);
    Ipv6.source(ip, Ipv6.destinationHigh(about), Ipv6.destinationLow(about));
    Ipv6.destination(ip, Ipv6.sourceHigh(about), Ipv6.sourceLow(about));

    long icmp = ip + Ipv6.LENGTH;
    Memory.putLong(icmp, 0);
    Icmp6.type(icmp, Icmp6.PACKET_TOO_BIG);
    // Less is no IPv6 link (RFC 8200 section 5): the tunnel then has to cut the outer packet.
    Icmp6.mtu(icmp, Math.max(mtu, PathMtu.MIN_IPV6));
    MbufChain.copy(packet, headers.ipOffset(), quoted, icmp + Icmp6.LENGTH);
    long sum = Checksum.sum(icmp, payload);
    sum += Checksum.pseudoHeader(ip, 6, Protocol.ICMPV6) + Checksum.length(payload);
    Memory.putShort(icmp + Icmp6.CHECKSUM, (short) Checksum.finish(sum));
    return Ipv6.LENGTH + payload;
  }

  // ---- what can be seen -------------------------------------------------------------------------

  /** Messages made. */
  long sent() {
    return sent.get();
  }

  /** Packets whose sender must not be told. */
  long suppressed() {
    return suppressed.get();
  }

  /** Messages not made because there were too many. */
  long limitedMessages() {
    return limited.get();
  }

  /** Messages not made for want of an mbuf or of room. */
  long starved() {
    return starved.get();
  }
}
