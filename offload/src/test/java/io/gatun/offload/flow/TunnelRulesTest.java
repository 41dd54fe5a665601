package io.gatun.offload.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatun.offload.TunnelConfig;
import io.gatun.offload.flow.RuleReport.Placement;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.TunnelType;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which rules are wanted, and which never are. */
class TunnelRulesTest {
  private static final IpAddress LOCAL = IpAddress.parse("192.0.2.1");
  private static final MacAddress OWN = MacAddress.parse("02:00:00:00:00:01");
  private static final MacAddress TENANT = MacAddress.parse("02:00:00:00:00:03");
  private static final TunnelEndpoint.Remote REMOTE =
      new TunnelEndpoint.Remote(
          IpAddress.parse("192.0.2.2"), MacAddress.parse("02:00:00:00:00:02"), List.of(TENANT));
  private static final long ANY_RSS = 1 << 3;

  private static TunnelEndpoint endpoint(
      TunnelType type, List<Long> identifiers, UnaryOperator<TunnelConfig.Builder> change) {
    return new TunnelEndpoint(
        change.apply(TunnelConfig.builder(type, LOCAL)).build(),
        identifiers,
        List.of(4, 5),
        ANY_RSS,
        OWN,
        List.of(REMOTE),
        true,
        true);
  }

  private static List<String> offers(WantedRule rule) {
    return rule.offers().stream().map(Object::toString).toList();
  }

  private static WantedRule rule(List<WantedRule> plan, String name) {
    return plan.stream().filter(r -> r.name().equals(name)).findAny().orElseThrow();
  }

  @Test
  void vxlanAsksForMostFirst() {
    List<WantedRule> plan =
        TunnelRules.plan(endpoint(TunnelType.VXLAN, List.of(42L), config -> config));

    assertThat(plan)
        .extracting(WantedRule::name)
        .containsExactly(
            "vxlan port 4789",
            "vxlan 42 from 192.0.2.2",
            "vxlan 42",
            "vxlan 42 to 192.0.2.2 (02:00:00:00:00:03)");
    assertThat(offers(rule(plan, "vxlan 42")))
        .containsExactly(
            "eth / ipv4 / udp / vxlan -> mark / inner rss",
            "eth / ipv4 / udp / vxlan -> mark / queue",
            "eth / ipv4 / udp / vxlan -> inner rss",
            "eth / ipv4 / udp / vxlan -> queue");
    assertThat(offers(rule(plan, "vxlan 42 from 192.0.2.2")))
        .startsWith(
            "eth / ipv4 / udp / vxlan -> vxlan_decap / mark / rss",
            "eth / ipv4 / udp / vxlan -> vxlan_decap / mark / queue")
        .hasSize(3);
    assertThat(rule(plan, "vxlan 42 from 192.0.2.2").offers().getLast())
        .isInstanceOf(TunnelOffload.class);
  }

  /** Those of static remotes are special cases of the others, which therefore come later. */
  @Test
  void theRulesOfStaticRemotesWin() {
    List<WantedRule> plan =
        TunnelRules.plan(endpoint(TunnelType.VXLAN, List.of(42L), config -> config));
    FlowRule special = (FlowRule) rule(plan, "vxlan 42 from 192.0.2.2").offers().getFirst();
    FlowRule general = (FlowRule) rule(plan, "vxlan 42").offers().getFirst();

    assertThat(special.priority()).isLessThan(general.priority());
    assertThat(special.pattern().get(1)).isEqualTo(FlowItem.Ipv4.between(REMOTE.address(), LOCAL));
    assertThat(general.pattern().get(1)).isEqualTo(FlowItem.Ipv4.between(null, LOCAL));
    assertThat(general.pattern()).endsWith(new FlowItem.Udp(-1, 4789), new FlowItem.Vxlan(42));
  }

  @ParameterizedTest
  @CsvSource({
    "VXLAN_GPE, eth / ipv4 / udp / vxlan-gpe",
    "GENEVE, eth / ipv4 / udp / geneve",
    "NVGRE, eth / ipv4 / nvgre",
    "GRE, eth / ipv4 / gre / gre_key"
  })
  void everyTunnelIsMatchedByItsOwnHeader(TunnelType type, String pattern) {
    List<WantedRule> plan =
        TunnelRules.plan(endpoint(type, List.of(5000L), config -> config.outerVlan(7)));

    assertThat(offers(rule(plan, type.label() + " 5000")).getFirst())
        .isEqualTo(pattern.replace("eth", "eth / vlan") + " -> mark / inner rss");
  }

  /** What RAW_DECAP takes off is only defined for packets with such a header. */
  @ParameterizedTest
  @EnumSource(
      value = TunnelType.class,
      names = {"VXLAN_GPE", "GENEVE", "GRE"})
  void rawDecapMatchesHeadersOfItsLengthOnly(TunnelType type) {
    List<WantedRule> plan = TunnelRules.plan(endpoint(type, List.of(5000L), config -> config));
    FlowRule decap =
        (FlowRule) rule(plan, type.label() + " 5000 from 192.0.2.2").offers().getFirst();
    FlowItem tunnel = decap.pattern().get(type == TunnelType.GRE ? 2 : 3);

    assertThat(decap.pattern().getFirst()).isEqualTo(new FlowItem.Eth(null, null, 0x0800));
    assertThat(((FlowItem.Ipv4) decap.pattern().get(1)).versionIhl()).isEqualTo(0x45);
    assertThat(tunnel)
        .isIn(
            new FlowItem.VxlanGpe(5000, 3),
            new FlowItem.Geneve(5000, 0x6558, 0),
            new FlowItem.Gre(0x2000, 0x6558));
    assertThat(((FlowAction.RawDecap) decap.actions().getFirst()).header().length())
        .isEqualTo(14 + 20 + (type == TunnelType.GRE ? 8 : 16));
  }

  @Test
  void ipInIpIsMatchedByWhatIsInsideAndNeverCut() {
    List<WantedRule> plan = TunnelRules.plan(endpoint(TunnelType.IPIP, List.of(), c -> c));

    assertThat(offers(rule(plan, "ipip ipv4")).getLast()).isEqualTo("eth / ipv4 / ipv4 -> queue");
    assertThat(offers(rule(plan, "ipip ipv6")).getLast()).isEqualTo("eth / ipv4 / ipv6 -> queue");
    FlowRule inner6 = (FlowRule) rule(plan, "ipip ipv6").offers().getFirst();
    assertThat(((FlowItem.Ipv4) inner6.pattern().get(1)).protocol()).isEqualTo(41);
    assertThat(rule(plan, "ipip from 192.0.2.2").never())
        .containsExactly(
            Map.entry("raw_decap", "the inner Ethernet header is rebuilt in software"));
    assertThat(rule(plan, "ipip to 192.0.2.2").offers()).isEmpty();
  }

  @Test
  void greWithoutKeyIsMatchedWithoutOne() {
    List<WantedRule> plan = TunnelRules.plan(endpoint(TunnelType.GRE, List.of(), c -> c));

    assertThat(offers(rule(plan, "gre")).getFirst())
        .isEqualTo("eth / ipv4 / gre -> mark / inner rss");
  }

  /** A rule's header is the same for every packet: what differs cannot be the NIC's. */
  @Test
  void encapsulationThatDiffersFromPacketToPacketIsNeverAskedFor() {
    assertObjection(TunnelType.VXLAN, c -> c.dscp(TunnelConfig.COPY_DSCP), "inner DSCP");
    assertObjection(TunnelType.VXLAN, c -> c.udpChecksum(true), "outer UDP checksum");
    assertObjection(TunnelType.VXLAN, c -> c.dontFragment(false), "without DF");
    assertObjection(TunnelType.GRE, c -> c.gre(false, true), "sequence number");
  }

  private static void assertObjection(
      TunnelType type, UnaryOperator<TunnelConfig.Builder> change, String words) {
    List<WantedRule> plan = TunnelRules.plan(endpoint(type, List.of(42L), change));
    WantedRule rule = rule(plan, type.label() + " 42 to 192.0.2.2");

    assertThat(rule.offers()).isEmpty();
    assertThat(rule.never().values()).singleElement().asString().contains(words);
  }

  @Test
  void severalIdentifiersCannotBeToldApartByTheInnerAddress() {
    List<WantedRule> plan =
        TunnelRules.plan(endpoint(TunnelType.VXLAN, List.of(42L, 43L), config -> config));

    assertThat(rule(plan, "vxlan 42 to 192.0.2.2").never()).containsOnlyKeys("vxlan_encap");
    assertThat(plan).extracting(WantedRule::name).contains("vxlan 42", "vxlan 43");
  }

  @Test
  void nothingIsTakenOffOrPutOnUnlessItMay() {
    TunnelEndpoint both = endpoint(TunnelType.VXLAN, List.of(42L), config -> config);
    TunnelEndpoint neither =
        new TunnelEndpoint(
            both.config(), both.identifiers(), both.queues(), 0, OWN, both.remotes(), false, false);
    List<WantedRule> plan = TunnelRules.plan(neither);

    assertThat(plan).extracting(WantedRule::name).containsExactly("vxlan port 4789", "vxlan 42");
    assertThat(offers(plan.getLast()))
        .containsExactly(
            "eth / ipv4 / udp / vxlan -> mark / queue", "eth / ipv4 / udp / vxlan -> queue");
    assertThat(plan.getLast().never()).containsOnlyKeys("inner rss");
    assertThat(((FlowRule) plan.getLast().offers().getFirst()).priority()).isZero();
  }

  @Test
  void marksTellIdentifierAndRemote() {
    TunnelMarks marks = new TunnelMarks(3, 2);

    for (int identifier = 0; identifier < 3; identifier++) {
      assertThat(marks.identifier(marks.of(identifier))).isEqualTo(identifier);
      assertThat(marks.remote(marks.of(identifier))).isEqualTo(-1);
      for (int remote = 0; remote < 2; remote++) {
        assertThat(marks.identifier(marks.of(identifier, remote))).isEqualTo(identifier);
        assertThat(marks.remote(marks.of(identifier, remote))).isEqualTo(remote);
      }
    }
    assertThat(marks.of(2, 1)).isEqualTo(9);
    for (int mark : new int[] {Integer.MIN_VALUE, -1, 0, 10, Integer.MAX_VALUE}) {
      assertThat(marks.identifier(mark)).isEqualTo(-1);
      assertThat(marks.remote(mark)).isEqualTo(-1);
    }
    assertThat(new TunnelMarks(65535, 0).fit()).isTrue();
    assertThat(new TunnelMarks(32768, 1).fit()).isFalse();
  }

  /** A function is in the NIC, or refused with the first reason; a substitute only if needed. */
  @Test
  void reportsSayWhichFunctionIsWhere() {
    WantedRule wanted =
        rule(
            TunnelRules.plan(endpoint(TunnelType.VXLAN, List.of(42L), config -> config)),
            "vxlan 42");
    Offer best = wanted.offers().getFirst();
    RuleState whole = new RuleState(wanted, best, List.of(), "net_x");
    RuleState half =
        new RuleState(
            wanted,
            wanted.offers().get(1),
            List.of(new RuleState.Refusal(best, "no hash")),
            "net_x");

    assertThat(whole.reports())
        .containsExactly(
            new RuleReport("vxlan 42: mark", Placement.HARDWARE, "taken by net_x"),
            new RuleReport("vxlan 42: inner rss", Placement.HARDWARE, "taken by net_x"));
    assertThat(half.reports())
        .containsExactly(
            new RuleReport("vxlan 42: inner rss", Placement.SOFTWARE, "no hash"),
            new RuleReport("vxlan 42: mark", Placement.HARDWARE, "taken by net_x"),
            new RuleReport("vxlan 42: queue", Placement.HARDWARE, "taken by net_x"));
    assertThat(half.reports().getFirst().toJson())
        .isEqualTo(
            Map.of("rule", "vxlan 42: inner rss", "placement", "SOFTWARE", "reason", "no hash"));
  }

  @Test
  void valuesOutOfRangeAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FlowItem.Vxlan(1 << 24))
        .withMessage("VNI: 16777216 is not in [0, 16777215]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FlowItem.Geneve(1, 2, 6))
        .withMessageContaining("not whole words of 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FlowItem.Ipv4.between(IpAddress.parse("::1"), null))
        .withMessage("::1 is no IPv4 address");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new UdpTunnelPort(TunnelType.NVGRE, 1))
        .withMessage("nvgre has no UDP port");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FlowAction.Rss(1, 2, List.of()))
        .withMessageContaining("no queue");
    assertThatIllegalArgumentException().isThrownBy(() -> new Octets("0g"));
  }
}
