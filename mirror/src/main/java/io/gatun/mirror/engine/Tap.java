package io.gatun.mirror.engine;

import io.gatun.pmd.DataPath;
import io.gatun.pmd.MempoolCache;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A place where an lcore's packets pass the mirror. One lcore, but for {@link #program(Program)}.
 */
public abstract sealed class Tap permits EgressTap, IngressTap, DropTap {
  private static final VarHandle PROGRAM = program();

  final MirrorEngine engine;
  final BufferTable table;
  final MempoolCache pool;
  private final int port;

  /** Buffers of this tap that are withheld. */
  int withheld;

  private @Nullable Program program;

  Tap(MirrorEngine engine, int port) {
    this.engine = engine;
    this.table = engine.table();
    this.pool = engine.pool();
    this.port = port;
  }

  private static VarHandle program() {
    try {
      return MethodHandles.lookup().findVarHandle(Tap.class, "program", Program.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Changes what is mirrored from the lcore's next burst on; null for nothing. Any thread. */
  public final void program(@Nullable Program next) {
    PROGRAM.setRelease(this, next);
  }

  /** What is to be done with the packets that come now. */
  @DataPath
  final @Nullable Program current() {
    return (Program) PROGRAM.getAcquire(this);
  }

  /** DPDK's number of the port; -1 for dropped packets, which have many. */
  @DataPath
  public final int port() {
    return port;
  }

  /** Whether the packets leave the port. */
  @DataPath
  abstract boolean isEgress();

  /** Whether the packets go on after the mirror: received ones do. */
  @DataPath
  abstract boolean isIngress();

  /** Looks at the completions of the first transmission; returns how many there were. */
  @DataPath
  int pollFirst(long nowNanos) {
    return 0;
  }

  /** Makes the first transmission complete. */
  @DataPath
  void drive(long nowNanos) {}

  /** Counts a packet that no lane can have, for each lane that wanted it. */
  @DataPath
  final void refuse(Program what, long mask, MirrorDrop reason) {
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      Lane lane = what.lane(Long.numberOfTrailingZeros(rest));
      lane.counters().addMatched(1);
      lane.drop(reason, port, 1);
    }
  }
}
