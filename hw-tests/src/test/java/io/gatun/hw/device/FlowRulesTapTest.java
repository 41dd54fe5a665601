package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.offload.flow.FlowAction;
import io.gatun.offload.flow.FlowItem;
import io.gatun.offload.flow.FlowRule;
import io.gatun.offload.flow.FlowRules;
import io.gatun.offload.flow.RuleReport;
import io.gatun.offload.flow.RuleState;
import io.gatun.offload.flow.WantedRule;
import io.gatun.pmd.Port;
import io.gatun.pmd.wire.IpAddress;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Flow rules on net_tap, which translates them to the kernel's traffic control: a driver that knows
 * some headers and actions, over a kernel that may lack the classifier.
 */
@Tag("dpdk")
class FlowRulesTapTest {
  @RegisterExtension
  static final EalFixture DPDK =
      EalFixture.with("--vdev=net_tap0,iface=gatun-flow").keepingRingsUntilClosed();

  private static final int TAP = 0;
  private static final FlowItem TO_US = FlowItem.Ipv4.between(null, IpAddress.parse("192.0.2.1"));
  private static final FlowItem TO_VXLAN = new FlowItem.Udp(FlowItem.ANY, 4789);
  private static final FlowAction TO_QUEUE = new FlowAction.Queue(0);

  private static WantedRule wanted(String name, FlowRule... offers) {
    return new WantedRule(name, List.of(offers));
  }

  @Test
  void theDriversOwnWordsAndTheItemAreTheReason() {
    Port port = DPDK.start(TAP);
    List<FlowItem> vxlan = List.of(FlowItem.Eth.EVERY, TO_US, TO_VXLAN, new FlowItem.Vxlan(42));
    List<FlowItem> udp = List.of(FlowItem.Eth.EVERY, TO_US, TO_VXLAN);
    try (FlowRules rules = new FlowRules(port)) {
      rules.add(wanted("item", FlowRule.ingress(0, vxlan, List.of(TO_QUEUE))));
      rules.add(
          wanted("action", FlowRule.ingress(0, udp, List.of(new FlowAction.Mark(1), TO_QUEUE))));
      rules.add(wanted("range", FlowRule.ingress(0, udp, List.of(new FlowAction.Queue(99)))));

      assertThat(rules.reports())
          .extracting(RuleReport::toString)
          .containsExactly(
              "item: queue: SOFTWARE: rte_flow_validate: ENOTSUP (item not supported):"
                  + " item 4 (vxlan)",
              "action: mark: SOFTWARE: rte_flow_validate: ENOTSUP (action not supported):"
                  + " action 1 (mark)",
              "action: queue: SOFTWARE: rte_flow_validate: ENOTSUP (action not supported):"
                  + " action 1 (mark)",
              "range: queue: SOFTWARE: rte_flow_validate: ERANGE (queue index out of range):"
                  + " action 1 (queue)");
    }
  }

  /** Validated by the driver, then refused by a kernel without tc flower; taken by one with it. */
  @Test
  void aRuleThatIsRefusedOnlyWhenItIsCreatedSaysSo() {
    Port port = DPDK.start(TAP);
    List<FlowItem> udp = List.of(FlowItem.Eth.EVERY, TO_US, TO_VXLAN);
    try (FlowRules rules = new FlowRules(port)) {
      RuleState state = rules.add(wanted("udp", FlowRule.ingress(0, udp, List.of(TO_QUEUE))));

      if (!state.isInHardware()) {
        assertThat(rules.reports())
            .singleElement()
            .extracting(RuleReport::reason)
            .asString()
            .startsWith("validated, but rte_flow_create: E")
            .endsWith(": the rule");
      }
    }
    assertThat(
            FlowRules.validate(
                port, List.of(wanted("udp", FlowRule.ingress(0, udp, List.of(TO_QUEUE))))))
        .allMatch(RuleState::isInHardware);
  }

  /** A port that is stopped may refuse for that reason alone, and the report says so. */
  @Test
  void aStoppedPortIsNamedInTheReason() {
    Port port = DPDK.start(TAP);
    port.stop();
    FlowRule vxlan =
        FlowRule.ingress(
            0,
            List.of(FlowItem.Eth.EVERY, TO_US, TO_VXLAN, new FlowItem.Vxlan(42)),
            List.of(TO_QUEUE));

    assertThat(FlowRules.validate(port, List.of(wanted("vxlan", vxlan))))
        .flatExtracting(RuleState::reports)
        .extracting(RuleReport::reason)
        .containsExactly(
            "rte_flow_validate: ENOTSUP (item not supported): item 4 (vxlan); the port is not"
                + " started, and some drivers ask for that");
  }
}
