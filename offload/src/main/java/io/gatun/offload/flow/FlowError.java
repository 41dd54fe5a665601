package io.gatun.offload.flow;

import io.gatun.bindings.Abi;
import io.gatun.bindings.Errno;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteFlow;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code struct rte_flow_error}: what a driver says about a rule that it refuses, in words. */
final class FlowError {
  private static final int MESSAGE_BYTES = 256;

  private static final Map<Integer, String> TYPES =
      Map.ofEntries(
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_HANDLE, "the rule"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ATTR_GROUP, "the group"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ATTR_PRIORITY, "the priority"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ATTR_INGRESS, "ingress"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ATTR_EGRESS, "egress"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ATTR_TRANSFER, "transfer"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ATTR, "the attributes"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ITEM_NUM, "the number of items"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ITEM_SPEC, "an item's value"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ITEM_LAST, "an item's range"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ITEM_MASK, "an item's mask"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ITEM, "an item"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ACTION_NUM, "the number of actions"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ACTION_CONF, "an action's configuration"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_ACTION, "an action"),
          Map.entry(RteFlow.RTE_FLOW_ERROR_TYPE_STATE, "the state of the device"));

  private final MemorySegment struct;

  FlowError(Arena arena) {
    struct = arena.allocate(Abi.sizeof("rte_flow_error"), 8);
  }

  /** Cleared, for the next call. */
  MemorySegment clear() {
    return struct.fill((byte) 0);
  }

  /**
   * The refusal in words: {@code rte_flow_validate: ENOTSUP (item not supported): item 4 (vxlan)}.
   *
   * @param call the C function
   * @param errno positive or negative
   * @param rule what was asked for, to name the part that the driver points at; null for none
   */
  String describe(String call, int errno, @Nullable NativeRule rule) {
    String message = message();
    String what = cause(rule);
    return "%s: %s (%s)%s"
        .formatted(
            call,
            Errno.name(errno),
            message.isEmpty() ? Errno.rte_strerror(errno) : message,
            what == null ? "" : ": " + what);
  }

  private String message() {
    long message = Memory.getLong(struct.address() + Abi.offset("rte_flow_error.message"));
    return Memory.string(message, MESSAGE_BYTES);
  }

  /** The part of the rule that the driver points at, else the kind of part that it names. */
  private @Nullable String cause(@Nullable NativeRule rule) {
    long cause = Memory.getLong(struct.address() + Abi.offset("rte_flow_error.cause"));
    String part = rule == null || cause == 0 ? null : rule.describe(cause);
    int type = Memory.getInt(struct.address() + Abi.offset("rte_flow_error.type"));
    return part == null ? TYPES.get(type) : part;
  }
}
