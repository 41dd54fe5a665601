package io.gatun.offload.plan;

import java.util.Locale;

/**
 * What a NIC may claim and not do. {@link Quirks} know it from drivers' sources and data sheets,
 * the self-test from trying.
 */
public enum Feature {
  /** {@code IP_CKSUM} of a packet without a tunnel. */
  IPV4_CHECKSUM(false),
  TCP_CHECKSUM_IPV4(false),
  TCP_CHECKSUM_IPV6(false),
  UDP_CHECKSUM_IPV4(false),
  UDP_CHECKSUM_IPV6(false),
  VLAN_INSERT(false),
  TCP_SEGMENTATION_IPV4(false),
  TCP_SEGMENTATION_IPV6(false),
  /** {@link Shape#INNER_IN_NIC_LONG_L2}: checksums behind a long L2 header. */
  LONG_L2_CHECKSUM(true),
  /** {@link Shape#INNER_IN_NIC_LONG_L2}: TCP segmentation behind a long L2 header. */
  LONG_L2_SEGMENTATION(true),
  /** {@link Shape#BOTH_IN_NIC}: inner checksums. */
  TUNNEL_CHECKSUM(true),
  /** {@link Shape#BOTH_IN_NIC}: inner TCP segmentation with the outer header completed. */
  TUNNEL_SEGMENTATION(true),
  /** {@link Shape#BOTH_IN_NIC}: inner checksums, behind an outer UDP checksum that is finished. */
  TUNNEL_SOFTWARE_UDP_CHECKSUM(true),
  TUNNEL_OUTER_IPV4_CHECKSUM(true),
  TUNNEL_OUTER_UDP_CHECKSUM(true),
  /** The verdict on the only IP header, or on the outer one where the NIC knows no tunnels. */
  RX_IP_VERDICT(false),
  RX_L4_VERDICT(false),
  RX_OUTER_IP_VERDICT(true),
  RX_OUTER_L4_VERDICT(true),
  RX_INNER_IP_VERDICT(true),
  RX_INNER_L4_VERDICT(true);

  private final boolean tunnelled;

  Feature(boolean tunnelled) {
    this.tunnelled = tunnelled;
  }

  /** Whether it is about tunnelled packets, so that each type of tunnel is a case of its own. */
  public boolean isTunnelled() {
    return tunnelled;
  }

  /** Whether it is about received packets. */
  public boolean isReceive() {
    return switch (this) {
      case RX_IP_VERDICT,
          RX_L4_VERDICT,
          RX_OUTER_IP_VERDICT,
          RX_OUTER_L4_VERDICT,
          RX_INNER_IP_VERDICT,
          RX_INNER_L4_VERDICT ->
          true;
      default -> false;
    };
  }

  /** The name in JSON and tables, such as {@code vlan_insert}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
