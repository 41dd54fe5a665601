package io.gatun.offload.gateway;

import io.gatun.offload.flow.FlowRules;
import io.gatun.offload.flow.RuleReport;
import io.gatun.offload.flow.TunnelEndpoint;
import io.gatun.offload.flow.TunnelRules;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.Pass;
import io.gatun.pmd.Port;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A gateway's rte_flow rules on its underlay port: the tunnel's UDP port made known to the NIC's
 * parser, its packets steered and marked. What the NIC refuses software does anyway.
 *
 * <p>Decapsulation stays in software: a NIC that strips the outer header leaves neither verdicts on
 * it nor its ECN field, nor the source that the forwarding table learns. Control thread; {@link
 * #reports} may be read by any thread.
 */
final class GatewayRules {
  private final GatewayConfig config;
  private final Port underlay;
  private final FlowRules rules;
  private volatile List<RuleReport> reports = List.of();

  GatewayRules(GatewayConfig config, Port underlay) {
    this.config = config;
    this.underlay = underlay;
    this.rules = new FlowRules(underlay);
  }

  /** Creates what the started port takes. */
  void create() {
    if (config.offload().of(Pass.OUTER) == OffloadPreference.Choice.SOFTWARE) {
      return;
    }
    List<Long> identifiers = new ArrayList<>();
    for (GatewayConfig.Tenant tenant : config.tenants()) {
      if (tenant.identifier() >= 0) {
        identifiers.add(tenant.identifier());
      }
    }
    TunnelEndpoint endpoint =
        new TunnelEndpoint(
            config.tunnel(),
            identifiers,
            List.of(0),
            0,
            underlay.info().mac(),
            List.of(),
            false,
            false);
    rules.addAll(TunnelRules.plan(endpoint));
    reports = rules.reports();
  }

  /** Destroys them; the port still runs. */
  void destroy() {
    rules.close();
  }

  List<RuleReport> reports() {
    return reports;
  }

  /** For telemetry and the summary: each rule with who does it, and why. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    int number = 0;
    for (RuleReport report : reports) {
      map.put(Integer.toString(number++), report.toJson());
    }
    return map;
  }
}
