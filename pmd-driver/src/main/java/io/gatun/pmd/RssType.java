package io.gatun.pmd;

import io.gatun.bindings.RteEthBits;
import java.util.ArrayList;
import java.util.List;

/**
 * What receive-side scaling can hash: {@code RTE_ETH_RSS_*} of {@code rte_ethdev.h}, by the names
 * there. DPDK has no function that names them.
 *
 * <p>The first group says which packets, the {@code *_ONLY} and {@code L3_PRE*} bits at the end say
 * which part of their addresses.
 */
public enum RssType {
  IPV4(RteEthBits.RTE_ETH_RSS_IPV4),
  FRAG_IPV4(RteEthBits.RTE_ETH_RSS_FRAG_IPV4),
  NONFRAG_IPV4_TCP(RteEthBits.RTE_ETH_RSS_NONFRAG_IPV4_TCP),
  NONFRAG_IPV4_UDP(RteEthBits.RTE_ETH_RSS_NONFRAG_IPV4_UDP),
  NONFRAG_IPV4_SCTP(RteEthBits.RTE_ETH_RSS_NONFRAG_IPV4_SCTP),
  NONFRAG_IPV4_OTHER(RteEthBits.RTE_ETH_RSS_NONFRAG_IPV4_OTHER),
  IPV6(RteEthBits.RTE_ETH_RSS_IPV6),
  FRAG_IPV6(RteEthBits.RTE_ETH_RSS_FRAG_IPV6),
  NONFRAG_IPV6_TCP(RteEthBits.RTE_ETH_RSS_NONFRAG_IPV6_TCP),
  NONFRAG_IPV6_UDP(RteEthBits.RTE_ETH_RSS_NONFRAG_IPV6_UDP),
  NONFRAG_IPV6_SCTP(RteEthBits.RTE_ETH_RSS_NONFRAG_IPV6_SCTP),
  NONFRAG_IPV6_OTHER(RteEthBits.RTE_ETH_RSS_NONFRAG_IPV6_OTHER),
  L2_PAYLOAD(RteEthBits.RTE_ETH_RSS_L2_PAYLOAD),
  IPV6_EX(RteEthBits.RTE_ETH_RSS_IPV6_EX),
  IPV6_TCP_EX(RteEthBits.RTE_ETH_RSS_IPV6_TCP_EX),
  IPV6_UDP_EX(RteEthBits.RTE_ETH_RSS_IPV6_UDP_EX),
  PORT(RteEthBits.RTE_ETH_RSS_PORT),
  VXLAN(RteEthBits.RTE_ETH_RSS_VXLAN),
  GENEVE(RteEthBits.RTE_ETH_RSS_GENEVE),
  NVGRE(RteEthBits.RTE_ETH_RSS_NVGRE),
  GTPU(RteEthBits.RTE_ETH_RSS_GTPU),
  ETH(RteEthBits.RTE_ETH_RSS_ETH),
  S_VLAN(RteEthBits.RTE_ETH_RSS_S_VLAN),
  C_VLAN(RteEthBits.RTE_ETH_RSS_C_VLAN),
  ESP(RteEthBits.RTE_ETH_RSS_ESP),
  AH(RteEthBits.RTE_ETH_RSS_AH),
  L2TPV3(RteEthBits.RTE_ETH_RSS_L2TPV3),
  PFCP(RteEthBits.RTE_ETH_RSS_PFCP),
  PPPOE(RteEthBits.RTE_ETH_RSS_PPPOE),
  ECPRI(RteEthBits.RTE_ETH_RSS_ECPRI),
  MPLS(RteEthBits.RTE_ETH_RSS_MPLS),
  IPV4_CHKSUM(RteEthBits.RTE_ETH_RSS_IPV4_CHKSUM),
  L4_CHKSUM(RteEthBits.RTE_ETH_RSS_L4_CHKSUM),
  L2TPV2(RteEthBits.RTE_ETH_RSS_L2TPV2),
  L3_SRC_ONLY(RteEthBits.RTE_ETH_RSS_L3_SRC_ONLY),
  L3_DST_ONLY(RteEthBits.RTE_ETH_RSS_L3_DST_ONLY),
  L4_SRC_ONLY(RteEthBits.RTE_ETH_RSS_L4_SRC_ONLY),
  L4_DST_ONLY(RteEthBits.RTE_ETH_RSS_L4_DST_ONLY),
  L2_SRC_ONLY(RteEthBits.RTE_ETH_RSS_L2_SRC_ONLY),
  L2_DST_ONLY(RteEthBits.RTE_ETH_RSS_L2_DST_ONLY),
  L3_PRE32(RteEthBits.RTE_ETH_RSS_L3_PRE32),
  L3_PRE40(RteEthBits.RTE_ETH_RSS_L3_PRE40),
  L3_PRE48(RteEthBits.RTE_ETH_RSS_L3_PRE48),
  L3_PRE56(RteEthBits.RTE_ETH_RSS_L3_PRE56),
  L3_PRE64(RteEthBits.RTE_ETH_RSS_L3_PRE64),
  L3_PRE96(RteEthBits.RTE_ETH_RSS_L3_PRE96);

  private final long bit;

  RssType(long bit) {
    this.bit = bit;
  }

  /** The type as a bit of {@link RssConfig#types} and {@link PortInfo#rssTypes}. */
  public long bit() {
    return bit;
  }

  /**
   * The names of the bits in {@code types}, in the order of this enum; a bit that only a newer DPDK
   * knows comes last as {@code BIT_40}.
   */
  public static List<String> names(long types) {
    List<String> names = new ArrayList<>();
    long rest = types;
    for (RssType type : values()) {
      if ((types & type.bit) != 0) {
        names.add(type.name());
        rest &= ~type.bit;
      }
    }
    for (; rest != 0; rest &= rest - 1) {
      names.add("BIT_" + Long.numberOfTrailingZeros(rest));
    }
    return names;
  }
}
