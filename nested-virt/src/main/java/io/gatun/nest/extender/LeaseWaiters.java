package io.gatun.nest.extender;

import io.gatun.nest.rpc.Assignment;
import io.gatun.nest.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Who waits for what becomes of a lease. Control thread. */
final class LeaseWaiters {
  private final List<CompletableFuture<Assignment>> assigning = new ArrayList<>();
  private final List<CompletableFuture<@Nullable Void>> releasing = new ArrayList<>();
  private final List<CompletableFuture<@Nullable Void>> lettingGo = new ArrayList<>();

  /**
   * Completes when the lease is active.
   *
   * @param now what it is, where it is active already
   */
  CompletableFuture<Assignment> awaitActive(@Nullable Assignment now) {
    if (now != null) {
      return CompletableFuture.completedFuture(now);
    }
    CompletableFuture<Assignment> waiting = new CompletableFuture<>();
    assigning.add(waiting);
    return waiting;
  }

  CompletableFuture<@Nullable Void> awaitGone() {
    CompletableFuture<@Nullable Void> waiting = new CompletableFuture<>();
    releasing.add(waiting);
    return waiting;
  }

  CompletableFuture<@Nullable Void> awaitLetGo(boolean now) {
    if (now) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<@Nullable Void> waiting = new CompletableFuture<>();
    lettingGo.add(waiting);
    return waiting;
  }

  void active(Assignment assignment) {
    List<CompletableFuture<Assignment>> told = List.copyOf(assigning);
    assigning.clear();
    told.forEach(one -> one.complete(assignment));
  }

  void notActive(RpcException why) {
    List<CompletableFuture<Assignment>> told = List.copyOf(assigning);
    assigning.clear();
    told.forEach(one -> one.completeExceptionally(why));
  }

  void letGo() {
    end(lettingGo, null);
  }

  void gone() {
    end(releasing, null);
  }

  /** The machine does not let go in time. */
  void late(RpcException why) {
    end(releasing, why);
    end(lettingGo, why);
  }

  private static void end(
      List<CompletableFuture<@Nullable Void>> waiting, @Nullable RpcException why) {
    List<CompletableFuture<@Nullable Void>> told = List.copyOf(waiting);
    waiting.clear();
    for (CompletableFuture<@Nullable Void> one : told) {
      if (why == null) {
        one.complete(null);
      } else {
        one.completeExceptionally(why);
      }
    }
  }
}
