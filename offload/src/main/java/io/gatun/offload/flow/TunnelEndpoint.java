package io.gatun.offload.flow;

import io.gatun.offload.TunnelConfig;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import java.util.List;

/**
 * A tunnel end point, as far as rules of the underlay's port depend on it.
 *
 * @param config what all its packets have in common
 * @param identifiers VNIs, VSIDs or GRE keys, without one for a tunnel (or a GRE) that has none
 * @param queues receive queues for tunnel packets, at least one
 * @param rssTypes {@code RTE_ETH_RSS_*} that inner headers are hashed by; 0 for no hash
 * @param mac address of the underlay's port
 * @param remotes those that are configured, and will not be learnt
 * @param decapsulation whether the NIC may take outer headers off. What software then no longer
 *     sees: verdicts on the outer checksums, ECN to be passed inwards (RFC 6040), options
 * @param encapsulation whether the NIC may put outer headers before what is sent to a static
 *     remote. They are then the same for every packet: no flow entropy in the source port
 */
public record TunnelEndpoint(
    TunnelConfig config,
    List<Long> identifiers,
    List<Integer> queues,
    long rssTypes,
    MacAddress mac,
    List<Remote> remotes,
    boolean decapsulation,
    boolean encapsulation) {
  /**
   * A remote end point that is known beforehand.
   *
   * @param address on the underlay
   * @param nextHop MAC address that leads there
   * @param behind addresses of tenants behind it, which nobody else has
   */
  public record Remote(IpAddress address, MacAddress nextHop, List<MacAddress> behind) {
    public Remote {
      behind = List.copyOf(behind);
    }
  }

  public TunnelEndpoint {
    identifiers = List.copyOf(identifiers);
    queues = List.copyOf(queues);
    remotes = List.copyOf(remotes);
    identifiers.forEach(config::checkIdentifier);
    if (queues.isEmpty()) {
      throw new IllegalArgumentException("tunnel end point: no receive queue is named");
    }
    for (Remote remote : remotes) {
      if (remote.address.version() != config.local().version()) {
        throw new IllegalArgumentException(
            "tunnel end point: remote %s and local %s are of two versions of IP"
                .formatted(remote.address, config.local()));
      }
    }
  }

  /** The numbers that its rules mark packets with. */
  public TunnelMarks marks() {
    return new TunnelMarks(Math.max(1, identifiers.size()), remotes.size());
  }
}
