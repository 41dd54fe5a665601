package io.gatun.pmd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A number that one lcore changes with plain arithmetic and any thread reads whole. */
public final class Counter {
  private static final VarHandle VALUE = value();

  private long value;

  private static VarHandle value() {
    try {
      return MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A counter of zero. */
  public Counter() {}

  /** Adds, or with a negative number takes away; the one lcore that owns it. */
  @DataPath
  public void add(long delta) {
    VALUE.setOpaque(this, value + delta);
  }

  /** Reads it; any thread. */
  @DataPath
  public long get() {
    return (long) VALUE.getOpaque(this);
  }
}
