package io.gatun.offload.plan;

import io.gatun.bindings.DpdkLibrary;
import io.gatun.bindings.RteEthBits;
import io.gatun.pmd.PortInfo;

/**
 * What a port says that it can do.
 *
 * @param driver name of the poll-mode driver, such as {@code net_ice}
 * @param device EAL's name of the device: the PCI address or the vdev's name
 * @param rxOffloads {@code RTE_ETH_RX_OFFLOAD_*}
 * @param txOffloads {@code RTE_ETH_TX_OFFLOAD_*}
 * @param rssTypes {@code RTE_ETH_RSS_*}
 * @param dpdk the release that the driver belongs to
 */
public record PortCapabilities(
    String driver,
    String device,
    long rxOffloads,
    long txOffloads,
    long rssTypes,
    DpdkVersion dpdk) {
  static final long TUNNEL_SEGMENTATION =
      RteEthBits.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO;
  static final long OUTER_CHECKSUMS =
      RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM;

  /** What the driver of a port says. */
  public static PortCapabilities of(PortInfo info) {
    return new PortCapabilities(
        info.driver(),
        info.name(),
        info.rxOffloads(),
        info.txOffloads(),
        info.rssTypes(),
        DpdkVersion.parse(DpdkLibrary.load().version()));
  }

  /** Whether every bit of {@code offloads} is offered in transmit. */
  public boolean transmits(long offloads) {
    return (txOffloads & offloads) == offloads;
  }

  /** Whether every bit of {@code offloads} is offered in receive. */
  public boolean receives(long offloads) {
    return (rxOffloads & offloads) == offloads;
  }

  /** Whether it says anything that only a NIC which knows tunnels can mean. */
  public boolean knowsTunnels() {
    return (txOffloads & (TUNNEL_SEGMENTATION | OUTER_CHECKSUMS)) != 0;
  }

  /** Whether it says that its receive verdicts tell the headers of a tunnelled packet apart. */
  public boolean separatesVerdicts() {
    return (rxOffloads
            & (RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM
                | RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_UDP_CKSUM))
        != 0;
  }

  /** As messages name it: {@code net_tap0 (net_tap)}. */
  @Override
  public String toString() {
    return device + " (" + driver + ")";
  }
}
