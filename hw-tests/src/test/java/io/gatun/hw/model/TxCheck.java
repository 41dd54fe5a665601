package io.gatun.hw.model;

import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_QINQ_INSERT;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IPV6;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_L4_NO_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV6;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_QINQ;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GENEVE;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GRE;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_IP;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_IPIP;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_MASK;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_UDP;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_UDP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_VLAN;

import io.gatun.hw.model.NicBehaviour.Limits;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a driver's {@code tx_prepare} checks: that the port has what is asked for, that what is
 * asked makes sense ({@code rte_validate_tx_offload}, rte_mbuf.h), and the family's limits. It
 * looks at no byte of the packet and changes none: what must be in the fields is the sender's
 * business.
 */
final class TxCheck {
  private static final Map<Long, Long> TUNNEL_SEGMENTATION =
      Map.of(
          RTE_MBUF_F_TX_TUNNEL_VXLAN, RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO,
          // No capability of its own; in the drivers it stands beside VXLAN (ice_rxtx.c).
          RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE, RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO,
          RTE_MBUF_F_TX_TUNNEL_GENEVE, RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO,
          RTE_MBUF_F_TX_TUNNEL_GRE, RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO,
          RTE_MBUF_F_TX_TUNNEL_IPIP, RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO,
          RTE_MBUF_F_TX_TUNNEL_UDP, RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO,
          RTE_MBUF_F_TX_TUNNEL_IP, RTE_ETH_TX_OFFLOAD_IP_TNL_TSO);

  /** Requests that the model knows; others (SCTP, MACsec, IPsec) no family is asked for here. */
  private static final long KNOWN =
      RTE_MBUF_F_TX_IPV4
          | RTE_MBUF_F_TX_IPV6
          | RTE_MBUF_F_TX_IP_CKSUM
          | RTE_MBUF_F_TX_UDP_CKSUM // two bits, of which TCP's is one
          | RTE_MBUF_F_TX_TCP_SEG
          | RTE_MBUF_F_TX_UDP_SEG
          | RTE_MBUF_F_TX_OUTER_IPV4
          | RTE_MBUF_F_TX_OUTER_IPV6
          | RTE_MBUF_F_TX_OUTER_IP_CKSUM
          | RTE_MBUF_F_TX_OUTER_UDP_CKSUM
          | RTE_MBUF_F_TX_TUNNEL_MASK
          | RTE_MBUF_F_TX_VLAN
          | RTE_MBUF_F_TX_QINQ;

  private static final long HEADERS_READ =
      RTE_MBUF_F_TX_IP_CKSUM
          | RTE_MBUF_F_TX_UDP_CKSUM
          | RTE_MBUF_F_TX_TCP_SEG
          | RTE_MBUF_F_TX_UDP_SEG
          | RTE_MBUF_F_TX_OUTER_IP_CKSUM
          | RTE_MBUF_F_TX_OUTER_UDP_CKSUM;

  private final NicBehaviour behaviour;
  private final long enabled;

  /** Checks for a port on which the {@code enabled} {@code RTE_ETH_TX_OFFLOAD_*} are on. */
  TxCheck(NicBehaviour behaviour, long enabled) {
    this.behaviour = behaviour;
    this.enabled = enabled;
  }

  /** Why the driver refuses this, in words; null when it takes it. */
  @Nullable String refusal(TxRequest request) {
    String reason = missingCapability(request);
    if (reason == null) {
      reason = nonsense(request);
    }
    if (reason == null) {
      reason = request.hasOuter() || request.tunnel() != 0 ? badTunnel(request) : null;
    }
    return reason == null ? beyondLimits(request) : reason;
  }

  // ---- capabilities -----------------------------------------------------------------------------

  private @Nullable String missingCapability(TxRequest request) {
    if ((request.flags() & RTE_MBUF_F_TX_OFFLOAD_MASK & ~KNOWN) != 0) {
      return "a request that no family has: ol_flags 0x%x".formatted(request.flags());
    }
    if (request.segments() > 1 && (enabled & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) == 0) {
      return "%d mbufs, and MULTI_SEGS is not enabled".formatted(request.segments());
    }
    long needed = 0;
    needed |= request.has(RTE_MBUF_F_TX_IP_CKSUM) ? RTE_ETH_TX_OFFLOAD_IPV4_CKSUM : 0;
    needed |= request.has(RTE_MBUF_F_TX_OUTER_IP_CKSUM) ? RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM : 0;
    needed |= request.has(RTE_MBUF_F_TX_OUTER_UDP_CKSUM) ? RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM : 0;
    needed |= request.has(RTE_MBUF_F_TX_UDP_SEG) ? RTE_ETH_TX_OFFLOAD_UDP_TSO : 0;
    needed |= request.has(RTE_MBUF_F_TX_VLAN) ? RTE_ETH_TX_OFFLOAD_VLAN_INSERT : 0;
    needed |= request.has(RTE_MBUF_F_TX_QINQ) ? RTE_ETH_TX_OFFLOAD_QINQ_INSERT : 0;
    long l4 = request.l4Checksum();
    if (l4 == RTE_MBUF_F_TX_TCP_CKSUM) {
      needed |= RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
    } else if (l4 == RTE_MBUF_F_TX_UDP_CKSUM) {
      needed |= RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
    } else if (l4 != RTE_MBUF_F_TX_L4_NO_CKSUM) {
      return "no family here computes SCTP's checksum";
    }
    if (request.has(RTE_MBUF_F_TX_TCP_SEG)) {
      Long tunnel = TUNNEL_SEGMENTATION.get(request.tunnel());
      needed |= tunnel == null ? RTE_ETH_TX_OFFLOAD_TCP_TSO : tunnel;
    }
    long missing = needed & ~enabled;
    return missing == 0 ? null : "RTE_ETH_TX_OFFLOAD bits 0x%x are not enabled".formatted(missing);
  }

  // ---- rte_validate_tx_offload ------------------------------------------------------------------

  private static @Nullable String nonsense(TxRequest request) {
    boolean v4 = request.has(RTE_MBUF_F_TX_IPV4);
    boolean v6 = request.has(RTE_MBUF_F_TX_IPV6);
    if (v4 && v6) {
      return "the packet is said to be IPv4 and IPv6";
    }
    if (request.has(RTE_MBUF_F_TX_IP_CKSUM) && v6) {
      return "an IPv4 checksum is asked for in an IPv6 packet";
    }
    boolean l4 = request.l4Checksum() != RTE_MBUF_F_TX_L4_NO_CKSUM;
    if ((l4 || request.isSegmented()) && !v4 && !v6) {
      return "neither TX_IPV4 nor TX_IPV6 goes with the L4 request";
    }
    if (request.isSegmented()) {
      if (request.segmentSize() == 0) {
        return "tso_segsz is 0";
      }
      if (v4 && !request.has(RTE_MBUF_F_TX_IP_CKSUM)) {
        return "segmentation of IPv4 without TX_IP_CKSUM";
      }
      if (request.l4() == 0) {
        return "l4_len is 0 with segmentation";
      }
    }
    if (request.has(RTE_MBUF_F_TX_OUTER_IP_CKSUM) && !request.has(RTE_MBUF_F_TX_OUTER_IPV4)) {
      return "TX_OUTER_IP_CKSUM without TX_OUTER_IPV4";
    }
    return null;
  }

  /**
   * rte_mbuf_core.h: "The tunnel type must be specified for TSO or checksum on the inner part of
   * tunnel packets", and which IP the outer header is, "when using any outer offload feature".
   */
  private @Nullable String badTunnel(TxRequest request) {
    if (request.has(RTE_MBUF_F_TX_OUTER_IPV4) && request.has(RTE_MBUF_F_TX_OUTER_IPV6)) {
      return "the outer header is said to be IPv4 and IPv6";
    }
    if (request.tunnel() == 0) {
      return "TX_OUTER flags without a tunnel type";
    }
    if (!request.hasOuter()) {
      return "a tunnel type with neither TX_OUTER_IPV4 nor TX_OUTER_IPV6";
    }
    if (!behaviour.tunnels().contains(request.tunnel())) {
      return "tunnel type 0x%x is not one of the driver's".formatted(request.tunnel() >>> 45);
    }
    return null;
  }

  // ---- limits -----------------------------------------------------------------------------------

  private @Nullable String beyondLimits(TxRequest request) {
    Limits limits = behaviour.limits();
    if (request.has(HEADERS_READ) && request.firstSegment() < request.payloadAt()) {
      // rte_net_intel_cksum_flags_prepare: "Check if headers are fragmented"
      return "the headers (%d bytes) are not all in the first mbuf (%d bytes)"
          .formatted(request.payloadAt(), request.firstSegment());
    }
    if (!request.isSegmented()) {
      if (request.length() > limits.maxFrame()) {
        return "pkt_len %d is above %d".formatted(request.length(), limits.maxFrame());
      }
      return tooMany(request.segments(), limits.maxMbufs());
    }
    int size = request.segmentSize();
    if (size < limits.minSegment() || size > limits.maxSegment()) {
      return "tso_segsz %d is not in [%d, %d]"
          .formatted(size, limits.minSegment(), limits.maxSegment());
    }
    if (request.payloadAt() > limits.maxHeader()) {
      return "headers of %d bytes are above %d".formatted(request.payloadAt(), limits.maxHeader());
    }
    if (request.length() > limits.maxSegmented()) {
      return "pkt_len %d is above %d".formatted(request.length(), limits.maxSegmented());
    }
    return tooMany(request.segments(), limits.maxMbufsSegmented());
  }

  private static @Nullable String tooMany(int mbufs, int most) {
    return mbufs <= most ? null : "%d mbufs are more than %d".formatted(mbufs, most);
  }
}
