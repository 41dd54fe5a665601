package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.device.EalFixture;
import io.gatun.hw.model.CompletingDevice;
import io.gatun.hw.model.CompletingDevice.Release;
import io.gatun.mirror.encap.FrameEdit;
import io.gatun.mirror.encap.FrameEdits;
import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.engine.DropTap;
import io.gatun.mirror.engine.EngineProbe;
import io.gatun.mirror.engine.IngressTap;
import io.gatun.mirror.engine.Lane;
import io.gatun.mirror.engine.LaneSettings;
import io.gatun.mirror.engine.MirrorDrop;
import io.gatun.pmd.Burst;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import java.lang.foreign.Arena;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Empty pools, sessions that are removed, sources that stop, and packets that are received. */
@Tag("dpdk")
class MirrorSourceFaultTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with("--vdev=net_ring0");

  private static final long MILLI = 1_000_000;
  private static final int BURST = 32;

  private final Port ring = DPDK.start(0);
  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());
  private final Burst in = Burst.allocate(BURST, Arena.ofAuto());

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

  // ---- buffers ----------------------------------------------------------------------------------

  private static FrameEdit header() {
    return new NumberedEdit(50, FrameEdit.UNLIMITED, 1);
  }

  private Burst takeAll() {
    Burst all = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
    Burst chunk = Burst.allocate(1, Arena.ofAuto());
    Burst rest = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
    // More than a burst can hold: chained, so that one table keeps them all.
    while (cache.allocate(rest, Burst.MAX_CAPACITY)) {
      MirrorFrames.chain(rest);
      all.add(rest.get(0));
      rest.size(0);
    }
    while (cache.allocate(chunk, 1)) {
      all.add(chunk.get(0));
      chunk.size(0);
    }
    return all;
  }

  @Test
  void anEmptyPoolCostsFramesThatNeedAHeaderOfTheirOwn() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          Lane lane = rig.lane(rig.out, MirrorRig.settings(header(), false, MirrorRig.NEVER, 0));
          rig.make(BURST, 0);
          rig.make(BURST);
          Burst all = takeAll();
          assertThat(rig.out.transmit(rig.burst)).isEqualTo(2 * BURST);
          rig.complete();
          assertThat(lane.counters().dropped(MirrorDrop.NO_MBUF)).isEqualTo(BURST);
          assertThat(rig.second).isEqualTo(rig.first.subList(BURST, 2 * BURST));
          rig.free(all);
          rig.make(BURST, 0);
          assertThat(rig.out.transmit(rig.burst)).isEqualTo(BURST);
          rig.complete();
          assertThat(lane.counters().chained()).isEqualTo(BURST);
        });
  }

  @Test
  void aLosslessSessionWaitsForBuffers() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          Lane lane =
              rig.lane(
                  rig.out, MirrorRig.settings(header(), true, MirrorRig.NEVER, MirrorRig.NEVER));
          rig.make(BURST, 0);
          Burst all = takeAll();
          assertThat(rig.out.transmit(rig.burst)).isEqualTo(BURST);
          rig.complete();
          assertThat(rig.second).isEmpty();
          assertThat(lane.waiting()).isEqualTo(BURST);
          rig.free(all);
          rig.complete();
          assertThat(lane.counters().mirrored()).isEqualTo(BURST);
          assertThat(lane.counters().dropped()).isZero();
        });
  }

  // ---- sessions and sources ---------------------------------------------------------------------

  @Test
  void aSessionIsRemovedWhileItsBuffersAreOnTheirWay() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          Lane lane = rig.lane(rig.out, MirrorRig.span());
          rig.send(BURST);
          rig.primary.work(BURST);
          rig.primary.kick();
          rig.out.poll(); // with the mirror
          rig.mirror.behaviour().isFull = true;
          rig.send(BURST);
          rig.primary.work(BURST);
          rig.primary.kick();
          rig.out.poll(); // in the backlog
          rig.send(BURST); // with the primary

          rig.out.program(null);
          lane.remove();
          rig.send(BURST);
          rig.complete();
          assertThat(lane.waiting()).isZero();
          assertThat(lane.counters().mirrored()).isEqualTo(BURST);
          assertThat(lane.counters().dropped(MirrorDrop.REMOVED)).isEqualTo(2 * BURST);
          assertThat(rig.first).hasSize(4 * BURST);
          rig.engine.forget(lane);
          rig.engine.forget(rig.outlet);
        });
  }

  /** Drivers that never complete keep their references; their ports free them when they stop. */
  @Test
  void aSourceStopsWhileBuffersAreHeld() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          LaneSettings cut =
              new LaneSettings(header(), 30, false, false, false, 64, MirrorRig.NEVER, 0, null);
          Lane lane = rig.lane(rig.out, cut);
          rig.send(BURST);
          rig.primary.work(BURST);
          rig.primary.kick();
          rig.mirror.behaviour().isStuck = true;
          rig.out.poll(); // with the mirror
          rig.mirror.behaviour().isFull = true;
          rig.send(BURST);
          rig.primary.work(BURST);
          rig.primary.kick();
          rig.out.poll(); // in the backlog
          rig.primary.behaviour().isStuck = true;
          rig.send(BURST); // with the primary
          rig.out.program(null);

          long begin = System.nanoTime();
          rig.out.drain();
          assertThat(System.nanoTime() - begin).isBetween(500 * MILLI, 3000 * MILLI);
          assertThat(lane.waiting()).isZero();
          assertThat(rig.primary.held()).isEqualTo(BURST);
          assertThat(rig.mirror.held()).isEqualTo(BURST);
        });
  }

  @Test
  void whatIsDroppedIsMirroredAndItsEndIsWaitedFor() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          DropTap drops = new DropTap(rig.engine);
          rig.engine.add(drops);
          Lane lane = rig.lane(drops, MirrorRig.span());
          rig.make(BURST);
          for (int i = 0; i < BURST; i++) {
            drops.drop(rig.burst.get(i), i);
          }
          rig.burst.size(0);
          rig.out.poll();
          assertThat(rig.second).hasSize(BURST);
          drops.program(null);
          rig.make(1);
          drops.drop(rig.burst.get(0), 0); // freed, although nobody wants it
          rig.burst.size(0);
          rig.mirror.work(BURST);
          rig.out.drain();
          assertThat(lane.counters().mirrored()).isEqualTo(BURST);
        });
  }

  // ---- received packets -------------------------------------------------------------------------

  private void inject(MirrorRig rig, int count) {
    rig.make(count);
    assertThat(ring.txQueues().getFirst().transmit(rig.burst)).isEqualTo(count);
  }

  /** What was delivered is as it was received, header or not; frees it. */
  private void expectPlain() {
    for (int i = 0; i < in.size(); i++) {
      byte[] bytes = CompletingDevice.bytes(in.get(i));
      assertThat(MirrorFrames.isRight(bytes)).isTrue();
      assertThat(new MirrorFrames(cache).isNoted(in.get(i), MirrorFrames.number(bytes))).isTrue();
    }
    cache.free(in);
  }

  /** Copies are delivered in time, as they were received; the originals are freed later. */
  @Test
  void afterHoldMaxACopyIsDelivered() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          IngressTap tap = rig.ingress(ring.rxQueues().getFirst());
          LaneSettings cut =
              new LaneSettings(header(), 30, false, false, false, 64, 100 * MILLI, 0, null);
          Lane lane = rig.lane(tap, cut);
          inject(rig, BURST);
          assertThat(tap.receive(in)).isZero();
          tap.program(null);
          inject(rig, 1);
          assertThat(tap.receive(in)).as("unmatched, and behind them").isZero();
          MirrorRig.pause(120 * MILLI);
          int received = tap.receive(in);
          assertThat(received).isEqualTo(BURST);
          assertThat(tap.copies()).isEqualTo(BURST);
          expectPlain();
          assertThat(tap.receive(in)).isEqualTo(1);
          expectPlain();
          assertThat(tap.copies()).as("the one behind is itself").isEqualTo(BURST);

          rig.complete();
          assertThat(lane.counters().mirrored()).isEqualTo(BURST);
          assertThat(lane.counters().truncated()).isEqualTo(BURST);
        });
  }

  /** Slots that a dead destination keeps must not stop the port. */
  @Test
  void aDeadDestinationDoesNotStopReception() {
    withRig(
        1024 + 48,
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          IngressTap tap = rig.ingress(ring.rxQueues().getFirst());
          Lane lane = rig.lane(tap, backlog(1024, MILLI / 10));
          rig.mirror.behaviour().isStuck = true;
          int received = 0;
          for (int i = 0; i < 100; i++) {
            inject(rig, BURST);
            for (int j = 0; j < 4; j++) {
              received += tap.receive(in);
              expectPlain();
            }
            MirrorRig.pause(MILLI / 5);
          }
          for (int j = 0; j < 10; j++) {
            received += tap.receive(in);
            expectPlain();
          }
          assertThat(received).isEqualTo(100 * BURST);
          assertThat(lane.counters().dropped(MirrorDrop.LOCKED_LIMIT)).isPositive();
          rig.mirror.behaviour().isStuck = false;
          rig.complete();
          assertThat(new EngineProbe(rig.engine).used()).isZero();
        });
  }

  /** A lossless session's source waits at most the deadline, then at the end no longer. */
  @Test
  void whatALosslessSessionHoldsIsDeliveredAtTheEnd() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          IngressTap tap = rig.ingress(ring.rxQueues().getFirst());
          rig.lane(tap, MirrorRig.settings(header(), true, 0, MirrorRig.NEVER));
          rig.mirror.behaviour().isStuck = true;
          inject(rig, BURST);
          assertThat(tap.receive(in)).isZero();
          tap.program(null);
          assertThat(tap.drain(in)).isEqualTo(BURST);
          assertThat(tap.copies()).isEqualTo(BURST);
          expectPlain();
          assertThat(tap.drain(in)).isZero();
        });
  }

  /** Somebody else reads it: it is delivered, and neither edited nor held up. */
  @Test
  void aSharedPacketPassesUnmirrored() {
    withRig(
        Release.LATE,
        Completion.REFERENCE_COUNT,
        rig -> {
          IngressTap tap = rig.ingress(ring.rxQueues().getFirst());
          Lane lane = rig.lane(tap, MirrorRig.settings(header(), false, MirrorRig.NEVER, 0));
          rig.make(1);
          long packet = rig.burst.get(0);
          MirrorFrames.share(packet);
          ring.txQueues().getFirst().transmit(rig.burst);
          assertThat(tap.receive(in)).isEqualTo(1);
          assertThat(in.get(0)).isEqualTo(packet);
          assertThat(lane.counters().dropped(MirrorDrop.SHARED)).isEqualTo(1);
          expectPlain();
          in.add(packet);
          cache.free(in);
        });
  }

  @Test
  void soItIsForWhatIsReceived() {
    withRig(
        Release.LATE,
        Completion.IN_BURST,
        rig -> {
          IngressTap tap = rig.ingress(ring.rxQueues().getFirst());
          Lane lane = rig.lane(tap, MirrorRig.settings(header(), false, MirrorRig.NEVER, 0));
          for (int i = 0; i < 10; i++) {
            inject(rig, BURST);
            for (int received = 0; received < BURST; ) {
              received += tap.receive(in);
              expectPlain();
              rig.complete();
            }
          }
          assertThat(tap.copies()).isZero();
          assertThat(lane.counters().mirrored()).isEqualTo(10 * BURST);
          assertThat(rig.outlet.completion()).isEqualTo("reference_count");
        });
  }
}
