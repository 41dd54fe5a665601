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
import io.gatun.pmd.wire.Gre;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.TunnelType;
import io.gatun.pmd.wire.Udp;
import java.lang.foreign.Arena;

/**
 * The second pass: puts the outer header before a packet whose inner header is complete, and
 * completes it in software or tells the NIC to.
 *
 * <p>Of an inner packet it gets a {@link FlowNote}.
 *
 * <p>One lcore.
 */
final class OuterPass {

  /** The ports for flow entropy: 49152 to 65535 (RFC 7348 section 5). */
  private static final int FIRST_PORT = 0xc000;

  private static final int PORT_MASK = 0x3fff;
  private static final int FLOW_LABEL_MASK = 0xf_ffff;
  private static final int ECN_MASK = 3;
  private static final long REFERENCES = 0xffffL << 16;
  private static final long ONE_REFERENCE = 1L << 16;
  private static final long OUTER_CHECKSUMS =
      RteMbufFlags.RTE_MBUF_F_TX_OUTER_IP_CKSUM | RteMbufFlags.RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
  private static final long SEGMENTATION =
      RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG | RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG;
  private static final long INNER_OFFLOADS =
      SEGMENTATION | RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM | RteMbufFlags.RTE_MBUF_F_TX_L4_MASK;

  private final HeaderPass planned;
  private final HeaderPass software = new HeaderPass(false, false);
  private final MempoolCache pool;
  private final Drops drops;
  private final Burst spare;
  private final boolean udp;
  private final boolean udpChecksum;
  private final boolean sums;
  private final boolean ipip;
  private final boolean nvgre;
  private final boolean greChecksum;
  private final boolean greSequence;
  private final int dscp;
  private final boolean tunnelInNic;
  private final boolean longL2;
  private final long outerFlags;
  private final boolean plain;
  private final boolean vlanInNic;
  private final int vlanTci;

  OuterPass(TunnelConfig config, OffloadPlan plan, MempoolCache pool, Drops drops) {
    planned = new HeaderPass(plan.outerIpv4Checksum(), plan.outerUdpChecksum());
    this.pool = pool;
    this.drops = drops;
    this.spare = Burst.allocate(1, Arena.ofAuto());
    TunnelType type = config.type();
    udp = type.isUdp();
    udpChecksum = config.udpChecksum();
    sums = udpChecksum || config.greChecksum();
    ipip = type == TunnelType.IPIP;
    nvgre = type == TunnelType.NVGRE;
    greChecksum = config.greChecksum();
    greSequence = config.greSequence();
    dscp = config.dscp();
    tunnelInNic = plan.shape() == Shape.BOTH_IN_NIC;
    longL2 = plan.shape() == Shape.INNER_IN_NIC_LONG_L2;
    outerFlags = tunnelInNic ? outerFlags(config, plan) : 0;
    vlanInNic = config.outerVlan() >= 0 && plan.outerVlanInsert();
    vlanTci = config.outerVlan();
    plain =
        udp
            && !udpChecksum
            && config.local().version() == 4
            && plan.shape() == Shape.SOFTWARE
            && !plan.outerIpv4Checksum()
            && !vlanInNic;
  }

  private static long outerFlags(TunnelConfig config, OffloadPlan plan) {
    long flags = plan.tunnelFlag();
    flags |=
        config.local().version() == 4
            ? RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV4
            : RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV6;
    if (plan.outerIpv4Checksum()) {
      flags |= RteMbufFlags.RTE_MBUF_F_TX_OUTER_IP_CKSUM;
    }
    if (plan.outerUdpChecksum() && config.udpChecksum()) {
      flags |= RteMbufFlags.RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
    }
    return flags;
  }

  /**
   * Completes the packets at the front of the queue that need nothing but this: an IPv4 header, and
   * a UDP header without a checksum, before a buffer with headroom that nobody shares. One loop
   * without calls, as most traffic is of this kind.
   *
   * @param out gets them; has room for {@code count}
   * @return how many were completed, from the front; they are still in the queue
   */
  @DataPath
  int completePlain(PassQueue queue, OuterHeader[] paths, Burst out, int count) {
    long table = Memory.base(out.address() + ((long) out.size() << 3));
    int tosMask = dscp < 0 ? 0xff : ECN_MASK;
    int tosBits = dscp < 0 ? 0 : dscp << 2;
    // Trains of packets have one header: what it says is kept until another one comes.
    OuterHeader header = paths[FlowNote.path(queue.note(0))];
    OuterHeader last = header;
    int length = header.length();
    int ipOffset = header.ipOffset();
    int l4Offset = header.l4Offset();
    int ipSum = header.template().foldedIpSum();
    int done = 0;
    while (done < count) {
      long note = queue.note(done);
      header = paths[FlowNote.path(note)];
      if (header != last) {
        last = header;
        length = header.length();
        ipOffset = header.ipOffset();
        l4Offset = header.l4Offset();
        ipSum = header.template().foldedIpSum();
      }
      long mbuf = Memory.base(queue.mbuf(done));
      long rearm = Memory.getLong(mbuf + RteMbuf.DATA_OFF);
      int start = ((int) rearm & 0xffff) - length;
      if (start < 0 || (rearm & REFERENCES) != ONE_REFERENCE) {
        break;
      }
      int whole = Memory.getInt(mbuf + RteMbuf.PKT_LEN) + length;
      int data = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN) + length;
      long at = Memory.base(Memory.getLong(mbuf + RteMbuf.BUF_ADDR) + start);
      Memory.putShort(mbuf + RteMbuf.DATA_OFF, (short) start);
      Memory.putShort(mbuf + RteMbuf.DATA_LEN, (short) data);
      Memory.putInt(mbuf + RteMbuf.PKT_LEN, whole);
      copy(header.bytes(), at, length);
      long ip = Memory.base(at + ipOffset);
      long udpHeader = Memory.base(at + l4Offset);
      int tos = (FlowNote.tos(note) & tosMask) | tosBits;
      int lengthWord = Short.reverseBytes((short) (whole - ipOffset)) & 0xffff;
      int idWord = Short.reverseBytes((short) header.nextIdentification()) & 0xffff;
      // Four words and a folded sum: two folds are enough.
      int sum = ipSum + lengthWord + idWord + (tos << 8);
      sum = (sum & 0xffff) + (sum >>> 16);
      sum += sum >>> 16;
      Memory.putByte(ip + Ipv4.TYPE_OF_SERVICE, (byte) tos);
      Memory.putInt(ip + Ipv4.TOTAL_LENGTH, lengthWord | idWord << 16);
      Memory.putShort(ip + Ipv4.CHECKSUM, (short) ~sum);
      int port = FIRST_PORT | (FlowNote.hash(note) & PORT_MASK);
      Memory.putShort(udpHeader + Udp.SOURCE_PORT, Short.reverseBytes((short) port));
      Memory.putShort(
          udpHeader + Udp.DATAGRAM_LENGTH, Short.reverseBytes((short) (whole - l4Offset)));
      Memory.putLong(table + ((long) done << 3), mbuf);
      done++;
    }
    out.size(out.size() + done);
    return done;
  }

  /** Whether {@link #completePlain} knows all that this tunnel wants. */
  boolean isPlain() {
    return plain;
  }

  /**
   * Completes a packet.
   *
   * @param packet with a complete inner header
   * @param header for it
   * @param note see {@link FlowNote}
   * @param frameSum partial sum of the whole packet, where the outer header has a checksum over it
   * @return the packet to send, another mbuf where a header had to be chained before it; 0 when it
   *     has been dropped
   */
  @DataPath
  long complete(long packet, OuterHeader header, long note, long frameSum) {
    long mbuf = Memory.base(packet);
    int frame = Memory.getInt(mbuf + RteMbuf.PKT_LEN);
    int length = header.length();
    long rearm = Memory.getLong(mbuf + RteMbuf.DATA_OFF); // data_off, refcnt, nb_segs, port
    int headroom = (int) rearm & 0xffff;
    boolean shared = (rearm & REFERENCES) != ONE_REFERENCE;
    boolean asksNic = tunnelInNic || longL2;
    // A header in a shared buffer cannot lie in one piece with the outer one, as drivers want it.
    boolean nic = asksNic && FlowNote.mayUseNic(note) && !shared;
    long sum = asksNic && !nic && sums ? MbufChain.sum(mbuf, 0, frame) : frameSum;
    int carried = nic && longL2 ? carried(mbuf, frame) : frame;
    long at;
    long first;
    if (headroom >= length && !shared) {
      first = mbuf;
      at = Memory.base(Memory.getLong(mbuf + RteMbuf.BUF_ADDR)) + headroom - length;
      Memory.putShort(mbuf + RteMbuf.DATA_OFF, (short) (headroom - length));
      int data = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
      Memory.putShort(mbuf + RteMbuf.DATA_LEN, (short) (data + length));
      Memory.putInt(mbuf + RteMbuf.PKT_LEN, frame + length);
    } else {
      first = chain(mbuf, length, frame, nic);
      if (first == 0) {
        return 0;
      }
      at = Mbuf.data(first);
    }
    copy(header.bytes(), at, length);
    HeaderPass pass = nic || !asksNic ? planned : software;
    int segments = nic ? segments(first, frame) : 1;
    completeIp(pass, at + header.ipOffset(), header, note, carried + length - header.ipOffset());
    if (segments > 1) {
      header.skipIdentifications(segments - 1);
    }
    long l4 = at + header.l4Offset();
    int l4Bytes = carried + length - header.l4Offset();
    if (udp) {
      completeUdp(pass, l4, header, note, l4Bytes, sum);
      if (segments > 1 && pass.l4InNic() && udpChecksum) {
        pass.prepareForSegmentation(l4, header.template());
      }
    } else if (!ipip) {
      completeGre(l4, header, note, sum);
    }
    if (nic) {
      tellNic(first, header);
    } else if (asksNic) {
      Memory.putLong(
          first + RteMbuf.OL_FLAGS,
          Memory.getLong(first + RteMbuf.OL_FLAGS) & ~RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK);
    }
    if (vlanInNic) {
      Memory.putShort(first + RteMbuf.VLAN_TCI, (short) vlanTci);
      Memory.putLong(
          first + RteMbuf.OL_FLAGS,
          Memory.getLong(first + RteMbuf.OL_FLAGS) | RteMbufFlags.RTE_MBUF_F_TX_VLAN);
    }
    return first;
  }

  /** How many packets the NIC makes of one; each has an outer header, and an identification. */
  @DataPath
  private static int segments(long mbuf, int frame) {
    if ((Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & SEGMENTATION) == 0) {
      return 1;
    }
    long lengths = Memory.getLong(mbuf + RteMbuf.TX_OFFLOAD);
    int size = Mbuf.tsoSegmentSize(lengths);
    return size == 0 ? 1 : (frame - headerBytes(lengths) + size - 1) / size;
  }

  /** What the outer header of each segment carries, where the NIC repeats it as it is. */
  @DataPath
  private static int carried(long mbuf, int frame) {
    if ((Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & SEGMENTATION) == 0) {
      return frame;
    }
    long lengths = Memory.getLong(mbuf + RteMbuf.TX_OFFLOAD);
    return headerBytes(lengths) + Mbuf.tsoSegmentSize(lengths);
  }

  @DataPath
  private static int headerBytes(long lengths) {
    return Mbuf.l2Length(lengths) + Mbuf.l3Length(lengths) + Mbuf.l4Length(lengths);
  }

  /** Words of 8 bytes, the last one overlapping: no header is shorter than 34 bytes. */
  @DataPath
  private static void copy(long from, long to, int length) {
    long source = Memory.base(from);
    long target = Memory.base(to);
    Memory.putLong(target, Memory.getLong(source));
    Memory.putLong(target + 8, Memory.getLong(source + 8));
    Memory.putLong(target + 16, Memory.getLong(source + 16));
    int last = length - 8;
    for (int i = 24; i < last; i += 8) {
      Memory.putLong(target + i, Memory.getLong(source + i));
    }
    Memory.putLong(target + last, Memory.getLong(source + last));
  }

  @DataPath
  private void completeIp(HeaderPass pass, long ip, OuterHeader header, long note, int ipBytes) {
    int inner = FlowNote.tos(note);
    // RFC 6040 section 4.1: ECN is copied in normal mode, whatever becomes of the DSCP.
    int tos = dscp < 0 ? inner : dscp << 2 | (inner & ECN_MASK);
    int protocol = FlowNote.isIpv6(note) ? Protocol.IPV6 : Protocol.IPV4;
    if (header.template().ipVersion() == 4) {
      long changed = (long) tos << 8; // the second byte of a word, in memory's order
      Memory.putByte(ip + 1, (byte) tos);
      if (ipip) {
        Memory.putByte(ip + Ipv4.PROTOCOL, (byte) protocol);
        changed += (long) protocol << 8;
      }
      pass.completeIp(ip, header.template(), ipBytes, header.nextIdentification(), changed);
    } else {
      // The flow label carries entropy for tunnels without ports, too (RFC 6438).
      int label = FlowNote.hash(note) & FLOW_LABEL_MASK;
      Ipv6.versionClassFlow(ip, Ipv6.versionClassFlowOf(tos, label));
      if (ipip) {
        Memory.putByte(ip + Ipv6.NEXT_HEADER, (byte) protocol);
      }
      pass.completeIp(ip, header.template(), ipBytes, 0, 0);
    }
  }

  @DataPath
  private void completeUdp(
      HeaderPass pass, long at, OuterHeader header, long note, int bytes, long frameSum) {
    int port = FIRST_PORT | (FlowNote.hash(note) & PORT_MASK);
    long portWord = Checksum.word(port);
    long lengthWord = Checksum.word(bytes);
    Memory.putShort(at + Udp.SOURCE_PORT, (short) portWord);
    Memory.putShort(at + Udp.DATAGRAM_LENGTH, (short) lengthWord);
    if (udpChecksum) {
      pass.completeL4(
          at, header.template(), bytes, header.l4Sum() + portWord + lengthWord + frameSum);
    }
  }

  @DataPath
  private void completeGre(long at, OuterHeader header, long note, long frameSum) {
    long sum = header.l4Sum() + frameSum;
    if (nvgre) {
      // RFC 7637 section 3.2: the lowest 8 bits of the key are the flow's.
      Memory.putByte(at + 7, (byte) FlowNote.hash(note));
      return;
    }
    if (greSequence) {
      int offset = header.length() - header.l4Offset() - 4;
      int sequence = header.nextSequence();
      Memory.putIntBigEndian(at + offset, sequence);
      sum += Checksum.length(sequence);
    }
    if (greChecksum) {
      Memory.putShort(at + Gre.CHECKSUM, (short) Checksum.finish(sum));
    }
  }

  /** A header in a buffer of its own: no headroom, or somebody else reads the packet's buffer. */
  @DataPath
  private long chain(long mbuf, int length, int frame, boolean nic) {
    if (!pool.allocate(spare, 1)) {
      drops.drop(mbuf, DropReason.NO_MBUF);
      return 0;
    }
    long first = Memory.base(spare.get(0));
    spare.size(0);
    int room =
        Memory.getUnsignedShort(first + RteMbuf.BUF_LEN)
            - Memory.getUnsignedShort(first + RteMbuf.DATA_OFF);
    // Drivers that parse want the inner headers in the same buffer (rte_net_intel_cksum_prepare).
    int moved = nic ? headerBytes(Memory.getLong(mbuf + RteMbuf.TX_OFFLOAD)) : 0;
    int data = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
    if (moved > data) {
      moved = 0;
    }
    if (room < length + moved) {
      spare.add(first);
      pool.free(spare);
      drops.drop(mbuf, DropReason.NO_HEADROOM);
      return 0;
    }
    if (moved > 0) {
      Memory.copy(Mbuf.data(mbuf), Mbuf.data(first) + length, moved);
      int offset = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_OFF);
      Memory.putShort(mbuf + RteMbuf.DATA_OFF, (short) (offset + moved));
      Memory.putShort(mbuf + RteMbuf.DATA_LEN, (short) (data - moved));
    }
    Memory.putShort(first + RteMbuf.DATA_LEN, (short) (length + moved));
    Memory.putInt(first + RteMbuf.PKT_LEN, frame + length);
    Memory.putShort(first + RteMbuf.NB_SEGS, (short) (MbufChain.segments(mbuf) + 1));
    Memory.putLong(first + RteMbuf.NEXT, mbuf);
    Memory.putLong(first + RteMbuf.OL_FLAGS, transmitFlags(mbuf));
    Memory.putLong(first + RteMbuf.TX_OFFLOAD, Memory.getLong(mbuf + RteMbuf.TX_OFFLOAD));
    Memory.putLong(mbuf + RteMbuf.TX_OFFLOAD, 0);
    return first;
  }

  @DataPath
  private static long transmitFlags(long mbuf) {
    return Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK;
  }

  /**
   * Turns the inner pass's flags and lengths, which speak of an untunnelled packet, into those of a
   * tunnelled one: rte_mbuf_core.h on {@code RTE_MBUF_F_TX_TUNNEL_*}.
   */
  @DataPath
  private void tellNic(long mbuf, OuterHeader header) {
    long flags = Memory.getLong(mbuf + RteMbuf.OL_FLAGS);
    long lengths = Memory.getLong(mbuf + RteMbuf.TX_OFFLOAD);
    boolean inner = (flags & INNER_OFFLOADS) != 0;
    if (!inner && (!tunnelInNic || (outerFlags & OUTER_CHECKSUMS) == 0)) {
      return;
    }
    int outer = tunnelInNic ? header.length() - header.l4Offset() : header.length();
    // The inner pass's l2_len is there whenever the NIC has something to do.
    lengths = Mbuf.withL2Length(lengths, Mbuf.l2Length(lengths) + outer);
    if (tunnelInNic) {
      lengths |=
          Mbuf.packTxOffload(0, 0, 0, 0, header.l4Offset() - header.ipOffset(), header.ipOffset());
      Memory.putLong(mbuf + RteMbuf.OL_FLAGS, flags | outerFlags);
    }
    Memory.putLong(mbuf + RteMbuf.TX_OFFLOAD, lengths);
  }
}
