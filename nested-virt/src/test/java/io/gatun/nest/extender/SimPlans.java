package io.gatun.nest.extender;

import io.gatun.nest.rpc.InterfaceStatus;
import io.gatun.nest.rpc.PlanResult;
import io.gatun.nest.rpc.PlannedInterface;
import io.gatun.nest.rpc.PlannedInterface.Action;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Status;
import io.gatun.nest.rpc.StatusRequest;
import io.gatun.nest.rpc.Topology;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What plan and status must say of a {@link SimNest} in which nothing is on its way. */
final class SimPlans {
  private SimPlans() {}

  /** What was applied and reached leaves nothing to plan; and everybody says that it is reached. */
  static void check(SimNest nest) {
    Extender extender = nest.outermost.extender;
    Topology topology = nest.topology;
    if (extender == null || topology == null) {
      return;
    }
    try {
      CompletableFuture<PlanResult> plan = extender.plan(topology);
      CompletableFuture<Status> status = extender.status(new StatusRequest(20));
      for (int i = 0; i < 30 && !(plan.isDone() && status.isDone()); i++) {
        nest.run(SimNest.SECOND);
      }
      Set<String> said = new HashSet<>();
      plan.resultNow().interfaces().forEach(one -> said.add(one.name()));
      topology.flat().stream()
          .filter(one -> !said.contains(one.name()))
          .forEach(one -> nest.violations.add("the plan says nothing of " + one.name()));
      said.clear();
      Set<String> ready = new HashSet<>();
      for (InterfaceStatus one : status.resultNow().interfaces()) {
        said.add(one.name());
        if (one.state() == InterfaceStatus.State.READY) {
          ready.add(one.name());
        }
        if (one.state() != InterfaceStatus.State.READY
            && one.state() != InterfaceStatus.State.REFUSED) {
          nest.violations.add("status says " + one);
        }
      }
      topology.flat().stream()
          .filter(one -> !said.contains(one.name()))
          .forEach(one -> nest.violations.add("status says nothing of " + one.name()));
      for (PlannedInterface one : plan.resultNow().interfaces()) {
        // Who was refused may be luckier the next time; and a refused change leaves what was there.
        boolean right =
            ready.contains(one.name())
                ? one.action() == Action.KEEP || one.action() == Action.REFUSE
                : one.action() == Action.ASSIGN || one.action() == Action.REFUSE;
        if (!right) {
          nest.violations.add("planned though nothing is to be done: " + one);
        }
      }
    } catch (RpcException | IllegalStateException e) {
      nest.violations.add("plan and status: " + e);
    }
  }
}
