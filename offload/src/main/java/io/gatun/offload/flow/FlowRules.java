package io.gatun.offload.flow;

import io.gatun.bindings.Abi;
import io.gatun.bindings.Errno;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteFlow;
import io.gatun.bindings.RteUdpTunnel;
import io.gatun.pmd.Port;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The flow rules of a port: each offer is validated ({@code rte_flow_validate}) before it is
 * created ({@code rte_flow_create}), and what the driver refuses is kept with its reason, because
 * software then does it.
 *
 * <p>It owns what it created and takes it out in reverse order when it is closed, which must be
 * before the port stops: most drivers forget their rules then ({@code
 * RTE_ETH_DEV_CAPA_FLOW_RULE_KEEP}), and a port that was stopped gets new ones from a new object.
 * Control thread.
 */
public final class FlowRules implements AutoCloseable {
  private static final int SCRATCH_BYTES = 2048;

  /** Takes something out of the NIC again; {@code step} says in words what failed, or null. */
  private record Undo(String what, Supplier<@Nullable String> step) {}

  private final Port port;
  private final boolean creating;
  private final Arena arena = Arena.ofShared();
  private final FlowError error = new FlowError(arena);
  private final Deque<Undo> undos = new ArrayDeque<>();
  private final List<RuleState> states = new ArrayList<>();
  private final IdentityHashMap<Offer, Long> handles = new IdentityHashMap<>();
  private boolean closed;

  /** No rule yet. The port is configured; many drivers take rules only once it is started. */
  public FlowRules(Port port) {
    this(port, true);
  }

  private FlowRules(Port port, boolean creating) {
    this.port = port;
    this.creating = creating;
  }

  /**
   * What the driver would take, without creating anything. Needs a configured port: on any other
   * one all that can be said is whether its driver knows rules at all. On a port that is not
   * started a refusal may be due to that, and says so.
   */
  public static List<RuleState> validate(Port port, List<WantedRule> wanted) {
    try (FlowRules trial = new FlowRules(port, false)) {
      return trial.addAll(wanted);
    }
  }

  /** {@link #add} for each, in this order. */
  public List<RuleState> addAll(List<WantedRule> wanted) {
    return wanted.stream().map(this::add).toList();
  }

  /** Makes the offers one after the other until the driver takes one. */
  public RuleState add(WantedRule wanted) {
    if (closed) {
      throw new IllegalStateException(port + ": its flow rules are closed");
    }
    List<RuleState.Refusal> refusals = new ArrayList<>();
    Offer accepted = null;
    for (Offer offer : wanted.offers()) {
      int before = undos.size();
      String refusal = ask(offer);
      if (refusal == null) {
        accepted = offer;
        break;
      }
      undo(before);
      refusals.add(new RuleState.Refusal(offer, refusal));
    }
    RuleState state = new RuleState(wanted, accepted, refusals, port.info().driver());
    states.add(state);
    return state;
  }

  /** All that were asked for, in their order. */
  public List<RuleState> states() {
    return List.copyOf(states);
  }

  /** Where each function runs, in the order of the rules. */
  public List<RuleReport> reports() {
    return states.stream().flatMap(state -> state.reports().stream()).toList();
  }

  // ---- asking -----------------------------------------------------------------------------------

  /** Null when the driver took the offer, else why not. */
  private @Nullable String ask(Offer offer) {
    if (port.rxQueues().isEmpty()) {
      return unconfigured();
    }
    return switch (offer) {
      case FlowRule rule -> create(rule, NativeRule.Prefix.NONE, NativeRule.Prefix.NONE, rule);
      case UdpTunnelPort tunnel -> add(tunnel);
      case TunnelOffload tunnel -> add(tunnel);
    };
  }

  private String unconfigured() {
    int result =
        RteFlow.rte_flow_info_get(
            port.id(), arena.allocate(SCRATCH_BYTES, Long.BYTES), error.clear());
    return isMissing(result)
        ? refusal("rte_flow_info_get", result, null)
        : "not asked: %s is not configured; a command that uses it asks when it starts"
            .formatted(port);
  }

  private @Nullable String create(
      FlowRule rule, NativeRule.Prefix items, NativeRule.Prefix decap, Offer offer) {
    try (Arena scratch = Arena.ofConfined()) {
      NativeRule c = new NativeRule(rule, scratch, items, decap);
      int result =
          RteFlow.rte_flow_validate(port.id(), c.attr(), c.pattern(), c.actions(), error.clear());
      if (result != 0) {
        return refusal("rte_flow_validate", result, c);
      }
      if (!creating) {
        return null;
      }
      long flow =
          RteFlow.rte_flow_create(port.id(), c.attr(), c.pattern(), c.actions(), error.clear());
      if (flow == 0) {
        return "validated, but " + refusal("rte_flow_create", Errno.rte_errno(), c);
      }
      handles.put(offer, flow);
      undos.push(new Undo(rule.toString(), () -> destroy(flow)));
      return null;
    }
  }

  private @Nullable String destroy(long flow) {
    int result = RteFlow.rte_flow_destroy(port.id(), flow, error.clear());
    handles.values().remove(flow);
    return result == 0 ? null : error.describe("rte_flow_destroy", result, null);
  }

  private String refusal(String call, int errno, @Nullable NativeRule rule) {
    if (isMissing(errno)) {
      return "%s: ENOSYS: %s has no flow rules".formatted(call, port.info().driver());
    }
    return error.describe(call, errno, rule)
        + (port.isStarted() ? "" : "; the port is not started, and some drivers ask for that");
  }

  /** What ethdev answers for a driver without flow rules. */
  private static boolean isMissing(int errno) {
    return Errno.name(errno).equals("ENOSYS");
  }

  // ---- UDP ports --------------------------------------------------------------------------------

  private @Nullable String add(UdpTunnelPort tunnel) {
    if (!creating) {
      return "not asked: DPDK has no trial for it; a command that uses the port asks when it"
          + " starts";
    }
    MemorySegment struct = arena.allocate(Abi.sizeof("rte_eth_udp_tunnel"), Long.BYTES);
    long at = struct.address();
    Memory.putShort(at + Abi.offset("rte_eth_udp_tunnel.udp_port"), (short) tunnel.port());
    Memory.putByte(at + Abi.offset("rte_eth_udp_tunnel.prot_type"), (byte) tunnel.nativeType());
    String call = "rte_eth_dev_udp_tunnel_port_";
    int result = RteUdpTunnel.rte_eth_dev_udp_tunnel_port_add(port.id(), struct);
    if (result != 0) {
      String remark =
          result == -Errno.ENOTSUP ? port.info().driver() + " has no table of tunnel ports" : "";
      return words(call + "add", result, remark);
    }
    String what = "%s port %d".formatted(tunnel.type().label(), tunnel.port());
    undos.push(
        new Undo(
            what,
            () -> {
              int deleted = RteUdpTunnel.rte_eth_dev_udp_tunnel_port_delete(port.id(), struct);
              return deleted == 0 ? null : words(call + "delete", deleted, "");
            }));
    return null;
  }

  private static String words(String call, int errno, String remark) {
    return "%s: %s (%s)"
        .formatted(call, Errno.name(errno), remark.isEmpty() ? Errno.rte_strerror(errno) : remark);
  }

  // ---- tunnel offload ---------------------------------------------------------------------------

  private @Nullable String add(TunnelOffload offload) {
    MemorySegment tunnel = NativeTunnel.of(offload.tunnel(), arena);
    MemorySegment array = arena.allocate(Long.BYTES, Long.BYTES);
    MemorySegment count = arena.allocate(Integer.BYTES, Long.BYTES);
    int result = RteFlow.rte_flow_tunnel_decap_set(port.id(), tunnel, array, count, error.clear());
    if (result != 0) {
      return refusal("rte_flow_tunnel_decap_set", result, null);
    }
    NativeRule.Prefix decap = prefix(array, count);
    undos.push(
        new Undo(
            "tunnel actions",
            () ->
                released(
                    "rte_flow_tunnel_action_decap_release",
                    RteFlow.rte_flow_tunnel_action_decap_release(
                        port.id(), decap.address(), decap.count(), error.clear()))));
    result = RteFlow.rte_flow_tunnel_match(port.id(), tunnel, array, count, error.clear());
    if (result != 0) {
      return refusal("rte_flow_tunnel_match", result, null);
    }
    NativeRule.Prefix items = prefix(array, count);
    undos.push(
        new Undo(
            "tunnel items",
            () ->
                released(
                    "rte_flow_tunnel_item_release",
                    RteFlow.rte_flow_tunnel_item_release(
                        port.id(), items.address(), items.count(), error.clear()))));
    String refusal = create(offload.set(), NativeRule.Prefix.NONE, decap, offload.set());
    return refusal != null
        ? refusal
        : create(offload.match(), items, NativeRule.Prefix.NONE, offload);
  }

  private static NativeRule.Prefix prefix(MemorySegment array, MemorySegment count) {
    return new NativeRule.Prefix(Memory.getLong(array.address()), Memory.getInt(count.address()));
  }

  private @Nullable String released(String call, int result) {
    return result == 0 ? null : error.describe(call, result, null);
  }

  // ---- counting ---------------------------------------------------------------------------------

  /**
   * What a rule counted.
   *
   * @param packets that it matched; -1 where the driver does not count them
   * @param bytes of these; -1 where the driver does not count them
   */
  public record Hits(long packets, long bytes) {}

  /**
   * Asks a rule with {@link FlowAction.Count} what it counted so far; empty when it is not in the
   * NIC, does not count, or the driver cannot say.
   */
  public Optional<Hits> count(RuleState state) {
    Long flow = state.accepted() == null ? null : handles.get(state.accepted());
    if (flow == null || !(state.accepted() instanceof FlowRule rule)) {
      return Optional.empty();
    }
    int number = rule.functions().indexOf("count");
    if (number < 0) {
      return Optional.empty();
    }
    try (Arena scratch = Arena.ofConfined()) {
      long actionBytes = Abi.sizeof("rte_flow_action");
      // The one action, and what the driver takes as the end of the list.
      MemorySegment action =
          new NativeRule(rule, scratch).actions().asSlice(number * actionBytes, actionBytes);
      MemorySegment data = scratch.allocate(Abi.sizeof("rte_flow_query_count"), Long.BYTES);
      if (RteFlow.rte_flow_query(port.id(), flow, action, data, error.clear()) != 0) {
        return Optional.empty();
      }
      return Optional.of(new Hits(value(data, "hits"), value(data, "bytes")));
    }
  }

  private static long value(MemorySegment count, String field) {
    boolean set = Abi.bits("rte_flow_query_count." + field + "_set").get(count.address()) != 0;
    return set ? Memory.getLong(count.address() + Abi.offset("rte_flow_query_count." + field)) : -1;
  }

  // ---- end --------------------------------------------------------------------------------------

  /** Takes out what was put in since there were {@code count} steps to undo; words of failures. */
  private List<String> undo(int count) {
    List<String> failures = new ArrayList<>();
    while (undos.size() > count) {
      Undo undo = undos.pop();
      String failure = undo.step.get();
      if (failure != null) {
        failures.add(undo.what + ": " + failure);
      }
    }
    return failures;
  }

  /**
   * Takes everything out of the NIC again, the last first. Idempotent.
   *
   * @throws IllegalStateException naming what the driver did not give back, after all else is out
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<String> failures = undo(0);
    arena.close();
    if (!failures.isEmpty() && !port.isRemoved()) {
      throw new IllegalStateException(
          "%s: still in the NIC: %s".formatted(port, String.join("; ", failures)));
    }
  }
}
