package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.device.EalFixture;
import io.gatun.hw.model.CompletingDevice.Release;
import io.gatun.mirror.encap.FrameEdits;
import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.engine.Lane;
import io.gatun.mirror.engine.LaneSettings;
import io.gatun.mirror.engine.MirrorDrop;
import io.gatun.mirror.engine.Program;
import io.gatun.mirror.engine.RateLimit;
import io.gatun.mirror.engine.Selector;
import io.gatun.pmd.MempoolCache;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each fault that a mirror can meet, one at a time. */
@Tag("dpdk")
class MirrorFaultTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final long MILLI = 1_000_000;
  private static final int BURST = 32;

  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());

  private void withRig(Release release, Completion completion, Consumer<MirrorRig> work) {
    withRig(2048, release, completion, work);
  }

  private void withRig(
      int maxHeld, Release release, Completion completion, Consumer<MirrorRig> work) {
    DPDK.onWorker(
        () -> {
          try (MirrorRig rig = new MirrorRig(cache, maxHeld, release, completion)) {
            work.accept(rig);
            rig.engine.turn();
            assertThat(rig.engine.table().faults()).isZero();
            assertThat(rig.engine.table().held()).isZero();
            assertThat(rig.outlet.depth()).isZero();
          }
        });
  }

  private static LaneSettings backlog(int frames, long holdMax) {
    return new LaneSettings(
        FrameEdits.span(), 0, false, false, false, frames, holdMax, MirrorRig.NEVER, null);
  }

  private static LaneSettings holding(long deadline) {
    return MirrorRig.settings(FrameEdits.span(), true, MirrorRig.NEVER, deadline);
  }

  // ---- destinations -----------------------------------------------------------------------------

  /** The primary goes on at its speed; what does not fit is counted. */
  @Test
  void aFullDestinationCostsTheMirrorOnly() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          Lane lane = rig.lane(rig.out, backlog(16, MirrorRig.NEVER));
          rig.mirror.behaviour().isFull = true;
          for (int i = 0; i < 100; i++) {
            rig.send(BURST);
            rig.primary.work(BURST);
            rig.primary.kick();
          }
          rig.out.poll();
          assertThat(rig.first).hasSize(100 * BURST);
          assertThat(lane.counters().dropped(MirrorDrop.BACKLOG_FULL)).isEqualTo(100 * BURST - 16);
          assertThat(lane.waiting()).isEqualTo(16);
          rig.mirror.behaviour().isFull = false;
          rig.complete();
          assertThat(rig.second).isEqualTo(rig.first.subList(0, 16));
        });
  }

  @Test
  void aSlowDestinationIsWaitedForNoLongerThanHoldMax() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          Lane lane = rig.lane(rig.out, backlog(1024, 100 * MILLI));
          rig.mirror.behaviour().isFull = true;
          rig.send(BURST);
          rig.complete();
          assertThat(lane.waiting()).isEqualTo(BURST);
          MirrorRig.pause(120 * MILLI);
          rig.out.poll();
          assertThat(lane.counters().dropped(MirrorDrop.HELD_TOO_LONG)).isEqualTo(BURST);
          assertThat(lane.waiting()).isZero();
        });
  }

  /** What it took before it died is locked, and no more than that. */
  @ParameterizedTest
  @EnumSource(names = {"REFERENCE_COUNT", "DESCRIPTOR_STATUS"})
  void aDeadDestinationDoesNotStopABestEffortSource(Completion completion) {
    withRig(
        128,
        Release.LATE,
        completion,
        rig -> {
          Lane lane = rig.lane(rig.out, backlog(1024, MILLI));
          rig.mirror.behaviour().isStuck = true;
          for (int i = 0; i < 300; i++) {
            assertThat(rig.out.isReady()).isTrue();
            rig.send(BURST);
            rig.primary.work(BURST);
            rig.primary.kick();
          }
          assertThat(rig.first).hasSize(300 * BURST);
          assertThat(rig.second).hasSize(MirrorRig.DESCRIPTORS);
          assertThat(rig.engine.table().highWater()).isLessThanOrEqualTo(128);
          rig.mirror.behaviour().isStuck = false;
          rig.complete();
          MirrorRig.pause(2 * MILLI);
          rig.complete();
          assertThat(lane.counters().matched()).isEqualTo(300 * BURST);
          assertThat(lane.counters().mirrored() + lane.counters().dropped()).isEqualTo(300 * BURST);
        });
  }

  @Test
  void aDeadDestinationReleasesALosslessSourceAfterTheDeadline() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          Lane lane = rig.lane(rig.out, holding(200 * MILLI));
          rig.mirror.behaviour().isStuck = true;
          int bursts = 0;
          while (rig.out.isReady()) {
            rig.send(BURST);
            rig.primary.work(BURST);
            rig.primary.kick();
            rig.out.poll();
            bursts++;
            assertThat(bursts).isLessThan(1000);
          }
          assertThat(lane.counters().dropped()).as("the source waits instead").isZero();

          long begin = System.nanoTime();
          while (!rig.out.isReady()) {
            rig.out.poll();
            assertThat(System.nanoTime() - begin).isLessThan(5000 * MILLI);
          }
          assertThat(lane.counters().dropped(MirrorDrop.DESTINATION_DEAD)).isPositive();

          rig.mirror.behaviour().isStuck = false;
          rig.complete();
          MirrorRig.pause(210 * MILLI);
          int before = rig.second.size();
          rig.send(BURST);
          rig.complete();
          assertThat(rig.second).as("it is alive again").hasSize(before + BURST);
          assertThat(lane.counters().mirrored() + lane.counters().dropped())
              .isEqualTo((bursts + 1L) * BURST);
        });
  }

  @Test
  void nothingIsLostWhereTheSourceWaits() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          Lane lane = rig.lane(rig.out, holding(MirrorRig.NEVER));
          int waited = 0;
          for (int i = 0; i < 2000; i++) {
            if (rig.out.isReady()) {
              rig.send(BURST);
            } else {
              waited++;
            }
            rig.primary.work(BURST);
            rig.primary.kick();
            rig.mirror.work(BURST / 4);
            rig.out.poll();
          }
          for (int i = 0; i < 200; i++) {
            rig.complete();
          }
          assertThat(waited).isPositive();
          assertThat(rig.second).isEqualTo(rig.first);
          assertThat(lane.counters().dropped()).isZero();
        });
  }

  @Test
  void aLinkThatIsDownIsNoDestination() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          Lane lane = rig.lane(rig.out, MirrorRig.span());
          rig.outlet.linkDown(true);
          rig.send(BURST);
          rig.complete();
          assertThat(lane.counters().dropped(MirrorDrop.LINK_DOWN)).isEqualTo(BURST);
          rig.outlet.linkDown(false);
          rig.send(BURST);
          rig.complete();
          assertThat(rig.second).isEqualTo(rig.first.subList(BURST, 2 * BURST));
        });
  }

  // ---- drivers ----------------------------------------------------------------------------------

  /** It was believed to release in the burst, and does not. */
  @Test
  void aWrongBeliefAboutTheDriverIsNoticed() {
    withRig(
        Release.LATE,
        Completion.IN_BURST,
        rig -> {
          Lane lane = rig.lane(rig.out, MirrorRig.span());
          for (int i = 0; i < 10; i++) {
            rig.send(BURST);
            rig.complete();
          }
          assertThat(rig.out.detector().isDemoted()).isTrue();
          assertThat(rig.second).isEqualTo(rig.first);
          assertThat(lane.counters().matched()).isEqualTo(10 * BURST);
          assertThat(lane.counters().mirrored()).isEqualTo(10 * BURST);
        });
  }

  @Test
  void aRefusedPacketGoesItsWayUnmirrored() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          LaneSettings settings =
              new LaneSettings(
                  FrameEdits.span(), 0, false, false, true, 1024, MirrorRig.NEVER, 0, null);
          Lane lane = rig.lane(rig.out, settings);
          rig.mirror.behaviour().refusesOneIn = 1;
          rig.make(BURST);
          for (int i = 0; i < BURST; i += 4) {
            MirrorFrames.ask(rig.burst.get(i));
          }
          assertThat(rig.out.transmit(rig.burst)).isEqualTo(BURST);
          for (int i = 0; i < BURST; i++) {
            rig.complete(); // one refusal ends a burst
          }
          assertThat(lane.counters().dropped(MirrorDrop.REFUSED)).isEqualTo(BURST / 4);
          assertThat(lane.counters().mirrored()).isEqualTo(BURST - BURST / 4);
        });
  }

  // ---- rates and samples on the short cut -------------------------------------------------------

  @Test
  void aRateIsKeptOnTheShortCut() {
    withRig(
        Release.IN_BURST,
        Completion.IN_BURST,
        rig -> {
          LaneSettings limited =
              new LaneSettings(
                  FrameEdits.span(),
                  0,
                  false,
                  false,
                  false,
                  64,
                  MirrorRig.NEVER,
                  0,
                  new RateLimit(10_000, false));
          Lane lane = rig.lane(rig.out, limited);
          long begin = System.nanoTime();
          for (int i = 0; i < 20; i++) {
            rig.send(BURST);
            MirrorRig.pause(5 * MILLI);
          }
          long allowed = (System.nanoTime() - begin) / 100_000 + 100;
          long mirrored = lane.counters().mirrored();
          assertThat(mirrored).as("of 640 in 100 ms at 10,000/s").isBetween(600L, allowed);
          assertThat(lane.counters().dropped(MirrorDrop.RATE_LIMITED))
              .isEqualTo(20L * BURST - mirrored);
          rig.out.poll();
        });
  }

  /** One in ten means every tenth, whichever way packets take. */
  @Test
  void everyTenthIsEveryTenth() {
    withRig(
        Release.IN_BURST,
        Completion.IN_BURST,
        rig -> {
          Lane lane = new Lane(rig.engine, MirrorRig.span(), rig.outlet);
          rig.engine.add(lane);
          rig.out.program(
              new Program(List.of(new Program.Part(new Selector(null, 10, false), List.of(lane)))));
          for (int i = 0; i < 100; i++) {
            rig.make(7);
            if (i % 3 == 0) {
              MirrorFrames.share(rig.burst.get(3)); // the long way, when it is its turn
              long shared = rig.burst.get(3);
              assertThat(rig.out.transmit(rig.burst)).isEqualTo(7);
              rig.burst.add(shared);
              rig.free(rig.burst);
            } else {
              assertThat(rig.out.transmit(rig.burst)).isEqualTo(7);
            }
          }
          assertThat(lane.counters().matched()).isEqualTo(70);
        });
  }
}
