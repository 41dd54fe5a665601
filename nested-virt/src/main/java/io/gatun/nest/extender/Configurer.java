package io.gatun.nest.extender;

import io.gatun.nest.rpc.Assignment;
import io.gatun.nest.rpc.ConfigureRequest;
import io.gatun.nest.rpc.Kind;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Changes the settings of an active lease, here or further out. Control thread. */
final class Configurer {
  private final Level level;
  private final Leases leases;
  private final Granted granted;

  /**
   * @param granted what the lease's machine may have
   */
  Configurer(Level level, Leases leases, Granted granted) {
    this.level = level;
    this.leases = leases;
    this.granted = granted;
  }

  /** Changes what is not null in a request. */
  CompletableFuture<Assignment> configure(LeaseTask task, ConfigureRequest request)
      throws RpcException {
    Lease lease = task.lease();
    if (lease.kind() == Kind.EMULATED) {
      throw new RpcException(
          RpcCode.FAILED, lease.name() + ": is emulated, and has nothing to set");
    }
    Settings asked = request.settings().or(lease.settings());
    if (!asked.isTrusted() && !String.valueOf(asked.mac()).equals(lease.settings().mac())) {
      throw new RpcException(
          RpcCode.NOT_GRANTED,
          "mac: %s has no trust, and keeps %s".formatted(lease.name(), lease.settings().mac()));
    }
    Settings settings =
        granted.limits().narrow(asked, lease.machine(), mac -> leases.isTaken(mac, lease.key()));
    Settings asking = request.settings().or(lease.asked());
    Upstream outer = leases.upstream();
    if (lease.source() == Lease.Source.OWNED || outer == null) {
      return CompletableFuture.completedFuture(apply(task, settings, asking));
    }
    return outer
        .configure(new ConfigureRequest(level.outerName(lease), settings))
        .thenCompose(
            answer -> {
              try {
                task.replace(
                    task.lease()
                        .with(answer.settings())
                        .withUnenforced(answer.unenforced())
                        .withAsked(asking, false));
                return CompletableFuture.completedFuture(task.lease().assignment(level.name()));
              } catch (IOException e) {
                return CompletableFuture.failedFuture(noJournal(e));
              }
            });
  }

  /** The journal first: after a restart the function is set to what it says. */
  private Assignment apply(LeaseTask task, Settings settings, Settings asking) throws RpcException {
    Lease before = task.lease();
    Functions.Owned owned = before.owned();
    if (owned == null) {
      throw new RpcException(RpcCode.INTERNAL, before.name() + ": has no function");
    }
    try {
      task.replace(before.with(settings).withAsked(asking, false));
      try {
        task.replace(task.lease().withUnenforced(level.functions().configure(owned, settings)));
      } catch (Functions.FunctionException e) {
        task.replace(before);
        undo(owned, before);
        throw new RpcException(RpcCode.FAILED, "%s: %s".formatted(level.name(), e.getMessage()));
      }
    } catch (IOException e) {
      throw noJournal(e);
    }
    return task.lease().assignment(level.name());
  }

  private void undo(Functions.Owned owned, Lease before) throws RpcException {
    try {
      level.functions().configure(owned, before.settings());
    } catch (Functions.FunctionException e) {
      throw new RpcException(
          RpcCode.FAILED,
          "%s: a part of the settings may have been changed, and could not be changed back: %s"
              .formatted(level.name(), e.getMessage()));
    }
  }

  private RpcException noJournal(IOException e) {
    return new RpcException(
        RpcCode.NO_JOURNAL,
        "%s: the journal cannot be written: %s".formatted(level.name(), e.getMessage()));
  }
}
