package io.gatun.mirror.engine;

import java.util.Locale;

/** Why a matched packet was not mirrored. The packet itself goes its way. */
public enum MirrorDrop {
  DESTINATION_FULL("destination's ring full"),
  DESTINATION_DEAD("destination completes nothing any more"),
  DESTINATION_FAILED("file cannot be written"),
  LINK_DOWN("destination's link down or device gone"),
  BACKLOG_FULL("too many packets wait for the destination"),
  HELD_TOO_LONG("waited longer than --hold-max for the destination"),
  LOCKED_LIMIT("too many buffers withheld already"),
  RATE_LIMITED("over --rate"),
  SHARED("buffer that somebody else holds as well, and that must be edited"),
  OFFLOAD("transmit offload that cannot be completed in software"),
  TOO_SHORT("shorter than an Ethernet header"),
  NO_MBUF("no packet buffer left for a header or a copy"),
  REFUSED("refused by the driver's rte_eth_tx_prepare"),
  REMOVED("session removed while the packet waited");

  private final String description;

  MirrorDrop(String description) {
    this.description = description;
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
