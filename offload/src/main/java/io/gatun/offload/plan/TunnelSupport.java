package io.gatun.offload.plan;

import io.gatun.bindings.RteEthBits;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.wire.TunnelType;

/**
 * By which mbuf flag a port can be told of a tunnel.
 *
 * <p>{@code rte_mbuf_core.h} prefers the flag of the tunnel's own; the generic {@code TUNNEL_UDP}
 * and {@code TUNNEL_IP} are for ports with {@code UDP_TNL_TSO} and {@code IP_TNL_TSO}. NVGRE is GRE
 * with a key, so {@code TUNNEL_GRE} covers it. VXLAN-GPE has a flag but no capability, so only the
 * generic one tells that a port means it.
 *
 * @param flag {@code RTE_MBUF_F_TX_TUNNEL_*}; 0 when the port knows no such tunnel
 * @param segmentation the {@code *_TNL_TSO} bit; 0 when it does not segment in it
 * @param required bits to enable for any use of the flag
 * @param text how a reason names the flag; without one, why the port cannot be told
 */
public record TunnelSupport(long flag, long segmentation, long required, String text) {
  /** The flag, the capability and the flag for ports that have outer checksums only. */
  private record Specific(long capability, long flag, String capabilityName, String flagName) {}

  public boolean isKnown() {
    return flag != 0;
  }

  /** How {@code port} can be told of {@code tunnel}. */
  public static TunnelSupport of(TunnelType tunnel, PortCapabilities port) {
    Specific specific = specific(tunnel);
    if (specific.capability != 0 && port.transmits(specific.capability)) {
      return new TunnelSupport(
          specific.flag, specific.capability, 0, "TUNNEL_" + specific.flagName);
    }
    long generic =
        tunnel.isUdp()
            ? RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO
            : RteEthBits.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO;
    if (port.transmits(generic)) {
      return tunnel.isUdp()
          ? new TunnelSupport(RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_UDP, generic, generic, "TUNNEL_UDP")
          : new TunnelSupport(RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_IP, generic, generic, "TUNNEL_IP");
    }
    String genericName = tunnel.isUdp() ? "UDP_TNL_TSO" : "IP_TNL_TSO";
    if (!port.knowsTunnels()) {
      return unknown(
          "the port has neither OUTER_IPV4_CKSUM, OUTER_UDP_CKSUM nor any *_TNL_TSO, so it knows"
              + " no tunnels");
    }
    if ((port.txOffloads() & PortCapabilities.TUNNEL_SEGMENTATION) != 0) {
      return unknown(
          "the port names the tunnels that it knows by *_TNL_TSO, and has neither %s nor %s for %s"
              .formatted(
                  specific.capability == 0 ? "one of its own" : specific.capabilityName,
                  genericName,
                  tunnel.label()));
    }
    return new TunnelSupport(specific.flag, 0, 0, "TUNNEL_" + specific.flagName);
  }

  private static TunnelSupport unknown(String reason) {
    return new TunnelSupport(0, 0, 0, reason);
  }

  private static Specific specific(TunnelType tunnel) {
    return switch (tunnel) {
      case VXLAN ->
          new Specific(
              RteEthBits.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO,
              RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN,
              "VXLAN_TNL_TSO",
              "VXLAN");
      case VXLAN_GPE ->
          new Specific(0, RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE, "", "VXLAN_GPE");
      case GENEVE ->
          new Specific(
              RteEthBits.RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO,
              RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GENEVE,
              "GENEVE_TNL_TSO",
              "GENEVE");
      case NVGRE, GRE ->
          new Specific(
              RteEthBits.RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO,
              RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GRE,
              "GRE_TNL_TSO",
              "GRE");
      case IPIP ->
          new Specific(
              RteEthBits.RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO,
              RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_IPIP,
              "IPIP_TNL_TSO",
              "IPIP");
    };
  }
}
