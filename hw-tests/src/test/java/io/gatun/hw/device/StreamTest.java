package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatun.bindings.FastPath;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteEthdev;
import io.gatun.bindings.Upcalls;
import io.gatun.pmd.Agent;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DpdkException;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import io.gatun.pmd.forward.ForwardMode;
import io.gatun.pmd.forward.Stream;
import io.gatun.pmd.forward.TestStreams;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams under load: net_null always has a full burst to receive and takes all that is sent. */
@Tag("dpdk")
class StreamTest {
  @RegisterExtension
  static final EalFixture DPDK = EalFixture.with("--vdev=net_null0", "--vdev=net_null1");

  private static final int BURST = 32;
  private static final int WARM_UP_BURSTS = 200_000;
  private static final int MEASURED_BURSTS = 100_000;

  private final Port from = DPDK.start(0);
  private final Port to = DPDK.start(1);
  private final RxQueue rx = from.rxQueues().getFirst();
  private final TxQueue tx = to.txQueues().getFirst();
  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());

  /** Counts the turns of another agent. */
  private record Counted(Agent agent, AtomicLong turns) implements Agent {
    @Override
    public String name() {
      return agent.name();
    }

    @Override
    public int doWork() {
      turns.lazySet(turns.getPlain() + 1);
      return agent.doWork();
    }

    @Override
    public void close() {
      agent.close();
    }
  }

  private Stream stream(ForwardMode mode) {
    MacAddress mac = MacAddress.parse("02:00:00:00:00:01");
    return switch (mode) {
      case IO -> TestStreams.forward(rx, tx, List.of(), BURST);
      case MAC -> TestStreams.forward(rx, tx, List.of(TestStreams.mac(mac, mac)), BURST);
      case MACSWAP -> TestStreams.forward(rx, tx, List.of(TestStreams.macSwap()), BURST);
      case RXONLY -> TestStreams.sink(rx, cache, BURST);
      case TXONLY -> TestStreams.generator(tx, null, cache, 1, BURST, Long.MAX_VALUE);
      case FLOWGEN -> TestStreams.generator(tx, rx, cache, 1024, BURST, Long.MAX_VALUE);
    };
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsAllocatedInAHundredThousandBursts(ForwardMode mode) {
    Stream stream = stream(mode);
    AtomicLong turns = new AtomicLong();
    PollLoop loop = DPDK.launch(new Counted(stream, turns));
    EalFixture.await("warm-up", () -> turns.get() > WARM_UP_BURSTS);
    loop.pause();
    long start = turns.get();
    long before = loop.allocatedBytes();
    loop.resume();
    EalFixture.await("bursts", () -> turns.get() >= start + MEASURED_BURSTS);
    loop.pause();
    long after = loop.allocatedBytes();
    loop.resume();
    loop.stop();
    DPDK.stopLoops();

    EalFixture.rethrow(loop);
    assertThat(before).isPositive();
    assertThat(after - before).isZero();
    long packets = stream.counters().received() + stream.counters().transmitted();
    assertThat(packets).isGreaterThanOrEqualTo((long) BURST * (WARM_UP_BURSTS + MEASURED_BURSTS));
    assertThat(stream.counters().starved()).isZero();
  }

  @Test
  void theProbeForAllocationSeesOne() {
    AtomicLong turns = new AtomicLong();
    AtomicReference<byte[]> kept = new AtomicReference<>();
    Agent allocating =
        new Agent() {
          @Override
          public String name() {
            return "allocating";
          }

          @Override
          public int doWork() {
            kept.set(new byte[8]); // so that it is not optimised away
            return 1;
          }
        };
    PollLoop loop = DPDK.launch(new Counted(allocating, turns));
    EalFixture.await("turns", () -> turns.get() > 1000);
    loop.pause();
    long start = turns.get();
    long before = loop.allocatedBytes();
    loop.resume();
    EalFixture.await("turns", () -> turns.get() > start + 1000);
    loop.pause();
    assertThat(loop.allocatedBytes() - before).isGreaterThan(1000L * 8);
    loop.resume();
  }

  @Test
  void aGeneratorSendsExactlyItsBudget() {
    Stream stream = TestStreams.generator(tx, null, cache, 5, BURST, 1000);
    PollLoop loop = DPDK.launch(stream);
    EalFixture.await("the budget", () -> stream.counters().transmitted() >= 1000);
    loop.stop();
    DPDK.stopLoops();

    assertThat(stream.counters().transmitted()).isEqualTo(1000);
    assertThat(to.stats().txPackets()).isGreaterThanOrEqualTo(1000);
  }

  /** What a capture does: a callback is added while packets flow, and taken away again. */
  @Test
  void receiveCallbacksAreHonouredWhileRunning() {
    Stream stream = stream(ForwardMode.IO);
    AtomicLong seen = new AtomicLong();
    AtomicLong kept = new AtomicLong();
    MemorySegment callback =
        Upcalls.rxCallback(
            (port, queue, mbufs, count) -> {
              int stays = 0;
              for (int i = 0; i < count; i++) {
                if (i % 2 == 0) {
                  long even = Memory.getLong(mbufs + 8L * i);
                  long odd = Memory.getLong(mbufs + 8L * stays);
                  // The even ones move to the front; what they replace is freed with the rest.
                  Memory.putLong(mbufs + 8L * stays, even);
                  Memory.putLong(mbufs + 8L * i, odd);
                  stays++;
                }
              }
              FastPath.rte_pktmbuf_free_bulk(mbufs + 8L * stays, count - stays);
              seen.addAndGet(count);
              kept.addAndGet(stays);
              return stays;
            },
            Arena.global());
    PollLoop loop = DPDK.launch(stream);
    EalFixture.await("packets", () -> stream.counters().received() > 1000);

    long handle = RteEthdev.rte_eth_add_rx_callback(0, 0, callback);
    assertThat(handle).isNotZero();
    EalFixture.await("the callback", () -> seen.get() > 100_000);
    assertThat(RteEthdev.rte_eth_remove_rx_callback(0, 0, handle)).isZero();
    // One burst may still be in it.
    long turn = stream.counters().received();
    EalFixture.await("packets", () -> stream.counters().received() > turn + 10L * BURST);
    long seenThen = seen.get();
    EalFixture.await("packets", () -> stream.counters().received() > turn + 100L * BURST);
    assertThat(seen).hasValue(seenThen);
    loop.stop();
    DPDK.stopLoops();

    assertThat(kept.get() * 2).isEqualTo(seen.get());
    // Received counts what the callback left: what the driver gave is that and the rest.
    assertThat(stream.counters().transmitted()).isEqualTo(stream.counters().received());
  }

  @Test
  void aPortCanBeRestartedUnderLoad() {
    Stream stream = stream(ForwardMode.MACSWAP);
    PollLoop loop = DPDK.launch(stream);
    for (int i = 0; i < 20; i++) {
      long before = stream.counters().transmitted();
      EalFixture.await("packets", () -> stream.counters().transmitted() > before + 1000);
      loop.pause();
      Port port = i % 2 == 0 ? from : to;
      port.stop();
      assertThat(port.isStarted()).isFalse();
      port.start();
      loop.resume();
    }
    long before = stream.counters().transmitted();
    EalFixture.await("packets", () -> stream.counters().transmitted() > before + 1000);

    assertThat(loop.failure()).isNull();
    assertThat(stream.counters().dropped()).isZero();
  }

  @Test
  void aStageThatThrowsEndsTheLoopWithoutALeak() {
    AtomicBoolean closed = new AtomicBoolean();
    PacketStage bad =
        new PacketStage() {
          private int bursts;

          @Override
          public String name() {
            return "bad";
          }

          @Override
          public int process(Burst burst) {
            if (bursts++ == 100) {
              throw new IllegalStateException("bad packet");
            }
            return 0;
          }

          @Override
          public void close() {
            closed.set(true);
          }
        };
    PollLoop loop = DPDK.launch(TestStreams.forward(rx, tx, List.of(bad), BURST));
    EalFixture.await("the end", loop::hasEnded);
    DPDK.stopLoops();

    assertThat(loop.failure()).hasMessage("bad packet");
    assertThat(closed).isTrue();
    DPDK.assertPoolsFull();
  }

  @Test
  void aBusyLcoreRefusesASecondLoop() {
    DPDK.launch(stream(ForwardMode.IO));

    assertThatExceptionOfType(DpdkException.class)
        .isThrownBy(() -> DPDK.launch(stream(ForwardMode.IO)))
        .withMessageContaining("rte_eal_remote_launch(lcore 1): EBUSY")
        .withMessageContaining("it runs another loop");
  }
}
