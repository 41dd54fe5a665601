package io.gatun.offload.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.bindings.RteEthBits;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.offload.plan.SelfTestResults.Outcome;
import io.gatun.offload.plan.SelfTestResults.Status;
import io.gatun.pmd.wire.TunnelType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OffloadPlanTest {
  private static final long CHECKSUMS =
      RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT;
  private static final long PLAIN = CHECKSUMS | RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_TSO;
  private static final long TUNNELS =
      PLAIN
          | RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO;
  private static final long ALL = TUNNELS | RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM;

  private static PortCapabilities port(String driver, long tx, String dpdk) {
    return new PortCapabilities(driver, "0000:81:00.0", 0, tx, 0, DpdkVersion.parse(dpdk));
  }

  private static OffloadRequest.Builder vxlan() {
    return OffloadRequest.tunnel(TunnelType.VXLAN).outerDontFragment(true);
  }

  private static OffloadPlan plan(OffloadRequest.Builder request, PortCapabilities port) {
    return OffloadPlan.of(request.build(), port, Quirks.KNOWN, SelfTestResults.NONE);
  }

  private static String reason(OffloadPlan plan, Pass pass, Operation operation) {
    return plan.decision(pass, operation).reason();
  }

  @Test
  void aNicThatKnowsTheTunnelGetsBothHeaders() {
    OffloadPlan plan = plan(vxlan().outerUdpChecksum(true), port("model", ALL, "22.11"));

    assertThat(plan.shape()).isEqualTo(Shape.BOTH_IN_NIC);
    assertThat(plan.tunnelFlag()).isEqualTo(RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN);
    assertThat(plan.tcpSegmentation()).isTrue();
    assertThat(plan.outerUdpChecksum()).isTrue();
    assertThat(plan.localChecksumOffload()).isFalse();
    // 1500 less IPv4, UDP, VXLAN and Ethernet
    assertThat(plan.maxSegmentBytes()).isEqualTo(1450);
  }

  @Test
  void anOuterUdpChecksumInSoftwareComesFromTheInnerPseudoHeader() {
    OffloadPlan plan = plan(vxlan().outerUdpChecksum(true), port("net_i40e", TUNNELS, "22.11.11"));

    assertThat(plan.shape()).isEqualTo(Shape.BOTH_IN_NIC);
    assertThat(plan.innerL4Checksum()).isTrue();
    assertThat(plan.outerUdpChecksum()).isFalse();
    assertThat(plan.localChecksumOffload()).isTrue();
    assertThat(plan.tcpSegmentation()).isFalse();
    assertThat(reason(plan, Pass.OUTER, Operation.UDP_CHECKSUM))
        .startsWith("The port lacks OUTER_UDP_CKSUM.")
        .contains("inner pseudo-header");
  }

  @Test
  void aTxPrepareThatClearsTheOuterUdpChecksumIsAvoided() {
    OffloadPlan plan = plan(vxlan().outerUdpChecksum(true), port("net_i40e", TUNNELS, "24.11"));

    assertThat(plan.shape()).isEqualTo(Shape.INNER_IN_NIC_LONG_L2);
  }

  @Test
  void aNicWithoutTunnelsGetsALongL2Header() {
    OffloadPlan plan = plan(vxlan(), port("model", PLAIN, "22.11"));

    assertThat(plan.shape()).isEqualTo(Shape.INNER_IN_NIC_LONG_L2);
    assertThat(plan.tunnelFlag()).isZero();
    assertThat(plan.tcpSegmentation()).isTrue();
    assertThat(plan.outerIpv4Checksum()).isFalse();
  }

  @Test
  void segmentsBehindALongL2HeaderNeedDontFragment() {
    OffloadPlan plan = plan(vxlan().outerDontFragment(false), port("model", PLAIN, "22.11"));

    assertThat(plan.innerL4Checksum()).isTrue();
    assertThat(plan.tcpSegmentation()).isFalse();
    assertThat(reason(plan, Pass.INNER, Operation.TCP_SEGMENTATION)).contains("--df on");
  }

  @Test
  void aHeaderThatIsTooLongForTheMbufIsSoftware() {
    OffloadRequest.Builder geneve = OffloadRequest.tunnel(TunnelType.GENEVE).optionBytes(128);

    OffloadPlan plan = plan(geneve, port("model", PLAIN, "22.11"));

    assertThat(plan.shape()).isEqualTo(Shape.SOFTWARE);
    // 14 + 20 + 8 + 8 + 128 + 14
    assertThat(reason(plan, Pass.INNER, Operation.L4_CHECKSUM)).contains("192 bytes", "127");
  }

  @Test
  void theLongestL2HeaderIs127Bytes() {
    // 14 + 20 + 8 + 8 + 60 + 14 = 124, and 128 with 4 more
    OffloadRequest.Builder fits = OffloadRequest.tunnel(TunnelType.GENEVE).optionBytes(60);
    OffloadRequest.Builder tooLong = OffloadRequest.tunnel(TunnelType.GENEVE).optionBytes(64);
    PortCapabilities port = port("model", PLAIN, "22.11");

    assertThat(plan(fits, port).shape()).isEqualTo(Shape.INNER_IN_NIC_LONG_L2);
    assertThat(plan(tooLong, port).shape()).isEqualTo(Shape.SOFTWARE);
  }

  @Test
  void greWithASequenceNumberIsNotSegmentedByTheNic() {
    OffloadRequest.Builder gre = OffloadRequest.tunnel(TunnelType.GRE).greSequence(true);

    OffloadPlan plan = plan(gre, port("model", ALL, "22.11"));

    assertThat(plan.shape()).isEqualTo(Shape.BOTH_IN_NIC);
    assertThat(plan.innerL4Checksum()).isTrue();
    assertThat(plan.tcpSegmentation()).isFalse();
    assertThat(reason(plan, Pass.INNER, Operation.TCP_SEGMENTATION)).contains("sequence number");
  }

  @Test
  void genericFlagsServeTunnelsWithoutOneOfTheirOwn() {
    long generic =
        TUNNELS
            | RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO
            | RteEthBits.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO;
    PortCapabilities port = port("model", generic, "22.11");

    assertThat(plan(OffloadRequest.tunnel(TunnelType.VXLAN_GPE), port).tunnelFlag())
        .isEqualTo(RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_UDP);
    assertThat(plan(OffloadRequest.tunnel(TunnelType.IPIP), port).tunnelFlag())
        .isEqualTo(RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_IP);
    assertThat(plan(OffloadRequest.tunnel(TunnelType.NVGRE), port).tunnelFlag())
        .isEqualTo(RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GRE);
    assertThat(plan(OffloadRequest.tunnel(TunnelType.IPIP), port).txOffloads())
        .matches(bits -> (bits & RteEthBits.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO) != 0);
  }

  @Test
  void aQuirkIsHeededByAutoAndNotByHw() {
    PortCapabilities igb = port("net_e1000_igb", PLAIN, "22.11.11");

    OffloadPlan auto = plan(vxlan(), igb);
    OffloadPlan forced = plan(vxlan().preference(OffloadPreference.parse("inner=hw")), igb);

    assertThat(auto.shape()).isEqualTo(Shape.SOFTWARE);
    assertThat(reason(auto, Pass.INNER, Operation.L4_CHECKSUM))
        .contains("net_e1000_igb", "QEMU", "igb_core.c");
    assertThat(forced.shape()).isEqualTo(Shape.INNER_IN_NIC_LONG_L2);
    assertThat(reason(forced, Pass.INNER, Operation.L4_CHECKSUM))
        .startsWith("--offload inner=hw asks for it, although");
  }

  @Test
  void aPassedSelfTestProvesThatThisNicHasNotThatQuirk() {
    SelfTestResults passed = results(Feature.LONG_L2_CHECKSUM, TunnelType.VXLAN, Status.PASSED, "");

    OffloadPlan plan =
        OffloadPlan.of(
            vxlan().build(), port("net_e1000_igb", PLAIN, "22.11.11"), Quirks.KNOWN, passed);

    assertThat(plan.shape()).isEqualTo(Shape.INNER_IN_NIC_LONG_L2);
    assertThat(plan.tcpSegmentation()).as("what was not tested stays in doubt").isFalse();
  }

  @Test
  void aNicThatFailedItsSelfTestIsRunInSoftware() {
    SelfTestResults failed =
        results(Feature.TUNNEL_OUTER_UDP_CHECKSUM, TunnelType.VXLAN, Status.FAILED, "is 0000");

    OffloadPlan plan =
        OffloadPlan.of(
            vxlan().outerUdpChecksum(true).build(),
            port("model", ALL, "22.11"),
            Quirks.KNOWN,
            failed);

    assertThat(plan.outerUdpChecksum()).isFalse();
    assertThat(plan.innerL4Checksum()).isTrue();
    assertThat(plan.tcpSegmentation()).isFalse();
    assertThat(reason(plan, Pass.OUTER, Operation.UDP_CHECKSUM))
        .contains("self-test of 2026-01-02 failed", "is 0000");
  }

  @Test
  void aFrameThatDoesNotComeBackIsAFailureOfTheSender() {
    assertThat(
            results(Feature.VLAN_INSERT, null, Status.NOTHING_CAME_BACK, "")
                .failure(Feature.VLAN_INSERT, null))
        .contains("nothing came back");
    assertThat(
            results(Feature.RX_IP_VERDICT, null, Status.NOTHING_CAME_BACK, "")
                .failure(Feature.RX_IP_VERDICT, null))
        .isNull();
  }

  private static SelfTestResults results(
      Feature feature, @Nullable TunnelType tunnel, Status status, String detail) {
    return new SelfTestResults(Instant.parse("2026-01-02T03:04:05Z"), Map.of())
        .with(feature, tunnel, new Outcome(status, detail));
  }

  @Test
  void aDriverBugEndsWithTheReleaseThatFixedIt() {
    for (String bad : List.of("22.11", "22.11.2", "23.03")) {
      assertThat(plan(vxlan(), port("net_ice", ALL, bad)).shape())
          .as(bad)
          .isEqualTo(Shape.INNER_IN_NIC_LONG_L2);
    }
    for (String good : List.of("22.11.3", "22.11.11", "23.07", "23.11", "25.11")) {
      assertThat(plan(vxlan(), port("net_ice", ALL, good)).shape())
          .as(good)
          .isEqualTo(Shape.BOTH_IN_NIC);
    }
  }

  @Test
  void hwForWhatThePortLacksNamesTheRemedy() {
    assertThatThrownBy(
            () ->
                plan(
                    vxlan().preference(OffloadPreference.parse("outer=hw")),
                    port("net_tap", PLAIN, "22.11")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "--offload outer=hw: IPV4_CHECKSUM cannot be done by port 0000:81:00.0 (net_tap) for"
                + " vxlan: the port lacks OUTER_IPV4_CKSUM; use --offload outer=auto");
  }

  @Test
  void outerSoftwareHidesTheOuterHeaderFromTheNic() {
    OffloadPlan plan =
        plan(
            vxlan().preference(OffloadPreference.parse("inner=hw,outer=sw")),
            port("model", ALL, "22.11"));

    assertThat(plan.shape()).isEqualTo(Shape.INNER_IN_NIC_LONG_L2);
    assertThat(plan.tcpSegmentation()).isTrue();
  }

  @Test
  void aTagThatTheNicInsertsIsNotInTheBytes() {
    // 18 + 20 + 8 + 8 + 60 + 14 = 128 with the tag
    OffloadRequest.Builder geneve =
        OffloadRequest.tunnel(TunnelType.GENEVE).optionBytes(60).outerVlan(true);

    assertThat(plan(geneve, port("model", PLAIN, "22.11")).shape())
        .isEqualTo(Shape.INNER_IN_NIC_LONG_L2);
    assertThat(
            plan(geneve, port("model", PLAIN & ~RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT, "22.11"))
                .shape())
        .isEqualTo(Shape.SOFTWARE);
  }

  @Test
  void verdictsComeFromTheNicThatTellsTheHeadersApart() {
    long rx =
        RteEthBits.RTE_ETH_RX_OFFLOAD_IPV4_CKSUM
            | RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_CKSUM
            | RteEthBits.RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
    long apart = rx | RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM;

    assertThat(sources("model", rx))
        .containsExactly(
            RxVerdictSource.NIC,
            RxVerdictSource.NIC,
            RxVerdictSource.SOFTWARE,
            RxVerdictSource.SOFTWARE);
    assertThat(sources("model", apart))
        .containsExactly(
            RxVerdictSource.NIC,
            RxVerdictSource.SOFTWARE,
            RxVerdictSource.NIC,
            RxVerdictSource.NIC);
    assertThat(sources("net_enic", rx)).containsOnly(RxVerdictSource.NIC_MERGED);
    assertThat(sources("net_ixgbe", rx))
        .containsExactly(
            RxVerdictSource.NIC,
            RxVerdictSource.SOFTWARE,
            RxVerdictSource.SOFTWARE,
            RxVerdictSource.SOFTWARE);
  }

  /** Outer IP, outer L4, inner IP, inner L4. */
  private static List<RxVerdictSource> sources(String driver, long rx) {
    OffloadPlan plan =
        plan(vxlan(), new PortCapabilities(driver, "x", rx, 0, 0, DpdkVersion.parse("22.11.11")));
    return List.of(
        plan.verdictSource(Pass.OUTER, Operation.IP_VERDICT),
        plan.verdictSource(Pass.OUTER, Operation.L4_VERDICT),
        plan.verdictSource(Pass.INNER, Operation.IP_VERDICT),
        plan.verdictSource(Pass.INNER, Operation.L4_VERDICT));
  }

  @Test
  void everyKnownQuirkNamesItsSource() {
    assertThat(Quirks.KNOWN.quirks())
        .isNotEmpty()
        .allSatisfy(
            quirk -> {
              assertThat(quirk.source()).matches("(DPDK|QEMU|X710|82599) .*");
              assertThat(quirk.what()).doesNotEndWith(".");
              assertThat(quirk.features()).isNotEmpty();
            });
  }

  @Test
  void preferencesAreReadAndErrorsNamed() {
    assertThat(OffloadPreference.parse("outer=sw,inner=hw")).hasToString("inner=hw,outer=sw");
    assertThat(OffloadPreference.parse("outer=sw")).hasToString("inner=auto,outer=sw");
    for (String wrong :
        List.of("", "hw", "inner", "middle=hw", "inner=fast", "inner=hw,inner=sw")) {
      assertThatThrownBy(() -> OffloadPreference.parse(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("--offload: ");
    }
  }

  @Test
  void aReportHasEveryTunnelOverBothVersions() {
    OffloadReport report = OffloadReport.of(port("model", ALL, "22.11"));

    assertThat(report.plans()).hasSize(1 + 2 * TunnelType.values().length);
    assertThat(report.toJson())
        .allSatisfy(
            plan ->
                assertThat(plan)
                    .containsKeys("tunnel", "outer_ip", "shape", "inner", "outer", "receive"));
    assertThat(report.toText().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(121));
  }
}
