package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.hw.device.EalFixture;
import io.gatun.hw.model.CompletingDevice.Release;
import io.gatun.mirror.encap.FrameEdits;
import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.engine.Lane;
import io.gatun.mirror.engine.MirrorDrop;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Packets that are lent to a driver through another pool, where the driver does something else with
 * them than to give all of them back within its burst. Every test ends with every buffer at home.
 */
@Tag("dpdk")
class LentBuffersTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final int BURST = 32;
  private static final int KEPT = 7;

  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());
  private final MempoolCache completions =
      DPDK.pool("lent", 1023, Mempool.MAX_CACHE).cache(DPDK.worker());

  private void withRig(Consumer<MirrorRig> work) {
    DPDK.onWorker(
        () -> {
          long before = free();
          try (MirrorRig rig = new MirrorRig(cache, 256, Release.IN_BURST, Completion.IN_BURST)) {
            rig.lendTo(completions);
            work.accept(rig);
          }
          assertThat(free()).as("buffers at home").isEqualTo(before);
          assertThat(completions.cached()).as("buffers left where they were lent to").isZero();
        });
  }

  private long free() {
    return DPDK.pool().available();
  }

  private long pool(long packet) {
    return Memory.getLong(packet + RteMbuf.POOL);
  }

  @Test
  void whatTheDriverGivesBackIsMirroredInOrder() {
    withRig(
        rig -> {
          List<Long> pools = new ArrayList<>();
          rig.primary.listen(
              (packet, _) -> {
                rig.first.add(packet);
                pools.add(pool(packet));
              });
          Lane lane = rig.lane(rig.out, MirrorRig.span());
          rig.send(BURST);

          assertThat(pools).hasSize(BURST).containsOnly(completions.pool());
          assertThat(rig.second).isEqualTo(rig.first);
          assertThat(lane.counters().mirrored()).isEqualTo(BURST);
          assertThat(rig.out.detector().isDemoted()).isFalse();
        });
  }

  /** As a capture does that holds a packet beyond its callback. */
  @Test
  void aPacketThatSomebodyKeepsIsItsKeepersAlone() {
    withRig(
        rig -> {
          Mbuf kept = new Mbuf();
          rig.primary.listen(
              (packet, _) -> {
                rig.first.add(packet);
                if (rig.first.size() == KEPT) {
                  kept.wrap(packet).addReferences(1);
                }
              });
          Lane lane = rig.lane(rig.out, MirrorRig.span());
          rig.send(BURST);

          List<Long> others = new ArrayList<>(rig.first);
          others.remove(Long.valueOf(kept.address()));
          assertThat(rig.second).isEqualTo(others);
          assertThat(lane.counters().mirrored()).isEqualTo(BURST - 1);
          assertThat(lane.counters().dropped(MirrorDrop.SHARED)).isOne();
          assertThat(rig.out.detector().isDemoted()).as("counts tell from now on").isTrue();
          assertThat(pool(kept.address()))
              .as("where its keeper frees it to")
              .isEqualTo(cache.pool());

          rig.send(BURST);
          rig.complete();
          assertThat(lane.counters().mirrored()).isEqualTo(2 * BURST - 1);
          rig.burst.add(kept.address());
          rig.free(rig.burst);
        });
  }

  /** A driver that is not what the list of those that release within their burst says. */
  @Test
  void packetsThatComeBackLateGoHomeByThemselves() {
    withRig(
        rig -> {
          Lane lane = rig.lane(rig.out, MirrorRig.span());
          rig.primary.behaviour().release = Release.LATE;
          rig.send(BURST);

          assertThat(rig.second).isEmpty();
          assertThat(lane.counters().dropped(MirrorDrop.SHARED)).isEqualTo(BURST);
          assertThat(rig.first).allSatisfy(one -> assertThat(pool(one)).isEqualTo(cache.pool()));

          rig.complete();
          rig.send(BURST);
          rig.complete();
          assertThat(rig.second).isEqualTo(rig.first.subList(BURST, 2 * BURST));
          assertThat(lane.counters().mirrored()).isEqualTo(BURST);
        });
  }

  @Test
  void whatTheDriverDoesNotTakeIsTheHostsAgain() {
    withRig(
        rig -> {
          Lane lane = rig.lane(rig.out, MirrorRig.span());
          rig.primary.behaviour().takesPartOneIn = 1;
          int left = 0;
          for (int i = 0; i < 20; i++) {
            rig.make(BURST);
            rig.out.transmit(rig.burst);
            for (int at = 0; at < rig.burst.size(); at++) {
              assertThat(pool(rig.burst.get(at))).isEqualTo(cache.pool());
              assertThat(new Mbuf().wrap(rig.burst.get(at)).references()).isOne();
            }
            left += rig.burst.size();
            rig.free(rig.burst);
          }

          assertThat(left).isPositive();
          assertThat(rig.second).isEqualTo(rig.first).hasSize(20 * BURST - left);
          assertThat(lane.counters().mirrored()).isEqualTo(20 * BURST - left);
        });
  }

  /** One that needs a header in a buffer of its own: none of the burst may stay lent. */
  @Test
  void aPacketWithoutHeadroomLeavesTheWholeBurstUnlent() {
    withRig(
        rig -> {
          Lane lane =
              rig.lane(
                  rig.out,
                  MirrorRig.settings(
                      FrameEdits.rspan(7, 3), false, MirrorRig.NEVER, MirrorRig.NEVER));
          rig.make(BURST - 1);
          rig.make(1, 0);
          rig.primary.listen(
              (packet, _) -> {
                rig.first.add(packet);
                assertThat(pool(packet)).isEqualTo(cache.pool());
              });
          assertThat(rig.out.transmit(rig.burst)).isEqualTo(BURST);
          rig.complete();

          assertThat(rig.first).hasSize(BURST);
          assertThat(lane.counters().mirrored()).isEqualTo(BURST);
          assertThat(lane.counters().dropped()).isZero();
        });
  }
}
