package io.gatun.hw.model;

import io.gatun.bindings.gen.Dpdk;
import io.gatun.hw.model.RxLayers.Layer;

/** {@code RTE_PTYPE_*} (rte_mbuf_ptype.h) of what a NIC's parser found. */
final class PacketTypes {
  private static final int L2_ETHER = Dpdk.RTE_PTYPE_L2_ETHER();
  private static final int L2_ETHER_VLAN = Dpdk.RTE_PTYPE_L2_ETHER_VLAN();
  private static final int L2_ETHER_QINQ = Dpdk.RTE_PTYPE_L2_ETHER_QINQ();
  private static final int L3_IPV4_EXT_UNKNOWN = Dpdk.RTE_PTYPE_L3_IPV4_EXT_UNKNOWN();
  private static final int L3_IPV6_EXT_UNKNOWN = Dpdk.RTE_PTYPE_L3_IPV6_EXT_UNKNOWN();
  private static final int L4_TCP = Dpdk.RTE_PTYPE_L4_TCP();
  private static final int L4_UDP = Dpdk.RTE_PTYPE_L4_UDP();
  private static final int L4_FRAG = Dpdk.RTE_PTYPE_L4_FRAG();
  private static final int L4_NONFRAG = Dpdk.RTE_PTYPE_L4_NONFRAG();
  private static final int INNER_L2_ETHER = Dpdk.RTE_PTYPE_INNER_L2_ETHER();
  private static final int INNER_L2_ETHER_VLAN = Dpdk.RTE_PTYPE_INNER_L2_ETHER_VLAN();
  private static final int INNER_L3_IPV4_EXT_UNKNOWN = Dpdk.RTE_PTYPE_INNER_L3_IPV4_EXT_UNKNOWN();
  private static final int INNER_L3_IPV6_EXT_UNKNOWN = Dpdk.RTE_PTYPE_INNER_L3_IPV6_EXT_UNKNOWN();

  /** How far the inner L4 types are above the outer ones. */
  private static final int INNER_L4_SHIFT =
      Integer.numberOfTrailingZeros(Dpdk.RTE_PTYPE_INNER_L4_TCP())
          - Integer.numberOfTrailingZeros(Dpdk.RTE_PTYPE_L4_TCP());

  private PacketTypes() {}

  /**
   * The packet type.
   *
   * @param oneTunnelType every tunnel is GRENAT ("there is no tunnel type info", enic_rxtx.c)
   */
  static int of(RxLayers layers, boolean oneTunnelType) {
    int type =
        switch (layers.tags()) {
          case 0 -> L2_ETHER;
          case 1 -> L2_ETHER_VLAN;
          default -> L2_ETHER_QINQ;
        };
    if (!layers.hasIp()) {
      return type;
    }
    Layer outer = layers.outermost();
    type |= outer.isV4() ? L3_IPV4_EXT_UNKNOWN : L3_IPV6_EXT_UNKNOWN;
    if (!layers.isTunnelled()) {
      return type | l4(outer);
    }
    type |= outer.isUdp() ? L4_UDP : 0;
    type |= tunnel(layers.tunnel(), oneTunnelType);
    if (layers.innerEthernet()) {
      type |= layers.innerTags() == 0 ? INNER_L2_ETHER : INNER_L2_ETHER_VLAN;
    }
    Layer inner = layers.innermost();
    type |= inner.isV4() ? INNER_L3_IPV4_EXT_UNKNOWN : INNER_L3_IPV6_EXT_UNKNOWN;
    return type | l4(inner) << INNER_L4_SHIFT;
  }

  private static int l4(Layer layer) {
    if (layer.isFragment()) {
      return L4_FRAG;
    }
    return layer.isTcp() ? L4_TCP : layer.isUdp() ? L4_UDP : L4_NONFRAG;
  }

  /** {@code RTE_PTYPE_TUNNEL_*}. */
  private static int tunnel(RxLayers.Tunnel tunnel, boolean oneTunnelType) {
    if (oneTunnelType) {
      return Dpdk.RTE_PTYPE_TUNNEL_GRENAT();
    }
    return switch (tunnel) {
      case NONE -> 0;
      case IP -> Dpdk.RTE_PTYPE_TUNNEL_IP();
      case GRE -> Dpdk.RTE_PTYPE_TUNNEL_GRE();
      case VXLAN -> Dpdk.RTE_PTYPE_TUNNEL_VXLAN();
      case NVGRE -> Dpdk.RTE_PTYPE_TUNNEL_NVGRE();
      case GENEVE -> Dpdk.RTE_PTYPE_TUNNEL_GENEVE();
      case VXLAN_GPE -> Dpdk.RTE_PTYPE_TUNNEL_VXLAN_GPE();
    };
  }
}
