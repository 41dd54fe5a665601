package io.gatun.nest.extender;

import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a lease gets from phase to phase: what is written when, and what takes time. Control thread.
 *
 * <p>What is done in the phases is in {@link LeaseTask}.
 */
abstract class LeaseMotion {
  final Level level;
  final LeaseWaiters waiters = new LeaseWaiters();
  Lease lease;
  @Nullable CompletableFuture<?> step;

  /** Why the lease turned round; null while it goes forwards, or when it was released. */
  @Nullable RpcException failure;

  @Nullable String problem;
  long phaseSinceNanos;
  long notBeforeNanos;
  boolean mayFallBack;

  LeaseMotion(Level level, Lease lease) {
    this.level = level;
    this.lease = lease;
    mayFallBack = lease.fallback() && !level.leaf();
    phaseSinceNanos = level.now();
    notBeforeNanos = phaseSinceNanos;
  }

  Lease lease() {
    return lease;
  }

  /** What is in the way of a lease that does not get on, in words. */
  @Nullable String problem() {
    return problem;
  }

  /** Puts what an outer level changed, or what was changed on its own function, into the lease. */
  void replace(Lease changed) throws IOException {
    level.journal().put(changed);
    lease = changed;
  }

  /** From the phases forwards to those backwards; whether something was done. */
  abstract boolean turnRound(RpcException why);

  boolean hasLetGo() {
    return lease.phase().compareTo(Phase.RETURNING) >= 0;
  }

  /** Starts what takes time, or looks whether it is done. */
  @SuppressWarnings("unchecked") // a phase starts one kind of step
  <T extends @Nullable Object> boolean step(
      Supplier<CompletableFuture<T>> start, Consumer<T> done, Consumer<Throwable> failed) {
    CompletableFuture<T> running = (CompletableFuture<T>) step;
    if (running == null) {
      step = start.get();
      return true;
    }
    if (!running.isDone()) {
      return false;
    }
    step = null;
    if (running.isCompletedExceptionally()) {
      failed.accept(running.exceptionNow());
    } else {
      done.accept(running.resultNow());
    }
    return true;
  }

  /** Goes forwards: the journal first. Turns round when it cannot be written. */
  boolean forward(Phase next, Lease with) {
    Lease there = with.at(next);
    try {
      level.journal().put(there);
    } catch (IOException e) {
      mayFallBack = false;
      boolean emulated = lease.source() != there.source();
      failure =
          new RpcException(
              RpcCode.NO_JOURNAL,
              "%s: the journal cannot be written: %s".formatted(level.name(), e.getMessage()));
      if (emulated) {
        again("journal: " + e.getMessage()); // still forgetting what was before
      } else {
        turnRound(failure);
      }
      return false;
    }
    enter(there);
    return true;
  }

  /**
   * Goes backwards. When the journal cannot be written it says an earlier phase, from which a
   * restart does more of the same; the function stays taken until its removal is written.
   */
  boolean go(Phase next) {
    Lease there = lease.at(next);
    if (next != Phase.FORGETTING && lease.phase() != Phase.CHECKING) {
      try {
        level.journal().put(there);
      } catch (IOException e) {
        problem = "journal: " + e.getMessage();
      }
    }
    enter(there);
    return true;
  }

  private void enter(Lease there) {
    lease = there;
    step = null;
    phaseSinceNanos = level.now();
    notBeforeNanos = phaseSinceNanos;
    if (hasLetGo()) {
      waiters.letGo();
    }
  }

  /** This step once more, after a while. */
  boolean again(String why) {
    problem = why;
    step = null;
    notBeforeNanos = level.now() + level.timing().retry().toNanos();
    return true;
  }

  boolean since(Duration time) {
    return level.now() - phaseSinceNanos >= time.toNanos();
  }

  static RpcCode code(Throwable failure) {
    return cause(failure) instanceof RpcException e ? e.code() : RpcCode.FAILED;
  }

  static String words(Throwable failure) {
    return String.valueOf(cause(failure).getMessage());
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
