package io.gatun.hw.bench;

import io.gatun.pmd.Burst;
import io.gatun.pmd.Eal;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.RxQueue;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a burst costs when there is nothing to receive: {@link #receiveNothing} polls an empty
 * net_ring, whose burst function looks at two indices; {@link #javaCall} is a call that the JIT may
 * not inline, to compare with.
 */
@NullUnmarked // JMH calls start() before anything else
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DowncallBenchmark {
  private Eal eal;
  private RxQueue queue;
  private Burst burst;
  private int calls;

  /** JMH makes it. */
  public DowncallBenchmark() {}

  @Setup(Level.Trial)
  public void start() {
    eal =
        Eal.start(
            List.of(
                "-l",
                "0",
                "--no-pci",
                "--in-memory",
                "--file-prefix=gatun-jmh",
                "--vdev=net_ring0"));
    Mempool pool = eal.createMempool("jmh", 1023, 32, Mempool.DEFAULT_DATA_ROOM, -1);
    Port port = eal.port(0);
    port.configure(PortConfig.DEFAULT, pool);
    port.start();
    queue = port.rxQueues().getFirst();
    burst = Burst.allocate(32, Arena.ofAuto());
  }

  @TearDown(Level.Trial)
  public void stop() {
    eal.close();
  }

  @Benchmark
  public int receiveNothing() {
    return queue.receive(burst);
  }

  @Benchmark
  public int javaCall() {
    return notInlined();
  }

  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  private int notInlined() {
    return calls++;
  }
}
