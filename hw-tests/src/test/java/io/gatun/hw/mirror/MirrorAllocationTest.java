package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.device.EalFixture;
import io.gatun.mirror.encap.FrameEdit;
import io.gatun.mirror.encap.FrameEdits;
import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.engine.EgressTap;
import io.gatun.mirror.engine.IngressTap;
import io.gatun.mirror.engine.Lane;
import io.gatun.mirror.engine.LaneSettings;
import io.gatun.mirror.engine.MirrorEngine;
import io.gatun.mirror.engine.PortOutlet;
import io.gatun.mirror.engine.Program;
import io.gatun.mirror.engine.Selector;
import io.gatun.mirror.engine.Tap;
import io.gatun.pmd.Agent;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Not one byte on the heap, whichever way a packet takes through the mirror. */
@Tag("dpdk")
class MirrorAllocationTest {
  @RegisterExtension
  static final EalFixture DPDK =
      EalFixture.with("--vdev=net_null0", "--vdev=net_null1", "--vdev=net_null2");

  private static final int BURST = 32;
  private static final int DESCRIPTORS = 512;
  private static final int WARM_UP_BURSTS = 200_000;
  private static final int MEASURED_BURSTS = 100_000;
  private static final long SECOND = 1_000_000_000;

  private final RxQueue rx = DPDK.start(0).rxQueues().getFirst();
  private final TxQueue tx = DPDK.start(1).txQueues().getFirst();
  private final Port mirror = DPDK.start(2);
  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());

  /** A way of packets, by what is put before them. */
  enum Way {
    SENT_AT_ONCE(false, Completion.IN_BURST, 0),
    SENT_AND_LENT(false, Completion.IN_BURST, 0),
    SENT_WITH_A_HEADER(false, Completion.IN_BURST, 42),
    SENT_AND_TRACKED(false, Completion.REFERENCE_COUNT, 0),
    SENT_AND_CHAINED(false, Completion.REFERENCE_COUNT, 150),
    RECEIVED_AT_ONCE(true, Completion.IN_BURST, 42),
    RECEIVED_AND_TRACKED(true, Completion.REFERENCE_COUNT, 42);

    private final boolean isReceived;
    private final Completion completion;
    private final int header;

    Way(boolean isReceived, Completion completion, int header) {
      this.isReceived = isReceived;
      this.completion = completion;
      this.header = header;
    }
  }

  /** Forwards bursts from one tap to the other. */
  private record Forwarder(IngressTap from, EgressTap to, Burst burst, AtomicLong turns)
      implements Agent {
    @Override
    public String name() {
      return "forwarder";
    }

    @Override
    public int doWork() {
      from.receive(burst);
      to.transmit(burst);
      to.poll();
      turns.lazySet(turns.getPlain() + 1);
      return 1;
    }

    @Override
    public void close() {
      do {
        burst.free();
      } while (from.drain(burst) > 0);
      to.drain();
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsAllocatedInAHundredThousandBursts(Way way) {
    MirrorEngine engine = new MirrorEngine(cache, 2048, null);
    if (way == Way.SENT_AND_LENT) {
      engine.completions(DPDK.pool("completions", 1023, Mempool.MAX_CACHE).cache(DPDK.worker()));
    }
    EgressTap out = new EgressTap(engine, tx, DESCRIPTORS, way.completion);
    IngressTap in = new IngressTap(engine, rx);
    PortOutlet outlet = new PortOutlet(mirror.txQueues().getFirst(), DESCRIPTORS, way.completion);
    FrameEdit edit = way.header == 0 ? FrameEdits.span() : new NumberedEdit(way.header, 9000, 1);
    Lane lane =
        new Lane(
            engine,
            new LaneSettings(edit, 0, false, false, false, 1024, SECOND, SECOND, null),
            outlet);
    engine.add(out);
    engine.add(in);
    engine.add(outlet);
    engine.add(lane);
    Tap tap = way.isReceived ? in : out;
    tap.program(
        new Program(List.of(new Program.Part(new Selector(null, 1, false), List.of(lane)))));

    AtomicLong turns = new AtomicLong();
    Burst burst = Burst.allocate(BURST, Arena.ofAuto());
    PollLoop loop = DPDK.launch(new Forwarder(in, out, burst, turns));
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
    assertThat(lane.counters().mirrored())
        .isGreaterThanOrEqualTo((long) BURST * (WARM_UP_BURSTS + MEASURED_BURSTS));
    assertThat(lane.counters().dropped()).isZero();
    boolean isTracked = way.completion == Completion.REFERENCE_COUNT;
    assertThat(engine.table().highWater() > 0).isEqualTo(isTracked);
  }
}
