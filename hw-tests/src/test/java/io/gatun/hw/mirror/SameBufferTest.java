package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.hw.device.EalFixture;
import io.gatun.hw.model.CompletingDevice.Release;
import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.engine.EgressTap;
import io.gatun.mirror.engine.IngressTap;
import io.gatun.mirror.engine.Lane;
import io.gatun.mirror.engine.MirrorEngine;
import io.gatun.mirror.engine.PortOutlet;
import io.gatun.mirror.engine.Program;
import io.gatun.mirror.engine.Selector;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.Transmitter;
import io.gatun.pmd.TxQueue;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The heart of the mirror: the buffer that is mirrored is the very one that was sent or received,
 * not before its first completion, and the host has it back not before the second.
 */
@Tag("dpdk")
class SameBufferTest {
  @RegisterExtension
  static final EalFixture DPDK =
      EalFixture.with(
          "--vdev=net_ring0", "--vdev=net_ring1", "--vdev=net_null0", "--vdev=net_null1");

  private static final int COUNT = 32;
  private static final int DESCRIPTORS = 512;

  private final Port ring = DPDK.start(0);
  private final Mempool pool = DPDK.pool();
  private final MempoolCache cache = pool.cache(DPDK.worker());
  private final int full = pool.available();
  private final Burst in = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());

  private static List<Long> addresses(Burst burst) {
    List<Long> addresses = new ArrayList<>();
    for (int i = 0; i < burst.size(); i++) {
      addresses.add(burst.get(i));
    }
    return addresses;
  }

  private int away() {
    return full - pool.available();
  }

  // ---- devices that complete when they are told to ----------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "LATE, REFERENCE_COUNT",
    "WHEN_KICKED, REFERENCE_COUNT",
    "BY_THREAD, REFERENCE_COUNT",
    "LATE, DESCRIPTOR_STATUS",
    "AT_REUSE, DESCRIPTOR_STATUS"
  })
  void whatIsSentIsMirroredWhenItWasSent(Release release, Completion completion) {
    DPDK.onWorker(
        () -> {
          try (MirrorRig rig = new MirrorRig(cache, 256, release, completion)) {
            Lane lane = rig.lane(rig.out, MirrorRig.span());
            rig.make(COUNT);
            List<Long> packets = addresses(rig.burst);
            assertThat(rig.out.transmit(rig.burst)).isEqualTo(COUNT);

            assertThat(rig.first).isEqualTo(packets);
            for (int i = 0; i < 10; i++) {
              MirrorRig.pause(30_000);
              rig.out.poll();
            }
            assertThat(rig.second).as("before the first completion").isEmpty();
            assertThat(rig.out.depth()).isEqualTo(COUNT);

            completeOne(rig, true);
            assertThat(rig.second).as("the same buffers, in order").isEqualTo(packets);
            assertThat(away()).as("not the host's yet").isEqualTo(COUNT);
            assertThat(lane.counters().mirrored()).isEqualTo(COUNT);

            completeOne(rig, false);
            rig.complete();
            assertThat(away()).as("after the second completion").isZero();
            assertThat(rig.engine.table().faults()).isZero();
            assertThat(rig.engine.table().held()).isZero();
          }
        });
  }

  /** Sends what one of the devices has, and has the engine look until it has noticed. */
  private static void completeOne(MirrorRig rig, boolean isPrimary) {
    var device = isPrimary ? rig.primary : rig.mirror;
    device.work(COUNT);
    for (int i = 0; i < 10; i++) {
      MirrorRig.pause(30_000);
      rig.out.poll();
      device.settle();
    }
  }

  /** Only a part has been sent: that part goes to the mirror. */
  @Test
  void eachBufferHasItsOwnTime() {
    DPDK.onWorker(
        () -> {
          try (MirrorRig rig =
              new MirrorRig(cache, 256, Release.LATE, Completion.DESCRIPTOR_STATUS)) {
            rig.lane(rig.out, MirrorRig.span());
            rig.send(10);
            for (int sent = 1; sent <= 10; sent++) {
              rig.primary.work(1);
              rig.out.poll();
              assertThat(rig.second).isEqualTo(rig.first.subList(0, sent));
            }
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"REFERENCE_COUNT", "DESCRIPTOR_STATUS"})
  void whatIsReceivedIsDeliveredWhenItWasMirrored(Completion completion) {
    DPDK.onWorker(
        () -> {
          try (MirrorRig rig = new MirrorRig(cache, 2048, Release.LATE, completion)) {
            IngressTap tap = rig.ingress(ring.rxQueues().getFirst());
            rig.lane(tap, MirrorRig.span());
            rig.make(COUNT);
            List<Long> packets = addresses(rig.burst);
            ring.txQueues().getFirst().transmit(rig.burst);

            for (int i = 0; i < 10; i++) {
              assertThat(tap.receive(in)).as("before the second completion").isZero();
              MirrorRig.pause(30_000);
            }
            assertThat(rig.second).isEqualTo(packets);
            assertThat(tap.depth()).isEqualTo(COUNT);

            rig.mirror.work(COUNT);
            for (int i = 0; i < 10 && in.size() < COUNT; i++) {
              MirrorRig.pause(30_000);
              tap.receive(in);
            }
            assertThat(addresses(in)).isEqualTo(packets);
            assertThat(tap.copies()).isZero();
            cache.free(in);
          }
        });
  }

  // ---- real ports -------------------------------------------------------------------------------

  /** A mirror of a transmit queue. */
  private record Egress(MirrorEngine engine, EgressTap tap, Lane lane) {}

  private Egress egress(Transmitter primary, Transmitter mirror, Completion completion) {
    MirrorEngine engine = new MirrorEngine(cache, 2048, null);
    EgressTap tap = new EgressTap(engine, primary, DESCRIPTORS, completion);
    engine.add(tap);
    PortOutlet outlet = new PortOutlet(mirror, DESCRIPTORS, completion);
    engine.add(outlet);
    Lane lane = new Lane(engine, MirrorRig.span(), outlet);
    engine.add(lane);
    tap.program(
        new Program(List.of(new Program.Part(new Selector(null, 1, false), List.of(lane)))));
    return new Egress(engine, tap, lane);
  }

  /** net_ring completes when the receiver at its other end frees what it got. */
  @Test
  void throughRings() {
    Port other = DPDK.start(1);
    TxQueue primary = ring.txQueues().getFirst();
    RxQueue there = ring.rxQueues().getFirst();
    RxQueue mirrored = other.rxQueues().getFirst();
    DPDK.onWorker(
        () -> {
          Completion best = Completion.best(ring.info(), primary);
          assertThat(best).isEqualTo(Completion.REFERENCE_COUNT);
          Egress mirror = egress(primary, other.txQueues().getFirst(), best);
          assertThat(cache.allocate(in, COUNT)).isTrue();
          for (int i = 0; i < COUNT; i++) {
            Memory.putShort(in.get(i) + RteMbuf.DATA_LEN, (short) 60);
            Memory.putInt(in.get(i) + RteMbuf.PKT_LEN, 60);
          }
          List<Long> packets = addresses(in);
          assertThat(mirror.tap().transmit(in)).isEqualTo(COUNT);
          mirror.tap().poll();

          assertThat(mirrored.receive(in)).as("before the first completion").isZero();
          assertThat(there.receive(in)).isEqualTo(COUNT);
          assertThat(addresses(in)).isEqualTo(packets);
          cache.free(in);
          mirror.tap().poll();
          assertThat(mirrored.receive(in)).isEqualTo(COUNT);
          assertThat(addresses(in)).as("the same buffers").isEqualTo(packets);
          mirror.tap().poll();
          assertThat(away()).isEqualTo(COUNT);
          cache.free(in);
          mirror.tap().poll();
          assertThat(away()).isZero();
          assertThat(mirror.lane().counters().mirrored()).isEqualTo(COUNT);
        });
  }

  /** A queue whose calls are noted. */
  private record Noted(Transmitter behind, List<List<Long>> bursts) implements Transmitter {
    @Override
    public int port() {
      return behind.port();
    }

    @Override
    public int queue() {
      return behind.queue();
    }

    @Override
    public int transmit(Burst burst) {
      bursts.add(addresses(burst));
      return behind.transmit(burst);
    }

    @Override
    public int prepare(Burst burst) {
      return behind.prepare(burst);
    }
  }

  /** net_null gives buffers back within the burst: no slot is needed. */
  @Test
  void throughTheShortCut() {
    Port sink = DPDK.start(2);
    Port other = DPDK.start(3);
    DPDK.onWorker(
        () -> {
          List<List<Long>> bursts = new ArrayList<>();
          TxQueue queue = sink.txQueues().getFirst();
          Completion best = Completion.best(sink.info(), queue);
          assertThat(best).isEqualTo(Completion.IN_BURST);
          Egress mirror =
              egress(
                  new Noted(queue, bursts), new Noted(other.txQueues().getFirst(), bursts), best);
          assertThat(cache.allocate(in, COUNT)).isTrue();
          for (int i = 0; i < COUNT; i++) {
            Memory.putShort(in.get(i) + RteMbuf.DATA_LEN, (short) 60);
            Memory.putInt(in.get(i) + RteMbuf.PKT_LEN, 60);
          }
          List<Long> packets = addresses(in);
          assertThat(mirror.tap().transmit(in)).isEqualTo(COUNT);

          assertThat(bursts).isEqualTo(Collections.nCopies(2, packets));
          assertThat(away()).isZero();
          assertThat(mirror.engine().table().highWater()).as("slots used").isZero();
          assertThat(mirror.lane().counters().matched()).isEqualTo(COUNT);
          assertThat(mirror.lane().counters().mirrored()).isEqualTo(COUNT);
          assertThat(mirror.lane().counters().bytes()).isEqualTo(60L * COUNT);
          assertThat(mirror.tap().detector().isDemoted()).isFalse();
        });
  }
}
