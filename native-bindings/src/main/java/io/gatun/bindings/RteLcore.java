package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;

import io.gatun.bindings.gen.Dpdk;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

/** {@code rte_lcore.h}, {@code rte_launch.h}, {@code rte_power_intrinsics.h}. */
public final class RteLcore {
  /** {@code rte_lcore_id()} of a thread that EAL does not know. */
  public static final int LCORE_ID_ANY = Dpdk.LCORE_ID_ANY();

  private RteLcore() {}

  /** {@code rte_lcore_id()}, an inline function: the calling thread's thread-local lcore id. */
  public static int rte_lcore_id() {
    return Memory.getInt(NativeSymbols.threadLocal("per_lcore__lcore_id"));
  }

  public static int rte_get_main_lcore() {
    return Dpdk.rte_get_main_lcore();
  }

  public static boolean rte_lcore_is_enabled(int lcore) {
    return Dpdk.rte_lcore_is_enabled(lcore) != 0;
  }

  public static int rte_lcore_to_socket_id(int lcore) {
    return Dpdk.rte_lcore_to_socket_id(lcore);
  }

  /** The CPU that the lcore is pinned to; -1 where it may run on several. */
  public static int rte_lcore_to_cpu_id(int lcore) {
    return Dpdk.rte_lcore_to_cpu_id(lcore);
  }

  /** {@code rte_eal_remote_launch}: 0, or -EBUSY when the lcore is not waiting. */
  public static int rte_eal_remote_launch(MemorySegment function, int lcore) {
    return Dpdk.rte_eal_remote_launch(function, MemorySegment.NULL, lcore);
  }

  /** {@code rte_eal_wait_lcore}: blocks until the lcore's function has returned; its result. */
  public static int rte_eal_wait_lcore(int lcore) {
    return Dpdk.rte_eal_wait_lcore(lcore);
  }

  /** {@code rte_lcore_register_usage_cb}, since 23.03; false where this DPDK has none. */
  public static boolean rte_lcore_register_usage_cb(MemorySegment callback) {
    if (NativeSymbols.find("rte_lcore_register_usage_cb").isEmpty()) {
      return false;
    }
    try {
      NativeSymbols.function("rte_lcore_register_usage_cb", FunctionDescriptor.ofVoid(ADDRESS))
          .invokeExact(callback);
      return true;
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /** {@code rte_power_pause}: waits in a low-power state until the time-stamp; 0 or -ENOTSUP. */
  public static int rte_power_pause(long tscDeadline) {
    return Dpdk.rte_power_pause(tscDeadline);
  }

  /**
   * {@code rte_power_monitor}: waits until the monitored address is written or the time-stamp is
   * reached; 0 or a negative errno.
   *
   * @param condition {@code struct rte_power_monitor_cond} from {@code rte_eth_get_monitor_addr}
   */
  public static int rte_power_monitor(MemorySegment condition, long tscDeadline) {
    return Dpdk.rte_power_monitor(condition, tscDeadline);
  }
}
