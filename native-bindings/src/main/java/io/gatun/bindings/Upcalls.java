package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Java functions as C function pointers. They live as long as the arena that they are given.
 *
 * <p>An exception that leaves an upcall ends the JVM, so every one is caught here: it goes to the
 * thread's uncaught-exception handler, and C gets the value that means failure.
 */
// The adapters below are found by name and have C's parameters, needed or not.
@SuppressWarnings({"UnusedMethod", "UnusedVariable"})
public final class Upcalls {
  private Upcalls() {}

  /** {@code lcore_function_t} (rte_launch.h); runs on the EAL lcore's own thread. */
  @FunctionalInterface
  public interface LcoreFunction {
    int run();
  }

  /** {@code rte_eth_dev_cb_fn} (rte_ethdev.h); runs on EAL's interrupt thread. */
  @FunctionalInterface
  public interface EthEventCallback {
    void event(int port, int event);
  }

  /** {@code rte_dev_event_cb_fn} (rte_dev.h); runs on EAL's interrupt thread. */
  @FunctionalInterface
  public interface DevEventCallback {
    void event(String device, int event);
  }

  /** {@code telemetry_cb} (rte_telemetry.h); runs on a thread of the telemetry library. */
  @FunctionalInterface
  public interface TelemetryCallback {
    /** Fills {@code data}, a {@code struct rte_tel_data *}; negative means failure. */
    int handle(String command, String parameters, long data);
  }

  /** {@code rte_lcore_usage_cb} (rte_lcore.h, since 23.03); any thread. */
  @FunctionalInterface
  public interface LcoreUsageCallback {
    /** Fills {@code struct rte_lcore_usage}: total cycles at +0, busy cycles at +8. */
    int usage(int lcore, long usage);
  }

  /** {@code cookie_write_function_t} (fopencookie(3)); any thread that logs. */
  @FunctionalInterface
  public interface WriteFunction {
    void write(String text);
  }

  /** {@code rte_rx_callback_fn} without its user pointer: the lcore that polls. */
  @FunctionalInterface
  public interface RxCallback {
    /** Returns how many of the {@code count} mbufs in the table at {@code mbufs} go on. */
    int received(int port, int queue, long mbufs, int count);
  }

  public static MemorySegment lcoreFunction(LcoreFunction function, Arena arena) {
    return stub(
        "lcore", LcoreFunction.class, function, FunctionDescriptor.of(JAVA_INT, ADDRESS), arena);
  }

  public static MemorySegment ethEvent(EthEventCallback callback, Arena arena) {
    return stub(
        "ethEvent",
        EthEventCallback.class,
        callback,
        FunctionDescriptor.of(JAVA_INT, JAVA_SHORT, JAVA_INT, ADDRESS, ADDRESS),
        arena);
  }

  public static MemorySegment devEvent(DevEventCallback callback, Arena arena) {
    return stub(
        "devEvent",
        DevEventCallback.class,
        callback,
        FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, ADDRESS),
        arena);
  }

  public static MemorySegment telemetry(TelemetryCallback callback, Arena arena) {
    return stub(
        "telemetry",
        TelemetryCallback.class,
        callback,
        FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS),
        arena);
  }

  public static MemorySegment lcoreUsage(LcoreUsageCallback callback, Arena arena) {
    return stub(
        "lcoreUsage",
        LcoreUsageCallback.class,
        callback,
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS),
        arena);
  }

  public static MemorySegment write(WriteFunction function, Arena arena) {
    return stub(
        "write",
        WriteFunction.class,
        function,
        FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG),
        arena);
  }

  public static MemorySegment rxCallback(RxCallback callback, Arena arena) {
    return stub(
        "rx",
        RxCallback.class,
        callback,
        FunctionDescriptor.of(
            JAVA_SHORT, JAVA_SHORT, JAVA_SHORT, ADDRESS, JAVA_SHORT, JAVA_SHORT, ADDRESS),
        arena);
  }

  private static MemorySegment stub(
      String adapter, Class<?> type, Object target, FunctionDescriptor descriptor, Arena arena) {
    try {
      MethodType signature = descriptor.toMethodType().insertParameterTypes(0, type);
      MethodHandle handle =
          MethodHandles.lookup().findStatic(Upcalls.class, adapter, signature).bindTo(target);
      return Linker.nativeLinker().upcallStub(handle, descriptor, arena);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(adapter, e);
    }
  }

  private static void report(Throwable e) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
  }

  private static int lcore(LcoreFunction function, MemorySegment argument) {
    try {
      return function.run();
    } catch (Throwable e) {
      report(e);
      return -1;
    }
  }

  private static int ethEvent(
      EthEventCallback callback, short port, int event, MemorySegment user, MemorySegment ret) {
    try {
      callback.event(port & 0xffff, event);
      return 0;
    } catch (Throwable e) {
      report(e);
      return -1;
    }
  }

  private static void devEvent(
      DevEventCallback callback, MemorySegment device, int event, MemorySegment user) {
    try {
      callback.event(Memory.string(device.address(), 256), event);
    } catch (Throwable e) {
      report(e);
    }
  }

  private static int telemetry(
      TelemetryCallback callback, MemorySegment command, MemorySegment params, MemorySegment data) {
    try {
      return callback.handle(
          Memory.string(command.address(), 256),
          Memory.string(params.address(), 16 << 10),
          data.address());
    } catch (Throwable e) {
      report(e);
      return -1;
    }
  }

  private static int lcoreUsage(LcoreUsageCallback callback, int lcore, MemorySegment usage) {
    try {
      return callback.usage(lcore, usage.address());
    } catch (Throwable e) {
      report(e);
      return -1;
    }
  }

  private static long write(
      WriteFunction function, MemorySegment cookie, MemorySegment text, long size) {
    try {
      function.write(Memory.string(text.address(), (int) size));
    } catch (Throwable e) {
      report(e);
    }
    return size;
  }

  private static short rx(
      RxCallback callback,
      short port,
      short queue,
      MemorySegment mbufs,
      short count,
      short max,
      MemorySegment user) {
    try {
      return (short)
          callback.received(port & 0xffff, queue & 0xffff, mbufs.address(), count & 0xffff);
    } catch (Throwable e) {
      report(e);
      return count;
    }
  }
}
