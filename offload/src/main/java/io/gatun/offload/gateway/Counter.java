package io.gatun.offload.gateway;

import io.gatun.pmd.DataPath;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A number that one lcore changes with plain arithmetic and any thread reads whole. */
final class Counter {
  private static final VarHandle VALUE = value();

  private long value;

  private static VarHandle value() {
    try {
      return MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @DataPath
  void add(long delta) {
    VALUE.setOpaque(this, value + delta);
  }

  @DataPath
  long get() {
    return (long) VALUE.getOpaque(this);
  }
}
