package io.gatun.hw.model;

import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GENEVE;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_MPLSINUDP;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_UDP;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_UDP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the hardware takes the headers of one packet to be; -1 for one that it has not.
 *
 * @param outerIp first byte of the outer IP header
 * @param outerIsV4 whether that is IPv4
 * @param outerUdp first byte of the outer UDP header
 * @param ip first byte of the (inner) IP header
 * @param isV4 whether that is IPv4
 * @param ipEnd first byte behind it
 * @param l4 first byte of the (inner) TCP or UDP header
 * @param isTcp whether that is TCP
 * @param payload first byte behind it
 */
record TxLayout(
    int outerIp,
    boolean outerIsV4,
    int outerUdp,
    int ip,
    boolean isV4,
    int ipEnd,
    int l4,
    boolean isTcp,
    int payload) {
  private static final int NONE = -1;
  private static final int ETHERNET = 14;
  private static final int TAG = 4;
  private static final int TCP = 6;
  private static final int UDP = 17;

  private static final Set<Long> UDP_TUNNELS =
      Set.of(
          RTE_MBUF_F_TX_TUNNEL_VXLAN,
          RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE,
          RTE_MBUF_F_TX_TUNNEL_GENEVE,
          RTE_MBUF_F_TX_TUNNEL_MPLSINUDP,
          RTE_MBUF_F_TX_TUNNEL_UDP);

  /** As the lengths and flags in the mbuf say, whatever the bytes are. */
  static TxLayout byLengths(TxRequest request) {
    boolean udp = request.hasOuter() && UDP_TUNNELS.contains(request.tunnel());
    boolean tcp =
        request.has(RTE_MBUF_F_TX_TCP_SEG)
            || !request.has(RTE_MBUF_F_TX_UDP_SEG)
                && request.l4Checksum() == RTE_MBUF_F_TX_TCP_CKSUM;
    boolean l4 =
        tcp
            || request.has(RTE_MBUF_F_TX_UDP_SEG)
            || request.l4Checksum() == RTE_MBUF_F_TX_UDP_CKSUM;
    return new TxLayout(
        request.hasOuter() ? request.outerL2() : NONE,
        request.has(RTE_MBUF_F_TX_OUTER_IPV4),
        udp ? request.outerL4At() : NONE,
        request.innerL3At(),
        request.has(RTE_MBUF_F_TX_IPV4),
        request.innerL4At(),
        l4 ? request.innerL4At() : NONE,
        tcp,
        request.payloadAt());
  }

  /**
   * As the bytes say: one Ethernet header with its tags, one IP header, one of L4. What is in a
   * tunnel is payload. Null where there is no IP.
   */
  static @Nullable TxLayout byParsing(byte[] packet) {
    int type = ETHERNET - 2;
    while (type + TAG + 2 <= packet.length && isTag(Octets.u16(packet, type))) {
      type += TAG;
    }
    int ip = type + 2;
    if (ip + 40 > packet.length) {
      return null;
    }
    return switch (Octets.u16(packet, type)) {
      case 0x0800 -> parsed(packet, ip, true, ip + (packet[ip] & 15) * 4, packet[ip + 9]);
      case 0x86dd -> parsed(packet, ip, false, ip + 40, packet[ip + 6]);
      default -> null;
    };
  }

  private static boolean isTag(int type) {
    return type == 0x8100 || type == 0x88a8;
  }

  private static TxLayout parsed(byte[] packet, int ip, boolean isV4, int l4, int protocol) {
    boolean tcp = protocol == TCP && l4 + 20 <= packet.length;
    boolean udp = protocol == UDP && l4 + 8 <= packet.length;
    int payload = tcp ? l4 + (Octets.u8(packet, l4 + 12) >> 4) * 4 : l4 + 8;
    return new TxLayout(NONE, false, NONE, ip, isV4, l4, tcp || udp ? l4 : NONE, tcp, payload);
  }

  boolean hasOuterIp() {
    return outerIp != NONE;
  }

  boolean hasOuterUdp() {
    return outerUdp != NONE;
  }

  boolean hasL4() {
    return l4 != NONE;
  }

  /** Why this cannot be in a packet of so many bytes, or null: the hardware must not read on. */
  @Nullable String misfit(int length) {
    int end = isV4 ? Math.max(ipEnd, ip + 20) : ipEnd;
    if (hasL4()) {
      end = Math.max(end, Math.max(payload, l4 + (isTcp ? 20 : 8)));
      end = Math.max(end, ip + (isV4 ? 20 : 40));
    }
    if (hasOuterIp()) {
      end = Math.max(end, outerIp + (outerIsV4 ? 20 : 40));
    }
    if (hasOuterUdp()) {
      end = Math.max(end, outerUdp + 8);
    }
    return end <= length
        ? null
        : "headers up to byte %d in a packet of %d bytes".formatted(end, length);
  }
}
