package io.gatun.pmd.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ends a command in order on SIGINT and SIGTERM: the signal only asks; the command's own thread
 * stops the loops, closes the ports and prints its summary, and the process ends with that result.
 *
 * <p>The JVM turns both signals into its shutdown, so the hook waits for the command and then sets
 * the exit code itself: the JVM's own would be 130 or 143 also after an orderly end.
 */
public final class Shutdown {
  private static final long PATIENCE_SECONDS = 20;

  private static final AtomicBoolean ASKED = new AtomicBoolean();
  private static final CountDownLatch FINISHED = new CountDownLatch(1);
  private static final AtomicInteger CODE = new AtomicInteger(Main.FAILED);

  private Shutdown() {}

  /**
   * Installs the hook and returns what the command polls. Called by commands that run until they
   * are told to stop.
   */
  public static Request install() {
    Runtime.getRuntime().addShutdownHook(new Thread(Shutdown::hook, "gatun-shutdown"));
    return ASKED::get;
  }

  /** Whether the user wants the command to end. Any thread. */
  @FunctionalInterface
  public interface Request {
    boolean isStopRequested();
  }

  private static void hook() {
    ASKED.set(true);
    try {
      if (!FINISHED.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println(
            "gatun: the command did not end within " + PATIENCE_SECONDS + " s of the signal");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.flush();
    Runtime.getRuntime().halt(CODE.get());
  }

  /** Ends the process with {@code code}, whether a signal waits for it or not. */
  static void exit(int code) {
    CODE.set(code);
    FINISHED.countDown();
    System.exit(code);
  }
}
