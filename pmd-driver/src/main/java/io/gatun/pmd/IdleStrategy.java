package io.gatun.pmd;

import io.gatun.bindings.Abi;
import io.gatun.bindings.RteEthdev;
import io.gatun.bindings.RteLcore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * What an lcore does on a turn that found nothing. Owned by that lcore.
 *
 * <p>{@link #idle} is told how many turns in a row were empty, so that one strategy may go from
 * spinning to sleeping.
 */
@FunctionalInterface
public interface IdleStrategy {
  /**
   * Waits a little or not at all.
   *
   * @param emptyTurns turns in a row without work, from 1
   */
  @DataPath
  void idle(int emptyTurns);

  /** Polls again at once: lowest latency, one CPU at 100 %. */
  static IdleStrategy busy() {
    return new Busy();
  }

  /** Spins with PAUSE, then parks for 1 µs doubling up to {@code maxParkMicros}. */
  static IdleStrategy backoff(int maxParkMicros) {
    Checks.range("idle park", maxParkMicros, 1, 1_000_000);
    return new Backoff(maxParkMicros * 1000L);
  }

  /**
   * Waits in a light sleep state (TPAUSE) where the CPU has it, each time for as long as the kernel
   * allows: {@code /sys/devices/system/cpu/umwait_control/max_time}, 100,000 cycles by default.
   *
   * @throws UnsupportedOperationException where the CPU has it not; the message says so
   */
  static IdleStrategy powerPause() {
    if (RteLcore.rte_power_pause(0) < 0) {
      throw new UnsupportedOperationException(
          "idle strategy pause: this CPU has no TPAUSE (WAITPKG): use backoff or busy");
    }
    return new PowerPause();
  }

  /**
   * Sleeps until the NIC writes to the next receive descriptor of {@code queue} (UMWAIT), at most
   * as long as {@link #powerPause}; for a loop that polls this one queue.
   *
   * @throws UnsupportedOperationException where the CPU or the driver cannot; the message says so
   */
  static IdleStrategy powerMonitor(RxQueue queue) {
    PowerMonitor monitor = new PowerMonitor(queue);
    if (!monitor.arm() || RteLcore.rte_power_pause(0) < 0) {
      throw new UnsupportedOperationException(
          "idle strategy monitor: the CPU (WAITPKG) or the driver of port %d cannot: use backoff or busy"
              .formatted(queue.port()));
    }
    return monitor;
  }

  /** See {@link #busy}. */
  final class Busy implements IdleStrategy {
    private Busy() {}

    @Override
    @DataPath
    public void idle(int emptyTurns) {
      // Nothing: the next poll is the wait.
    }
  }

  /** See {@link #backoff}. */
  final class Backoff implements IdleStrategy {
    private static final int SPINS = 256;
    private static final int MAX_DOUBLINGS = 20;
    private final long maxParkNanos;

    private Backoff(long maxParkNanos) {
      this.maxParkNanos = maxParkNanos;
    }

    @Override
    @DataPath
    public void idle(int emptyTurns) {
      if (emptyTurns <= SPINS) {
        Thread.onSpinWait();
      } else {
        int doublings = Math.min(emptyTurns - SPINS, MAX_DOUBLINGS);
        LockSupport.parkNanos(Math.min(1000L << doublings, maxParkNanos));
      }
    }
  }

  /** See {@link #powerPause}. */
  final class PowerPause implements IdleStrategy {
    private PowerPause() {}

    @Override
    @DataPath
    public void idle(int emptyTurns) {
      RteLcore.rte_power_pause(Long.MAX_VALUE);
    }
  }

  /** See {@link #powerMonitor}. */
  final class PowerMonitor implements IdleStrategy {
    private final RxQueue queue;
    private final MemorySegment condition =
        Arena.ofAuto().allocate(Abi.sizeof("rte_power_monitor_cond"), Long.BYTES);

    private PowerMonitor(RxQueue queue) {
      this.queue = queue;
    }

    /** The descriptor to watch moves with every packet, so it is asked for each time. */
    private boolean arm() {
      return RteEthdev.rte_eth_get_monitor_addr(queue.port(), queue.queue(), condition) == 0;
    }

    @Override
    @DataPath
    public void idle(int emptyTurns) {
      if (arm()) {
        RteLcore.rte_power_monitor(condition, Long.MAX_VALUE);
      }
    }
  }
}
