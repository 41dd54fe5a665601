package io.gatun.pmd.observe;

/**
 * A port's counters at one moment, since the start.
 *
 * @param port its number
 * @param name EAL's name of it
 * @param driver poll-mode driver
 * @param up whether the link is up
 * @param rxPackets received
 * @param txPackets sent
 * @param rxBytes received, as the driver counts (without CRC in most)
 * @param txBytes sent
 * @param rxMissed lost before receive: ring full or no mbuf
 * @param txDropped received or made by Gatun, but freed because the transmit ring was full
 */
public record PortSample(
    int port,
    String name,
    String driver,
    boolean up,
    long rxPackets,
    long txPackets,
    long rxBytes,
    long txBytes,
    long rxMissed,
    long txDropped) {
  /** The same counters of a port that is there no more. */
  public PortSample withLinkDown() {
    return new PortSample(
        port, name, driver, false, rxPackets, txPackets, rxBytes, txBytes, rxMissed, txDropped);
  }
}
