package io.gatun.offload.flow;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A rule for the NIC: which packets, and what becomes of them ({@code rte_flow_create}).
 *
 * @param direction of the packets
 * @param group rules of group 0 see every packet; others what {@link FlowAction.Jump} sends there
 * @param priority within the group; 0 comes first
 * @param pattern headers from the outermost inwards, at least one
 * @param actions in their order, at least one
 */
public record FlowRule(
    Direction direction, int group, int priority, List<FlowItem> pattern, List<FlowAction> actions)
    implements Offer {
  /** Received or sent packets. */
  public enum Direction {
    INGRESS,
    EGRESS
  }

  public FlowRule {
    pattern = List.copyOf(pattern);
    actions = List.copyOf(actions);
    if (group < 0 || priority < 0) {
      throw new IllegalArgumentException(
          "flow rule: group %d, priority %d: neither can be negative".formatted(group, priority));
    }
    if (pattern.isEmpty() || actions.isEmpty()) {
      throw new IllegalArgumentException("flow rule: it needs an item and an action at least");
    }
  }

  /** For received packets, in group 0. */
  public static FlowRule ingress(int priority, List<FlowItem> pattern, List<FlowAction> actions) {
    return new FlowRule(Direction.INGRESS, 0, priority, pattern, actions);
  }

  /** For packets that are sent, in group 0. */
  public static FlowRule egress(List<FlowItem> pattern, List<FlowAction> actions) {
    return new FlowRule(Direction.EGRESS, 0, 0, pattern, actions);
  }

  @Override
  public List<String> functions() {
    return actions.stream().map(FlowAction::label).toList();
  }

  /** The kinds of its items and actions, such as {@code eth / ipv4 / udp -> mark / queue}. */
  @Override
  public String toString() {
    return pattern.stream().map(FlowItem::label).collect(Collectors.joining(" / "))
        + " -> "
        + String.join(" / ", functions());
  }
}
