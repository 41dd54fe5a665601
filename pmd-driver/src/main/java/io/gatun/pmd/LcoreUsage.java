package io.gatun.pmd;

import io.gatun.bindings.Abi;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteEal;
import io.gatun.bindings.RteLcore;
import io.gatun.bindings.Upcalls;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Tells DPDK how busy each lcore is, so that its own {@code /eal/lcore/usage} (since 23.03) and
 * whoever reads it see Gatun's lcores as any application's.
 */
final class LcoreUsage {
  private final List<PollLoop> loops;
  private final double cyclesPerNano = RteEal.rte_get_tsc_hz() / 1e9;

  private LcoreUsage(List<PollLoop> loops) {
    this.loops = loops;
  }

  /**
   * Registers the callback where this DPDK has it.
   *
   * @param loops running loops; may change at any time, read from any thread
   */
  static void register(List<PollLoop> loops) {
    if (Abi.has("rte_lcore_usage.total_cycles")) {
      // There is no way to unregister, so the stub is never freed.
      RteLcore.rte_lcore_register_usage_cb(
          Upcalls.lcoreUsage(new LcoreUsage(loops)::fill, Arena.global()));
    }
  }

  private int fill(int lcore, long usage) {
    for (PollLoop loop : loops) {
      if (loop.lcore().id() == lcore) {
        long busy = loop.busyNanos();
        long total = busy + loop.idleNanos();
        Memory.putLong(usage + Abi.offset("rte_lcore_usage.total_cycles"), cycles(total));
        Memory.putLong(usage + Abi.offset("rte_lcore_usage.busy_cycles"), cycles(busy));
        return 0;
      }
    }
    return -1; // no loop there: DPDK leaves the lcore out
  }

  private long cycles(long nanos) {
    return (long) (nanos * cyclesPerNano);
  }
}
