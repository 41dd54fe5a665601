package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.model.ModelNic;
import io.gatun.hw.model.NicFamily;
import io.gatun.hw.model.RandomPackets;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Packets of two owners through Gatun's passes and a model NIC. */
@Tag("dpdk")
class ModelNicSharingTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final long SEED = Long.getLong("gatun.seed", 20_260_104);
  private static final int PACKETS = 24;
  private static final int DESCRIPTORS = 512;

  /** A flooded packet goes to several remotes; what one pass does to it the others must not see. */
  @ParameterizedTest
  @EnumSource
  void whatSomebodyElseReadsStaysAsItIs(NicFamily family) {
    Random random = new Random(SEED);
    int[] tried = new int[1];
    for (OverlayCase overlay : OverlayCase.all(random)) {
      OffloadPlan plan =
          OffloadPlan.of(
              overlay.request(OffloadPreference.AUTO),
              family.flawless(),
              Quirks.NONE,
              SelfTestResults.NONE);
      long seed = random.nextLong();
      DPDK.onWorker(
          () -> {
            try (Arena arena = Arena.ofConfined();
                ModelNic nic = ModelNic.flawless(family, plan.txOffloads(), DESCRIPTORS)) {
              tried[0] += share(overlay, plan, new OverlayModelWire(nic, new Random(seed)), arena);
            }
          });
    }
    assertThat(tried[0]).isGreaterThan(OverlayCase.all(random).size());
  }

  private static int share(
      OverlayCase overlay, OffloadPlan plan, OverlayModelWire wire, Arena arena) {
    MempoolCache cache = DPDK.pool().cache(DPDK.worker());
    OverlaySender sender = new OverlaySender(overlay, plan, cache, arena);
    RandomPackets packets =
        new RandomPackets(
            wire.random(), overlay.config().type().carriesEthernet(), sender.frameLimit());
    Burst out = Burst.allocate(Burst.MAX_CAPACITY, arena);
    Mbuf mbuf = new Mbuf();
    int tried = 0;
    for (int i = 0; i < PACKETS; i++) {
      RandomPackets.Packet packet = packets.next();
      OverlayTenant.Layout layout = OverlayTenant.layout(packet.bytes().length, wire.random());
      if (packet.flags() != 0) {
        continue; // its sender wants it changed
      }
      long shared = sender.put(packet, layout);
      OverlayTenant.share(shared);
      if (sender.send(shared, 0, out) == null && wire.send(out) == null) {
        wire.frames(0);
        tried++;
      }
      cache.free(out);
      assertThat(Arrays.equals(ModelNic.bytes(mbuf.wrap(shared)), packet.bytes()))
          .as("%s, %s, %s", packet.kind(), plan.shape(), overlay)
          .isTrue();
      assertThat(mbuf.references()).isEqualTo(1);
      out.add(shared);
      cache.free(out);
    }
    return tried;
  }
}
