package io.gatun.pmd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Counters by number: one lcore writes, anybody reads. */
public final class CounterArray {
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] values;

  /** {@code size} counters of zero. */
  public CounterArray(int size) {
    values = new long[size];
  }

  /** Adds to a counter; the one lcore that owns them. */
  @DataPath
  public void add(int index, long count) {
    ELEMENT.setOpaque(values, index, values[index] + count);
  }

  /** Reads a counter; any thread. */
  @DataPath
  public long get(int index) {
    return (long) ELEMENT.getOpaque(values, index);
  }
}
