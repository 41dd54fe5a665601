package io.gatun.bindings;

import io.gatun.bindings.gen.Dpdk;
import java.lang.foreign.MemorySegment;

/**
 * UDP ports that a NIC's parser takes for tunnels ({@code rte_ethdev.h}): C names, C results (0 or
 * a negative errno).
 *
 * <p>{@code struct rte_eth_udp_tunnel} is read and written through {@link Abi}; its port is in host
 * byte order.
 */
public final class RteUdpTunnel {
  public static final int RTE_ETH_TUNNEL_TYPE_VXLAN = Dpdk.RTE_ETH_TUNNEL_TYPE_VXLAN();
  public static final int RTE_ETH_TUNNEL_TYPE_VXLAN_GPE = Dpdk.RTE_ETH_TUNNEL_TYPE_VXLAN_GPE();
  public static final int RTE_ETH_TUNNEL_TYPE_GENEVE = Dpdk.RTE_ETH_TUNNEL_TYPE_GENEVE();

  private RteUdpTunnel() {}

  /** Takes a {@code struct rte_eth_udp_tunnel}. */
  public static int rte_eth_dev_udp_tunnel_port_add(int port, MemorySegment tunnel) {
    return Dpdk.rte_eth_dev_udp_tunnel_port_add((short) port, tunnel);
  }

  /** Takes a {@code struct rte_eth_udp_tunnel}. */
  public static int rte_eth_dev_udp_tunnel_port_delete(int port, MemorySegment tunnel) {
    return Dpdk.rte_eth_dev_udp_tunnel_port_delete((short) port, tunnel);
  }
}
