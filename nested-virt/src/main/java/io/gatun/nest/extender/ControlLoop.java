package io.gatun.nest.extender;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The control thread: runs what other threads post, in order, and lets the extender work after it.
 * It sleeps until something comes in, and for {@link #PERIOD} at most, for what is due by time.
 */
final class ControlLoop implements Executor {
  /** How late a time-out may be noticed. */
  static final Duration PERIOD = Duration.ofMillis(200);

  private final BlockingQueue<Runnable> posted = new LinkedBlockingQueue<>();

  /** Any thread. */
  @Override
  public void execute(Runnable task) {
    posted.add(task);
  }

  /**
   * Runs until it is told to stop.
   *
   * @param work does what can be done now; whether there was anything
   * @param stop asked between two turns
   */
  void run(BooleanSupplier work, BooleanSupplier stop) throws InterruptedException {
    boolean busy = false;
    while (!stop.getAsBoolean()) {
      long waitMillis = busy ? 0 : PERIOD.toMillis();
      Runnable task = posted.poll(waitMillis, TimeUnit.MILLISECONDS);
      while (task != null) {
        task.run();
        task = posted.poll();
      }
      busy = work.getAsBoolean();
    }
  }
}
