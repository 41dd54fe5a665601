package io.gatun.offload;

import io.gatun.pmd.DataPath;
import java.util.Locale;

/** Why a packet was not carried on. Each dropped packet has exactly one reason. */
public enum DropReason {
  TOO_SHORT("shorter than an Ethernet header"),
  NOT_IP("no IP packet, in a tunnel that carries nothing else"),
  MALFORMED_OUTER("outer headers cut, or lengths that contradict each other"),
  MALFORMED_INNER("inner headers cut, or lengths that contradict each other"),
  NOT_FOR_US("neither tunnel packet nor for an own address"),
  UNKNOWN_VNI("no tenant has this VNI, VSID or key"),
  BAD_OUTER_CHECKSUM("wrong outer IP, UDP or GRE checksum"),
  BAD_INNER_CHECKSUM("wrong inner IP, TCP or UDP checksum"),
  OUTER_FRAGMENT("outer packet in fragments, which are not reassembled"),
  ECN_NOT_ECT("congestion marked on a packet that cannot carry the mark (RFC 6040)"),
  CRITICAL_OPTION("Geneve option that must be understood and is not (RFC 8926)"),
  TUNNEL_FLAGS("tunnel header of an unknown version or with unknown flags"),
  OWN_PACKET("own tunnel packet come back: the tunnel leads into itself"),
  NO_REMOTE("no remote to send to"),
  UNRESOLVED("the remote's MAC address is not known"),
  TOO_BIG("larger than the path, and must not or cannot be made smaller"),
  NO_MBUF("no packet buffer left"),
  NO_HEADROOM("no room for the outer header before the packet"),
  PASS_QUEUE_FULL("queue between the inner and the outer pass full"),
  PREPARE_REFUSED("refused by the driver's rte_eth_tx_prepare"),
  RING_FULL("transmit ring full"),
  LINK_DOWN("link down"),
  RATE_LIMITED("more requests than are answered"),
  VLAN_UNKNOWN("no tenant has this VLAN"),
  UNSUPPORTED("well-formed, but nothing that the gateway serves");

  private static final DropReason[] ALL = values();

  private final String description;

  DropReason(String description) {
    this.description = description;
  }

  /** The reason of an {@link #ordinal}. */
  @DataPath
  public static DropReason of(int ordinal) {
    return ALL[ordinal];
  }

  /** The reason in words. */
  public String description() {
    return description;
  }

  /** What JSON, telemetry and tables call it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
