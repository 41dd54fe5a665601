package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Gre;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.TunnelType;
import io.gatun.pmd.wire.Udp;
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

  /** The packet has been dropped. */
  public static final int DROPPED = -2;

  static final long RX_VERDICTS =
      RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_MASK
          | RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_MASK
          | RteMbufFlags.RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD
          | RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_MASK
          | RteMbufFlags.RTE_MBUF_F_RX_VLAN;
  private static final long TUNNEL_TYPE_MASK = 0xf000; // RTE_PTYPE_TUNNEL_MASK
  private static final int ECN_MASK = 3;

  private final TunnelConfig config;
  private final IdentifierTable tenants;
  private final RxTrust trust;
  private final Drops drops;
  private final Verdicts verdicts = new Verdicts();
  private final PassCounters outerCounters = new PassCounters();
  private final PassCounters innerCounters = new PassCounters();
  private final MempoolCache pool;
  private final Burst trimmed = Burst.allocate(1, Arena.ofAuto());
  private final OuterFinder outer;
  private final TunnelParser tunnel;
  private final Headers inner = new Headers();
  private final boolean ipv4;
  private final boolean udp;
  private final boolean gre;
  private final boolean ethernet;

  private final PlainDecapsulator plain;

  // Of the packet that is being looked at.
  private int ipOffset;
  private int l4Offset;
  private int end;
  private long sourceLow;
  private long sourceHigh;

  /**
   * @param config of the tunnel
   * @param tenants who has which identifier
   * @param trust which verdicts of the NIC are taken
   * @param pool where buffers go that hold nothing but padding
   * @param drops takes what is not carried on
   */
  public Decapsulator(
      TunnelConfig config, IdentifierTable tenants, RxTrust trust, MempoolCache pool, Drops drops) {
    this.pool = pool;
    this.config = config;
    this.tenants = tenants;
    this.trust = trust;
    this.drops = drops;
    outer = new OuterFinder(config);
    tunnel = new TunnelParser(config);
    TunnelType type = config.type();
    ipv4 = config.local().version() == 4;
    udp = type.isUdp();
    gre = type == TunnelType.GRE || type == TunnelType.NVGRE;
    ethernet = type.carriesEthernet();
    plain = new PlainDecapsulator(config, tenants, trust, verdicts, outerCounters, innerCounters);
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

  /** The loop over plain packets: the same, for most of them. */
  @DataPath
  public PlainDecapsulator plain() {
    return plain;
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
    int found = outer.find(at, available, total);
    if (found != OuterFinder.FOUND) {
      return found == OuterFinder.NOT_OURS ? NOT_TUNNELLED : drop(mbuf, outer.refusal());
    }
    ipOffset = outer.ipOffset();
    l4Offset = outer.l4Offset();
    end = outer.end();
    long flags = Memory.getLong(mbuf + RteMbuf.OL_FLAGS);
    boolean recognised = (Memory.getInt(mbuf + RteMbuf.PACKET_TYPE) & TUNNEL_TYPE_MASK) != 0;
    if (!isOuterAcceptable(mbuf, at, flags, recognised)) {
      return drop(mbuf, DropReason.BAD_OUTER_CHECKSUM);
    }
    int header = l4Offset + (udp ? Udp.LENGTH : 0);
    if (!tunnel.parse(at + header, Math.min(available, end) - header)) {
      return drop(mbuf, tunnel.refusal());
    }
    int tenant = tenants.tenantOf(tunnel.identifier());
    if (tenant < 0) {
      return drop(mbuf, DropReason.UNKNOWN_VNI);
    }
    int ecn = ecn(at + ipOffset);
    rememberSource(at + ipOffset);
    strip(mbuf, header + tunnel.length(), total);
    outerCounters.packets(1);
    return deliver(mbuf, flags, recognised, ecn, tenant);
  }

  @DataPath
  private int drop(long mbuf, DropReason reason) {
    drops.drop(mbuf, reason);
    return DROPPED;
  }

  // ---- the outer header -------------------------------------------------------------------------

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
    return !config.dropBadOuter();
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
      return drop(mbuf, DropReason.MALFORMED_INNER);
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
        return drop(mbuf, DropReason.BAD_INNER_CHECKSUM);
      }
    }
    if (ecn != 0 && inner.ipVersion() != 0 && !combineEcn(at, ecn)) {
      return drop(mbuf, DropReason.ECN_NOT_ECT);
    }
    putVerdict(mbuf, flags, ip, l4);
    innerCounters.packets(1);
    return tenant;
  }

  /** What the outer header says that IP-in-IP carries. */
  @DataPath
  private int innerVersion() {
    return outer.protocol() == Protocol.IPV4 ? 4 : 6;
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
