package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What {@link NicSuiteTest} does with real ports, with one that leads back into itself: net_ring.
 * It has no offloads, so this is about the way there and back.
 */
@Tag("dpdk")
class OverlayWireTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with("--vdev=net_ring0");

  private static final int PACKETS = 40;

  @Test
  void framesComeBackAsTheyWereSent() {
    Random random = new Random(7);
    MempoolCache cache = DPDK.pool().cache(DPDK.worker());
    OverlayComparison comparison = new OverlayComparison(cache);
    Port port = DPDK.start(0);
    PortCapabilities capabilities = PortCapabilities.of(port.info());
    for (OverlayCase overlay : OverlayCase.all(random)) {
      OffloadPlan plan =
          OffloadPlan.of(
              overlay.request(OffloadPreference.AUTO),
              capabilities,
              Quirks.KNOWN,
              SelfTestResults.NONE);
      DPDK.onWorker(
          () -> {
            try (Arena arena = Arena.ofConfined()) {
              OverlayWire wire =
                  new OverlayPortWire(
                      port.txQueues().getFirst(), port.rxQueues().getFirst(), cache, arena);
              comparison.run(overlay, plan, wire, random, PACKETS);
            }
          });
    }
    System.out.printf("%s: %s%n", capabilities, comparison);
    assertThat(comparison.differences()).isEmpty();
    assertThat(comparison.frames()).isGreaterThan(PACKETS);
  }
}
