package io.gatun.offload.flow;

import io.gatun.bindings.RteUdpTunnel;
import io.gatun.pmd.wire.TunnelType;
import java.util.List;

/**
 * A UDP port that the NIC's parser shall take for a tunnel ({@code
 * rte_eth_dev_udp_tunnel_port_add}): without it some NICs (82599's successors, X710, E810) see no
 * inner headers.
 *
 * @param type a tunnel with UDP
 * @param port 1 to 65535
 */
public record UdpTunnelPort(TunnelType type, int port) implements Offer {
  /** What reports call it. */
  static final String FUNCTION = "parse";

  public UdpTunnelPort {
    if (!type.isUdp()) {
      throw new IllegalArgumentException(type.label() + " has no UDP port");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("UDP port: %d is not in [1, 65535]".formatted(port));
    }
  }

  /** {@code enum rte_eth_tunnel_type}. */
  int nativeType() {
    return switch (type) {
      case VXLAN -> RteUdpTunnel.RTE_ETH_TUNNEL_TYPE_VXLAN;
      case VXLAN_GPE -> RteUdpTunnel.RTE_ETH_TUNNEL_TYPE_VXLAN_GPE;
      case GENEVE -> RteUdpTunnel.RTE_ETH_TUNNEL_TYPE_GENEVE;
      case NVGRE, GRE, IPIP -> throw new IllegalStateException(type.label() + " has no UDP port");
    };
  }

  @Override
  public List<String> functions() {
    return List.of(FUNCTION);
  }
}
