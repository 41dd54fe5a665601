package io.gatun.offload.flow;

import io.gatun.bindings.Abi;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteFlow;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link FlowRule} as C structs: {@code rte_flow_attr}, and arrays of {@code rte_flow_item} and
 * {@code rte_flow_action} with what they point to. It lives as long as its arena, which must
 * outlive {@code rte_flow_create} only: drivers copy what they need.
 */
final class NativeRule {
  private static final int ITEM_BYTES = Abi.sizeof("rte_flow_item");
  private static final int ACTION_BYTES = Abi.sizeof("rte_flow_action");
  private static final long ALIGNMENT = 8;

  /** A range of addresses that an error may point into, and what is there. */
  private record Part(long from, long bytes, String what) {}

  private final Arena arena;
  private final List<Part> parts = new ArrayList<>();
  private final MemorySegment attr;
  private final MemorySegment pattern;
  private final MemorySegment actions;

  /** Writes {@code rule} into {@code arena}. */
  NativeRule(FlowRule rule, Arena arena) {
    this(rule, arena, Prefix.NONE, Prefix.NONE);
  }

  /**
   * An array of items or actions that a driver has supplied, to be put before the rule's own.
   *
   * @param address of the first one
   * @param count how many
   */
  record Prefix(long address, int count) {
    static final Prefix NONE = new Prefix(0, 0);
  }

  NativeRule(FlowRule rule, Arena arena, Prefix items, Prefix decap) {
    this.arena = arena;
    attr = struct("rte_flow_attr");
    long at = attr.address();
    Memory.putInt(at + Abi.offset("rte_flow_attr.group"), rule.group());
    Memory.putInt(at + Abi.offset("rte_flow_attr.priority"), rule.priority());
    boolean ingress = rule.direction() == FlowRule.Direction.INGRESS;
    Abi.bits("rte_flow_attr.ingress").set(at, ingress ? 1 : 0);
    Abi.bits("rte_flow_attr.egress").set(at, ingress ? 0 : 1);
    pattern = items(rule.pattern(), items);
    actions = actions(rule.actions(), decap);
  }

  MemorySegment attr() {
    return attr;
  }

  /** Ends with {@code RTE_FLOW_ITEM_TYPE_END}. */
  MemorySegment pattern() {
    return pattern;
  }

  /** Ends with {@code RTE_FLOW_ACTION_TYPE_END}. */
  MemorySegment actions() {
    return actions;
  }

  /**
   * What lies at {@code address}, such as {@code item 3 (vxlan)}; null when nothing of this rule.
   */
  @Nullable String describe(long address) {
    for (Part part : parts) {
      if (address >= part.from && address < part.from + part.bytes) {
        return part.what;
      }
    }
    return null;
  }

  // ---- items ------------------------------------------------------------------------------------

  private MemorySegment items(List<FlowItem> items, Prefix prefix) {
    MemorySegment array = array(ITEM_BYTES, items.size(), prefix, "driver's item");
    long at = array.address() + (long) prefix.count * ITEM_BYTES;
    int number = 1;
    for (FlowItem item : items) {
      String what = "item %d (%s)".formatted(number++, item.label());
      HeaderFields fields = HeaderFields.of(item);
      parts.add(new Part(at, ITEM_BYTES, what));
      Memory.putInt(at + Abi.offset("rte_flow_item.type"), fields.type());
      if (!fields.isOpen()) {
        long spec = copy(fields.spec(), fields.structBytes(), what);
        long mask = copy(fields.mask(), fields.structBytes(), what);
        Memory.putLong(at + Abi.offset("rte_flow_item.spec"), spec);
        Memory.putLong(at + Abi.offset("rte_flow_item.mask"), mask);
      }
      at += ITEM_BYTES;
    }
    Memory.putInt(at + Abi.offset("rte_flow_item.type"), RteFlow.RTE_FLOW_ITEM_TYPE_END);
    return array;
  }

  // ---- actions ----------------------------------------------------------------------------------

  private MemorySegment actions(List<FlowAction> actions, Prefix prefix) {
    MemorySegment array = array(ACTION_BYTES, actions.size(), prefix, "driver's action");
    long at = array.address() + (long) prefix.count * ACTION_BYTES;
    int number = 1;
    for (FlowAction action : actions) {
      String what = "action %d (%s)".formatted(number++, action.label());
      parts.add(new Part(at, ACTION_BYTES, what));
      Memory.putInt(at + Abi.offset("rte_flow_action.type"), type(action));
      MemorySegment conf = conf(action);
      if (conf.byteSize() > 0) {
        parts.add(new Part(conf.address(), conf.byteSize(), what));
        Memory.putLong(at + Abi.offset("rte_flow_action.conf"), conf.address());
      }
      at += ACTION_BYTES;
    }
    Memory.putInt(at + Abi.offset("rte_flow_action.type"), RteFlow.RTE_FLOW_ACTION_TYPE_END);
    return array;
  }

  private static int type(FlowAction action) {
    return switch (action) {
      case FlowAction.Queue _ -> RteFlow.RTE_FLOW_ACTION_TYPE_QUEUE;
      case FlowAction.Rss _ -> RteFlow.RTE_FLOW_ACTION_TYPE_RSS;
      case FlowAction.Mark _ -> RteFlow.RTE_FLOW_ACTION_TYPE_MARK;
      case FlowAction.VxlanEncap _ -> RteFlow.RTE_FLOW_ACTION_TYPE_VXLAN_ENCAP;
      case FlowAction.VxlanDecap _ -> RteFlow.RTE_FLOW_ACTION_TYPE_VXLAN_DECAP;
      case FlowAction.NvgreEncap _ -> RteFlow.RTE_FLOW_ACTION_TYPE_NVGRE_ENCAP;
      case FlowAction.NvgreDecap _ -> RteFlow.RTE_FLOW_ACTION_TYPE_NVGRE_DECAP;
      case FlowAction.RawEncap _ -> RteFlow.RTE_FLOW_ACTION_TYPE_RAW_ENCAP;
      case FlowAction.RawDecap _ -> RteFlow.RTE_FLOW_ACTION_TYPE_RAW_DECAP;
      case FlowAction.Count _ -> RteFlow.RTE_FLOW_ACTION_TYPE_COUNT;
      case FlowAction.Drop _ -> RteFlow.RTE_FLOW_ACTION_TYPE_DROP;
      case FlowAction.Jump _ -> RteFlow.RTE_FLOW_ACTION_TYPE_JUMP;
    };
  }

  /** The action's struct; of no length for those that have none. */
  private MemorySegment conf(FlowAction action) {
    return switch (action) {
      case FlowAction.Queue queue -> {
        MemorySegment conf = struct("rte_flow_action_queue");
        Memory.putShort(
            conf.address() + Abi.offset("rte_flow_action_queue.index"), (short) queue.index());
        yield conf;
      }
      case FlowAction.Rss rss -> rss(rss);
      case FlowAction.Mark mark -> number("rte_flow_action_mark", "id", mark.id());
      case FlowAction.Count count -> number("rte_flow_action_count", "id", count.id());
      case FlowAction.Jump jump -> number("rte_flow_action_jump", "group", jump.group());
      case FlowAction.VxlanEncap encap ->
          definition("rte_flow_action_vxlan_encap", encap.headers());
      case FlowAction.NvgreEncap encap ->
          definition("rte_flow_action_nvgre_encap", encap.headers());
      case FlowAction.RawEncap encap -> raw("rte_flow_action_raw_encap", encap.header());
      case FlowAction.RawDecap decap -> raw("rte_flow_action_raw_decap", decap.header());
      case FlowAction.VxlanDecap _, FlowAction.NvgreDecap _, FlowAction.Drop _ ->
          MemorySegment.NULL;
    };
  }

  private MemorySegment rss(FlowAction.Rss rss) {
    MemorySegment conf = struct("rte_flow_action_rss");
    long at = conf.address();
    int count = rss.queues().size();
    long queues = arena.allocate((long) count * Short.BYTES, ALIGNMENT).address();
    for (int i = 0; i < count; i++) {
      Memory.putShort(queues + (long) i * Short.BYTES, rss.queues().get(i).shortValue());
    }
    Memory.putInt(
        at + Abi.offset("rte_flow_action_rss.func"), RteFlow.RTE_ETH_HASH_FUNCTION_DEFAULT);
    Memory.putInt(at + Abi.offset("rte_flow_action_rss.level"), rss.level());
    Memory.putLong(at + Abi.offset("rte_flow_action_rss.types"), rss.types());
    Memory.putInt(at + Abi.offset("rte_flow_action_rss.queue_num"), count);
    Memory.putLong(at + Abi.offset("rte_flow_action_rss.queue"), queues);
    return conf;
  }

  private MemorySegment number(String struct, String field, int value) {
    MemorySegment conf = struct(struct);
    Memory.putInt(conf.address() + Abi.offset(struct + "." + field), value);
    return conf;
  }

  private MemorySegment definition(String struct, List<FlowItem> headers) {
    MemorySegment conf = struct(struct);
    long items = items(headers, Prefix.NONE).address();
    Memory.putLong(conf.address() + Abi.offset(struct + ".definition"), items);
    return conf;
  }

  private MemorySegment raw(String struct, Octets header) {
    MemorySegment conf = struct(struct);
    byte[] bytes = header.bytes();
    MemorySegment data = arena.allocate(Math.max(1, bytes.length), ALIGNMENT);
    Memory.copy(bytes, 0, data.address(), bytes.length);
    Memory.putLong(conf.address() + Abi.offset(struct + ".data"), data.address());
    Memory.putLong(conf.address() + Abi.offset(struct + ".size"), bytes.length);
    return conf;
  }

  // ---- memory -----------------------------------------------------------------------------------

  private MemorySegment struct(String name) {
    return arena.allocate(Abi.sizeof(name), ALIGNMENT);
  }

  /** Room for the prefix, which is copied, for {@code count} more, and for the end. */
  private MemorySegment array(int bytes, int count, Prefix prefix, String what) {
    MemorySegment array = arena.allocate((long) bytes * (prefix.count + count + 1), ALIGNMENT);
    long length = (long) bytes * prefix.count;
    if (length > 0) {
      Memory.copy(prefix.address, array.address(), length);
      parts.add(new Part(array.address(), length, what));
    }
    return array;
  }

  /** {@code bytes}, filled up with zeros to the length of their struct. */
  private long copy(byte[] bytes, long structBytes, String what) {
    long address = arena.allocate(structBytes, ALIGNMENT).address();
    Memory.copy(bytes, 0, address, bytes.length);
    parts.add(new Part(address, structBytes, what));
    return address;
  }
}
