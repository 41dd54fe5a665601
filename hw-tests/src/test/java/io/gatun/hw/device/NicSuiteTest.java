package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.hw.model.Captures;
import io.gatun.hw.tool.Tool;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.OffloadPreference.Choice;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The suite of the model NICs through real ones: {@code scripts/test --port A,B} names two ports
 * that are cabled to each other. For every plan that A gets, the frames that arrive at B are those
 * of the all-software plan.
 */
@Tag("nic")
class NicSuiteTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.withPci(NicSuiteTest::ports);

  private static final long SEED = Long.getLong("gatun.seed", 20_260_103);
  private static final int PACKETS = Integer.getInteger("gatun.packets", 24);
  private static final int MTU = 2400; // above the largest --mtu of OverlayCase

  private static List<String> ports() {
    String ports = System.getProperty("gatun.ports", "");
    List<String> addresses = List.of(ports.split(",", -1));
    assumeTrue(
        addresses.size() == 2,
        "needs two cabled network ports: scripts/test --port 0000:81:00.0,0000:81:00.1");
    Tool.assume("tshark", "tshark", "--version");
    List<String> arguments = new ArrayList<>();
    addresses.forEach(address -> arguments.addAll(List.of("-a", address)));
    return arguments;
  }

  @Test
  void whatArrivesIsWhatTheSoftwarePlanSends() {
    Random random = new Random(SEED);
    MempoolCache cache = DPDK.pool().cache(DPDK.worker());
    OverlayComparison comparison = new OverlayComparison(cache);
    PortCapabilities port = PortCapabilities.of(DPDK.eal().port(0).info());
    for (Choice inner : List.of(Choice.AUTO, Choice.SOFTWARE)) {
      for (Choice outer : List.of(Choice.AUTO, Choice.SOFTWARE)) {
        for (OverlayCase overlay : OverlayCase.all(random)) {
          OffloadPlan plan =
              OffloadPlan.of(
                  overlay.request(new OffloadPreference(inner, outer)),
                  port,
                  Quirks.KNOWN,
                  SelfTestResults.NONE);
          run(comparison, overlay, plan, cache, random.nextLong());
        }
      }
    }
    System.out.printf("%s: %s%n", port, comparison);
    assertThat(comparison.differences()).isEmpty();
    assertThat(comparison.frames()).isPositive();
    assertThat(Captures.wrong(comparison.sample())).isEmpty();
  }

  private static void run(
      OverlayComparison comparison,
      OverlayCase overlay,
      OffloadPlan plan,
      MempoolCache cache,
      long seed) {
    Port from = DPDK.start(0, PortConfig.DEFAULT.withMtu(MTU).withOffloads(0, plan.txOffloads()));
    Port to = DPDK.start(1, PortConfig.DEFAULT.withMtu(MTU));
    EalFixture.await("link up on both ports", () -> from.link().up() && to.link().up());
    DPDK.onWorker(
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            OverlayWire wire =
                new OverlayPortWire(
                    from.txQueues().getFirst(), to.rxQueues().getFirst(), cache, arena);
            comparison.run(overlay, plan, wire, new Random(seed), PACKETS);
          }
        });
  }
}
