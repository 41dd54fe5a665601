package io.gatun.offload.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.bindings.DpdkLibrary;
import io.gatun.bindings.DpdkLibraryException;
import io.gatun.bindings.RteEthBits;
import io.gatun.hw.tool.Tool;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules as C structs: what Java writes is, byte for byte, what a C program writes. */
@Tag("dpdk")
class NativeRuleTest {
  private static final int ANY = FlowItem.ANY;
  private static final int VNI = 0xabcdef;
  private static final MacAddress MAC_1 = MacAddress.parse("02:00:00:00:00:01");
  private static final MacAddress MAC_2 = MacAddress.parse("02:00:00:00:00:02");
  private static final IpAddress SOURCE_4 = IpAddress.parse("198.51.100.1");
  private static final IpAddress DESTINATION_4 = IpAddress.parse("192.0.2.1");
  private static final IpAddress SOURCE_6 = IpAddress.parse("2001:db8::1");
  private static final IpAddress DESTINATION_6 = IpAddress.parse("2001:db8::2");

  private static final FlowItem ETH = new FlowItem.Eth(MAC_1, MAC_2, 0x8100);
  private static final FlowItem TO_MAC_1 = new FlowItem.Eth(MAC_1, null, ANY);
  private static final FlowItem IPV6 = new FlowItem.Ipv6(SOURCE_6, DESTINATION_6, 17, 0xb8, 63);
  private static final FlowItem NVGRE = new FlowItem.Nvgre(VNI, 0x5a);
  private static final Octets RAW = new Octets("DEADBEEF0001");
  private static final FlowAction TO_QUEUE = new FlowAction.Queue(300);

  private static final List<FlowItem> OUTER =
      List.of(
          ETH,
          new FlowItem.Vlan(5, 3, 0x0800),
          new FlowItem.Ipv4(SOURCE_4, DESTINATION_4, 17, 0xb8, 64, 0x45, 0x4000),
          new FlowItem.Udp(50000, 4789),
          new FlowItem.Vxlan(VNI));

  private static final List<FlowRule> RULES =
      List.of(
          new FlowRule(
              FlowRule.Direction.INGRESS,
              3,
              7,
              OUTER,
              List.of(
                  new FlowAction.Mark(0x12345),
                  new FlowAction.Rss(
                      RteEthBits.RTE_ETH_RSS_IPV4 | RteEthBits.RTE_ETH_RSS_NONFRAG_IPV6_TCP,
                      2,
                      List.of(1, 3, 65535)),
                  new FlowAction.Count(9))),
          FlowRule.ingress(
              0,
              List.of(
                  FlowItem.Eth.EVERY,
                  IPV6,
                  new FlowItem.Udp(ANY, 4790),
                  new FlowItem.VxlanGpe(VNI, 3)),
              List.of(TO_QUEUE)),
          FlowRule.ingress(
              0,
              List.of(
                  FlowItem.Eth.EVERY,
                  FlowItem.Ipv4.EVERY,
                  new FlowItem.Udp(ANY, ANY),
                  new FlowItem.Geneve(VNI, 0x6558, 8)),
              List.of(new FlowAction.RawDecap(RAW), TO_QUEUE)),
          FlowRule.ingress(
              0,
              List.of(FlowItem.Eth.EVERY, FlowItem.Ipv4.EVERY.withProtocol(47), NVGRE),
              List.of(new FlowAction.NvgreDecap(), new FlowAction.Drop())),
          FlowRule.ingress(
              0,
              List.of(
                  FlowItem.Eth.EVERY,
                  FlowItem.Ipv6.EVERY,
                  new FlowItem.Gre(FlowItem.Gre.KEY, 0x6558),
                  new FlowItem.GreKey(0xfedcba98L)),
              List.of(new FlowAction.VxlanDecap(), new FlowAction.Jump(1))),
          FlowRule.egress(List.of(TO_MAC_1), List.of(new FlowAction.VxlanEncap(OUTER))),
          FlowRule.egress(
              List.of(TO_MAC_1), List.of(new FlowAction.NvgreEncap(List.of(ETH, IPV6, NVGRE)))),
          FlowRule.egress(List.of(TO_MAC_1), List.of(new FlowAction.RawEncap(RAW))));

  @BeforeAll
  static void assumeHeaders() {
    try {
      DpdkLibrary.load();
    } catch (DpdkLibraryException e) {
      assumeTrue(false, e.getMessage());
    }
    Tool.assume("gcc", "gcc", "--version");
    Tool.Result headers = Tool.run("pkg-config", "--modversion", "libdpdk");
    assumeTrue(headers.status() == 0, "DPDK's headers are not installed (libdpdk-dev, pkg-config)");
    String loaded = DpdkLibrary.load().release().version();
    assumeTrue(headers.output().startsWith(loaded), "the headers are not of DPDK " + loaded);
  }

  private static String printed(FlowRule rule) {
    try (Arena arena = Arena.ofConfined()) {
      return FlowProbe.print(new NativeRule(rule, arena));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void rulesAreWhatCWrites(int number) {
    assertThat(printed(RULES.get(number))).isEqualTo(FlowProbe.expected(number));
  }

  /** The canary: if the probe prints nothing, or always the same, every rule is right. */
  @Test
  void theProbeTellsRulesApart() {
    assertThat(RULES.stream().map(NativeRuleTest::printed)).doesNotHaveDuplicates();
    assertThat(FlowProbe.expected(0))
        .startsWith("group=3 priority=7 ingress=1 egress=0")
        .contains("queues 1 3 65535", "spec=00000000abcdef00", "mask=00000000ffffff00");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 6})
  void tunnelsAreWhatCWrites(int version) {
    TunnelOffload.Tunnel tunnel =
        new TunnelOffload.Tunnel(
            new FlowItem.Vxlan(ANY),
            VNI,
            version == 4 ? SOURCE_4 : SOURCE_6,
            version == 4 ? DESTINATION_4 : DESTINATION_6,
            4789);
    try (Arena arena = Arena.ofConfined()) {
      assertThat(FlowProbe.print(NativeTunnel.of(tunnel, arena)))
          .isEqualTo(FlowProbe.expectedTunnel(version));
    }
  }

  /** What a driver supplies for tunnel offload comes first, and nothing of it is lost. */
  @Test
  void itemsAndActionsOfTheDriverComeFirst() {
    FlowRule inner = FlowRule.ingress(0, List.of(FlowItem.Ipv4.EVERY), List.of(TO_QUEUE));
    FlowRule whole =
        FlowRule.ingress(
            0, List.of(TO_MAC_1, FlowItem.Ipv4.EVERY), List.of(new FlowAction.Mark(7), TO_QUEUE));
    try (Arena arena = Arena.ofConfined()) {
      FlowRule supplied = FlowRule.ingress(0, List.of(TO_MAC_1), List.of(new FlowAction.Mark(7)));
      NativeRule driver = new NativeRule(supplied, arena);
      NativeRule.Prefix items = new NativeRule.Prefix(driver.pattern().address(), 1);
      NativeRule.Prefix actions = new NativeRule.Prefix(driver.actions().address(), 1);

      assertThat(FlowProbe.print(new NativeRule(inner, arena, items, actions)))
          .isEqualTo(printed(whole));
    }
  }

  @Test
  void addressesInARuleAreNamed() {
    try (Arena arena = Arena.ofConfined()) {
      NativeRule rule = new NativeRule(RULES.getFirst(), arena);
      long items = rule.pattern().address();
      long actions = rule.actions().address();

      assertThat(rule.describe(items)).isEqualTo("item 1 (eth)");
      assertThat(rule.describe(items + 4 * 32)).isEqualTo("item 5 (vxlan)");
      assertThat(rule.describe(actions + 16)).isEqualTo("action 2 (inner rss)");
      assertThat(rule.describe(actions + 3 * 16)).isNull();
      assertThat(rule.describe(1)).isNull();
    }
  }
}
