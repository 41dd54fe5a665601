package io.gatun.nest.extender;

import io.gatun.nest.machine.Machine;
import io.gatun.nest.machine.MachineException;
import io.gatun.pmd.MacAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The programs in the innermost guest that drive its functions. They outlive the extender. */
final class SimLocal {
  final Map<String, SimFunctions.Function> running = new LinkedHashMap<>();
  private final SimFunctions functions;
  private long generation;

  SimLocal(SimFunctions functions) {
    this.functions = functions;
  }

  void stopAll() {
    running.values().forEach(one -> one.inUse = false);
    running.clear();
    generation++;
  }

  Machine open(SimProcess process) {
    return new Machine() {
      @Override
      public boolean isReachable() {
        return true;
      }

      @Override
      public long generation() {
        return generation;
      }

      @Override
      public CompletableFuture<Set<String>> devices() {
        return CompletableFuture.completedFuture(Set.copyOf(running.keySet()));
      }

      @Override
      public CompletableFuture<@Nullable String> missingForPlug() {
        return CompletableFuture.completedFuture(null);
      }

      @Override
      public CompletableFuture<String> plugFunction(String id, String address) {
        process.point();
        SimFunctions.Function function = functions.present.get(address);
        if (function == null || !function.vfio || function.inUse) {
          return CompletableFuture.failedFuture(new MachineException("cannot open " + address));
        }
        function.inUse = true;
        function.wantedBack = () -> stop(id);
        running.put(id, function);
        process.point();
        return CompletableFuture.completedFuture("0");
      }

      @Override
      public CompletableFuture<String> plugEmulated(String id, MacAddress mac) {
        return CompletableFuture.failedFuture(new MachineException("not in a guest"));
      }

      @Override
      public CompletableFuture<@Nullable Void> unplug(String id) {
        process.point();
        stop(id);
        process.point();
        return CompletableFuture.completedFuture(null);
      }

      @Override
      public CompletableFuture<@Nullable String> force() {
        return CompletableFuture.completedFuture(null);
      }
    };
  }

  private void stop(String id) {
    SimFunctions.Function function = running.remove(id);
    if (function != null) {
      function.inUse = false;
    }
  }
}
