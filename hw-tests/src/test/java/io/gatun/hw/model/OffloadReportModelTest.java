package io.gatun.hw.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.offload.plan.Direction;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadReport;
import io.gatun.offload.plan.Operation;
import io.gatun.offload.plan.Pass;
import io.gatun.offload.plan.Placement;
import io.gatun.offload.plan.RxVerdictSource;
import io.gatun.offload.plan.Shape;
import io.gatun.pmd.wire.TunnelType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What {@code gatun ports --offload} would print of each model NIC: made by the code that prints
 * it, for ports that are not there.
 */
class OffloadReportModelTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static OffloadReport report(NicFamily family) {
    return OffloadReport.of(family.capabilities());
  }

  /** The plan for a tunnel over an IP version; over IPv6 there is an outer UDP checksum. */
  private static OffloadPlan plan(NicFamily family, TunnelType tunnel, int version) {
    return report(family).plans().stream()
        .filter(p -> p.request().tunnel() == tunnel && p.request().outerIpVersion() == version)
        .findFirst()
        .orElseThrow();
  }

  private static Placement placement(OffloadPlan plan, Pass pass, Operation operation) {
    return plan.decision(pass, operation).placement();
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationOfEveryPassIsShownWithItsReason(NicFamily family) {
    List<Map<String, Object>> objects = report(family).toJson();
    JsonNode json = JSON.valueToTree(objects);

    assertThat(json).hasSize(1 + 2 * TunnelType.values().length);
    for (JsonNode plan : json) {
      assertThat(plan.get("shape").asText()).isNotEmpty();
      for (Pass pass : Pass.values()) {
        String name = pass.name().toLowerCase(Locale.ROOT);
        for (Operation operation : Operation.of(pass, Direction.TRANSMIT)) {
          assertDecision(plan.get(name).get(operation.label()));
        }
        for (Operation operation : Operation.of(pass, Direction.RECEIVE)) {
          assertDecision(plan.get("receive").get(name).get(operation.label()));
        }
      }
    }
  }

  private static void assertDecision(JsonNode decision) {
    assertThat(decision.get("placement").asText()).isIn("HARDWARE", "SOFTWARE", "NONE");
    assertThat(decision.get("reason").asText()).hasSizeGreaterThan(10).endsWith(".");
  }

  @ParameterizedTest
  @EnumSource
  void noPlanUsesWhatThePortHasNot(NicFamily family) {
    for (OffloadPlan plan : report(family).plans()) {
      assertThat(plan.txOffloads() & ~family.txOffloads()).isZero();
      assertThat(plan.rxOffloads() & ~family.rxOffloads()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theTextNamesEveryTunnelAndEveryReason(NicFamily family) {
    OffloadReport report = report(family);
    String text = report.toText().replaceAll("\\s+", "");

    for (OffloadPlan plan : report.plans()) {
      for (Pass pass : Pass.values()) {
        plan.decisions(pass, Direction.TRANSMIT)
            .values()
            .forEach(d -> assertThat(text).contains(d.reason().replaceAll("\\s+", "")));
      }
    }
    assertThat(text).contains("VXLAN".toLowerCase(Locale.ROOT), "ipip", "nvgre");
  }

  @Test
  void aPortWithoutOffloadsDoesNothing() {
    assertThat(report(NicFamily.NONE).plans())
        .allSatisfy(
            plan -> {
              assertThat(plan.shape()).isEqualTo(Shape.SOFTWARE);
              for (Pass pass : Pass.values()) {
                for (Direction direction : Direction.values()) {
                  assertThat(plan.decisions(pass, direction).values())
                      .noneMatch(decision -> decision.isHardware());
                }
              }
            });
  }

  /** It may be QEMU's, which ignores the L2 length: nothing in a tunnel without a self-test. */
  @Test
  void the82576IsNotTrustedInTunnels() {
    assertThat(report(NicFamily.INTEL_82576).plans())
        .filteredOn(plan -> plan.request().isTunnelled())
        .allMatch(plan -> plan.shape() == Shape.SOFTWARE);
    OffloadPlan plain = report(NicFamily.INTEL_82576).plans().getFirst();
    assertThat(placement(plain, Pass.INNER, Operation.TCP_SEGMENTATION))
        .isEqualTo(Placement.HARDWARE);
  }

  @Test
  void the82599GetsTheOuterHeaderFinished() {
    OffloadPlan plan = plan(NicFamily.INTEL_82599, TunnelType.VXLAN, 4);
    assertThat(plan.shape()).isEqualTo(Shape.INNER_IN_NIC_LONG_L2);
    assertThat(placement(plan, Pass.INNER, Operation.TCP_SEGMENTATION))
        .isEqualTo(Placement.HARDWARE);
    assertThat(placement(plan, Pass.OUTER, Operation.IPV4_CHECKSUM)).isEqualTo(Placement.SOFTWARE);
    assertThat(plan(NicFamily.INTEL_82599, TunnelType.VXLAN, 6).tcpSegmentation())
        .as("with an outer UDP checksum")
        .isFalse();
  }

  @Test
  void theX710CompletesBothHeadersButNoOuterUdpChecksum() {
    OffloadPlan v4 = plan(NicFamily.INTEL_X710, TunnelType.VXLAN, 4);
    assertThat(v4.shape()).isEqualTo(Shape.BOTH_IN_NIC);
    assertThat(v4.tcpSegmentation()).isTrue();
    assertThat(v4.outerIpv4Checksum()).isTrue();
    OffloadPlan v6 = plan(NicFamily.INTEL_X710, TunnelType.VXLAN, 6);
    assertThat(v6.outerUdpChecksum()).isFalse();
    assertThat(v6.tcpSegmentation()).isFalse();
    assertThat(v6.localChecksumOffload()).isTrue();
    assertThat(plan(NicFamily.INTEL_X710, TunnelType.VXLAN_GPE, 4).shape())
        .isNotEqualTo(Shape.BOTH_IN_NIC);
  }

  @Test
  void theE810CompletesTheOuterUdpChecksumToo() {
    OffloadPlan plan = plan(NicFamily.INTEL_E810, TunnelType.GENEVE, 6);
    assertThat(plan.shape()).isEqualTo(Shape.BOTH_IN_NIC);
    assertThat(plan.outerUdpChecksum()).isTrue();
    assertThat(plan.tcpSegmentation()).isTrue();
  }

  @Test
  void whoParsesForItselfGetsNoLongL2() {
    for (NicFamily family : List.of(NicFamily.CONNECTX, NicFamily.CISCO_VIC)) {
      assertThat(report(family).plans())
          .filteredOn(plan -> plan.request().isTunnelled())
          .noneMatch(plan -> plan.shape() == Shape.INNER_IN_NIC_LONG_L2);
      OffloadPlan plan = plan(family, TunnelType.VXLAN, 4);
      assertThat(plan.shape()).isEqualTo(Shape.BOTH_IN_NIC);
      assertThat(plan.verdictSource(Pass.INNER, Operation.L4_VERDICT))
          .isEqualTo(RxVerdictSource.NIC_MERGED);
    }
  }
}
