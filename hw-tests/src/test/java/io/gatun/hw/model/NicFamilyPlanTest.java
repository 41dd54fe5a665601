package io.gatun.hw.model;

import static io.gatun.offload.plan.Shape.BOTH_IN_NIC;
import static io.gatun.offload.plan.Shape.INNER_IN_NIC_LONG_L2;
import static io.gatun.offload.plan.Shape.SOFTWARE;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.offload.plan.Direction;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadReport;
import io.gatun.offload.plan.OffloadRequest;
import io.gatun.offload.plan.Operation;
import io.gatun.offload.plan.Pass;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.RxVerdictSource;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.offload.plan.Shape;
import io.gatun.pmd.wire.TunnelType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code gatun ports --offload} says of NICs that are not there, through the same code. */
class NicFamilyPlanTest {
  /** Per family: the shapes for VXLAN, VXLAN-GPE, Geneve, NVGRE, GRE and IP-in-IP. */
  static Stream<Arguments> shapes() {
    Shape both = BOTH_IN_NIC;
    Shape longL2 = INNER_IN_NIC_LONG_L2;
    Shape soft = SOFTWARE;
    return Stream.of(
        Arguments.of(NicFamily.NONE, List.of(soft, soft, soft, soft, soft, soft)),
        // Indistinguishable from QEMU's model, which ignores the L2 length.
        Arguments.of(NicFamily.INTEL_82576, List.of(soft, soft, soft, soft, soft, soft)),
        Arguments.of(
            NicFamily.INTEL_82599, List.of(longL2, longL2, longL2, longL2, longL2, longL2)),
        Arguments.of(NicFamily.INTEL_X710, List.of(both, longL2, both, both, both, both)),
        Arguments.of(NicFamily.INTEL_E810, List.of(both, longL2, both, both, both, both)),
        Arguments.of(NicFamily.CONNECTX, List.of(both, both, both, both, both, both)),
        Arguments.of(NicFamily.CISCO_VIC, List.of(both, soft, both, soft, soft, soft)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void eachFamilyHasItsShapes(NicFamily family, List<Shape> expected) {
    List<Shape> got =
        Stream.of(TunnelType.values())
            .map(tunnel -> plan(family.capabilities(), request(tunnel)).shape())
            .toList();

    assertThat(got).isEqualTo(expected);
  }

  private static OffloadRequest.Builder request(TunnelType tunnel) {
    return OffloadRequest.tunnel(tunnel).outerDontFragment(true);
  }

  private static OffloadPlan plan(PortCapabilities port, OffloadRequest.Builder request) {
    return OffloadPlan.of(request.build(), port, Quirks.KNOWN, SelfTestResults.NONE);
  }

  @Test
  void a82576ThatIsKnownToBeRealHasALongL2Header() {
    OffloadPlan plan = plan(NicFamily.INTEL_82576.flawless(), request(TunnelType.VXLAN));

    assertThat(plan.shape()).isEqualTo(INNER_IN_NIC_LONG_L2);
    assertThat(plan.tcpSegmentation()).isTrue();
  }

  @Test
  void anX710LeavesTheOuterUdpChecksumToSoftwareAndAnE810DoesNot() {
    OffloadRequest.Builder summed = request(TunnelType.VXLAN).outerUdpChecksum(true);
    OffloadPlan x710 = plan(NicFamily.INTEL_X710.capabilities(), summed);
    OffloadPlan e810 = plan(NicFamily.INTEL_E810.capabilities(), summed);

    assertThat(x710.localChecksumOffload()).isTrue();
    assertThat(x710.tcpSegmentation()).isFalse();
    assertThat(e810.outerUdpChecksum()).isTrue();
    assertThat(e810.tcpSegmentation()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void mergedVerdictsAreCalledThat(NicFamily family) {
    OffloadPlan plan = plan(family.capabilities(), request(TunnelType.VXLAN));

    assertThat(plan.verdictSource(Pass.INNER, Operation.L4_VERDICT) == RxVerdictSource.NIC_MERGED)
        .isEqualTo(family.mergedVerdicts());
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationHasAPlacementAndAReason(NicFamily family) {
    for (Map<String, Object> plan : OffloadReport.of(family.capabilities()).toJson()) {
      for (Pass pass : Pass.values()) {
        Object operations = plan.get(pass == Pass.INNER ? "inner" : "outer");
        assertThat(operations)
            .asInstanceOf(InstanceOfAssertFactories.MAP)
            .hasSize(Operation.of(pass, Direction.TRANSMIT).size())
            .allSatisfy(
                (operation, decision) ->
                    assertThat(decision)
                        .asInstanceOf(InstanceOfAssertFactories.MAP)
                        .containsKeys("placement", "reason"));
      }
    }
  }
}
