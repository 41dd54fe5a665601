package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Errno;
import io.gatun.bindings.Memory;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DropSink;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import io.gatun.pmd.forward.Stream;
import io.gatun.pmd.forward.TestStreams;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Receive and transmit on net_ring, which receives what it sends. */
@Tag("dpdk")
class QueueTest {
  @RegisterExtension
  static final EalFixture DPDK = EalFixture.with("--vdev=net_ring0", "--vdev=net_null0");

  private final Port ring = DPDK.start(0);
  private final RxQueue rx = ring.rxQueues().getFirst();
  private final TxQueue tx = ring.txQueues().getFirst();
  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());
  private final Burst out = Burst.allocate(64, Arena.global());
  private final Burst in = Burst.allocate(64, Arena.global());
  private final Mbuf mbuf = new Mbuf();

  /** Appends packets of four bytes to {@link #out}, numbered from {@code first}. */
  private void make(int first, int count) {
    assertThat(cache.allocate(out, count)).isTrue();
    for (int i = 0; i < count; i++) {
      mbuf.wrap(out.get(out.size() - count + i)).append(4);
      Memory.putInt(mbuf.data(), first + i);
    }
  }

  /** Frees {@link #in}, whose packets must be numbered from {@code first}. */
  private void expect(int first, int count) {
    assertThat(in.size()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      mbuf.wrap(in.get(i));
      assertThat(mbuf.packetLength()).isEqualTo(4);
      assertThat(Memory.getInt(mbuf.data())).isEqualTo(first + i);
    }
    in.free();
  }

  private int drain() {
    int drained = 0;
    while (rx.receive(in) > 0) {
      drained += in.free();
    }
    return drained;
  }

  @Test
  void packetsArriveWholeAndInOrder() {
    DPDK.onWorker(
        () -> {
          make(0, 64);
          assertThat(tx.transmit(out)).isEqualTo(64);
          assertThat(out.isEmpty()).isTrue();

          assertThat(rx.receive(in)).isEqualTo(64);
          expect(0, 64);
          assertThat(rx.receive(in)).isZero();
        });
  }

  @Test
  void anEmptyBurstSendsNothing() {
    DPDK.onWorker(() -> assertThat(tx.transmit(out)).isZero());
  }

  @Test
  void receiveAppendsAndTakesNoMoreThanFit() {
    DPDK.onWorker(
        () -> {
          make(0, 64);
          tx.transmit(out);
          Burst small = Burst.allocate(10, Arena.global());
          cache.allocate(small, 4);
          long first = small.get(0);

          assertThat(rx.receive(small)).isEqualTo(6);
          assertThat(small.size()).isEqualTo(10);
          assertThat(small.get(0)).isEqualTo(first);
          assertThat(Memory.getInt(mbuf.wrap(small.get(4)).data())).isZero();
          assertThat(Memory.getInt(mbuf.wrap(small.get(9)).data())).isEqualTo(5);
          assertThat(rx.receive(small)).as("a full burst").isZero();
          small.free();

          rx.receive(in);
          expect(6, 58);
        });
  }

  @Test
  void whatAFullRingRefusesStaysInFrontInOrder() {
    DPDK.onWorker(
        () -> {
          int taken = 0;
          while (true) {
            make(taken, 64);
            int sent = tx.transmit(out);
            taken += sent;
            assertThat(out.size()).isEqualTo(64 - sent);
            if (sent < 64) {
              break;
            }
          }
          assertThat(out.isEmpty()).isFalse();
          assertThat(Memory.getInt(mbuf.wrap(out.get(0)).data())).isEqualTo(taken);

          assertThat(drain()).isEqualTo(taken);
          int rest = out.size();
          assertThat(tx.transmit(out)).isEqualTo(rest);
          rx.receive(in);
          expect(taken, rest);
        });
  }

  @Test
  void aForwardingStreamCountsWhatAFullRingRefuses() {
    Port source = DPDK.start(1);
    Stream stream = TestStreams.forward(source.rxQueues().getFirst(), tx, List.of(), 32);
    PollLoop loop = DPDK.launch(stream);
    EalFixture.await("drops", () -> stream.counters().dropped() > 1000);
    loop.stop();
    DPDK.stopLoops();

    long taken = stream.counters().transmitted();
    assertThat(stream.counters().received()).isEqualTo(taken + stream.counters().dropped());
    DPDK.onWorker(() -> assertThat(drain()).isEqualTo((int) taken));
  }

  /** The packets themselves, to whoever wants to see what is dropped. */
  @Test
  void whatAFullRingRefusesCanBeLookedAt() {
    Port source = DPDK.start(1);
    AtomicLong seen = new AtomicLong();
    DropSink sink =
        (packet, reason) -> {
          assertThat(reason).isZero();
          assertThat(in.add(packet)).isTrue();
          seen.lazySet(seen.getPlain() + cache.free(in));
        };
    RxQueue queue = source.rxQueues().getFirst();
    Stream stream = TestStreams.forward(queue, tx, List.of(), 32, sink);
    PollLoop loop = DPDK.launch(stream);
    EalFixture.await("drops", () -> seen.get() > 1000);
    loop.stop();
    DPDK.stopLoops();

    assertThat(stream.counters().dropped()).isEqualTo(seen.get());
    DPDK.onWorker(() -> assertThat(drain()).isEqualTo((int) stream.counters().transmitted()));
  }

  @Test
  void aStoppedPortNeitherTakesNorGives() {
    DPDK.onWorker(
        () -> {
          make(0, 8);
          tx.transmit(out);
          make(8, 8);
        });
    ring.stop();
    DPDK.onWorker(
        () -> {
          assertThat(tx.transmit(out)).isZero();
          assertThat(out.size()).isEqualTo(8);
          assertThat(rx.receive(in)).isZero();
        });
    ring.start();
    DPDK.onWorker(
        () -> {
          assertThat(tx.transmit(out)).isEqualTo(8);
          assertThat(rx.receive(in)).isEqualTo(16);
          expect(0, 16);
        });
  }

  @Test
  void aDriverWithoutPrepareOrDescriptorStatusSaysSo() {
    DPDK.onWorker(
        () -> {
          make(0, 5);
          assertThat(tx.prepare(out)).isEqualTo(5);
          assertThat(tx.hasDescriptorStatus()).isFalse();
          assertThat(tx.isDone(0)).isFalse();
          assertThat(tx.doneCleanup(0)).isEqualTo(-Errno.ENOTSUP);
          out.free();
        });
  }
}
