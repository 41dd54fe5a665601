package io.gatun.offload.gateway;

import io.gatun.offload.plan.OffloadPlan;
import io.gatun.pmd.Eal;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.PortHooks;
import io.gatun.pmd.cli.Command;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.Main;
import io.gatun.pmd.cli.Shutdown;
import io.gatun.pmd.session.PortPlan;
import io.gatun.pmd.session.PortSession;
import io.gatun.pmd.session.SessionControl;
import io.gatun.pmd.session.SessionOptions;
import io.gatun.pmd.session.SessionSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** {@code gatun gateway}: a tunnel end point for VXLAN, Geneve, GRE and IP-in-IP. */
@CommandLine.Command(
    name = "gateway",
    description = "Terminate tunnels: tenants' frames into VXLAN, Geneve, NVGRE, GRE or IP-in-IP.",
    sortOptions = false)
public final class GatewayCommand implements Command {
  @CommandLine.Mixin private final GatewayOptions options = new GatewayOptions();
  @CommandLine.Mixin private final SessionOptions common = new SessionOptions();

  /** For ServiceLoader. */
  public GatewayCommand() {}

  @Override
  public boolean usesEal() {
    return true;
  }

  @Override
  public int run(List<String> ealArguments) throws Exception {
    common.check();
    // Everything that is wrong without a port is said before EAL takes its seconds.
    options.toConfig(options.mtu != null ? options.mtu : 1500);
    Shutdown.Request shutdown = Shutdown.install();
    try (Eal eal = Eal.start(ealArguments)) {
      PortSession.requireSome(eal.ports(), eal.workers());
      Port underlay = eal.port(options.underlay);
      GatewayConfig config = options.toConfig(underlay.mtu());
      PortSession session = new PortSession(eal, common);
      GatewayWorker worker = addTo(session, config, eal, underlay);
      GatewayRules rules = new GatewayRules(config, underlay);
      GatewaySummary gateway = new GatewaySummary(worker, rules);
      SessionSummary summary =
          new SessionControl("gateway", eal, session, common)
              .answer(
                  "/gatun/tunnels",
                  "Counters, verdicts and remotes of the tunnel. No parameters",
                  parameters -> gateway.telemetry())
              .showBelow(gateway::table)
              .whenStarted(rules::create)
              .beforeStop(rules::destroy)
              .onLink(worker::linkChanged)
              .run(shutdown);
      print(summary, gateway);
    }
    return Main.DONE;
  }

  private GatewayWorker addTo(PortSession session, GatewayConfig config, Eal eal, Port underlay) {
    OffloadPlan plan = GatewaySetup.plan(config, underlay);
    PortConfig underlayConfig =
        common.portConfig().withOffloads(plan.rxOffloads(), plan.txOffloads());
    List<PortPlan> plans = new ArrayList<>();
    List<Port> tenants = new ArrayList<>();
    plans.add(new PortPlan(underlay, underlayConfig));
    for (int id : config.tenants().stream().map(GatewayConfig.Tenant::port).distinct().toList()) {
      Port port = eal.port(id);
      if (config.merges()) {
        GatewaySetup.requireMultiSegments(port);
      }
      tenants.add(port);
      plans.add(
          new PortPlan(port, GatewaySetup.tenantPort(common.portConfig(), port, config.merges())));
    }
    session.needMbufs(GatewaySetup.mbufs(config));
    session.configure(plans);
    Lcore lcore = eal.workers().getFirst();
    GatewayPlace place =
        new GatewayPlace(
            lcore, session.pool(underlay), session.dataRoom(), common.burst, PortHooks.NONE);
    GatewayWorker worker = GatewaySetup.worker(config, plan, underlay, tenants, place);
    session.run(lcore, worker);
    return worker;
  }

  private void print(SessionSummary summary, GatewaySummary gateway) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("command", "gateway");
    values.putAll(summary.values());
    values.putAll(gateway.values());
    System.out.println(
        common.json
            ? Json.text(values)
            : SessionSummary.text("command", values) + System.lineSeparator() + gateway.toText());
  }
}
