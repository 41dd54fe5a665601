package io.gatun.offload.plan;

import io.gatun.offload.plan.Quirk.Effect;
import io.gatun.pmd.wire.TunnelType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The known quirks, which {@code auto} heeds and {@code hw} does not.
 *
 * @param quirks in the order in which they are looked at
 */
public record Quirks(List<Quirk> quirks) {
  /** Trusts every port. */
  public static final Quirks NONE = new Quirks(List.of());

  private static final Set<Feature> LONG_L2 =
      EnumSet.of(Feature.LONG_L2_CHECKSUM, Feature.LONG_L2_SEGMENTATION);
  private static final Set<Feature> TUNNEL_LAYOUT =
      EnumSet.of(
          Feature.TUNNEL_CHECKSUM,
          Feature.TUNNEL_SEGMENTATION,
          Feature.TUNNEL_OUTER_IPV4_CHECKSUM,
          Feature.TUNNEL_OUTER_UDP_CHECKSUM);
  private static final Set<Feature> TUNNEL_VERDICTS =
      EnumSet.of(
          Feature.RX_OUTER_IP_VERDICT,
          Feature.RX_OUTER_L4_VERDICT,
          Feature.RX_INNER_IP_VERDICT,
          Feature.RX_INNER_L4_VERDICT);

  // Drivers with tunnel capabilities whose tx_prepare is rte_net_intel_cksum_prepare.
  private static final Set<String> INTEL_PREPARE =
      Set.of("net_i40e", "net_iavf", "net_ice", "net_enic", "net_txgbe", "net_ngbe", "net_sfc_efx");

  /** Those with a source. */
  public static final Quirks KNOWN =
      new Quirks(Stream.of(intel(), mellanox(), cisco(), virtual()).flatMap(List::stream).toList());

  public Quirks {
    quirks = List.copyOf(quirks);
  }

  /** What speaks against {@code feature} on that port; null when nothing does. */
  public @Nullable Quirk find(
      PortCapabilities port,
      Feature feature,
      @Nullable TunnelType tunnel,
      Effect effect,
      SelfTestResults tests) {
    for (Quirk quirk : quirks) {
      if (quirk.effect() == effect
          && quirk.covers(port, feature, tunnel)
          && !(quirk.lifted() && tests.passed(feature, tunnel))) {
        return quirk;
      }
    }
    return null;
  }

  private static List<Quirk> intel() {
    return List.of(
        Quirk.of(
            Effect.AVOID,
            Set.of("net_ixgbe"),
            TUNNEL_LAYOUT,
            "its tx_prepare refuses every RTE_MBUF_F_TX_TUNNEL_* flag, though the X550 has"
                + " OUTER_IPV4_CKSUM",
            "DPDK 22.11 drivers/net/ixgbe/ixgbe_rxtx.c: IXGBE_TX_OFFLOAD_MASK, ixgbe_prep_pkts"),
        Quirk.of(
            Effect.AVOID,
            Set.of("net_ixgbe"),
            EnumSet.of(Feature.RX_L4_VERDICT, Feature.RX_OUTER_L4_VERDICT),
            "the 82599 calls a UDP checksum of zero wrong, so its driver keeps back every such"
                + " verdict on UDP",
            "82599 specification update 2.87, erratum 44; DPDK 22.11 doc/guides/nics/ixgbe.rst"
                + " and ixgbe_rxtx.c: rx_desc_error_to_pkt_flags"),
        Quirk.of(
                Effect.AVOID,
                Set.of("net_ice", "net_i40e"),
                TUNNEL_LAYOUT,
                "it fills the descriptor of a tunnelled packet without MACLEN",
                "DPDK commits \"net/ice: fix tunnel packet Tx descriptor\" and \"net/i40e: fix"
                    + " tunnel packet Tx descriptor\"")
            .until("22.11.3", "23.07"),
        Quirk.of(
                Effect.AVOID,
                Set.of("net_i40e"),
                EnumSet.of(Feature.TUNNEL_OUTER_UDP_CHECKSUM),
                "it claims OUTER_UDP_CKSUM for the X710, which leaves that field as it is",
                "X710 datasheet 8.4.4.2; DPDK bug 1406 and commit \"net/i40e: fix outer UDP"
                    + " checksum offload for X710\"")
            .until("22.11.6", "24.07"),
        Quirk.of(
                Effect.AVOID,
                Set.of("net_ice", "net_iavf"),
                EnumSet.of(Feature.TUNNEL_OUTER_UDP_CHECKSUM),
                "the NIC expects the sum of the outer pseudo-header in the field, which"
                    + " rte_eth_tx_prepare does not write",
                "DPDK bug 1406 and commit \"net: fix outer UDP checksum in Intel prepare"
                    + " helper\"; Open vSwitch issue 321 on the E810")
            .until("22.11.6", "24.07"),
        Quirk.of(
                Effect.AVOID,
                INTEL_PREPARE,
                EnumSet.of(Feature.TUNNEL_SOFTWARE_UDP_CHECKSUM),
                "its rte_eth_tx_prepare writes 0 over an outer UDP checksum that is not the NIC's"
                    + " when anything of the inner header is",
                "DPDK 24.11 lib/net/rte_net.h: rte_net_intel_cksum_flags_prepare; commit \"net:"
                    + " clear outer UDP checksum in Intel prepare helper\"")
            .onlySince("24.07"),
        Quirk.of(
                Effect.AVOID,
                Set.of("net_e1000_igb", "net_e1000_igb_vf"),
                LONG_L2,
                "QEMU's igb, which cannot be told from an 82576, parses the packet itself and"
                    + " ignores the L2 length: it completes the outer UDP checksum instead of the"
                    + " inner one",
                "QEMU hw/net/igb_core.c: igb_setup_tx_offloads; hw/net/net_tx_pkt.c:"
                    + " net_tx_pkt_parse_headers, net_tx_pkt_build_vheader")
            .unlessTested());
  }

  private static List<Quirk> mellanox() {
    return List.of(
        Quirk.of(
            Effect.AVOID,
            Set.of("mlx5_pci"),
            LONG_L2,
            "the NIC parses a packet without tunnel flags itself: the work request has no header"
                + " length, so the outer checksum would be completed",
            "DPDK 22.11 drivers/net/mlx5/mlx5_tx.h: txq_ol_cksum_to_cs; mlx5_rxtx.c:"
                + " mlx5_set_cksum_table"),
        Quirk.of(
            Effect.MERGED,
            Set.of("mlx5_pci"),
            TUNNEL_VERDICTS,
            "its completion has one bit for IP and one for TCP and UDP, whatever the number of"
                + " headers, and says good or nothing",
            "DPDK 22.11 drivers/net/mlx5/mlx5_rx.c: rxq_cq_to_ol_flags"));
  }

  private static List<Quirk> cisco() {
    return List.of(
        Quirk.of(
            Effect.AVOID,
            Set.of("net_enic"),
            LONG_L2,
            "the NIC parses the packet itself: the descriptor of a checksum has no header length",
            "DPDK 22.11 drivers/net/enic/enic_rxtx.c: enic_xmit_pkts,"
                + " WQ_ENET_OFFLOAD_MODE_CSUM with header_len 0"),
        Quirk.of(
            Effect.MERGED,
            Set.of("net_enic"),
            TUNNEL_VERDICTS,
            "a good verdict is about both headers, a bad one about either",
            "DPDK 22.11 doc/guides/nics/enic.rst, Overlay Offload; enic_rxtx_common.h:"
                + " enic_cq_rx_to_pkt_flags"));
  }

  private static List<Quirk> virtual() {
    return List.of(
        Quirk.of(
            Effect.AVOID,
            Set.of("net_tap"),
            EnumSet.of(Feature.TCP_SEGMENTATION_IPV6),
            "it segments with librte_gso, which lets a large TCP packet over IPv6 pass uncut",
            "DPDK 22.11 lib/gso/rte_gso.c: rte_gso_segment; drivers/net/tap/rte_eth_tap.c:"
                + " pmd_tx_burst"),
        Quirk.of(
            Effect.AVOID,
            Set.of("net_virtio", "net_virtio_user"),
            EnumSet.of(Feature.LONG_L2_SEGMENTATION, Feature.TUNNEL_SEGMENTATION),
            "it announces the packet as VIRTIO_NET_HDR_GSO_TCPV4 or 6, but its first header is"
                + " UDP or GRE, and the host parses it",
            "DPDK 22.11 drivers/net/virtio/virtqueue.h: virtqueue_xmit_offload"));
  }
}
