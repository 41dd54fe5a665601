package io.gatun.pmd.forward;

/** What happens to packets: testpmd's names and meanings. */
public enum ForwardMode {
  /** Sent on as they are. */
  IO,
  /** Destination set to a made-up peer, source to the port that sends. */
  MAC,
  /** Destination and source swapped. */
  MACSWAP,
  /** Received, counted, freed. */
  RXONLY,
  /** Made here and sent; nothing is received. */
  TXONLY,
  /** Made here with changing addresses, so that many flows result; what is received is freed. */
  FLOWGEN;

  /** Whether the mode reads from receive queues. */
  public boolean receives() {
    return this != TXONLY;
  }

  /** Whether the mode writes to transmit queues. */
  public boolean transmits() {
    return this != RXONLY;
  }

  /** Whether the mode sends on what it receives, so that stages can be in between. */
  public boolean passesPackets() {
    return this == IO || this == MAC || this == MACSWAP;
  }

  /** Whether the mode makes packets. */
  public boolean generates() {
    return this == TXONLY || this == FLOWGEN;
  }
}
