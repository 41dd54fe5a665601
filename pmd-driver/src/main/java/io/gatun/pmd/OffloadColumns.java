package io.gatun.pmd;

import io.gatun.bindings.RteEthBits;

/**
 * The offloads of a port, split by the header of a tunnelled packet that they work on.
 *
 * <p>Gatun completes the two headers of such a packet in two passes, and the NIC can help each of
 * them on its own. What DPDK calls simply {@code IPV4_CKSUM} or {@code TCP_CKSUM} is about the
 * <em>inner</em> header of a tunnelled packet, and about the only header of any other; what it
 * calls {@code OUTER_*} is about the <em>outer</em> one ({@code rte_mbuf_core.h}: with {@code
 * RTE_MBUF_F_TX_TUNNEL_*}, {@code l2_len}, {@code l3_len} and the {@code *_CKSUM} flags describe
 * the inner headers, {@code outer_l2_len}, {@code outer_l3_len} and {@code OUTER_*} the outer
 * ones). From that follows, where a name leaves it open:
 *
 * <ul>
 *   <li><b>{@code *_TNL_TSO} is inner.</b> It cuts the inner TCP payload, as {@code TCP_TSO} does,
 *       and Gatun segments in the inner pass. The NIC repeats the outer header before each segment
 *       and corrects its lengths, but whether it completes the outer checksums is said by {@code
 *       OUTER_IPV4_CKSUM} and {@code OUTER_UDP_CKSUM} alone ({@code rte_mbuf_core.h} on {@code
 *       RTE_MBUF_F_TX_TUNNEL_UDP}: "outer and inner checksums are done according to the existing
 *       flags").
 *   <li><b>{@code TCP_LRO} is inner</b>: it undoes the segmentation.
 *   <li><b>VLAN and QinQ are other.</b> The NIC inserts and strips tags in the first Ethernet
 *       header of the frame, whichever that is: the outer header's in a tunnelled packet, so only
 *       for a packet without a tunnel can the inner pass leave its tag to the NIC.
 *   <li><b>{@code RSS_HASH} is other</b>: which header is hashed is the choice of {@link
 *       RssConfig.Level}.
 *   <li>Everything about the frame or the buffers as a whole is other: segments, scatter, release
 *       of mbufs, time stamps, MACsec, IPsec, CRC.
 * </ul>
 *
 * @param inner bits of the inner pass
 * @param outer bits of the outer pass
 * @param other bits of neither; those of a newer DPDK, which Gatun does not know, among them
 */
public record OffloadColumns(long inner, long outer, long other) {
  static final long RX_INNER =
      RteEthBits.RTE_ETH_RX_OFFLOAD_IPV4_CKSUM
          | RteEthBits.RTE_ETH_RX_OFFLOAD_UDP_CKSUM
          | RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_CKSUM
          | RteEthBits.RTE_ETH_RX_OFFLOAD_SCTP_CKSUM
          | RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_LRO;

  static final long RX_OUTER =
      RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM
          | RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_UDP_CKSUM;

  static final long RX_OTHER =
      RteEthBits.RTE_ETH_RX_OFFLOAD_VLAN_STRIP
          | RteEthBits.RTE_ETH_RX_OFFLOAD_QINQ_STRIP
          | RteEthBits.RTE_ETH_RX_OFFLOAD_VLAN_FILTER
          | RteEthBits.RTE_ETH_RX_OFFLOAD_VLAN_EXTEND
          | RteEthBits.RTE_ETH_RX_OFFLOAD_MACSEC_STRIP
          | RteEthBits.RTE_ETH_RX_OFFLOAD_SCATTER
          | RteEthBits.RTE_ETH_RX_OFFLOAD_TIMESTAMP
          | RteEthBits.RTE_ETH_RX_OFFLOAD_SECURITY
          | RteEthBits.RTE_ETH_RX_OFFLOAD_KEEP_CRC
          | RteEthBits.RTE_ETH_RX_OFFLOAD_RSS_HASH
          | RteEthBits.RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT;

  static final long TX_INNER =
      RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_SCTP_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO;

  static final long TX_OUTER =
      RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM;

  static final long TX_OTHER =
      RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT
          | RteEthBits.RTE_ETH_TX_OFFLOAD_QINQ_INSERT
          | RteEthBits.RTE_ETH_TX_OFFLOAD_MACSEC_INSERT
          | RteEthBits.RTE_ETH_TX_OFFLOAD_MT_LOCKFREE
          | RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS
          | RteEthBits.RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE
          | RteEthBits.RTE_ETH_TX_OFFLOAD_SECURITY
          | RteEthBits.RTE_ETH_TX_OFFLOAD_SEND_ON_TIMESTAMP;

  /** Splits {@code RTE_ETH_RX_OFFLOAD_*}. */
  public static OffloadColumns ofRx(long offloads) {
    return split(offloads, RX_INNER, RX_OUTER);
  }

  /** Splits {@code RTE_ETH_TX_OFFLOAD_*}. */
  public static OffloadColumns ofTx(long offloads) {
    return split(offloads, TX_INNER, TX_OUTER);
  }

  private static OffloadColumns split(long offloads, long inner, long outer) {
    return new OffloadColumns(offloads & inner, offloads & outer, offloads & ~(inner | outer));
  }
}
