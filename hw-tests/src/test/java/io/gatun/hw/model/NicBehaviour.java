package io.gatun.hw.model;

import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GENEVE;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GRE;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_IP;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_IPIP;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_UDP;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE;

import java.util.Set;

/**
 * How a family goes about what it offers: all that its capability bits do not tell.
 *
 * @param seed what it makes of a checksum field's content
 * @param findsHeaders where it takes the headers' places from
 * @param outerIds the outer IPv4 identification of segments
 * @param computesOuterUdp whether {@code OUTER_UDP_CKSUM}, where it is claimed, is also done
 * @param tunnels tunnel types ({@code RTE_MBUF_F_TX_TUNNEL_*}) that the driver takes
 * @param limits what its {@code tx_prepare} refuses
 * @param verdicts how it reports on received checksums
 */
record NicBehaviour(
    Seed seed,
    FindsHeaders findsHeaders,
    OuterIds outerIds,
    boolean computesOuterUdp,
    Set<Long> tunnels,
    Limits limits,
    Verdicts verdicts) {

  /** What the hardware makes of a checksum field's content. */
  enum Seed {
    /**
     * It adds it: 0 must be there for IPv4, the pseudo-header's sum for TCP and UDP, with
     * segmentation without the length (mbuf_lib.rst, {@code rte_ipv4_phdr_cksum} in rte_ip.h).
     */
    FIELD,
    /** It ignores it and sums the pseudo-header itself. */
    IGNORED
  }

  /** Where the places of the headers come from. */
  enum FindsHeaders {
    /** From the lengths in the mbuf. */
    BY_LENGTHS,
    /**
     * From the bytes: {@code l2_len} is ignored and there is only one layer of headers, the
     * outermost (QEMU, hw/net/net_tx_pkt.c: {@code net_tx_pkt_parse}).
     */
    BY_PARSING,
    /**
     * From the bytes, the outermost layer, unless there is a tunnel type: the descriptor has no
     * header length ({@code txq_ol_cksum_to_cs}, mlx5_tx.h; header_len 0 in {@code enic_xmit_pkts},
     * enic_rxtx.c).
     */
    BY_PARSING_WITHOUT_TUNNEL
  }

  /** The outer IPv4 identification of segments. */
  enum OuterIds {
    /** One more in every segment: EIP_NOINC is 0 in i40e_rxtx.c and ice_rxtx.c. */
    INCREMENT,
    /** The same in every segment. */
    KEEP
  }

  /** How a driver reports on received checksums. */
  enum Verdicts {
    /** It does not. */
    NONE,
    /**
     * On the outermost headers: GOOD unless there was an error, also where there was nothing to
     * check ({@code rx_desc_error_to_pkt_flags}, igb_rxtx.c).
     */
    OUTERMOST,
    /**
     * The same, but 82599 takes a UDP checksum of 0 for an error, which the driver therefore hides
     * ({@code rx_udp_csum_zero_err}, ixgbe_rxtx.c).
     */
    OUTERMOST_WITHOUT_BAD_UDP,
    /**
     * On the innermost headers, GOOD unless there was an error, beside OUTER_IP_CKSUM_BAD ({@code
     * i40e_rxd_error_to_pkt_flags}, i40e_rxtx.c).
     */
    PER_HEADER,
    /** The same, with a verdict on the outer UDP ({@code ice_rxd_error_to_pkt_flags}). */
    PER_HEADER_WITH_OUTER_L4,
    /**
     * GOOD when the checksums of all layers are right, nothing otherwise ({@code
     * rxq_cq_to_ol_flags}, mlx5_rx.c).
     */
    ONLY_GOOD,
    /**
     * GOOD when the checksums of all layers are right, BAD otherwise, without saying which (Rx
     * checksum offloads in doc/guides/nics/enic.rst).
     */
    MERGED
  }

  /**
   * What {@code tx_prepare} refuses, in bytes unless said.
   *
   * @param minSegment smallest {@code tso_segsz}
   * @param maxSegment largest {@code tso_segsz}
   * @param maxHeader most bytes of headers in front of a segmented payload
   * @param maxSegmented longest packet to be segmented
   * @param maxFrame longest packet that is not
   * @param maxMbufs most mbufs of a packet that is not to be segmented
   * @param maxMbufsSegmented most mbufs of one that is
   */
  record Limits(
      int minSegment,
      int maxSegment,
      int maxHeader,
      int maxSegmented,
      int maxFrame,
      int maxMbufs,
      int maxMbufsSegmented) {
    private static final int NO = Integer.MAX_VALUE;
  }

  /** A port without offloads. */
  static final NicBehaviour PLAIN =
      new NicBehaviour(
          Seed.FIELD,
          FindsHeaders.BY_LENGTHS,
          OuterIds.KEEP,
          true,
          Set.of(),
          new Limits(1, 0, 0, 0, Limits.NO, Limits.NO, Limits.NO),
          Verdicts.NONE);

  /** IGB_TSO_MAX_HDRLEN, IGB_TSO_MAX_MSS (igb_rxtx.c), max_rx_pktlen 0x3FFF (igb_ethdev.c). */
  static final NicBehaviour IGB =
      new NicBehaviour(
          Seed.FIELD,
          FindsHeaders.BY_LENGTHS,
          OuterIds.KEEP,
          true,
          Set.of(),
          new Limits(1, 9216, 512, 1 << 18, 0x3fff, 255, 255),
          Verdicts.OUTERMOST);

  /** QEMU's igb, which has the same driver; {@code net_tx_pkt_do_sw_csum} clears the field. */
  static final NicBehaviour QEMU_IGB =
      new NicBehaviour(
          Seed.IGNORED,
          FindsHeaders.BY_PARSING,
          OuterIds.KEEP,
          true,
          Set.of(),
          IGB.limits,
          Verdicts.OUTERMOST);

  /** IXGBE_TX_MAX_SEG (ixgbe_rxtx.h), max_rx_pktlen (ixgbe_ethdev.c). */
  static final NicBehaviour IXGBE =
      new NicBehaviour(
          Seed.FIELD,
          FindsHeaders.BY_LENGTHS,
          OuterIds.KEEP,
          true,
          Set.of(),
          new Limits(1, Limits.NO, Limits.NO, 1 << 18, 15_872, 40, 40),
          Verdicts.OUTERMOST_WITHOUT_BAD_UDP);

  /**
   * I40E_MIN_TSO_MSS and its neighbours (i40e_rxtx.h), tunnel types of {@code
   * i40e_parse_tunneling_params}. OUTER_UDP_CKSUM, which 22.11.0 claims for the X710 as well, gets
   * through I40E_TX_OFFLOAD_MASK, but no line of i40e_rxtx.c tells the hardware.
   */
  static final NicBehaviour I40E =
      new NicBehaviour(
          Seed.FIELD,
          FindsHeaders.BY_LENGTHS,
          OuterIds.INCREMENT,
          false,
          Set.of(
              RTE_MBUF_F_TX_TUNNEL_VXLAN,
              RTE_MBUF_F_TX_TUNNEL_GENEVE,
              RTE_MBUF_F_TX_TUNNEL_GRE,
              RTE_MBUF_F_TX_TUNNEL_IPIP),
          new Limits(256, 9674, Limits.NO, 1 << 18, 9728, 8, 255),
          Verdicts.PER_HEADER);

  /** ICE_MIN_TSO_MSS and its neighbours, {@code ice_parse_tunneling_params} (ice_rxtx.c). */
  static final NicBehaviour ICE =
      new NicBehaviour(
          Seed.FIELD,
          FindsHeaders.BY_LENGTHS,
          OuterIds.INCREMENT,
          true,
          Set.of(
              RTE_MBUF_F_TX_TUNNEL_VXLAN,
              RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE,
              RTE_MBUF_F_TX_TUNNEL_GENEVE,
              RTE_MBUF_F_TX_TUNNEL_GRE,
              RTE_MBUF_F_TX_TUNNEL_IPIP),
          new Limits(64, 9728, Limits.NO, 1 << 18, 9728, 8, Limits.NO),
          Verdicts.PER_HEADER_WITH_OUTER_L4);

  /** MLX5_MAX_TSO_HEADER (mlx5_defs.h); any tunnel, the odd ones by {@code txq_mbuf_to_swp}. */
  static final NicBehaviour MLX5 =
      new NicBehaviour(
          Seed.IGNORED,
          FindsHeaders.BY_PARSING_WITHOUT_TUNNEL,
          OuterIds.INCREMENT,
          true,
          Set.of(
              RTE_MBUF_F_TX_TUNNEL_VXLAN,
              RTE_MBUF_F_TX_TUNNEL_VXLAN_GPE,
              RTE_MBUF_F_TX_TUNNEL_GENEVE,
              RTE_MBUF_F_TX_TUNNEL_GRE,
              RTE_MBUF_F_TX_TUNNEL_IPIP,
              RTE_MBUF_F_TX_TUNNEL_UDP,
              RTE_MBUF_F_TX_TUNNEL_IP),
          new Limits(1, Limits.NO, 192, 1 << 18, 1 << 16, Limits.NO, Limits.NO),
          Verdicts.ONLY_GOOD);

  /**
   * ENIC_TX_MAX_PKT_SIZE (enic_res.h), which bounds a segment with its headers as well; the
   * overlays that doc/guides/nics/enic.rst names and that have a flag.
   */
  static final NicBehaviour ENIC =
      new NicBehaviour(
          Seed.FIELD,
          FindsHeaders.BY_PARSING_WITHOUT_TUNNEL,
          OuterIds.INCREMENT,
          true,
          Set.of(RTE_MBUF_F_TX_TUNNEL_VXLAN, RTE_MBUF_F_TX_TUNNEL_GENEVE),
          new Limits(1, 9208 - 256, Limits.NO, 1 << 18, 9208, 64, 64),
          Verdicts.MERGED);

  /** The same without surprises: it goes by the lengths and does what it claims. */
  NicBehaviour flawless() {
    return new NicBehaviour(
        seed, FindsHeaders.BY_LENGTHS, outerIds, true, tunnels, limits, verdicts);
  }

  /** That of a family's ports. */
  static NicBehaviour of(NicFamily family) {
    return switch (family) {
      case NONE -> PLAIN;
      case INTEL_82576 -> IGB;
      case INTEL_82599 -> IXGBE;
      case INTEL_X710 -> I40E;
      case INTEL_E810 -> ICE;
      case CONNECTX -> MLX5;
      case CISCO_VIC -> ENIC;
    };
  }
}
