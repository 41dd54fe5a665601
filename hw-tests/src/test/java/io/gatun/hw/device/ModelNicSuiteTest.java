package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.model.Captures;
import io.gatun.hw.model.ModelNic;
import io.gatun.hw.model.NicFamily;
import io.gatun.hw.tool.Tool;
import io.gatun.offload.plan.Feature;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.OffloadPreference.Choice;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.offload.plan.Shape;
import io.gatun.pmd.wire.TunnelType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The hardware side without hardware: whatever plan there is for a NIC, the bytes that leave its
 * model are those that the all-software plan sends.
 */
@Tag("dpdk")
@Tag("slow")
class ModelNicSuiteTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final long SEED = Long.getLong("gatun.seed", 20_260_101);
  private static final int PACKETS = Integer.getInteger("gatun.packets", 40);
  private static final int DESCRIPTORS = 96;

  private static long packets;
  private static long frames;

  /** Makes a port of the kind that is being tried. */
  @FunctionalInterface
  private interface NicMaker {
    ModelNic make(long enabled, int descriptors);
  }

  @BeforeAll
  static void needTshark() {
    Tool.assume("tshark", "tshark", "--version");
  }

  @AfterAll
  static void sayHowMany() {
    System.out.printf("model NICs: %d packets tried, %d frames compared%n", packets, frames);
  }

  // ---- the suite --------------------------------------------------------------------------------

  /** As the family really is: quirks are heeded. */
  @ParameterizedTest
  @EnumSource
  void everyPlanSendsTheBytesOfTheSoftwarePlan(NicFamily family) {
    suite(
        family.name(),
        family.capabilities(),
        SelfTestResults.NONE,
        (enabled, descriptors) -> new ModelNic(family, enabled, descriptors));
  }

  /** With the same capabilities and no quirks: more plans use the NIC. */
  @ParameterizedTest
  @EnumSource
  void soDoesEveryPlanForANicWithoutQuirks(NicFamily family) {
    suite(
        family + " without quirks",
        family.flawless(),
        SelfTestResults.NONE,
        (enabled, descriptors) -> ModelNic.flawless(family, enabled, descriptors));
  }

  /** A real 82576: the self-test has shown that a long L2 header works, so it is used. */
  @Test
  void soDoesAnIgbThatPassedTheSelfTest() {
    SelfTestResults results = SelfTestResults.NONE;
    for (TunnelType tunnel : TunnelType.values()) {
      for (Feature feature : List.of(Feature.LONG_L2_CHECKSUM, Feature.LONG_L2_SEGMENTATION)) {
        results =
            results.with(
                feature, tunnel, new SelfTestResults.Outcome(SelfTestResults.Status.PASSED, ""));
      }
    }
    Map<Shape, Integer> shapes =
        suite(
            "82576 that passed",
            NicFamily.INTEL_82576.capabilities(),
            results,
            (enabled, descriptors) -> new ModelNic(NicFamily.INTEL_82576, enabled, descriptors));
    assertThat(shapes.get(Shape.INNER_IN_NIC_LONG_L2)).isPositive();
  }

  /** QEMU's igb cannot be told from an 82576, so the quirk must protect from it. */
  @Test
  void soDoesQemusIgb() {
    suite(
        "QEMU's igb",
        NicFamily.INTEL_82576.capabilities(),
        SelfTestResults.NONE,
        ModelNic::qemuIgb);
  }

  /** Every preference with every tunnel; returns how many plans had which shape. */
  private static Map<Shape, Integer> suite(
      String name, PortCapabilities port, SelfTestResults tests, NicMaker maker) {
    Random random = new Random(SEED);
    Map<Shape, Integer> shapes = new EnumMap<>(Shape.class);
    OverlayComparison comparison = new OverlayComparison(DPDK.pool().cache(DPDK.worker()));
    int impossible = 0;
    int againstAdvice = 0;
    for (Choice inner : Choice.values()) {
      for (Choice outer : Choice.values()) {
        for (OverlayCase overlay : OverlayCase.all(random)) {
          OffloadPlan plan = plan(overlay, port, new OffloadPreference(inner, outer), tests);
          if (plan == null) {
            impossible++; // --offload hw for something that the port lacks
          } else if (isAgainstAdvice(plan)) {
            againstAdvice++;
          } else {
            shapes.merge(plan.shape(), 1, Integer::sum);
            run(comparison, overlay, plan, maker, random.nextLong());
          }
        }
      }
    }
    System.out.printf(
        "%s: %s, plans %s, impossible %d, against advice %d%n",
        name, comparison, new TreeMap<>(shapes), impossible, againstAdvice);
    packets += comparison.packets();
    frames += comparison.frames();
    assertThat(comparison.differences()).isEmpty();
    assertThat(comparison.frames()).isPositive();
    assertThat(Captures.wrong(comparison.sample())).isEmpty();
    return shapes;
  }

  private static void run(
      OverlayComparison comparison,
      OverlayCase overlay,
      OffloadPlan plan,
      NicMaker maker,
      long seed) {
    DPDK.onWorker(
        () -> {
          try (ModelNic nic = maker.make(plan.txOffloads(), DESCRIPTORS)) {
            Random random = new Random(seed);
            OverlayModelWire wire = new OverlayModelWire(nic, random);
            comparison.run(overlay, plan, wire, random, PACKETS);
            assertThat(nic.faults()).as("%s, %s", overlay, plan.shape()).isEmpty();
          }
        });
  }

  private static @Nullable OffloadPlan plan(
      OverlayCase overlay,
      PortCapabilities port,
      OffloadPreference preference,
      SelfTestResults tests) {
    try {
      return OffloadPlan.of(overlay.request(preference), port, Quirks.KNOWN, tests);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("--offload");
      return null;
    }
  }

  /** Whether the user insists on what is known not to work: the plan says so. */
  private static boolean isAgainstAdvice(OffloadPlan plan) {
    return plan.toJson().toString().contains("asks for it, although");
  }

  // ---- canaries ---------------------------------------------------------------------------------

  /** A suite that no wrong plan fails proves nothing: here is one that must fail. */
  @ParameterizedTest
  @ValueSource(strings = {"inner=hw,outer=sw", "inner=hw,outer=auto"})
  void aPlanAgainstAdviceSendsOtherBytes(String preference) {
    OverlayComparison comparison = new OverlayComparison(DPDK.pool().cache(DPDK.worker()));
    List<OffloadPlan> plans = new ArrayList<>();
    Random random = new Random(SEED);
    for (OverlayCase overlay : OverlayCase.all(random)) {
      OffloadPlan plan =
          plan(
              overlay,
              NicFamily.INTEL_82576.capabilities(),
              OffloadPreference.parse(preference),
              SelfTestResults.NONE);
      if (plan != null && overlay.config().type().isUdp()) {
        plans.add(plan);
        run(comparison, overlay, plan, ModelNic::qemuIgb, random.nextLong());
      }
    }
    assertThat(plans).isNotEmpty().allMatch(ModelNicSuiteTest::isAgainstAdvice);
    assertThat(comparison.differences()).isNotEmpty();
  }
}
