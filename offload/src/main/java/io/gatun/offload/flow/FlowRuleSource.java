package io.gatun.offload.flow;

import io.gatun.offload.plan.Placement;
import io.gatun.offload.plan.RuleSource;
import io.gatun.pmd.Port;
import io.gatun.pmd.wire.TunnelType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the port's driver which rules it would take, for {@code gatun ports --offload}. */
public final class FlowRuleSource implements RuleSource {
  /** For ServiceLoader. */
  public FlowRuleSource() {}

  @Override
  public List<Rule> rules(Port port, @Nullable TunnelType only) {
    List<TunnelType> types = only == null ? Arrays.asList(TunnelType.values()) : List.of(only);
    return TunnelRules.probe(port, types).stream().map(FlowRuleSource::rule).toList();
  }

  private static Rule rule(RuleReport report) {
    boolean nic = report.placement() == RuleReport.Placement.HARDWARE;
    return new Rule(report.name(), nic ? Placement.HARDWARE : Placement.SOFTWARE, report.reason());
  }
}
