package io.gatun.offload.plan;

import java.util.List;
import java.util.Locale;

/** What is done to a header. Each pass has operations of its own: {@link #of}. */
public enum Operation {
  /** The addresses of the outer Ethernet and IP header. */
  ADDRESSES,
  /** An IEEE 802.1Q tag in this header's Ethernet header. */
  VLAN_INSERT,
  /** Traffic class and congestion notification of the outer header (RFC 6040). */
  DSCP_ECN,
  /** Time to live or hop limit. */
  TTL,
  /** The don't-fragment bit of an outer IPv4 header. */
  DF,
  /** Total or payload length of IP, length of UDP. */
  LENGTHS,
  /** The identification of IPv4. */
  IPV4_ID,
  /** The header checksum of IPv4. */
  IPV4_CHECKSUM,
  /** The checksum of TCP or UDP with its pseudo-header. */
  L4_CHECKSUM,
  /** One TCP packet into several: sequence numbers, flags, lengths, checksums. */
  TCP_SEGMENTATION,
  /** One UDP datagram into several. */
  UDP_SEGMENTATION,
  /** The outer UDP source port, which carries the entropy of the inner flow (RFC 7348). */
  SOURCE_PORT,
  /** The outer UDP checksum. */
  UDP_CHECKSUM,
  /** VNI, VSID or key. */
  TUNNEL_ID,
  /** Geneve's options. */
  OPTIONS,
  /** GRE's checksum over header and payload. */
  GRE_CHECKSUM,
  /** GRE's sequence number. */
  SEQUENCE,

  /** Whether the IPv4 header checksum of a received header is right. */
  IP_VERDICT,
  /** Whether the TCP or UDP checksum of a received header is right. */
  L4_VERDICT,
  /** Removal of the tag in the first Ethernet header. */
  VLAN_STRIP,
  /** The hash that spreads flows over queues. */
  RSS,
  /** A number that an rte_flow rule puts on what it matches. */
  MARK,
  /** Recognition of the headers. */
  PACKET_TYPE,
  /** Several TCP packets of a flow into one (GRO, LRO). */
  COALESCING;

  private static final List<Operation> INNER_TRANSMIT =
      List.of(
          LENGTHS,
          IPV4_ID,
          IPV4_CHECKSUM,
          L4_CHECKSUM,
          TCP_SEGMENTATION,
          UDP_SEGMENTATION,
          VLAN_INSERT);
  private static final List<Operation> OUTER_TRANSMIT =
      List.of(
          ADDRESSES,
          VLAN_INSERT,
          DSCP_ECN,
          TTL,
          DF,
          LENGTHS,
          IPV4_ID,
          IPV4_CHECKSUM,
          SOURCE_PORT,
          UDP_CHECKSUM,
          TUNNEL_ID,
          OPTIONS,
          GRE_CHECKSUM,
          SEQUENCE);
  private static final List<Operation> INNER_RECEIVE =
      List.of(IP_VERDICT, L4_VERDICT, RSS, MARK, PACKET_TYPE, COALESCING);
  private static final List<Operation> OUTER_RECEIVE = List.of(IP_VERDICT, L4_VERDICT, VLAN_STRIP);

  /** The operations of a pass, in the order in which they are shown. */
  public static List<Operation> of(Pass pass, Direction direction) {
    return switch (direction) {
      case TRANSMIT -> pass == Pass.INNER ? INNER_TRANSMIT : OUTER_TRANSMIT;
      case RECEIVE -> pass == Pass.INNER ? INNER_RECEIVE : OUTER_RECEIVE;
    };
  }

  /** The name in JSON and tables, such as {@code ipv4_checksum}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
