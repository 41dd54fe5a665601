package io.gatun.mirror.filter;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs libpcap on a thread of its own: its code generator calls itself once for every test of an
 * expression: a thousand hosts end the JVM on a thread with Java's usual stack of 1 MB.
 */
final class LargeStack {
  // Address space: what is not used takes no memory.
  private static final long STACK_BYTES = 64L << 20;

  private LargeStack() {}

  /** Returns what {@code work} returns and throws what it throws; waits however long it takes. */
  static <T> T call(Supplier<T> work) {
    FutureTask<T> task = new FutureTask<>(work::get);
    Thread.ofPlatform().name("gatun-filter").daemon().stackSize(STACK_BYTES).start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true; // the expression is being compiled, and libpcap cannot be stopped
        }
      }
    } catch (ExecutionException e) {
      throw rethrow(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException rethrow(@Nullable Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
  }
}
