package io.gatun.offload.flow;

import io.gatun.pmd.wire.IpAddress;
import java.util.List;

/**
 * Decapsulation by DPDK's tunnel-offload API ({@code rte_flow_tunnel_decap_set}): the driver
 * supplies the actions that take the tunnel off, put before those of {@code set}, and the items
 * that match what was taken off, put before those of {@code match} in a later group.
 *
 * <p>{@code match} takes everything that {@code set} sends to its group, so that no packet misses
 * half-way and needs {@code rte_flow_get_restore_info}.
 *
 * @param tunnel which one
 * @param set the rule on the outer headers; its last action jumps to {@code match}'s group
 * @param match the rule of that group
 */
public record TunnelOffload(Tunnel tunnel, FlowRule set, FlowRule match) implements Offer {
  /**
   * {@code struct rte_flow_tunnel}.
   *
   * @param item the tunnel's own item, such as {@link FlowItem.Vxlan}
   * @param identifier VNI, VSID or key
   * @param source outer source address
   * @param destination outer destination address
   * @param udpPort destination port; 0 without UDP
   */
  public record Tunnel(
      FlowItem item, long identifier, IpAddress source, IpAddress destination, int udpPort) {
    public Tunnel {
      if (source.version() != destination.version()) {
        throw new IllegalArgumentException(
            "tunnel from %s to %s: two versions of IP".formatted(source, destination));
      }
    }
  }

  public TunnelOffload {
    if (!(set.actions().getLast() instanceof FlowAction.Jump jump)
        || jump.group() != match.group()) {
      throw new IllegalArgumentException(
          "tunnel offload: the first rule must jump to group %d".formatted(match.group()));
    }
  }

  @Override
  public List<String> functions() {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of("tunnel_decap"), match.functions().stream())
        .toList();
  }
}
