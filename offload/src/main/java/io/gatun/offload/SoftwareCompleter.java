package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.TransmitCompleter;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Udp;
import io.gatun.pmd.wire.VlanTag;
import java.lang.foreign.Arena;

/**
 * Does what an mbuf's flags and lengths ask a NIC to do: checksums of IPv4, TCP and UDP, within a
 * tunnel and around it, segmentation, VLAN tags.
 *
 * <pre>
 *  without TX_OUTER_IPV4 or TX_OUTER_IPV6:
 *  | l2_len                                      | l3_len | l4_len | payload
 *  with one of them:
 *  | outer_l2_len | outer_l3_len | l2_len        | l3_len | l4_len | payload
 *  | Ethernet     | IP           | UDP, tunnel, inner Ethernet | IP | TCP ...
 * </pre>
 *
 * <p>A header is completed where the flags ask for it, by the {@link HeaderPass} and the {@link
 * Segmenter} that the passes of a tunnel have. What l2_len covers is copied in front of every
 * segment as it is. The IPv4 identification counts up from segment to segment, in both headers.
 * Lengths that do not fit the bytes, SCTP, MACsec and IPsec are refused.
 *
 * <p>One lcore. Source: rte_mbuf_core.h.
 */
final class SoftwareCompleter implements TransmitCompleter {
  private static final int DONE = 0;
  private static final int FAILED = -1;

  private static final long SEGMENTATION =
      RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG | RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG;
  private static final long INNER =
      SEGMENTATION | RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM | RteMbufFlags.RTE_MBUF_F_TX_L4_MASK;
  private static final long OUTER_CHECKSUMS =
      RteMbufFlags.RTE_MBUF_F_TX_OUTER_IP_CKSUM | RteMbufFlags.RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
  private static final long OUTER_HEADER =
      RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV4 | RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV6;
  private static final long TAGS =
      RteMbufFlags.RTE_MBUF_F_TX_VLAN | RteMbufFlags.RTE_MBUF_F_TX_QINQ;
  private static final long SERVED =
      INNER
          | OUTER_CHECKSUMS
          | OUTER_HEADER
          | TAGS
          | RteMbufFlags.RTE_MBUF_F_TX_IPV4
          | RteMbufFlags.RTE_MBUF_F_TX_IPV6
          | RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_MASK;

  /** Others may read the same bytes. */
  private static final long FOREIGN_BUFFER = RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL;

  private final MempoolCache pool;
  private final int dataRoom;
  private final HeaderPass pass = new HeaderPass(false, false);
  private final Segmenter segmenter;
  private final HeaderTemplate template = new HeaderTemplate();
  private final HeaderTemplate outerTemplate = new HeaderTemplate();
  private final Headers headers = new Headers();
  private final Mbuf flyweight = new Mbuf();
  private final Burst scratch = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());

  // Of the packet that is being completed.
  private long flags;
  private int outerIp;
  private int outerL4;
  private boolean hasOuter;
  private boolean outerUdp;

  /**
   * @param pool where segments come from
   * @param dataRoom bytes of a buffer of that pool behind the headroom
   */
  SoftwareCompleter(MempoolCache pool, int dataRoom) {
    this.pool = pool;
    this.dataRoom = dataRoom;
    segmenter = new Segmenter(pool, dataRoom);
  }

  @Override
  @DataPath
  public int complete(long packet, Burst out) {
    long mbuf = Memory.base(packet);
    flags = Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK;
    if (flags == 0) {
      return DONE;
    }
    long at = Memory.base(Mbuf.data(mbuf));
    if ((flags & ~SERVED) != 0 || !findHeaders(mbuf, at)) {
      return FAILED;
    }
    if ((flags & SEGMENTATION) != 0) {
      int size = Mbuf.tsoSegmentSize(Memory.getLong(mbuf + RteMbuf.TX_OFFLOAD));
      int payload = headers.ipEnd() - headers.l4Offset() - headers.l4Length();
      if (size == 0) {
        return FAILED;
      }
      if (payload > size) {
        return segment(mbuf, size, out);
      }
    }
    if (!isOurs(mbuf) || Memory.getUnsignedShort(mbuf + RteMbuf.DATA_OFF) < tagBytes()) {
      return copy(mbuf, out);
    }
    completeHeaders(mbuf, at);
    tag(mbuf, mbuf);
    long kept = Memory.getLong(mbuf + RteMbuf.OL_FLAGS);
    Memory.putLong(mbuf + RteMbuf.OL_FLAGS, kept & ~RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK);
    return DONE;
  }

  /** Whether the bytes of the first segment, where all headers are, may be changed. */
  @DataPath
  private static boolean isOurs(long mbuf) {
    return Memory.getUnsignedShort(mbuf + RteMbuf.REFCNT) == 1
        && (Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & FOREIGN_BUFFER) == 0;
  }

  // ---- where the headers are --------------------------------------------------------------------

  /** Finds the headers that something is asked for; false where they are not as the mbuf says. */
  @DataPath
  private boolean findHeaders(long mbuf, long at) {
    long lengths = Memory.getLong(mbuf + RteMbuf.TX_OFFLOAD);
    int available = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
    int total = Memory.getInt(mbuf + RteMbuf.PKT_LEN);
    if (available < Ethernet.LENGTH) {
      return false;
    }
    hasOuter = (flags & OUTER_HEADER) != 0;
    outerIp = Mbuf.outerL2Length(lengths);
    outerL4 = outerIp + Mbuf.outerL3Length(lengths);
    boolean outer = (flags & OUTER_CHECKSUMS) != 0 || hasOuter && (flags & SEGMENTATION) != 0;
    if (outer && !(hasOuter && findOuter(at, available, total))) {
      return false;
    }
    int ip = (hasOuter ? outerL4 : 0) + Mbuf.l2Length(lengths);
    return (flags & INNER) == 0 || findInner(at, ip, lengths, available, total);
  }

  /** The outer header's lengths are right already, but for those of a packet to be segmented. */
  @DataPath
  private boolean findOuter(long at, int available, int total) {
    long tunnel = flags & RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_MASK;
    outerUdp =
        tunnel == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN
            || tunnel == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE
            || tunnel == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GENEVE
            || tunnel == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_MPLSINUDP
            || tunnel == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_UDP;
    int bytes = outerL4 - outerIp;
    int end = outerL4 + (outerUdp ? Udp.LENGTH : 0);
    if (outerIp < Ethernet.LENGTH || bytes < Ipv4.MIN_LENGTH || end > available) {
      return false;
    }
    long ip = at + outerIp;
    boolean right =
        (flags & RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV4) != 0
            ? Ipv4.version(ip) == 4 && Ipv4.headerLength(ip) == bytes
            : Ipv6.version(ip) == 6 && bytes >= Ipv6.LENGTH;
    if ((flags & RteMbufFlags.RTE_MBUF_F_TX_OUTER_UDP_CKSUM) == 0) {
      return right;
    }
    int datagram = outerUdp ? Udp.datagramLength(at + outerL4) : 0;
    return right
        && outerUdp
        && ((flags & SEGMENTATION) != 0 || datagram >= Udp.LENGTH && datagram <= total - outerL4);
  }

  @DataPath
  private boolean findInner(long at, int ip, long lengths, int available, int total) {
    int version = (flags & RteMbufFlags.RTE_MBUF_F_TX_IPV4) != 0 ? 4 : 6;
    if (ip < Ethernet.LENGTH
        || !headers.parseIp(at, ip, available, total)
        || headers.ipVersion() != version) {
      return false;
    }
    long l4 = flags & RteMbufFlags.RTE_MBUF_F_TX_L4_MASK;
    if (l4 == 0 && (flags & SEGMENTATION) == 0) {
      return true;
    }
    boolean tcp =
        (flags & RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG) != 0
            || (flags & SEGMENTATION) == 0 && l4 == RteMbufFlags.RTE_MBUF_F_TX_TCP_CKSUM;
    boolean udp =
        (flags & RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG) != 0
            || (flags & SEGMENTATION) == 0 && l4 == RteMbufFlags.RTE_MBUF_F_TX_UDP_CKSUM;
    return (tcp ? headers.isTcp() : udp && headers.isUdp())
        && headers.ipHeaderLength() == Mbuf.l3Length(lengths)
        && ((flags & SEGMENTATION) == 0 || headers.l4Length() == Mbuf.l4Length(lengths));
  }

  // ---- one packet -------------------------------------------------------------------------------

  /** In place: what is inside first, as an outer checksum covers it. */
  @DataPath
  private void completeHeaders(long mbuf, long at) {
    if ((flags & INNER) != 0) {
      long ip = at + headers.ipOffset();
      template.load(ip, headers);
      boolean checksum = (flags & (SEGMENTATION | RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM)) != 0;
      if (checksum && headers.ipVersion() == 4) {
        int ipBytes = headers.ipEnd() - headers.ipOffset();
        pass.completeIp(ip, template, ipBytes, Ipv4.identification(ip), 0);
      }
      if ((flags & (SEGMENTATION | RteMbufFlags.RTE_MBUF_F_TX_L4_MASK)) != 0) {
        int l4Bytes = headers.ipEnd() - headers.l4Offset();
        pass.completeL4(mbuf, headers.l4Offset(), l4Bytes, template);
      }
    }
    if ((flags & OUTER_CHECKSUMS) != 0) {
      loadOuter(at);
      long ip = at + outerIp;
      if ((flags & RteMbufFlags.RTE_MBUF_F_TX_OUTER_IP_CKSUM) != 0
          && outerTemplate.ipVersion() == 4) {
        pass.completeIp(ip, outerTemplate, Ipv4.totalLength(ip), Ipv4.identification(ip), 0);
      }
      completeOuterUdp(mbuf, at);
    }
  }

  @DataPath
  private void loadOuter(long at) {
    boolean ipv4 = (flags & RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV4) != 0;
    outerTemplate.load(at + outerIp, ipv4 ? 4 : 6, outerL4 - outerIp, Protocol.UDP);
  }

  @DataPath
  private void completeOuterUdp(long mbuf, long at) {
    if ((flags & RteMbufFlags.RTE_MBUF_F_TX_OUTER_UDP_CKSUM) != 0) {
      pass.completeL4(mbuf, outerL4, Udp.datagramLength(at + outerL4), outerTemplate);
    }
  }

  /** The same in a copy: somebody else reads the packet, or there is no room for its tags. */
  @DataPath
  private int copy(long mbuf, Burst out) {
    if (out.remaining() == 0) {
      return FAILED;
    }
    long copy = MbufCopy.of(mbuf, pool, scratch, dataRoom);
    if (copy == 0) {
      return FAILED;
    }
    completeHeaders(copy, Memory.base(Mbuf.data(copy)));
    tag(copy, mbuf);
    out.add(copy);
    return 1;
  }

  // ---- segments ---------------------------------------------------------------------------------

  @DataPath
  private int segment(long mbuf, int size, Burst out) {
    int payload = headers.ipEnd() - headers.l4Offset() - headers.l4Length();
    int before = out.size();
    if (Segmenter.count(payload, size) > out.remaining()
        || !segmenter.segment(pass, mbuf, headers, size, out)) {
      return FAILED;
    }
    int count = out.size() - before;
    if (hasOuter) {
      loadOuter(Memory.base(Mbuf.data(mbuf)));
    }
    for (int i = 0; i < count; i++) {
      long segment = Memory.base(out.get(before + i));
      if (hasOuter) {
        completeOuter(segment, i);
      }
      tag(segment, mbuf);
    }
    return count;
  }

  @DataPath
  private void completeOuter(long segment, int index) {
    long at = Memory.base(Mbuf.data(segment));
    int length = Memory.getInt(segment + RteMbuf.PKT_LEN);
    long ip = at + outerIp;
    int identification = outerTemplate.ipVersion() == 4 ? Ipv4.identification(ip) + index : 0;
    pass.completeIp(ip, outerTemplate, length - outerIp, identification, 0);
    if (outerUdp) {
      Udp.datagramLength(at + outerL4, length - outerL4);
      completeOuterUdp(segment, at);
    }
  }

  // ---- tags -------------------------------------------------------------------------------------

  @DataPath
  private int tagBytes() {
    if ((flags & RteMbufFlags.RTE_MBUF_F_TX_QINQ) != 0) {
      return 2 * VlanTag.LENGTH;
    }
    return (flags & RteMbufFlags.RTE_MBUF_F_TX_VLAN) != 0 ? VlanTag.LENGTH : 0;
  }

  /** Inserts the tags that {@code original} asks for; QINQ brings VLAN's with it. */
  @DataPath
  private void tag(long mbuf, long original) {
    if ((flags & TAGS) == 0) {
      return;
    }
    int inner = flyweight.wrap(original).vlanTci();
    int outer = flyweight.outerVlanTci();
    flyweight.wrap(mbuf);
    VlanTag.insert(flyweight, inner);
    if ((flags & RteMbufFlags.RTE_MBUF_F_TX_QINQ) != 0) {
      VlanTag.insert(flyweight, Ethernet.TYPE_QINQ, outer);
    }
  }
}
