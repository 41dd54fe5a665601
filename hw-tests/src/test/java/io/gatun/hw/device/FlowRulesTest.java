package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gatun.bindings.RteEthdev;
import io.gatun.offload.TunnelConfig;
import io.gatun.offload.flow.FlowAction;
import io.gatun.offload.flow.FlowItem;
import io.gatun.offload.flow.FlowRule;
import io.gatun.offload.flow.FlowRules;
import io.gatun.offload.flow.RuleReport;
import io.gatun.offload.flow.RuleReport.Placement;
import io.gatun.offload.flow.RuleState;
import io.gatun.offload.flow.TunnelEndpoint;
import io.gatun.offload.flow.TunnelRules;
import io.gatun.offload.flow.WantedRule;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Port;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.TunnelType;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What drivers answer to flow rules. net_null and net_ring have none; net_failsafe keeps every rule
 * (in a copy that DPDK itself makes, rte_flow_conv) until the NIC that it waits for appears.
 */
@Tag("dpdk")
class FlowRulesTest {
  private static final int NULL = 0;
  private static final int RING = 1;
  private static final int FAILSAFE = 2;
  private static final int CLOSED_EARLY = 3;
  private static final int UNCONFIGURED_NULL = 4;
  private static final int UNCONFIGURED_FAILSAFE = 5;

  @RegisterExtension
  static final EalFixture DPDK =
      EalFixture.with(
          "--vdev=net_null0",
          "--vdev=net_ring0",
          failsafe(0),
          failsafe(1),
          "--vdev=net_null1",
          failsafe(2));

  private static final FlowItem TO_US = FlowItem.Ipv4.between(null, IpAddress.parse("192.0.2.1"));
  private static final FlowAction TO_QUEUE = new FlowAction.Queue(0);

  /** A fail-safe port whose only device is not there. */
  private static String failsafe(int number) {
    return "--vdev=net_failsafe%d,exec(true),mac=02:00:00:00:00:%02x"
        .formatted(number, 16 + number);
  }

  private static TunnelEndpoint endpoint(TunnelType type) {
    return new TunnelEndpoint(
        TunnelConfig.builder(type, IpAddress.parse("192.0.2.1")).build(),
        type.hasIdentifier() ? List.of(0x1234L) : List.of(),
        List.of(0),
        RteEthdev.RSS_IP_TCP_UDP,
        MacAddress.parse("02:00:00:00:00:01"),
        List.of(
            new TunnelEndpoint.Remote(
                IpAddress.parse("192.0.2.2"),
                MacAddress.parse("02:00:00:00:00:02"),
                List.of(MacAddress.parse("02:00:00:00:00:03")))),
        true,
        true);
  }

  private static WantedRule wanted(String name, FlowRule... offers) {
    return new WantedRule(name, List.of(offers));
  }

  private static RuleReport report(List<RuleReport> reports, String name) {
    return reports.stream().filter(r -> r.name().equals(name)).findAny().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {NULL, RING})
  void aDriverWithoutRulesLeavesAllToSoftware(int id) {
    Port port = DPDK.start(id);
    try (FlowRules rules = new FlowRules(port)) {
      List<RuleState> states = rules.addAll(TunnelRules.plan(endpoint(TunnelType.VXLAN)));
      List<RuleReport> reports = rules.reports();

      assertThat(states).hasSize(4).noneMatch(RuleState::isInHardware);
      assertThat(reports).allMatch(report -> report.placement() == Placement.SOFTWARE);
      assertThat(reports)
          .extracting(RuleReport::name)
          .containsExactlyInAnyOrder(
              "vxlan port 4789: parse",
              "vxlan 4660 from 192.0.2.2: vxlan_decap",
              "vxlan 4660 from 192.0.2.2: mark",
              "vxlan 4660 from 192.0.2.2: rss",
              "vxlan 4660 from 192.0.2.2: queue",
              "vxlan 4660 from 192.0.2.2: tunnel_decap",
              "vxlan 4660: mark",
              "vxlan 4660: inner rss",
              "vxlan 4660: queue",
              "vxlan 4660 to 192.0.2.2 (02:00:00:00:00:03): vxlan_encap");
      String driver = port.info().driver();
      assertThat(report(reports, "vxlan 4660: mark").reason())
          .isEqualTo("rte_flow_validate: ENOSYS: %s has no flow rules".formatted(driver));
      assertThat(report(reports, "vxlan port 4789: parse").reason())
          .isEqualTo(
              "rte_eth_dev_udp_tunnel_port_add: ENOTSUP (%s has no table of tunnel ports)"
                  .formatted(driver));
    }
  }

  @ParameterizedTest
  @EnumSource(TunnelType.class)
  void aDriverThatTakesRulesGetsTheBestOfEach(TunnelType type) {
    Port port = DPDK.start(FAILSAFE);
    try (FlowRules rules = new FlowRules(port)) {
      List<WantedRule> plan = TunnelRules.plan(endpoint(type));
      List<RuleState> states = rules.addAll(plan);

      for (RuleState state : states) {
        List<?> flows =
            state.wanted().offers().stream().filter(FlowRule.class::isInstance).toList();
        assertThat(state.accepted())
            .as(state.wanted().name())
            .isSameAs(flows.isEmpty() ? null : flows.getFirst());
      }
      assertThat(rules.reports())
          .filteredOn(report -> report.placement() == Placement.HARDWARE)
          .hasSizeGreaterThanOrEqualTo(2)
          .allMatch(report -> report.reason().equals("taken by net_failsafe"));
    }
    try (FlowRules again = new FlowRules(port)) {
      assertThat(again.addAll(TunnelRules.plan(endpoint(type)))).anyMatch(RuleState::isInHardware);
    }
  }

  @Test
  void whereTunnelOffloadIsMissingItIsNamed() {
    Port port = DPDK.start(FAILSAFE);
    WantedRule decap =
        TunnelRules.plan(endpoint(TunnelType.VXLAN)).stream()
            .filter(rule -> rule.name().contains("from"))
            .findFirst()
            .orElseThrow();
    WantedRule offloadAlone = new WantedRule("decap", List.of(decap.offers().getLast()));
    try (FlowRules rules = new FlowRules(port)) {
      assertThat(rules.add(offloadAlone).reports())
          .extracting(RuleReport::toString)
          .first()
          .isEqualTo(
              "decap: tunnel_decap: SOFTWARE: rte_flow_tunnel_decap_set: ENOTSUP"
                  + " (Operation not supported)");
    }
  }

  @Test
  void aCountThatNobodyKeepsIsEmpty() {
    Port port = DPDK.start(FAILSAFE);
    FlowRule counting =
        FlowRule.ingress(
            0, List.of(FlowItem.Eth.EVERY), List.of(new FlowAction.Count(0), TO_QUEUE));
    try (FlowRules rules = new FlowRules(port)) {
      RuleState state = rules.add(wanted("count", counting));

      assertThat(state.isInHardware()).isTrue();
      assertThat(rules.count(state)).isEmpty(); // the device that would count is not there
    }
  }

  /** The last created is the first out; nothing is forgotten; a second close does nothing. */
  @Test
  void closingTakesOutWhatWasCreatedInReverseOrder() {
    Port port = DPDK.start(CLOSED_EARLY);
    FlowRules rules = new FlowRules(port);
    List<FlowItem> first = List.of(FlowItem.Eth.EVERY);
    List<FlowItem> second = List.of(FlowItem.Eth.EVERY, TO_US);
    rules.add(wanted("first", FlowRule.ingress(0, first, List.of(TO_QUEUE))));
    rules.add(wanted("second", FlowRule.ingress(0, second, List.of(TO_QUEUE))));
    DPDK.close(port); // the wrong way round: each rule's destruction fails, and tells its name

    String error = "rte_flow_destroy: ENODEV";
    assertThatIllegalStateException()
        .isThrownBy(rules::close)
        .withMessageMatching(
            ".*still in the NIC: eth / ipv4 -> queue: %s.*; eth -> queue: %s.*"
                .formatted(error, error));
    rules.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> rules.add(wanted("late", FlowRule.ingress(0, first, List.of(TO_QUEUE)))))
        .withMessageContaining("its flow rules are closed");
  }

  @Test
  void aPortThatIsNotConfiguredIsNotAsked() {
    List<RuleReport> nothing =
        TunnelRules.probe(DPDK.eal().port(UNCONFIGURED_NULL), List.of(TunnelType.GENEVE));
    List<RuleReport> later =
        TunnelRules.probe(DPDK.eal().port(UNCONFIGURED_FAILSAFE), List.of(TunnelType.GENEVE));

    assertThat(report(nothing, "geneve 4660: mark").reason())
        .isEqualTo("rte_flow_info_get: ENOSYS: net_null has no flow rules");
    assertThat(report(later, "geneve 4660: mark").reason())
        .startsWith("not asked: port 5 (net_failsafe2, net_failsafe) is not configured");
    assertThat(later).hasSameSizeAs(nothing).allMatch(r -> r.placement() == Placement.SOFTWARE);
  }

  @Test
  void aProbeCreatesNothingAndTellsEachTypeApart() {
    Port port = DPDK.start(FAILSAFE);
    List<RuleReport> reports = TunnelRules.probe(port, List.of(TunnelType.values()));

    assertThat(report(reports, "nvgre 4660: mark").placement()).isEqualTo(Placement.HARDWARE);
    assertThat(report(reports, "vxlan port 4789: parse").reason()).startsWith("not asked: ");
    assertThat(reports.getFirst().toJson()).containsOnlyKeys("rule", "placement", "reason");
  }
}
