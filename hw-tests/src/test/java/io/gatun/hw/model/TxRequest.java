package io.gatun.hw.model;

import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_L4_MASK;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV6;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_MASK;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG;

import io.gatun.pmd.Mbuf;

/**
 * All that a driver learns from an mbuf beside the packet's bytes.
 *
 * @param flags {@code ol_flags}
 * @param l2 {@code l2_len}: Ethernet header; in a tunnel outer L4, tunnel and inner Ethernet header
 * @param l3 {@code l3_len}: (inner) IP header with its options or extensions
 * @param l4 {@code l4_len}: (inner) TCP or UDP header
 * @param segmentSize {@code tso_segsz}: payload bytes of a segment
 * @param outerL3 {@code outer_l3_len}
 * @param outerL2 {@code outer_l2_len}
 * @param vlanTci {@code vlan_tci}
 * @param outerVlanTci {@code vlan_tci_outer}
 * @param segments {@code nb_segs}
 * @param firstSegment {@code data_len} of the first mbuf
 * @param length {@code pkt_len}
 */
record TxRequest(
    long flags,
    int l2,
    int l3,
    int l4,
    int segmentSize,
    int outerL3,
    int outerL2,
    int vlanTci,
    int outerVlanTci,
    int segments,
    int firstSegment,
    int length) {

  static TxRequest of(Mbuf mbuf) {
    return new TxRequest(
        mbuf.flags(),
        mbuf.l2Length(),
        mbuf.l3Length(),
        mbuf.l4Length(),
        mbuf.tsoSegmentSize(),
        mbuf.outerL3Length(),
        mbuf.outerL2Length(),
        mbuf.vlanTci(),
        mbuf.outerVlanTci(),
        mbuf.segments(),
        mbuf.dataLength(),
        mbuf.packetLength());
  }

  boolean has(long flag) {
    return (flags & flag) != 0;
  }

  /** Whether the driver has to tell the hardware anything. */
  boolean isOffloaded() {
    return has(RTE_MBUF_F_TX_OFFLOAD_MASK);
  }

  /** {@code RTE_MBUF_F_TX_TCP_CKSUM}, {@code _UDP_CKSUM} ...: a number in two bits, not flags. */
  long l4Checksum() {
    return flags & RTE_MBUF_F_TX_L4_MASK;
  }

  long tunnel() {
    return flags & RTE_MBUF_F_TX_TUNNEL_MASK;
  }

  boolean isSegmented() {
    return has(RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG);
  }

  /**
   * Whether there are outer headers: "set the outer_l2_len and outer_l3_len" goes with these flags
   * (rte_mbuf_core.h), and {@code rte_net_intel_cksum_flags_prepare} (rte_net.h) finds the inner
   * headers by them.
   */
  boolean hasOuter() {
    return has(RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_OUTER_IPV6);
  }

  int innerL3At() {
    return hasOuter() ? outerL2 + outerL3 + l2 : l2;
  }

  int innerL4At() {
    return innerL3At() + l3;
  }

  /** Where the (inner) headers end and, with segmentation, the payload begins. */
  int payloadAt() {
    return innerL4At() + l4;
  }

  int outerL4At() {
    return outerL2 + outerL3;
  }
}
