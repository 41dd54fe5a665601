package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.offload.wire.Checksum;
import io.gatun.offload.wire.Ethernet;
import io.gatun.offload.wire.Gre;
import io.gatun.offload.wire.Headers;
import io.gatun.offload.wire.IpAddress;
import io.gatun.offload.wire.Ipv4;
import io.gatun.offload.wire.Ipv6;
import io.gatun.offload.wire.Ipv6Extensions;
import io.gatun.offload.wire.Protocol;
import io.gatun.offload.wire.Tcp;
import io.gatun.offload.wire.Udp;
import io.gatun.offload.wire.Vlan;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;

/**
 * The receive side of a tunnel: a verdict on the outer header, the strip, a verdict on the inner
 * header.
 *
 * <p>A checksum is looked at once: by the NIC where it says so in the mbuf, in software otherwise.
 * What is bad is counted and dropped or delivered, as the tunnel's policy says; it is never
 * repaired. Only ECN may change the inner header (RFC 6040).
 *
 * <p>One lcore owns it. {@link #receive} keeps the packet's source for the caller until the next
 * call.
 */
public final class Decapsulator {
  /** No packet of this tunnel: for the end point itself, or for nobody. Untouched. */
  public static final int NOT_TUNNELLED = -1;

  /** Dropped, and counted; the packet stays the caller's to free. */
  public static final int DROPPED = -2;

  private static final long RX_VERDICTS =
      RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_MASK
          | RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_MASK
          | RteMbufFlags.RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD
          | RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_MASK
          | RteMbufFlags.RTE_MBUF_F_RX_VLAN;
  private static final long TUNNEL_TYPE_MASK = 0xf000; // RTE_PTYPE_TUNNEL_MASK
  private static final int ECN_MASK = 3;
  private static final long LOW = 0xffff_ffffL;
  private static final long ALL_GOOD =
      RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_GOOD | RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_GOOD;

  // A plain packet: offsets in an untagged frame with an IPv4 header without options, and what that
  // looks like from the Ethernet type on, read as a little-endian int: 08 00 45.
  private static final int PLAIN_MASK = 0x00ff_ffff;

  // In the first 8 bytes of an IPv4 header: fragment bits, and those with ECN.
  private static final long FRAGMENT_PLAIN_MASK = 0xff3fL << 48;
  private static final long FIRST_PLAIN_MASK = FRAGMENT_PLAIN_MASK | 0x0300L;
  private static final int PLAIN_IPV4 = 0x0045_0008;
  private static final int PLAIN_DESTINATION = Ethernet.LENGTH + Ipv4.DESTINATION;
  private static final int PLAIN_UDP = Ethernet.LENGTH + Ipv4.MIN_LENGTH;
  private static final int PLAIN_BYTES = PLAIN_UDP + Udp.LENGTH;
  private static final int PLAIN_TUNNEL = PLAIN_BYTES;
  private static final int PLAIN_INNER = PLAIN_TUNNEL + 8;

  private final TunnelConfig config;
  private final IdentifierTable tenants;
  private final RxTrust trust;
  private final DropCounters drops;
  private final Verdicts verdicts = new Verdicts();
  private final PassCounters outerCounters = new PassCounters();
  private final PassCounters innerCounters = new PassCounters();
  private final MempoolCache pool;
  private final Burst trimmed = Burst.allocate(1, Arena.ofAuto());
  private final TunnelParser tunnel;
  private final Headers inner = new Headers();
  private final boolean ipv4;
  private final boolean udp;
  private final boolean gre;
  private final boolean ethernet;
  private final int udpPort;
  private final long localLow;
  private final long localHigh;

  private final boolean plain;
  private final short udpPortWord;
  private final long tunnelMask;
  private final long tunnelValue;
  private int plainTenant;
  private int plainReceived;
  private int lastVni = -1;
  private int lastVniTenant = -1;

  // Of the packet that is being looked at.
  private int ipOffset;
  private int l4Offset;
  private int end;
  private int outerProtocol;
  private long sourceLow;
  private long sourceHigh;

  /**
   * @param config of the tunnel
   * @param tenants who has which identifier
   * @param trust which verdicts of the NIC are taken
   * @param pool where buffers go that hold nothing but padding
   * @param drops counts what is dropped
   */
  public Decapsulator(
      TunnelConfig config,
      IdentifierTable tenants,
      RxTrust trust,
      MempoolCache pool,
      DropCounters drops) {
    this.pool = pool;
    this.config = config;
    this.tenants = tenants;
    this.trust = trust;
    this.drops = drops;
    tunnel = new TunnelParser(config);
    TunnelType type = config.type();
    ipv4 = config.local().version() == 4;
    udp = type.isUdp();
    gre = type == TunnelType.GRE || type == TunnelType.NVGRE;
    ethernet = type.carriesEthernet();
    udpPort = config.udpPort();
    udpPortWord = Short.reverseBytes((short) udpPort);
    plain = udp && ipv4 && trust.equals(RxTrust.NONE);
    // The first half of a tunnel header without options, as TunnelParser takes it, in memory's
    // order.
    tunnelMask =
        switch (type) {
          case VXLAN -> 0x08;
          case VXLAN_GPE -> 0xff00_003dL;
          default -> 0xffff_c0ffL;
        };
    tunnelValue =
        switch (type) {
          case VXLAN -> 0x08;
          case VXLAN_GPE -> 0x0300_000cL;
          default -> 0x5865_0000L;
        };
    IpAddress local = config.local();
    localLow = ipv4 ? Integer.reverseBytes((int) local.low()) : Long.reverseBytes(local.low());
    localHigh = Long.reverseBytes(local.high());
  }

  /** Verdicts so far; any thread. */
  public Verdicts verdicts() {
    return verdicts;
  }

  /** Counters of the pass over the outer header; any thread. */
  public PassCounters outerCounters() {
    return outerCounters;
  }

  /** Counters of the pass over the inner header; any thread. */
  public PassCounters innerCounters() {
    return innerCounters;
  }

  /** Where the headers of the packet are that {@link #receive} delivered last. */
  @DataPath
  public Headers inner() {
    return inner;
  }

  /**
   * The outer source of that packet, as it lies in memory: all of an IPv4 address, the last 8 bytes
   * of an IPv6 address.
   */
  @DataPath
  public long sourceLow() {
    return sourceLow;
  }

  /** The first 8 bytes of an IPv6 source; 0 for IPv4. */
  @DataPath
  public long sourceHigh() {
    return sourceHigh;
  }

  /**
   * Does what {@link #receive} does for the plain ones among received packets, in one loop:
   * untagged IPv4 without options outside and inside, a UDP tunnel without a checksum, TCP or UDP
   * inside, good checksums, no congestion marks, one segment. Whatever is found otherwise is left
   * untouched for {@link #receive}.
   *
   * @param in received packets
   * @param from index of the first one
   * @return index of the first packet that is not plain, or is another tenant's or from another
   *     source than those before: {@link #plainTenant}, {@link #sourceLow}
   */
  @DataPath
  public int receivePlain(Burst in, int from) {
    if (!plain) {
      return from;
    }
    // One loop for each header: short enough that C2 inlines all of it, and too long to be inlined
    // into the poll loop, where its budget would end half-way.
    int to = stripPlain(in, from, findPlainOuter(in, from));
    plainReceived += to - from;
    return to;
  }

  /** Whose packets {@link #receivePlain} took last. */
  @DataPath
  public int plainTenant() {
    return plainTenant;
  }

  /**
   * The end of the packets from {@code from} on whose outer header is plain, all of one tenant from
   * one remote.
   */
  @DataPath
  private int findPlainOuter(Burst in, int from) {
    long table = Memory.base(in.address());
    int end = in.size();
    int local = (int) localLow;
    int port = udpPortWord;
    long mask = tunnelMask;
    long value = tunnelValue;
    int vni = -1;
    int remote = 0;
    int i = from;
    while (i < end) {
      long mbuf = Memory.base(Memory.getLong(table + ((long) i << 3)));
      long at = Memory.base(Mbuf.data(mbuf));
      int available = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
      if (available < PLAIN_INNER + PLAIN_BYTES
          || available != Memory.getInt(mbuf + RteMbuf.PKT_LEN)
          || (Memory.getInt(at + Ethernet.TYPE) & PLAIN_MASK) != PLAIN_IPV4
          || Memory.getInt(at + PLAIN_DESTINATION) != local
          || (Memory.getLong(at + PLAIN_TUNNEL) & mask) != value) {
        break;
      }
      // Destination port, length and checksum of UDP in one word.
      long udpWord = Memory.getLong(at + PLAIN_UDP);
      int ipBytes = available - Ethernet.LENGTH;
      long wanted = (port & 0xffffL) << 16 | Checksum.word(ipBytes - Ipv4.MIN_LENGTH) << 32;
      long first = Memory.getLong(at + Ethernet.LENGTH);
      long second = Memory.getLong(at + Ethernet.LENGTH + 8);
      if ((udpWord & ~0xffffL) != wanted
          || (first >>> 16 & 0xffff) != Checksum.word(ipBytes)
          || (first & FIRST_PLAIN_MASK) != 0
          || (second >>> 8 & 0xff) != Protocol.UDP) {
        break;
      }
      long sum = (first & LOW) + (first >>> 32) + (second & LOW) + (second >>> 32) + (local & LOW);
      if (!Checksum.isGood(sum)) {
        break;
      }
      int here = Memory.getInt(at + PLAIN_TUNNEL + 4) & PLAIN_MASK;
      int source = (int) (second >>> 32);
      if (here != vni || source != remote) {
        if (i > from || !isTenant(here)) {
          break;
        }
        vni = here;
        remote = source;
      }
      i++;
    }
    sourceLow = remote;
    sourceHigh = 0;
    return i;
  }

  /** Whether somebody has the VNI, given as it lies in memory. */
  @DataPath
  private boolean isTenant(int vniWord) {
    if (vniWord != lastVni) {
      lastVni = vniWord;
      lastVniTenant = tenants.tenantOf(Integer.reverseBytes(vniWord) >>> 8);
    }
    plainTenant = lastVniTenant;
    return lastVniTenant >= 0;
  }

  /**
   * Strips those whose inner headers are plain and right as well, up to the first that is not;
   * returns that one's index.
   */
  @DataPath
  private static int stripPlain(Burst in, int from, int to) {
    long table = Memory.base(in.address());
    int i = from;
    while (i < to) {
      long mbuf = Memory.base(Memory.getLong(table + ((long) i << 3)));
      long at = Memory.base(Mbuf.data(mbuf) + PLAIN_INNER);
      int bytes = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN) - PLAIN_INNER;
      long first = Memory.getLong(at + Ethernet.LENGTH);
      long second = Memory.getLong(at + Ethernet.LENGTH + 8);
      int last = Memory.getInt(at + PLAIN_DESTINATION);
      int ipBytes = Short.reverseBytes((short) (first >>> 16)) & 0xffff;
      int protocol = (int) (second >>> 8) & 0xff;
      if ((Memory.getInt(at + Ethernet.TYPE) & PLAIN_MASK) != PLAIN_IPV4
          || Ethernet.LENGTH + ipBytes > bytes
          || ipBytes < Ipv4.MIN_LENGTH + Udp.LENGTH
          || (first & FRAGMENT_PLAIN_MASK) != 0) {
        break;
      }
      long sum = (first & LOW) + (first >>> 32) + (second & LOW) + (second >>> 32) + (last & LOW);
      int l4Bytes = ipBytes - Ipv4.MIN_LENGTH;
      long l4 = at + PLAIN_UDP;
      if (!Checksum.isGood(sum) || !isPlainL4(l4, protocol, l4Bytes)) {
        break;
      }
      long pseudo =
          (second >>> 32) + (last & LOW) + Checksum.word(protocol) + Checksum.word(l4Bytes);
      if (!Checksum.isGood(pseudo + Checksum.sum(l4, l4Bytes))) {
        break;
      }
      int headroom = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_OFF) + PLAIN_INNER;
      Memory.putShort(mbuf + RteMbuf.DATA_OFF, (short) headroom);
      Memory.putShort(mbuf + RteMbuf.DATA_LEN, (short) bytes);
      Memory.putInt(mbuf + RteMbuf.PKT_LEN, bytes);
      long flags = Memory.getLong(mbuf + RteMbuf.OL_FLAGS);
      Memory.putLong(mbuf + RteMbuf.OL_FLAGS, (flags & ~RX_VERDICTS) | ALL_GOOD);
      Memory.putInt(mbuf + RteMbuf.PACKET_TYPE, 0);
      i++;
    }
    return i;
  }

  /** UDP with a checksum and the length that IP says, or a whole TCP header. */
  @DataPath
  private static boolean isPlainL4(long l4, int protocol, int bytes) {
    if (protocol == Protocol.UDP) {
      int tail = Memory.getInt(l4 + Udp.DATAGRAM_LENGTH);
      return (tail & 0xffff) == Checksum.word(bytes) && tail >>> 16 != 0;
    }
    return protocol == Protocol.TCP && Tcp.length(l4, bytes) > 0;
  }

  /** Shows the readers what {@link #receivePlain} has counted; once a burst. */
  @DataPath
  public void publish() {
    if (plainReceived > 0) {
      verdicts.countPlain(plainReceived);
      outerCounters.packets(plainReceived);
      innerCounters.packets(plainReceived);
      plainReceived = 0;
    }
  }

  /**
   * Looks at a received packet and strips the outer header off one of this tunnel's.
   *
   * @return the tenant's number, 0 or more; {@link #NOT_TUNNELLED} or {@link #DROPPED}
   */
  @DataPath
  public int receive(long packet) {
    long mbuf = Memory.base(packet);
    long at = Memory.base(Mbuf.data(mbuf));
    int available = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
    int total = Memory.getInt(mbuf + RteMbuf.PKT_LEN);
    int found = findOuter(at, available, total);
    if (found <= 0) {
      return found == 0 ? NOT_TUNNELLED : DROPPED;
    }
    long flags = Memory.getLong(mbuf + RteMbuf.OL_FLAGS);
    boolean recognised = (Memory.getInt(mbuf + RteMbuf.PACKET_TYPE) & TUNNEL_TYPE_MASK) != 0;
    if (!isOuterAcceptable(mbuf, at, flags, recognised)) {
      return DROPPED;
    }
    int header = l4Offset + (udp ? Udp.LENGTH : 0);
    if (!tunnel.parse(at + header, Math.min(available, end) - header)) {
      return drop(tunnel.refusal());
    }
    int tenant = tenants.tenantOf(tunnel.identifier());
    if (tenant < 0) {
      return drop(DropReason.UNKNOWN_VNI);
    }
    int ecn = ecn(at + ipOffset);
    rememberSource(at + ipOffset);
    strip(mbuf, header + tunnel.length(), total);
    outerCounters.packets(1);
    return deliver(mbuf, flags, recognised, ecn, tenant);
  }

  @DataPath
  private int drop(DropReason reason) {
    drops.count(reason);
    return DROPPED;
  }

  // ---- the outer header -------------------------------------------------------------------------

  /** Finds the outer headers. 1: a packet of this tunnel; 0: none; -1: dropped. */
  @DataPath
  private int findOuter(long at, int available, int total) {
    if (available < Ethernet.LENGTH) {
      drops.count(DropReason.TOO_SHORT);
      return -1;
    }
    int type = Ethernet.type(at);
    int offset = Ethernet.LENGTH;
    if (type == Ethernet.TYPE_VLAN && available >= offset + Vlan.LENGTH) {
      type = Vlan.type(at + offset);
      offset += Vlan.LENGTH;
    }
    ipOffset = offset;
    if (ipv4) {
      return type == Ethernet.TYPE_IPV4 ? findIpv4(at, available, total) : 0;
    }
    return type == Ethernet.TYPE_IPV6 ? findIpv6(at, available, total) : 0;
  }

  @DataPath
  private int findIpv4(long at, int available, int total) {
    long ip = at + ipOffset;
    int headerLength = Ipv4.length(ip, available - ipOffset);
    if (headerLength < 0) {
      return malformed();
    }
    if (Memory.getInt(ip + Ipv4.DESTINATION) != (int) localLow) {
      return 0;
    }
    end = ipOffset + Ipv4.totalLength(ip);
    l4Offset = ipOffset + headerLength;
    outerProtocol = Ipv4.protocol(ip);
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
      return 0;
    }
    end = ipOffset + Ipv6.LENGTH + Ipv6.payloadLength(ip);
    if (end > total) {
      return malformed();
    }
    // No tunnel end point sends extension headers; one that does not come first is skipped.
    outerProtocol = Ipv6.nextHeader(ip);
    l4Offset = ipOffset + Ipv6.LENGTH;
    boolean fragment = false;
    if (!isOurProtocol(outerProtocol)) {
      long walk = Ipv6Extensions.walk(ip, Math.min(available, end) - ipOffset);
      if (Ipv6Extensions.isMalformed(walk)) {
        return malformed();
      }
      outerProtocol = Ipv6Extensions.protocol(walk);
      l4Offset = ipOffset + Ipv6Extensions.offset(walk);
      fragment = Ipv6Extensions.isFragment(walk);
    }
    return findTunnel(at, available, fragment);
  }

  @DataPath
  private boolean isOurProtocol(int protocol) {
    if (udp) {
      return protocol == Protocol.UDP;
    }
    return gre ? protocol == Protocol.GRE : protocol == Protocol.IPV4 || protocol == Protocol.IPV6;
  }

  @DataPath
  private int findTunnel(long at, int available, boolean fragment) {
    if (!isOurProtocol(outerProtocol)) {
      return 0;
    }
    if (fragment) {
      drops.count(DropReason.OUTER_FRAGMENT);
      return -1;
    }
    if (!udp) {
      return 1;
    }
    int readable = Math.min(available, end) - l4Offset;
    if (Udp.length(at + l4Offset, readable) < 0) {
      return malformed();
    }
    if (Udp.destinationPort(at + l4Offset) != udpPort) {
      return 0;
    }
    int datagram = Udp.datagramLength(at + l4Offset);
    if (datagram < Udp.LENGTH || l4Offset + datagram > end) {
      return malformed();
    }
    end = l4Offset + datagram;
    return 1;
  }

  @DataPath
  private int malformed() {
    drops.count(DropReason.MALFORMED_OUTER);
    return -1;
  }

  @DataPath
  private boolean isOuterAcceptable(long mbuf, long at, long flags, boolean recognised) {
    int ip = outerIpVerdict(at, flags, recognised);
    int l4 = outerL4Verdict(mbuf, at, flags, recognised);
    verdicts.count(Verdicts.OUTER_IP, ip);
    verdicts.count(Verdicts.OUTER_L4, l4);
    if (ip != Verdicts.BAD && l4 != Verdicts.BAD) {
      return true;
    }
    verdicts.countBadOuter();
    outerCounters.errors(1);
    if (config.dropBadOuter()) {
      drops.count(DropReason.BAD_OUTER_CHECKSUM);
      return false;
    }
    return true;
  }

  /**
   * With a tunnel that the NIC has recognised, its plain verdicts are about the inner header and
   * those called outer about the outer one; otherwise the plain ones are about the only header that
   * it saw.
   */
  @DataPath
  private int outerIpVerdict(long at, long flags, boolean recognised) {
    if (!ipv4) {
      return Verdicts.NONE;
    }
    if (trust.outerIp()) {
      if (recognised && !trust.merged()) {
        // Only bad is ever said of an outer IP header (rte_mbuf_core.h), by a NIC that looks at it.
        return (flags & RteMbufFlags.RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD) != 0
            ? Verdicts.BAD
            : Verdicts.GOOD;
      }
      long said = flags & RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_MASK;
      if (said == RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_GOOD) {
        return Verdicts.GOOD;
      }
    }
    return Checksum.isGood(Checksum.sum(at + ipOffset, Ipv4.headerLength(at + ipOffset)))
        ? Verdicts.GOOD
        : Verdicts.BAD;
  }

  @DataPath
  private int outerL4Verdict(long mbuf, long at, long flags, boolean recognised) {
    long l4 = at + l4Offset;
    if (gre) {
      return greVerdict(mbuf, l4);
    }
    if (!udp || Memory.getShort(l4 + Udp.CHECKSUM) == 0) {
      return Verdicts.NONE;
    }
    if (trust.outerL4()) {
      long said =
          recognised
              ? flags & RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_MASK
              : flags & RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_MASK;
      long good =
          recognised
              ? RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD
              : RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_GOOD;
      if (said == good) {
        return Verdicts.GOOD;
      }
    }
    int bytes = end - l4Offset;
    long sum =
        Checksum.pseudoHeader(at + ipOffset, ipv4 ? 4 : 6, Protocol.UDP)
            + Checksum.length(bytes)
            + MbufChain.sum(mbuf, l4Offset, bytes);
    return Checksum.isGood(sum) ? Verdicts.GOOD : Verdicts.BAD;
  }

  @DataPath
  private int greVerdict(long mbuf, long l4) {
    int bytes = end - l4Offset;
    if (Gre.length(l4, Math.min(bytes, MbufChain.dataLength(mbuf) - l4Offset)) < 0
        || !Gre.hasChecksum(l4)) {
      return Verdicts.NONE;
    }
    return Checksum.isGood(MbufChain.sum(mbuf, l4Offset, bytes)) ? Verdicts.GOOD : Verdicts.BAD;
  }

  @DataPath
  private int ecn(long ip) {
    return ipv4 ? Memory.getByte(ip + 1) & ECN_MASK : Ipv6.ecn(ip);
  }

  @DataPath
  private void rememberSource(long ip) {
    if (ipv4) {
      sourceLow = Memory.getInt(ip + Ipv4.SOURCE);
      sourceHigh = 0;
    } else {
      sourceLow = Memory.getLong(ip + Ipv6.SOURCE + 8);
      sourceHigh = Memory.getLong(ip + Ipv6.SOURCE);
    }
  }

  /** Takes the outer header off, and Ethernet's padding behind the outer IP packet. */
  @DataPath
  private void strip(long mbuf, int header, int total) {
    if (end < total) {
      long rest = MbufChain.trim(mbuf, end);
      if (rest != 0) {
        trimmed.add(rest);
        pool.free(trimmed);
      }
    }
    int headroom = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_OFF);
    int data = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
    Memory.putShort(mbuf + RteMbuf.DATA_OFF, (short) (headroom + header));
    Memory.putShort(mbuf + RteMbuf.DATA_LEN, (short) (data - header));
    Memory.putInt(mbuf + RteMbuf.PKT_LEN, Memory.getInt(mbuf + RteMbuf.PKT_LEN) - header);
  }

  // ---- the inner header -------------------------------------------------------------------------

  @DataPath
  private int deliver(long mbuf, long flags, boolean recognised, int ecn, int tenant) {
    long at = Memory.base(Mbuf.data(mbuf));
    int available = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
    int total = Memory.getInt(mbuf + RteMbuf.PKT_LEN);
    boolean parsed =
        ethernet
            ? inner.parseEthernet(at, available, total)
            : inner.parseIp(at, available, total) && inner.ipVersion() == innerVersion();
    if (!parsed && (!ethernet || available < Ethernet.LENGTH)) {
      return drop(DropReason.MALFORMED_INNER);
    }
    int ip = parsed ? innerIpVerdict(at, flags, recognised) : Verdicts.UNKNOWN;
    int l4 = parsed ? innerL4Verdict(mbuf, at, flags, recognised) : Verdicts.UNKNOWN;
    verdicts.count(Verdicts.INNER_IP, ip);
    verdicts.count(Verdicts.INNER_L4, l4);
    if (trust.merged() && recognised) {
      verdicts.countMerged();
    }
    if (ip == Verdicts.BAD || l4 == Verdicts.BAD) {
      verdicts.countBadInner();
      innerCounters.errors(1);
      if (config.dropBadInner()) {
        return drop(DropReason.BAD_INNER_CHECKSUM);
      }
    }
    if (ecn != 0 && inner.ipVersion() != 0 && !combineEcn(at, ecn)) {
      return drop(DropReason.ECN_NOT_ECT);
    }
    putVerdict(mbuf, flags, ip, l4);
    innerCounters.packets(1);
    return tenant;
  }

  /** What the outer header says that IP-in-IP carries. */
  @DataPath
  private int innerVersion() {
    return outerProtocol == Protocol.IPV4 ? 4 : 6;
  }

  @DataPath
  private int innerIpVerdict(long at, long flags, boolean recognised) {
    if (inner.ipVersion() != 4) {
      return Verdicts.NONE;
    }
    if (trust.inner() && recognised) {
      long said = flags & RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_MASK;
      if (said == RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_GOOD) {
        return Verdicts.GOOD;
      }
    }
    return Checksum.isGood(Checksum.sum(at + inner.ipOffset(), inner.ipHeaderLength()))
        ? Verdicts.GOOD
        : Verdicts.BAD;
  }

  @DataPath
  private int innerL4Verdict(long mbuf, long at, long flags, boolean recognised) {
    if (inner.isFragment() || inner.isRouted()) {
      return Verdicts.UNKNOWN;
    }
    if (inner.l4Length() == 0) {
      return Verdicts.NONE;
    }
    int bytes = inner.ipEnd() - inner.l4Offset();
    if (inner.isUdp()) {
      long header = at + inner.l4Offset();
      if (Memory.getShort(header + Udp.CHECKSUM) == 0) {
        return Verdicts.NONE;
      }
      int datagram = Udp.datagramLength(header);
      if (datagram < Udp.LENGTH || datagram > bytes) {
        return Verdicts.UNKNOWN;
      }
      bytes = datagram;
    }
    if (trust.inner() && recognised) {
      long said = flags & RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_MASK;
      if (said == RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_GOOD) {
        return Verdicts.GOOD;
      }
    }
    long sum =
        Checksum.pseudoHeader(at + inner.ipOffset(), inner.ipVersion(), inner.protocol())
            + Checksum.length(bytes)
            + MbufChain.sum(mbuf, inner.l4Offset(), bytes);
    return Checksum.isGood(sum) ? Verdicts.GOOD : Verdicts.BAD;
  }

  @DataPath
  private boolean combineEcn(long at, int outer) {
    long ip = at + inner.ipOffset();
    int before = inner.ipVersion() == 4 ? Ipv4.ecn(ip) : Ipv6.ecn(ip);
    int after = Ecn.combine(before, outer);
    if (after < 0) {
      return false;
    }
    if (after != before) {
      Ecn.write(ip, inner.ipVersion(), after);
    }
    return true;
  }

  /** The mbuf speaks of the inner packet from now on, as of one that arrived without a tunnel. */
  @DataPath
  private static void putVerdict(long mbuf, long flags, int ip, int l4) {
    long said = 0;
    if (ip == Verdicts.GOOD) {
      said = RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_GOOD;
    } else if (ip == Verdicts.BAD) {
      said = RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_BAD;
    }
    if (l4 == Verdicts.GOOD) {
      said |= RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_GOOD;
    } else if (l4 == Verdicts.BAD) {
      said |= RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_BAD;
    }
    Memory.putLong(mbuf + RteMbuf.OL_FLAGS, (flags & ~RX_VERDICTS) | said);
    Memory.putInt(mbuf + RteMbuf.PACKET_TYPE, 0);
  }
}
