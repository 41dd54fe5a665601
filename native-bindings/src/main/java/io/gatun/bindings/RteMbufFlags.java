package io.gatun.bindings;

import io.gatun.bindings.gen.Dpdk;

/**
 * {@code RTE_MBUF_F_*} (rte_mbuf_core.h): what a NIC found in a received packet, and what it shall
 * do to one that is sent. With a {@code TX_TUNNEL_*} flag the plain ones describe the inner
 * headers.
 */
public final class RteMbufFlags {
  public static final long RTE_MBUF_F_RX_FDIR = Dpdk.RTE_MBUF_F_RX_FDIR();
  public static final long RTE_MBUF_F_RX_FDIR_ID = Dpdk.RTE_MBUF_F_RX_FDIR_ID();
  public static final long RTE_MBUF_F_RX_IP_CKSUM_BAD = Dpdk.RTE_MBUF_F_RX_IP_CKSUM_BAD();
  public static final long RTE_MBUF_F_RX_IP_CKSUM_GOOD = Dpdk.RTE_MBUF_F_RX_IP_CKSUM_GOOD();
  public static final long RTE_MBUF_F_RX_IP_CKSUM_MASK = Dpdk.RTE_MBUF_F_RX_IP_CKSUM_MASK();
  public static final long RTE_MBUF_F_RX_IP_CKSUM_NONE = Dpdk.RTE_MBUF_F_RX_IP_CKSUM_NONE();
  public static final long RTE_MBUF_F_RX_IP_CKSUM_UNKNOWN = Dpdk.RTE_MBUF_F_RX_IP_CKSUM_UNKNOWN();
  public static final long RTE_MBUF_F_RX_L4_CKSUM_BAD = Dpdk.RTE_MBUF_F_RX_L4_CKSUM_BAD();
  public static final long RTE_MBUF_F_RX_L4_CKSUM_GOOD = Dpdk.RTE_MBUF_F_RX_L4_CKSUM_GOOD();
  public static final long RTE_MBUF_F_RX_L4_CKSUM_MASK = Dpdk.RTE_MBUF_F_RX_L4_CKSUM_MASK();
  public static final long RTE_MBUF_F_RX_L4_CKSUM_NONE = Dpdk.RTE_MBUF_F_RX_L4_CKSUM_NONE();
  public static final long RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN = Dpdk.RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN();
  public static final long RTE_MBUF_F_RX_LRO = Dpdk.RTE_MBUF_F_RX_LRO();
  public static final long RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD =
      Dpdk.RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD();
  public static final long RTE_MBUF_F_RX_OUTER_L4_CKSUM_BAD =
      Dpdk.RTE_MBUF_F_RX_OUTER_L4_CKSUM_BAD();
  public static final long RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD =
      Dpdk.RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD();
  public static final long RTE_MBUF_F_RX_OUTER_L4_CKSUM_INVALID =
      Dpdk.RTE_MBUF_F_RX_OUTER_L4_CKSUM_INVALID();
  public static final long RTE_MBUF_F_RX_OUTER_L4_CKSUM_MASK =
      Dpdk.RTE_MBUF_F_RX_OUTER_L4_CKSUM_MASK();
  public static final long RTE_MBUF_F_RX_OUTER_L4_CKSUM_UNKNOWN =
      Dpdk.RTE_MBUF_F_RX_OUTER_L4_CKSUM_UNKNOWN();
  public static final long RTE_MBUF_F_RX_QINQ = Dpdk.RTE_MBUF_F_RX_QINQ();
  public static final long RTE_MBUF_F_RX_QINQ_STRIPPED = Dpdk.RTE_MBUF_F_RX_QINQ_STRIPPED();
  public static final long RTE_MBUF_F_RX_RSS_HASH = Dpdk.RTE_MBUF_F_RX_RSS_HASH();
  public static final long RTE_MBUF_F_RX_VLAN = Dpdk.RTE_MBUF_F_RX_VLAN();
  public static final long RTE_MBUF_F_RX_VLAN_STRIPPED = Dpdk.RTE_MBUF_F_RX_VLAN_STRIPPED();
  public static final long RTE_MBUF_F_TX_IPV4 = Dpdk.RTE_MBUF_F_TX_IPV4();
  public static final long RTE_MBUF_F_TX_IPV6 = Dpdk.RTE_MBUF_F_TX_IPV6();
  public static final long RTE_MBUF_F_TX_IP_CKSUM = Dpdk.RTE_MBUF_F_TX_IP_CKSUM();
  public static final long RTE_MBUF_F_TX_L4_MASK = Dpdk.RTE_MBUF_F_TX_L4_MASK();
  public static final long RTE_MBUF_F_TX_L4_NO_CKSUM = Dpdk.RTE_MBUF_F_TX_L4_NO_CKSUM();
  public static final long RTE_MBUF_F_TX_OFFLOAD_MASK = Dpdk.RTE_MBUF_F_TX_OFFLOAD_MASK();
  public static final long RTE_MBUF_F_TX_OUTER_IPV4 = Dpdk.RTE_MBUF_F_TX_OUTER_IPV4();
  public static final long RTE_MBUF_F_TX_OUTER_IPV6 = Dpdk.RTE_MBUF_F_TX_OUTER_IPV6();
  public static final long RTE_MBUF_F_TX_OUTER_IP_CKSUM = Dpdk.RTE_MBUF_F_TX_OUTER_IP_CKSUM();
  public static final long RTE_MBUF_F_TX_OUTER_UDP_CKSUM = Dpdk.RTE_MBUF_F_TX_OUTER_UDP_CKSUM();
  public static final long RTE_MBUF_F_TX_QINQ = Dpdk.RTE_MBUF_F_TX_QINQ();
  public static final long RTE_MBUF_F_TX_TCP_CKSUM = Dpdk.RTE_MBUF_F_TX_TCP_CKSUM();
  public static final long RTE_MBUF_F_TX_TCP_SEG = Dpdk.RTE_MBUF_F_TX_TCP_SEG();
  public static final long RTE_MBUF_F_TX_TUNNEL_GENEVE = Dpdk.RTE_MBUF_F_TX_TUNNEL_GENEVE();
  public static final long RTE_MBUF_F_TX_TUNNEL_GRE = Dpdk.RTE_MBUF_F_TX_TUNNEL_GRE();
  public static final long RTE_MBUF_F_TX_TUNNEL_IP = Dpdk.RTE_MBUF_F_TX_TUNNEL_IP();
  public static final long RTE_MBUF_F_TX_TUNNEL_IPIP = Dpdk.RTE_MBUF_F_TX_TUNNEL_IPIP();
  public static final long RTE_MBUF_F_TX_TUNNEL_MASK = Dpdk.RTE_MBUF_F_TX_TUNNEL_MASK();
  public static final long RTE_MBUF_F_TX_TUNNEL_MPLSINUDP = Dpdk.RTE_MBUF_F_TX_TUNNEL_MPLSINUDP();
  public static final long RTE_MBUF_F_TX_TUNNEL_UDP = Dpdk.RTE_MBUF_F_TX_TUNNEL_UDP();
  public static final long RTE_MBUF_F_TX_TUNNEL_VXLAN = Dpdk.RTE_MBUF_F_TX_TUNNEL_VXLAN();
  public static final long RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE = Dpdk.RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE();
  public static final long RTE_MBUF_F_TX_UDP_CKSUM = Dpdk.RTE_MBUF_F_TX_UDP_CKSUM();
  public static final long RTE_MBUF_F_TX_UDP_SEG = Dpdk.RTE_MBUF_F_TX_UDP_SEG();
  public static final long RTE_MBUF_F_TX_VLAN = Dpdk.RTE_MBUF_F_TX_VLAN();

  private RteMbufFlags() {}
}
