package io.gatun.hw.bench;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * What must not outlive the benchmark, in whatever way it ends: processes, folders. Each is closed
 * by who opened it; what is still open when a signal ends the JVM is closed here. Any thread.
 */
final class Leftovers {
  private static final Deque<AutoCloseable> OPEN = new ConcurrentLinkedDeque<>();

  private Leftovers() {}

  /** Called once, before anything is opened. */
  static void removeAtExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::removeAll, "gatun-bench-leftovers"));
  }

  /** Closed at the exit, unless {@link #closed} comes first. {@code close} must be idempotent. */
  static void opened(AutoCloseable leftover) {
    OPEN.push(leftover);
  }

  static void closed(AutoCloseable leftover) {
    OPEN.remove(leftover);
  }

  private static void removeAll() {
    for (AutoCloseable next = OPEN.poll(); next != null; next = OPEN.poll()) {
      try {
        next.close();
      } catch (Exception e) {
        System.err.println("gatun bench: left behind: " + next + ": " + e.getMessage());
      }
    }
  }
}
