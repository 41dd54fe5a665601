package io.gatun.nest.extender;

import io.gatun.nest.machine.Machine;
import io.gatun.nest.machine.MachineException;
import io.gatun.pmd.MacAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A machine that has leases in the journal, but is not in the configuration any more.
 *
 * @param name its name
 */
record AbsentMachine(String name) implements Machine {
  @Override
  public boolean isReachable() {
    return false;
  }

  @Override
  public long generation() {
    return 0;
  }

  @Override
  public CompletableFuture<Set<String>> devices() {
    return none();
  }

  @Override
  public CompletableFuture<@Nullable String> missingForPlug() {
    return CompletableFuture.completedFuture(name + " is not in the configuration");
  }

  @Override
  public CompletableFuture<String> plugFunction(String id, String address) {
    return none();
  }

  @Override
  public CompletableFuture<String> plugEmulated(String id, MacAddress mac) {
    return none();
  }

  @Override
  public CompletableFuture<@Nullable Void> unplug(String id) {
    return none();
  }

  @Override
  public CompletableFuture<@Nullable String> force() {
    return CompletableFuture.completedFuture(null);
  }

  private <T extends @Nullable Object> CompletableFuture<T> none() {
    return CompletableFuture.failedFuture(
        new MachineException(name + " is not in the configuration"));
  }
}
