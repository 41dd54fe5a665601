package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.Shape;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.FlowHash;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Tcp;
import io.gatun.pmd.wire.Udp;
import java.lang.foreign.Arena;

/**
 * The first pass: completes the inner header in software, or prepares it for the NIC.
 *
 * <p>It keeps where the headers of the packet are that it parsed last. One lcore.
 */
final class InnerPass {
  private static final long SEGMENTATION =
      RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG | RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG;

  /** What an mbuf can ask of this pass. */
  static final long REQUESTS =
      SEGMENTATION
          | RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM
          | RteMbufFlags.RTE_MBUF_F_TX_L4_MASK
          | RteMbufFlags.RTE_MBUF_F_TX_VLAN;

  private static final long BUFFER_FLAGS = RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL;
  private static final int IP = 1;
  private static final int L4 = 2;
  private static final int ALL = IP | L4;

  private final HeaderPass planned;
  private final HeaderPass software = new HeaderPass(false, false);
  private final Segmenter segmenter;
  private final MempoolCache pool;
  private final Headers headers = new Headers();
  private final HeaderTemplate template = new HeaderTemplate();
  private final Burst rest;
  private final boolean tcpInNic;
  private final boolean udpInNic;
  private final boolean equalSegments;
  private final boolean ethernet;

  // For this packet: what the plan says, or software.
  private HeaderPass pass;
  private boolean nic = true;

  // Whether the IP header of the packets that were made last is complete: see frameSum.
  private boolean ipComplete;
  private boolean l4Complete;

  InnerPass(TunnelConfig config, OffloadPlan plan, MempoolCache pool, int dataRoom) {
    this.pool = pool;
    planned = new HeaderPass(plan.innerIpv4Checksum(), plan.innerL4Checksum());
    pass = planned;
    segmenter = new Segmenter(pool, dataRoom);
    rest = Burst.allocate(1, Arena.ofAuto());
    tcpInNic = plan.tcpSegmentation();
    udpInNic = plan.udpSegmentation();
    equalSegments = plan.shape() == Shape.INNER_IN_NIC_LONG_L2;
    ethernet = config.type().carriesEthernet();
  }

  // ---- what the packet is -----------------------------------------------------------------------

  /**
   * Finds the headers; false where there is nothing that the tunnel could carry. An Ethernet frame
   * is carried whatever is in it, if it is one.
   */
  @DataPath
  boolean parse(long at, int available, int total) {
    return ethernet
        ? headers.parseEthernet(at, available, total) || available >= Ethernet.LENGTH
        : headers.parseIp(at, available, total);
  }

  @DataPath
  int ipVersion() {
    return headers.ipVersion();
  }

  /** TOS or traffic class; 0 without IP. */
  @DataPath
  int tos(long at) {
    long ip = at + headers.ipOffset();
    return switch (headers.ipVersion()) {
      case 4 -> Ipv4.typeOfService(ip);
      case 6 -> Ipv6.trafficClass(ip);
      default -> 0;
    };
  }

  @DataPath
  int hash(long at) {
    return FlowHash.of(at, headers);
  }

  /** Whether the IP source is this address, given as it lies in memory. */
  @DataPath
  boolean comesFrom(long at, long low, long high) {
    long ip = at + headers.ipOffset();
    return headers.ipVersion() == 4
        ? Memory.getInt(ip + Ipv4.SOURCE) == (int) low
        : Memory.getLong(ip + Ipv6.SOURCE + 8) == low && Memory.getLong(ip + Ipv6.SOURCE) == high;
  }

  /** What the IP packet carries: see {@link Protocol}. */
  @DataPath
  int protocol() {
    return headers.protocol();
  }

  /** The UDP port that it is for; -1 where there is no UDP header. */
  @DataPath
  int udpDestination(long at) {
    return headers.protocol() == Protocol.UDP && headers.l4Length() != 0
        ? Udp.destinationPort(at + headers.l4Offset())
        : -1;
  }

  /** Tells the NIC where the headers are, whatever it will do with them. */
  @DataPath
  void writeLengths(long mbuf) {
    Memory.putLong(
        mbuf + RteMbuf.TX_OFFLOAD,
        Mbuf.packTxOffload(
            headers.l2Length(),
            headers.ipVersion() == 0 ? 0 : headers.ipHeaderLength(),
            headers.l4Length(),
            0,
            0,
            0));
  }

  /**
   * Whether the next packet may be the NIC's: not when its headers are too long for the fields that
   * would describe them.
   */
  @DataPath
  void useNic(boolean allowed) {
    nic = allowed;
    pass = allowed ? planned : software;
  }

  @DataPath
  int l2Length() {
    return headers.l2Length();
  }

  /** Whether what the mbuf asks for can be done; a packet half-finished must not leave. */
  @DataPath
  boolean canComplete(long flags) {
    boolean l4 = (flags & (RteMbufFlags.RTE_MBUF_F_TX_L4_MASK | SEGMENTATION)) != 0;
    boolean ip = (flags & RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM) != 0;
    return (!ip || headers.ipVersion() != 0) && (!l4 || headers.isTcp() || headers.isUdp());
  }

  // ---- segments ---------------------------------------------------------------------------------

  /**
   * How the packet must be cut.
   *
   * @param limit most bytes of a frame
   * @return payload bytes of a segment; 0 when it need not be cut; -1 when it must be and cannot
   */
  @DataPath
  int segmentSize(long mbuf, long flags, int length, int limit) {
    boolean asked = (flags & SEGMENTATION) != 0;
    boolean big = length > limit;
    if (!asked && !big) {
      return 0;
    }
    // A datagram is cut only when somebody asks for it: its receiver gets what was sent.
    boolean cuts =
        headers.isTcp() || (headers.isUdp() && (flags & RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG) != 0);
    int headerBytes = headers.l4Offset() + headers.l4Length();
    int size = limit - headerBytes;
    if (!cuts || size < 1) {
      return big ? -1 : 0;
    }
    if (asked) {
      int wanted = Mbuf.tsoSegmentSize(Memory.getLong(mbuf + RteMbuf.TX_OFFLOAD));
      size = wanted == 0 ? size : Math.min(size, wanted);
    }
    return !big && headers.ipEnd() - headerBytes <= size ? 0 : size;
  }

  /** Payload bytes of a TCP or UDP packet, for one segment that is a copy; 0 for another packet. */
  @DataPath
  int wholeSize() {
    return headers.isTcp() || headers.isUdp()
        ? Math.max(1, headers.ipEnd() - headers.l4Offset() - headers.l4Length())
        : 0;
  }

  /** How many packets the queue must have room for. */
  @DataPath
  int segments(int size) {
    if (size == 0) {
      return 1;
    }
    int payload = headers.ipEnd() - headers.l4Offset() - headers.l4Length();
    return isNicSegmented() ? 2 : Segmenter.count(payload, size);
  }

  @DataPath
  private boolean isNicSegmented() {
    return nic && (headers.protocol() == Protocol.TCP ? tcpInNic : udpInNic);
  }

  /**
   * Cuts a packet in software, or prepares it to be cut by the NIC.
   *
   * @param out gets what is to be sent
   * @return false, with the packet still the caller's, when buffers are short
   */
  @DataPath
  boolean segment(long mbuf, long at, int size, Burst out) {
    ipComplete = true;
    l4Complete = true;
    template.load(at + headers.ipOffset(), headers);
    if (isNicSegmented()) {
      int payload = headers.ipEnd() - headers.l4Offset() - headers.l4Length();
      int left = payload % size;
      if (!equalSegments || left == 0) {
        prepareForNic(mbuf, at, size);
        out.add(mbuf);
        return true;
      }
      if (payload > 2 * size) {
        return segmentEqually(mbuf, at, size, payload - left, out);
      }
    }
    if (!segmenter.segment(pass, mbuf, headers, size, out)) {
      return false;
    }
    for (int i = 0; i < out.size(); i++) {
      markForNic(out.get(i), ALL);
    }
    free(mbuf);
    return true;
  }

  /**
   * For a NIC that repeats the outer header as it is, as Linux's GSO_PARTIAL: all segments that it
   * makes have the same length, so the remainder is a packet of its own.
   */
  @DataPath
  private boolean segmentEqually(long mbuf, long at, int size, int whole, Burst out) {
    if (!segmenter.last(pass, mbuf, headers, size, whole, rest)) {
      return false;
    }
    long tail = rest.get(0);
    rest.size(0);
    markForNic(tail, ALL);
    int headerBytes = headers.l4Offset() + headers.l4Length();
    long cut = MbufChain.trim(mbuf, headerBytes + whole);
    if (cut != 0) {
      free(cut);
    }
    long tcp = at + headers.l4Offset();
    Tcp.flags(tcp, Tcp.flags(tcp) & ~(Tcp.FIN | Tcp.PSH));
    long ip = at + headers.ipOffset();
    if (headers.ipVersion() == 4) {
      Ipv4.totalLength(ip, headerBytes + whole - headers.ipOffset());
    } else {
      Ipv6.payloadLength(ip, headerBytes + whole - headers.ipOffset() - Ipv6.LENGTH);
    }
    prepareForNic(mbuf, at, size);
    out.add(mbuf);
    out.add(tail);
    return true;
  }

  /** Flags, lengths and checksum fields as {@code RTE_MBUF_F_TX_TCP_SEG} wants them. */
  @DataPath
  private void prepareForNic(long mbuf, long at, int size) {
    long flags =
        headers.protocol() == Protocol.TCP
            ? RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG | RteMbufFlags.RTE_MBUF_F_TX_TCP_CKSUM
            : RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG | RteMbufFlags.RTE_MBUF_F_TX_UDP_CKSUM;
    if (headers.ipVersion() == 4) {
      Ipv4.checksum(at + headers.ipOffset(), 0);
      flags |= RteMbufFlags.RTE_MBUF_F_TX_IPV4 | RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM;
    } else {
      flags |= RteMbufFlags.RTE_MBUF_F_TX_IPV6;
    }
    pass.prepareForSegmentation(at + headers.l4Offset(), template);
    putFlags(mbuf, flags);
    Memory.putLong(
        mbuf + RteMbuf.TX_OFFLOAD,
        Mbuf.packTxOffload(
            headers.l2Length(), headers.ipHeaderLength(), headers.l4Length(), size, 0, 0));
  }

  // ---- a packet that is not cut -----------------------------------------------------------------

  /** Completes in place what the mbuf's flags ask for; adds the packet to {@code out}. */
  @DataPath
  void complete(long mbuf, long at, long flags, Burst out) {
    boolean ip4 = headers.ipVersion() == 4 && (flags & RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM) != 0;
    boolean l4 =
        (headers.isTcp() || headers.isUdp())
            && (flags & (RteMbufFlags.RTE_MBUF_F_TX_L4_MASK | SEGMENTATION)) != 0;
    ipComplete = ip4;
    l4Complete = l4;
    if (headers.ipVersion() != 0) {
      template.load(at + headers.ipOffset(), headers);
    }
    if (ip4) {
      long ip = at + headers.ipOffset();
      pass.completeIp(
          ip, template, headers.ipEnd() - headers.ipOffset(), Ipv4.identification(ip), 0);
    }
    if (l4) {
      int bytes = headers.ipEnd() - headers.l4Offset();
      pass.completeL4(mbuf, headers.l4Offset(), bytes, template);
    }
    markForNic(mbuf, (ip4 ? IP : 0) | (l4 ? L4 : 0));
    out.add(mbuf);
  }

  /** Sets the flags of what is left to the NIC, and no other. */
  @DataPath
  private void markForNic(long mbuf, int completed) {
    long flags = 0;
    if ((completed & IP) != 0 && pass.ipv4InNic() && headers.ipVersion() == 4) {
      flags |= RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM;
    }
    if ((completed & L4) != 0 && pass.l4InNic()) {
      flags |=
          headers.protocol() == Protocol.TCP
              ? RteMbufFlags.RTE_MBUF_F_TX_TCP_CKSUM
              : RteMbufFlags.RTE_MBUF_F_TX_UDP_CKSUM;
    }
    if (flags != 0) {
      flags |=
          headers.ipVersion() == 4
              ? RteMbufFlags.RTE_MBUF_F_TX_IPV4
              : RteMbufFlags.RTE_MBUF_F_TX_IPV6;
    }
    putFlags(mbuf, flags);
    writeLengths(mbuf);
  }

  /** Replaces what the mbuf asked for, and what was found out on receipt. */
  @DataPath
  private static void putFlags(long mbuf, long flags) {
    long kept = Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & BUFFER_FLAGS;
    Memory.putLong(mbuf + RteMbuf.OL_FLAGS, kept | flags);
  }

  // ---- the sum for an outer checksum ------------------------------------------------------------

  /**
   * The partial sum of a packet that this pass has made or completed. A header with a right
   * checksum sums to zero together with its pseudo-header, so what is complete, or will be when the
   * NIC has filled it in, need not be read: local checksum offload, as Linux calls it
   * (Documentation/networking/checksum-offloads.rst).
   */
  @DataPath
  long frameSum(long mbuf) {
    int length = MbufChain.packetLength(mbuf);
    int version = headers.ipVersion();
    if (version == 0) {
      return MbufChain.sum(mbuf, 0, length);
    }
    long at = Mbuf.data(mbuf);
    long ip = at + headers.ipOffset();
    int end =
        headers.ipOffset()
            + (version == 4 ? Ipv4.totalLength(ip) : Ipv6.LENGTH + Ipv6.payloadLength(ip));
    int l4Bytes = end - headers.l4Offset();
    long sum = Checksum.sum(at, headers.ipOffset());
    if (version == 6 || !ipComplete) {
      sum += Checksum.sum(ip, headers.ipHeaderLength());
    }
    sum +=
        l4Complete
            ? Checksum.complement(template.pseudoSum() + Checksum.length(l4Bytes))
            : MbufChain.sum(mbuf, headers.l4Offset(), l4Bytes);
    if (end < length) {
      long padding = MbufChain.sum(mbuf, end, length - end);
      sum += (end & 1) != 0 ? Checksum.swap(padding) : padding;
    }
    return sum;
  }

  @DataPath
  private void free(long mbuf) {
    rest.add(mbuf);
    pool.free(rest);
  }
}
