package io.gatun.hw.bench;

import io.gatun.pmd.wire.Checksum;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The checksum of a buffer in the first-level cache: the loop over its bytes and the fold. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ChecksumBenchmark {
  /** Bytes. */
  @Param({"64", "128", "256", "576", "1500", "9000"})
  public int bytes;

  private long at;

  /** JMH makes it. */
  public ChecksumBenchmark() {}

  @Setup(Level.Trial)
  public void fill() {
    MemorySegment data = Arena.global().allocate(bytes, 64);
    for (int i = 0; i < bytes; i++) {
      data.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 + (i >> 8)));
    }
    at = data.address();
  }

  @Benchmark
  public int sum() {
    return Checksum.fold(Checksum.sum(at, bytes));
  }
}
