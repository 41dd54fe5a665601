package io.gatun.hw.model;

import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_KEEP_CRC;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_MACSEC_STRIP;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_QINQ_STRIP;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_RSS_HASH;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_SCATTER;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_LRO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_TIMESTAMP;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_VLAN_EXTEND;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_VLAN_FILTER;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_VLAN_STRIP;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_MACSEC_INSERT;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_QINQ_INSERT;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_SCTP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO;

import io.gatun.offload.plan.DpdkVersion;
import io.gatun.offload.plan.PortCapabilities;
import java.util.Locale;

/**
 * What the drivers of real NIC families claim, taken from their sources in DPDK 22.11.11. The
 * functions are named with each.
 */
public enum NicFamily {
  /** A port without any offload, as net_null and net_pcap are. */
  NONE("net_null", 0, 0, false),

  /**
   * Intel 82576: drivers/net/e1000/igb_rxtx.c, {@code igb_get_tx_port_offloads_capa} and {@code
   * igb_get_rx_port_offloads_capa}.
   */
  INTEL_82576(
      "net_e1000_igb",
      RTE_ETH_TX_OFFLOAD_VLAN_INSERT
          | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_TX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_TX_OFFLOAD_SCTP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_TSO
          | RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
      RTE_ETH_RX_OFFLOAD_VLAN_STRIP
          | RTE_ETH_RX_OFFLOAD_VLAN_FILTER
          | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_RX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_RX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_RX_OFFLOAD_KEEP_CRC
          | RTE_ETH_RX_OFFLOAD_SCATTER
          | RTE_ETH_RX_OFFLOAD_RSS_HASH,
      false),

  /**
   * Intel 82599: drivers/net/ixgbe/ixgbe_rxtx.c, {@code ixgbe_get_tx_port_offloads}, {@code
   * ixgbe_get_rx_port_offloads} and {@code ixgbe_get_rx_queue_offloads}.
   */
  INTEL_82599(
      "net_ixgbe",
      RTE_ETH_TX_OFFLOAD_VLAN_INSERT
          | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_TX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_TX_OFFLOAD_SCTP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_TSO
          | RTE_ETH_TX_OFFLOAD_MULTI_SEGS
          | RTE_ETH_TX_OFFLOAD_MACSEC_INSERT,
      RTE_ETH_RX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_RX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_RX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_RX_OFFLOAD_KEEP_CRC
          | RTE_ETH_RX_OFFLOAD_VLAN_FILTER
          | RTE_ETH_RX_OFFLOAD_VLAN_STRIP
          | RTE_ETH_RX_OFFLOAD_VLAN_EXTEND
          | RTE_ETH_RX_OFFLOAD_SCATTER
          | RTE_ETH_RX_OFFLOAD_TCP_LRO
          | RTE_ETH_RX_OFFLOAD_MACSEC_STRIP
          | RTE_ETH_RX_OFFLOAD_RSS_HASH,
      false),

  /** Intel X710: drivers/net/i40e/i40e_ethdev.c, {@code i40e_dev_info_get}; not an X722. */
  INTEL_X710(
      "net_i40e",
      RTE_ETH_TX_OFFLOAD_VLAN_INSERT
          | RTE_ETH_TX_OFFLOAD_QINQ_INSERT
          | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_TX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_TX_OFFLOAD_SCTP_CKSUM
          | RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_TSO
          | RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_MULTI_SEGS
          | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE,
      RTE_ETH_RX_OFFLOAD_VLAN_STRIP
          | RTE_ETH_RX_OFFLOAD_QINQ_STRIP
          | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_RX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_RX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM
          | RTE_ETH_RX_OFFLOAD_KEEP_CRC
          | RTE_ETH_RX_OFFLOAD_SCATTER
          | RTE_ETH_RX_OFFLOAD_VLAN_EXTEND
          | RTE_ETH_RX_OFFLOAD_VLAN_FILTER
          | RTE_ETH_RX_OFFLOAD_RSS_HASH,
      false),

  /** Intel E810: drivers/net/ice/ice_ethdev.c, {@code ice_dev_info_get}; with its package. */
  INTEL_E810(
      "net_ice",
      RTE_ETH_TX_OFFLOAD_VLAN_INSERT
          | RTE_ETH_TX_OFFLOAD_QINQ_INSERT
          | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_TX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_TX_OFFLOAD_SCTP_CKSUM
          | RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM
          | RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_TSO
          | RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_MULTI_SEGS
          | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE,
      RTE_ETH_RX_OFFLOAD_VLAN_STRIP
          | RTE_ETH_RX_OFFLOAD_QINQ_STRIP
          | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_RX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_RX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM
          | RTE_ETH_RX_OFFLOAD_KEEP_CRC
          | RTE_ETH_RX_OFFLOAD_SCATTER
          | RTE_ETH_RX_OFFLOAD_VLAN_EXTEND
          | RTE_ETH_RX_OFFLOAD_VLAN_FILTER
          | RTE_ETH_RX_OFFLOAD_RSS_HASH
          | RTE_ETH_RX_OFFLOAD_TIMESTAMP
          | RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT,
      false),

  /**
   * ConnectX-5 and later: drivers/net/mlx5/mlx5_txq.c, {@code mlx5_get_tx_port_offloads}, and
   * mlx5_rxq.c, {@code mlx5_get_rx_queue_offloads}, with checksums, TSO, software parsing and the
   * tunnels VXLAN, GRE and Geneve.
   */
  CONNECTX(
      "mlx5_pci",
      RTE_ETH_TX_OFFLOAD_MULTI_SEGS
          | RTE_ETH_TX_OFFLOAD_VLAN_INSERT
          | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_TX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_TSO
          | RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM
          | RTE_ETH_TX_OFFLOAD_IP_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE,
      RTE_ETH_RX_OFFLOAD_SCATTER
          | RTE_ETH_RX_OFFLOAD_TIMESTAMP
          | RTE_ETH_RX_OFFLOAD_RSS_HASH
          | RTE_ETH_RX_OFFLOAD_BUFFER_SPLIT
          | RTE_ETH_RX_OFFLOAD_KEEP_CRC
          | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_RX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_RX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_RX_OFFLOAD_VLAN_STRIP,
      true),

  /**
   * Cisco VIC 1400 with VXLAN and Geneve enabled: drivers/net/enic/enic_res.c, {@code
   * enic_get_vnic_config}, and enic_main.c, {@code enic_enable_overlay_offload}.
   */
  CISCO_VIC(
      "net_enic",
      RTE_ETH_TX_OFFLOAD_MULTI_SEGS
          | RTE_ETH_TX_OFFLOAD_VLAN_INSERT
          | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_TX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_TX_OFFLOAD_TCP_TSO
          | RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM
          | RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO
          | RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO,
      RTE_ETH_RX_OFFLOAD_SCATTER
          | RTE_ETH_RX_OFFLOAD_VLAN_STRIP
          | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM
          | RTE_ETH_RX_OFFLOAD_UDP_CKSUM
          | RTE_ETH_RX_OFFLOAD_TCP_CKSUM
          | RTE_ETH_RX_OFFLOAD_RSS_HASH,
      true);

  /** The release that the bits were taken from. */
  public static final DpdkVersion RELEASE = DpdkVersion.parse("22.11.11");

  private final String driver;
  private final long txOffloads;
  private final long rxOffloads;
  private final boolean mergedVerdicts;

  NicFamily(String driver, long txOffloads, long rxOffloads, boolean mergedVerdicts) {
    this.driver = driver;
    this.txOffloads = txOffloads;
    this.rxOffloads = rxOffloads;
    this.mergedVerdicts = mergedVerdicts;
  }

  /** Name of its poll-mode driver, by which quirks are found. */
  public String driver() {
    return driver;
  }

  /** {@code RTE_ETH_TX_OFFLOAD_*}. */
  public long txOffloads() {
    return txOffloads;
  }

  /** {@code RTE_ETH_RX_OFFLOAD_*}. */
  public long rxOffloads() {
    return rxOffloads;
  }

  /** Whether a receive verdict is one on both headers of a tunnelled packet. */
  public boolean mergedVerdicts() {
    return mergedVerdicts;
  }

  /** As a port of the real driver, so that quirks apply. */
  public PortCapabilities capabilities() {
    return capabilities(driver);
  }

  /** As a port of another driver, to which no quirk applies: a NIC that does what it says. */
  public PortCapabilities flawless() {
    return capabilities("model");
  }

  private PortCapabilities capabilities(String name) {
    return new PortCapabilities(
        name, name().toLowerCase(Locale.ROOT), rxOffloads, txOffloads, 0, RELEASE);
  }
}
