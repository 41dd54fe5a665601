package io.gatun.offload.plan.cli;

import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.OffloadReport;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.RuleSource;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.offload.plan.selftest.SelfTest;
import io.gatun.offload.plan.selftest.SelfTestStore;
import io.gatun.pmd.Eal;
import io.gatun.pmd.Port;
import io.gatun.pmd.cli.PortSection;
import io.gatun.pmd.cli.TextTable;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.wire.TunnelType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun ports --offload} and {@code --self-test}. */
public final class OffloadPortSection implements PortSection {
  private static final int[] OUTCOMES = {40, 17, 46};

  @CommandLine.Option(
      names = "--offload",
      description = "Show who does what to tunnelled packets, and why")
  private boolean offload;

  @CommandLine.Option(
      names = "--tunnel",
      paramLabel = "TUNNEL",
      description = "Only for this tunnel: vxlan, vxlan-gpe, geneve, nvgre, gre or ipip")
  private @Nullable String tunnel;

  @CommandLine.Option(
      names = "--self-test",
      paramLabel = "A[,B]",
      split = ",",
      description = {
        "Send frames from port A to port B, cabled to it, and back, and see whether the NICs do",
        "what they claim; with A alone it must offer a loopback. The result is stored and used."
      })
  private List<Integer> selfTest = List.of();

  private final SelfTestStore store = SelfTestStore.standard();

  /** For ServiceLoader. */
  public OffloadPortSection() {}

  @Override
  public String key() {
    return "offload";
  }

  @Override
  public boolean isAsked() {
    return offload || tunnel != null || !selfTest.isEmpty();
  }

  @Override
  public void prepare(Eal eal) throws Exception {
    only();
    if (selfTest.isEmpty()) {
      return;
    }
    if (selfTest.size() > 2 || (selfTest.size() == 2 && selfTest.get(0).equals(selfTest.get(1)))) {
      throw new UsageException(
          "--self-test: %s is not one port or two different ones, as in --self-test 0,1"
              .formatted(selfTest));
    }
    Port first = eal.port(selfTest.getFirst());
    Port second = eal.port(selfTest.getLast());
    Map<Port, SelfTestResults> results = new SelfTest(eal, first, second).run();
    for (Map.Entry<Port, SelfTestResults> result : results.entrySet()) {
      store.save(PortCapabilities.of(result.getKey().info()), result.getValue());
    }
  }

  @Override
  public Object toJson(Port port) {
    PortCapabilities capabilities = PortCapabilities.of(port.info());
    SelfTestResults tests = store.load(capabilities);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("plans", report(capabilities, tests).toJson());
    List<Map<String, Object>> rules = new ArrayList<>();
    for (RuleSource.Rule rule : rules(port)) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("rule", rule.name());
      object.put("placement", rule.placement().name());
      object.put("reason", rule.reason());
      rules.add(object);
    }
    json.put("rules", rules);
    json.put("self_test", tests.toJson());
    return json;
  }

  @Override
  public String toText(Port port) {
    PortCapabilities capabilities = PortCapabilities.of(port.info());
    SelfTestResults tests = store.load(capabilities);
    StringBuilder out = new StringBuilder();
    if (offload || tunnel != null) {
      out.append(report(capabilities, tests).toText());
      TextTable table = new TextTable(30, 9, 60);
      rules(port).forEach(rule -> table.row(rule.name(), rule.placement().name(), rule.reason()));
      out.append(table.render("  "));
    }
    if (tests.when() == null) {
      return out.append("  no self-test (gatun ports --self-test)\n").toString();
    }
    out.append("  self-test of %s%n".formatted(tests.when()));
    TextTable table = new TextTable(OUTCOMES);
    tests
        .outcomes()
        .forEach((check, outcome) -> table.row(check, outcome.status().name(), outcome.detail()));
    return out.append(table.render("    ")).toString();
  }

  private OffloadReport report(PortCapabilities port, SelfTestResults tests) {
    return OffloadReport.of(port, only(), OffloadPreference.AUTO, Quirks.KNOWN, tests);
  }

  private List<RuleSource.Rule> rules(Port port) {
    List<RuleSource.Rule> rules = new ArrayList<>();
    for (RuleSource source : ServiceLoader.load(RuleSource.class)) {
      rules.addAll(source.rules(port, only()));
    }
    return rules;
  }

  private @Nullable TunnelType only() {
    if (tunnel == null) {
      return null;
    }
    for (TunnelType type : TunnelType.values()) {
      if (type.label().equals(tunnel)) {
        return type;
      }
    }
    throw new UsageException(
        "--tunnel: \"%s\" is not %s"
            .formatted(
                tunnel,
                Arrays.stream(TunnelType.values())
                    .map(TunnelType::label)
                    .collect(Collectors.joining(", "))));
  }
}
