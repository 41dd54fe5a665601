package io.gatun.offload.gateway;

import io.gatun.offload.flow.RuleReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What tables, telemetry and the end of a run say of a gateway. Any thread. */
final class GatewaySummary {
  private final GatewayWorker worker;
  private final GatewayRules rules;

  GatewaySummary(GatewayWorker worker, GatewayRules rules) {
    this.worker = worker;
    this.rules = rules;
  }

  /** Values of the run's JSON, by key. */
  Map<String, Object> values() {
    GatewayParts parts = worker.parts();
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("encapsulated", worker.tenantSide().encapsulated());
    values.put("decapsulated", worker.underlaySide().decapsulated());
    values.put("segments", parts.encapsulator().innerCounters().segments());
    values.put("fragmented", worker.tenantSide().fragmented());
    values.put("coalesced", parts.tenantPorts().stream().mapToLong(TenantPort::coalesced).sum());
    values.put("bad_outer", parts.decapsulator().verdicts().badOuter());
    values.put("bad_inner", parts.decapsulator().verdicts().badInner());
    values.put("answered", worker.underlaySide().answered() + worker.tenantSide().answered());
    values.put("consumed", worker.underlaySide().consumed());
    values.put("dropped_packets", parts.drops().total());
    values.put("dropped", parts.drops().nonZero());
    values.put("verdicts", parts.decapsulator().verdicts().toMap());
    values.put("passes", passes());
    values.put("stations", stations());
    values.put("rules", rules.reports().stream().map(RuleReport::toJson).toList());
    return values;
  }

  private Map<String, Object> passes() {
    GatewayParts parts = worker.parts();
    Map<String, Object> queue = new LinkedHashMap<>();
    queue.put("depth", parts.encapsulator().queue().depth());
    queue.put("high_water", parts.encapsulator().queue().highWater());
    queue.put("capacity", parts.encapsulator().queue().capacity());
    queue.put("retried", parts.underlay().retried());
    Map<String, Object> passes = new LinkedHashMap<>();
    passes.put("transmit_inner", parts.encapsulator().innerCounters().toMap());
    passes.put("queue", queue);
    passes.put("transmit_outer", parts.encapsulator().outerCounters().toMap());
    passes.put("receive_outer", parts.decapsulator().outerCounters().toMap());
    passes.put("receive_inner", parts.decapsulator().innerCounters().toMap());
    return passes;
  }

  private Map<String, Object> stations() {
    ForwardingTable table = worker.parts().stations();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("known", table.size());
    map.put("flooded", worker.tenantSide().flooded());
    return map;
  }

  /** Lines below the live table. */
  String table() {
    GatewayParts parts = worker.parts();
    return String.format(
            Locale.ROOT,
            "         %-18s encapsulated %d, decapsulated %d, bad outer %d, bad inner %d, dropped %s%n",
            "tunnel " + parts.config().tunnel().type().label(),
            worker.tenantSide().encapsulated(),
            worker.underlaySide().decapsulated(),
            parts.decapsulator().verdicts().badOuter(),
            parts.decapsulator().verdicts().badInner(),
            parts.drops().nonZero().isEmpty() ? "0" : parts.drops().nonZero())
        + remotes();
  }

  private String remotes() {
    List<String> remotes = worker.parts().paths().describe();
    return "         remote "
        + String.join("; ", remotes.subList(0, Math.min(remotes.size(), 4)))
        + (remotes.size() > 4 ? "; and " + (remotes.size() - 4) + " more" : "")
        + System.lineSeparator();
  }

  /** What {@code /gatun/tunnels} answers. */
  Map<String, Object> telemetry() {
    Map<String, Object> map = new LinkedHashMap<>(values());
    map.put("rules", rules.toMap());
    map.put("type", worker.parts().config().tunnel().type().label());
    map.put("local", worker.parts().config().tunnel().local().toString());
    map.put("remotes", worker.parts().paths().describe());
    return map;
  }

  /** For people, at the end. */
  String toText() {
    Map<String, Object> values = values();
    return String.format(
        Locale.ROOT,
        "tunnel: %s encapsulated, %s decapsulated, %s segments, bad: %s outer, %s inner; dropped: %s",
        values.get("encapsulated"),
        values.get("decapsulated"),
        values.get("segments"),
        values.get("bad_outer"),
        values.get("bad_inner"),
        worker.parts().drops().nonZero().isEmpty() ? "none" : worker.parts().drops().nonZero());
  }
}
