package io.gatun.mirror.engine;

import io.gatun.pmd.PortInfo;
import io.gatun.pmd.Transmitter;
import java.util.Locale;
import java.util.Set;

/** How the mirror learns that a transmit queue is through with a buffer. */
public enum Completion {
  /** The driver gives the buffer back before {@code tx_burst} returns. */
  IN_BURST("released when tx_burst returns"),
  /** The driver's reference is gone from every segment: true of every driver, sooner or later. */
  REFERENCE_COUNT("reference count back to one"),
  /** {@code tx_descriptor_status} says DONE; the driver's reference may still be there. */
  DESCRIPTOR_STATUS("transmit descriptor done");

  // Read in the drivers' sources, and measured (docs/decisions/0011-completion.md). A wrong entry
  // is noticed at the first burst.
  private static final Set<String> RELEASING =
      Set.of("net_null", "net_tap", "net_pcap", "net_af_packet", "net_vhost");

  private final String description;

  Completion(String description) {
    this.description = description;
  }

  /**
   * The best that a port has: in the burst, else descriptor status, else the count. Whether there
   * is descriptor status, DPDK says once the port has started; before, it may be assumed.
   */
  public static Completion best(PortInfo info, Transmitter queue) {
    if (RELEASING.contains(info.driver())) {
      return IN_BURST;
    }
    return queue.hasDescriptorStatus() ? DESCRIPTOR_STATUS : REFERENCE_COUNT;
  }

  /** What tables and JSON call it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** In words. */
  public String description() {
    return description;
  }
}
