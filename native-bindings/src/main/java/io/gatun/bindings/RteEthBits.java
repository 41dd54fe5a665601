package io.gatun.bindings;

import io.gatun.bindings.gen.Dpdk;

/**
 * Capability bits of {@code rte_ethdev.h}: what a port can do with received packets ({@code
 * RTE_ETH_RX_OFFLOAD_*}), with packets to send ({@code RTE_ETH_TX_OFFLOAD_*}), and what it can hash
 * ({@code RTE_ETH_RSS_*}).
 *
 * <p>Single bits only; the header's unions of them ({@code RTE_ETH_RX_OFFLOAD_CHECKSUM}, {@code
 * RTE_ETH_RSS_IP}) are left out. Reading them loads no native code.
 */
public final class RteEthBits {
  public static final long RTE_ETH_RX_OFFLOAD_VLAN_STRIP = Dpdk.RTE_ETH_RX_OFFLOAD_VLAN_STRIP();
  public static final long RTE_ETH_RX_OFFLOAD_IPV4_CKSUM = Dpdk.RTE_ETH_RX_OFFLOAD_IPV4_CKSUM();
  public static final long RTE_ETH_RX_OFFLOAD_UDP_CKSUM = Dpdk.RTE_ETH_RX_OFFLOAD_UDP_CKSUM();
  public static final long RTE_ETH_RX_OFFLOAD_TCP_CKSUM = Dpdk.RTE_ETH_RX_OFFLOAD_TCP_CKSUM();
  public static final long RTE_ETH_RX_OFFLOAD_TCP_LRO = Dpdk.RTE_ETH_RX_OFFLOAD_TCP_LRO();
  public static final long RTE_ETH_RX_OFFLOAD_QINQ_STRIP = Dpdk.RTE_ETH_RX_OFFLOAD_QINQ_STRIP();
  public static final long RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM =
      Dpdk.RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM();
  public static final long RTE_ETH_RX_OFFLOAD_MACSEC_STRIP = Dpdk.RTE_ETH_RX_OFFLOAD_MACSEC_STRIP();
  public static final long RTE_ETH_RX_OFFLOAD_VLAN_FILTER = Dpdk.RTE_ETH_RX_OFFLOAD_VLAN_FILTER();
  public static final long RTE_ETH_RX_OFFLOAD_VLAN_EXTEND = Dpdk.RTE_ETH_RX_OFFLOAD_VLAN_EXTEND();
  public static final long RTE_ETH_RX_OFFLOAD_SCATTER = Dpdk.RTE_ETH_RX_OFFLOAD_SCATTER();
  public static final long RTE_ETH_RX_OFFLOAD_TIMESTAMP = Dpdk.RTE_ETH_RX_OFFLOAD_TIMESTAMP();
  public static final long RTE_ETH_RX_OFFLOAD_SECURITY = Dpdk.RTE_ETH_RX_OFFLOAD_SECURITY();
  public static final long RTE_ETH_RX_OFFLOAD_KEEP_CRC = Dpdk.RTE_ETH_RX_OFFLOAD_KEEP_CRC();
  public static final long RTE_ETH_RX_OFFLOAD_SCTP_CKSUM = Dpdk.RTE_ETH_RX_OFFLOAD_SCTP_CKSUM();
  public static final long RTE_ETH_RX_OFFLOAD_OUTER_UDP_CKSUM =
      Dpdk.RTE_ETH_RX_OFFLOAD_OUTER_UDP_CKSUM();
  public static final long RTE_ETH_RX_OFFLOAD_RSS_HASH = Dpdk.RTE_ETH_RX_OFFLOAD_RSS_HASH();
  public static final long RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT = Dpdk.RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT();

  public static final long RTE_ETH_TX_OFFLOAD_VLAN_INSERT = Dpdk.RTE_ETH_TX_OFFLOAD_VLAN_INSERT();
  public static final long RTE_ETH_TX_OFFLOAD_IPV4_CKSUM = Dpdk.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM();
  public static final long RTE_ETH_TX_OFFLOAD_UDP_CKSUM = Dpdk.RTE_ETH_TX_OFFLOAD_UDP_CKSUM();
  public static final long RTE_ETH_TX_OFFLOAD_TCP_CKSUM = Dpdk.RTE_ETH_TX_OFFLOAD_TCP_CKSUM();
  public static final long RTE_ETH_TX_OFFLOAD_SCTP_CKSUM = Dpdk.RTE_ETH_TX_OFFLOAD_SCTP_CKSUM();
  public static final long RTE_ETH_TX_OFFLOAD_TCP_TSO = Dpdk.RTE_ETH_TX_OFFLOAD_TCP_TSO();
  public static final long RTE_ETH_TX_OFFLOAD_UDP_TSO = Dpdk.RTE_ETH_TX_OFFLOAD_UDP_TSO();
  public static final long RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM =
      Dpdk.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM();
  public static final long RTE_ETH_TX_OFFLOAD_QINQ_INSERT = Dpdk.RTE_ETH_TX_OFFLOAD_QINQ_INSERT();
  public static final long RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO =
      Dpdk.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO();
  public static final long RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO = Dpdk.RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO();
  public static final long RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO = Dpdk.RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO();
  public static final long RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO =
      Dpdk.RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO();
  public static final long RTE_ETH_TX_OFFLOAD_MACSEC_INSERT =
      Dpdk.RTE_ETH_TX_OFFLOAD_MACSEC_INSERT();
  public static final long RTE_ETH_TX_OFFLOAD_MT_LOCKFREE = Dpdk.RTE_ETH_TX_OFFLOAD_MT_LOCKFREE();
  public static final long RTE_ETH_TX_OFFLOAD_MULTI_SEGS = Dpdk.RTE_ETH_TX_OFFLOAD_MULTI_SEGS();
  public static final long RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE =
      Dpdk.RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE();
  public static final long RTE_ETH_TX_OFFLOAD_SECURITY = Dpdk.RTE_ETH_TX_OFFLOAD_SECURITY();
  public static final long RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO = Dpdk.RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO();
  public static final long RTE_ETH_TX_OFFLOAD_IP_TNL_TSO = Dpdk.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO();
  public static final long RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM =
      Dpdk.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM();
  public static final long RTE_ETH_TX_OFFLOAD_SEND_ON_TIMESTAMP =
      Dpdk.RTE_ETH_TX_OFFLOAD_SEND_ON_TIMESTAMP();

  public static final long RTE_ETH_RSS_IPV4 = Dpdk.RTE_ETH_RSS_IPV4();
  public static final long RTE_ETH_RSS_FRAG_IPV4 = Dpdk.RTE_ETH_RSS_FRAG_IPV4();
  public static final long RTE_ETH_RSS_NONFRAG_IPV4_TCP = Dpdk.RTE_ETH_RSS_NONFRAG_IPV4_TCP();
  public static final long RTE_ETH_RSS_NONFRAG_IPV4_UDP = Dpdk.RTE_ETH_RSS_NONFRAG_IPV4_UDP();
  public static final long RTE_ETH_RSS_NONFRAG_IPV4_SCTP = Dpdk.RTE_ETH_RSS_NONFRAG_IPV4_SCTP();
  public static final long RTE_ETH_RSS_NONFRAG_IPV4_OTHER = Dpdk.RTE_ETH_RSS_NONFRAG_IPV4_OTHER();
  public static final long RTE_ETH_RSS_IPV6 = Dpdk.RTE_ETH_RSS_IPV6();
  public static final long RTE_ETH_RSS_FRAG_IPV6 = Dpdk.RTE_ETH_RSS_FRAG_IPV6();
  public static final long RTE_ETH_RSS_NONFRAG_IPV6_TCP = Dpdk.RTE_ETH_RSS_NONFRAG_IPV6_TCP();
  public static final long RTE_ETH_RSS_NONFRAG_IPV6_UDP = Dpdk.RTE_ETH_RSS_NONFRAG_IPV6_UDP();
  public static final long RTE_ETH_RSS_NONFRAG_IPV6_SCTP = Dpdk.RTE_ETH_RSS_NONFRAG_IPV6_SCTP();
  public static final long RTE_ETH_RSS_NONFRAG_IPV6_OTHER = Dpdk.RTE_ETH_RSS_NONFRAG_IPV6_OTHER();
  public static final long RTE_ETH_RSS_L2_PAYLOAD = Dpdk.RTE_ETH_RSS_L2_PAYLOAD();
  public static final long RTE_ETH_RSS_IPV6_EX = Dpdk.RTE_ETH_RSS_IPV6_EX();
  public static final long RTE_ETH_RSS_IPV6_TCP_EX = Dpdk.RTE_ETH_RSS_IPV6_TCP_EX();
  public static final long RTE_ETH_RSS_IPV6_UDP_EX = Dpdk.RTE_ETH_RSS_IPV6_UDP_EX();
  public static final long RTE_ETH_RSS_PORT = Dpdk.RTE_ETH_RSS_PORT();
  public static final long RTE_ETH_RSS_VXLAN = Dpdk.RTE_ETH_RSS_VXLAN();
  public static final long RTE_ETH_RSS_GENEVE = Dpdk.RTE_ETH_RSS_GENEVE();
  public static final long RTE_ETH_RSS_NVGRE = Dpdk.RTE_ETH_RSS_NVGRE();
  public static final long RTE_ETH_RSS_GTPU = Dpdk.RTE_ETH_RSS_GTPU();
  public static final long RTE_ETH_RSS_ETH = Dpdk.RTE_ETH_RSS_ETH();
  public static final long RTE_ETH_RSS_S_VLAN = Dpdk.RTE_ETH_RSS_S_VLAN();
  public static final long RTE_ETH_RSS_C_VLAN = Dpdk.RTE_ETH_RSS_C_VLAN();
  public static final long RTE_ETH_RSS_ESP = Dpdk.RTE_ETH_RSS_ESP();
  public static final long RTE_ETH_RSS_AH = Dpdk.RTE_ETH_RSS_AH();
  public static final long RTE_ETH_RSS_L2TPV3 = Dpdk.RTE_ETH_RSS_L2TPV3();
  public static final long RTE_ETH_RSS_PFCP = Dpdk.RTE_ETH_RSS_PFCP();
  public static final long RTE_ETH_RSS_PPPOE = Dpdk.RTE_ETH_RSS_PPPOE();
  public static final long RTE_ETH_RSS_ECPRI = Dpdk.RTE_ETH_RSS_ECPRI();
  public static final long RTE_ETH_RSS_MPLS = Dpdk.RTE_ETH_RSS_MPLS();
  public static final long RTE_ETH_RSS_IPV4_CHKSUM = Dpdk.RTE_ETH_RSS_IPV4_CHKSUM();
  public static final long RTE_ETH_RSS_L4_CHKSUM = Dpdk.RTE_ETH_RSS_L4_CHKSUM();
  public static final long RTE_ETH_RSS_L2TPV2 = Dpdk.RTE_ETH_RSS_L2TPV2();
  public static final long RTE_ETH_RSS_L3_SRC_ONLY = Dpdk.RTE_ETH_RSS_L3_SRC_ONLY();
  public static final long RTE_ETH_RSS_L3_DST_ONLY = Dpdk.RTE_ETH_RSS_L3_DST_ONLY();
  public static final long RTE_ETH_RSS_L4_SRC_ONLY = Dpdk.RTE_ETH_RSS_L4_SRC_ONLY();
  public static final long RTE_ETH_RSS_L4_DST_ONLY = Dpdk.RTE_ETH_RSS_L4_DST_ONLY();
  public static final long RTE_ETH_RSS_L2_SRC_ONLY = Dpdk.RTE_ETH_RSS_L2_SRC_ONLY();
  public static final long RTE_ETH_RSS_L2_DST_ONLY = Dpdk.RTE_ETH_RSS_L2_DST_ONLY();
  public static final long RTE_ETH_RSS_L3_PRE32 = Dpdk.RTE_ETH_RSS_L3_PRE32();
  public static final long RTE_ETH_RSS_L3_PRE40 = Dpdk.RTE_ETH_RSS_L3_PRE40();
  public static final long RTE_ETH_RSS_L3_PRE48 = Dpdk.RTE_ETH_RSS_L3_PRE48();
  public static final long RTE_ETH_RSS_L3_PRE56 = Dpdk.RTE_ETH_RSS_L3_PRE56();
  public static final long RTE_ETH_RSS_L3_PRE64 = Dpdk.RTE_ETH_RSS_L3_PRE64();
  public static final long RTE_ETH_RSS_L3_PRE96 = Dpdk.RTE_ETH_RSS_L3_PRE96();

  private RteEthBits() {}
}
