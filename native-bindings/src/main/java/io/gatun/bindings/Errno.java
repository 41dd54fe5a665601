package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.gatun.bindings.gen.Dpdk;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * Error numbers: {@code rte_errno} of the calling thread, and names for errno(3) and DPDK's own.
 */
public final class Errno {
  /** Linux's numbers (asm-generic/errno.h) for what DPDK and its drivers return. */
  public static final int EPERM = 1;

  public static final int ENOENT = 2;
  public static final int EIO = 5;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int ENOSPC = 28;
  public static final int ENOTSUP = 95;
  public static final int EALREADY = 114;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(EPERM, "EPERM"),
          Map.entry(ENOENT, "ENOENT"),
          Map.entry(EIO, "EIO"),
          Map.entry(6, "ENXIO"),
          Map.entry(EAGAIN, "EAGAIN"),
          Map.entry(ENOMEM, "ENOMEM"),
          Map.entry(EACCES, "EACCES"),
          Map.entry(14, "EFAULT"),
          Map.entry(EBUSY, "EBUSY"),
          Map.entry(EEXIST, "EEXIST"),
          Map.entry(ENODEV, "ENODEV"),
          Map.entry(EINVAL, "EINVAL"),
          Map.entry(ENOSPC, "ENOSPC"),
          Map.entry(34, "ERANGE"),
          Map.entry(38, "ENOSYS"),
          Map.entry(71, "EPROTO"),
          Map.entry(ENOTSUP, "ENOTSUP"),
          Map.entry(110, "ETIMEDOUT"),
          Map.entry(111, "ECONNREFUSED"),
          Map.entry(EALREADY, "EALREADY"),
          Map.entry(1001, "E_RTE_SECONDARY"),
          Map.entry(1002, "E_RTE_NO_CONFIG"));

  private Errno() {}

  /** {@code rte_errno} of the calling thread (a thread-local: read it right after the call). */
  public static int rte_errno() {
    return Memory.getInt(NativeSymbols.threadLocal("per_lcore__rte_errno"));
  }

  /** {@code rte_strerror}: the text of an error number, positive or negative. */
  public static String rte_strerror(int error) {
    return Memory.string(Dpdk.rte_strerror(Math.abs(error)).address(), 256);
  }

  /** The C library's text of an error number: strerror(3). */
  static String strerror(int error) {
    try {
      MemorySegment text =
          (MemorySegment)
              NativeSymbols.function("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT))
                  .invokeExact(error);
      return Memory.string(text.address(), 256);
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /** The symbolic name, such as {@code ENOTSUP}; the number where it is not a known one. */
  public static String name(int error) {
    return NAMES.getOrDefault(Math.abs(error), "errno " + Math.abs(error));
  }
}
