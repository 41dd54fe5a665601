package io.gatun.hw.model;

import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_QINQ;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_VLAN;

import io.gatun.hw.model.NicBehaviour.OuterIds;
import io.gatun.hw.model.NicBehaviour.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hardware: turns a packet and what its mbuf asks for into the frames that leave. Wrong lengths
 * give wrong bytes. Nothing is repaired, nothing done that was not asked for.
 *
 * <pre>
 *  without a tunnel type:
 *  | l2_len       | l3_len | l4_len | payload
 *  | copied       | IP     | TCP    |
 *
 *  with one, and TX_OUTER_IPV4 or TX_OUTER_IPV6:
 *  | outer_l2_len | outer_l3_len | l2_len                      | l3_len | l4_len | payload
 *  | copied       | IP           | UDP, tunnel, inner Ethernet | IP     | TCP    |
 * </pre>
 *
 * <p>A finished outer header in front of the inner one, all of it {@code l2_len}, needs nothing
 * here: it is copied in front of every segment like any Ethernet header.
 */
final class TxEngine {
  private static final int FIN = 0x01;
  private static final int PSH = 0x08;
  private static final int CWR = 0x80;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ADDRESSES = 12; // the two MAC addresses, behind which a tag goes

  private final NicBehaviour behaviour;

  TxEngine(NicBehaviour behaviour) {
    this.behaviour = behaviour;
  }

  /**
   * The frames that leave for one packet, in order.
   *
   * @throws MalformedRequestException when the lengths point outside the packet
   */
  List<byte[]> send(TxRequest request, byte[] packet) throws MalformedRequestException {
    if (!request.isOffloaded()) {
      return List.of(packet.clone());
    }
    TxLayout layout = layout(request, packet);
    List<byte[]> frames = new ArrayList<>();
    if (layout == null) {
      frames.add(packet.clone());
    } else {
      String misfit = layout.misfit(packet.length);
      if (misfit != null) {
        throw new MalformedRequestException(misfit);
      }
      boolean same = layout.hasL4() && layout.isTcp() == request.has(RTE_MBUF_F_TX_TCP_SEG);
      if (request.isSegmented() && same) {
        segment(request, layout, packet, frames);
      } else {
        byte[] frame = packet.clone();
        complete(request, layout, frame, false);
        frames.add(frame);
      }
    }
    frames.replaceAll(frame -> tag(request, frame));
    return frames;
  }

  private @Nullable TxLayout layout(TxRequest request, byte[] packet) {
    boolean parsed =
        switch (behaviour.findsHeaders()) {
          case BY_LENGTHS -> false;
          case BY_PARSING -> true;
          case BY_PARSING_WITHOUT_TUNNEL -> request.tunnel() == 0;
        };
    return parsed ? TxLayout.byParsing(packet) : TxLayout.byLengths(request);
  }

  // ---- segmentation -----------------------------------------------------------------------------

  private void segment(TxRequest request, TxLayout at, byte[] packet, List<byte[]> frames) {
    int size = request.segmentSize();
    int payload = packet.length - at.payload();
    int count = Math.max(1, Math.ceilDiv(payload, size));
    for (int i = 0; i < count; i++) {
      int from = at.payload() + i * size;
      int bytes = Math.min(size, packet.length - from);
      byte[] frame = Arrays.copyOf(packet, at.payload() + bytes);
      System.arraycopy(packet, from, frame, at.payload(), bytes);

      lengths(at, frame);
      if (at.isV4()) {
        add16(frame, at.ip() + 4, i);
      }
      if (at.hasOuterIp() && at.outerIsV4() && behaviour.outerIds() == OuterIds.INCREMENT) {
        add16(frame, at.outerIp() + 4, i);
      }
      if (at.isTcp()) {
        int sequence = at.l4() + 4;
        Octets.put32(frame, sequence, Octets.u32(packet, sequence) + (long) i * size);
        tcpFlags(frame, at.l4() + 13, i == 0, i == count - 1);
      }
      complete(request, at, frame, true);
      frames.add(frame);
    }
  }

  /** Every length that depends on how long the frame is. */
  private static void lengths(TxLayout at, byte[] frame) {
    ipLength(frame, at.ip(), at.isV4());
    if (!at.isTcp()) {
      Octets.put16(frame, at.l4() + 4, frame.length - at.l4());
    }
    if (at.hasOuterIp()) {
      ipLength(frame, at.outerIp(), at.outerIsV4());
    }
    if (at.hasOuterUdp()) {
      Octets.put16(frame, at.outerUdp() + 4, frame.length - at.outerUdp());
    }
  }

  private static void ipLength(byte[] frame, int ip, boolean isV4) {
    if (isV4) {
      Octets.put16(frame, ip + 2, frame.length - ip);
    } else {
      Octets.put16(frame, ip + 4, frame.length - ip - 40);
    }
  }

  private static void add16(byte[] frame, int at, int value) {
    Octets.put16(frame, at, Octets.u16(frame, at) + value);
  }

  /** 82599's DTXTCPFLGL/H and X710's GLLAN_TSOMSK_F/M/L as they are after a reset. */
  private static void tcpFlags(byte[] frame, int at, boolean first, boolean last) {
    int flags = Octets.u8(frame, at);
    flags &= first ? ~0 : ~CWR;
    flags &= last ? ~0 : ~(FIN | PSH);
    Octets.put8(frame, at, flags);
  }

  // ---- checksums --------------------------------------------------------------------------------

  /** Inner before outer: the outer UDP sum covers all that is inside. */
  private void complete(TxRequest request, TxLayout at, byte[] frame, boolean segmented) {
    if (request.has(RTE_MBUF_F_TX_IP_CKSUM) && at.isV4()) {
      ipv4Checksum(frame, at.ip(), at.ipEnd());
    }
    if (at.hasL4() && (segmented || request.l4Checksum() != 0)) {
      int field = at.l4() + (at.isTcp() ? 16 : 6);
      l4Checksum(frame, at.ip(), at.isV4(), at.l4(), at.isTcp() ? TCP : UDP, field, segmented);
    }
    if (request.has(RTE_MBUF_F_TX_OUTER_UDP_CKSUM)
        && at.hasOuterUdp()
        && behaviour.computesOuterUdp()) {
      int udp = at.outerUdp();
      l4Checksum(frame, at.outerIp(), at.outerIsV4(), udp, UDP, udp + 6, segmented);
    }
    if (request.has(RTE_MBUF_F_TX_OUTER_IP_CKSUM) && at.hasOuterIp()) {
      ipv4Checksum(frame, at.outerIp(), at.outerIp() + request.outerL3());
    }
  }

  private void ipv4Checksum(byte[] frame, int from, int to) {
    if (behaviour.seed() == Seed.IGNORED) {
      Octets.put16(frame, from + 10, 0);
    }
    Octets.put16(frame, from + 10, Octets.checksum(Octets.sum(frame, from, to)));
  }

  /**
   * TCP or UDP over the rest of the frame. In the field is the pseudo-header's sum, which lacks the
   * length where the hardware makes the lengths.
   */
  private void l4Checksum(
      byte[] frame, int ip, boolean isV4, int l4, int protocol, int field, boolean segmented) {
    long sum;
    if (behaviour.seed() == Seed.IGNORED) {
      Octets.put16(frame, field, 0);
      sum = pseudoHeader(frame, ip, isV4, l4, protocol);
    } else {
      sum = segmented ? frame.length - l4 : 0;
    }
    int checksum = Octets.checksum(sum + Octets.sum(frame, l4, frame.length));
    boolean none = protocol == UDP && checksum == 0; // which would say: no checksum (RFC 768)
    Octets.put16(frame, field, none ? 0xffff : checksum);
  }

  /** RFC 793 3.1 and RFC 8200 8.1; extension headers count as far as they precede L4. */
  private static long pseudoHeader(byte[] frame, int ip, boolean isV4, int l4, int protocol) {
    int addresses = isV4 ? ip + 12 : ip + 8;
    int end = isV4 ? ip + Octets.u16(frame, ip + 2) : ip + 40 + Octets.u16(frame, ip + 4);
    return Octets.sum(frame, addresses, isV4 ? ip + 20 : ip + 40) + protocol + (end - l4);
  }

  // ---- tags -------------------------------------------------------------------------------------

  /** Tags as {@code i40e_xmit_pkts} asks for them: QINQ is the outer one in front of VLAN's. */
  private static byte[] tag(TxRequest request, byte[] frame) {
    byte[] tagged = frame;
    if (request.has(RTE_MBUF_F_TX_VLAN | RTE_MBUF_F_TX_QINQ)) {
      tagged = tag(tagged, 0x8100, request.vlanTci());
    }
    if (request.has(RTE_MBUF_F_TX_QINQ)) {
      tagged = tag(tagged, 0x88a8, request.outerVlanTci());
    }
    return tagged;
  }

  private static byte[] tag(byte[] frame, int type, int tci) {
    byte[] tagged = new byte[frame.length + 4];
    System.arraycopy(frame, 0, tagged, 0, ADDRESSES);
    Octets.put16(tagged, ADDRESSES, type);
    Octets.put16(tagged, ADDRESSES + 2, tci);
    System.arraycopy(frame, ADDRESSES, tagged, ADDRESSES + 4, frame.length - ADDRESSES);
    return tagged;
  }
}
