package io.gatun.nest.extender;

import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.InterfaceStatus;
import io.gatun.nest.rpc.InterfaceStatus.State;
import io.gatun.nest.rpc.Kind;
import io.gatun.nest.rpc.LevelStatus;
import io.gatun.nest.rpc.MachineTopology;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Status;
import io.gatun.nest.rpc.StatusRequest;
import io.gatun.nest.rpc.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Puts together what the guests in a level have: those inside are asked. Control thread. */
final class CascadeStatus {
  private static final Status NOTHING = new Status(List.of(), List.of());

  private final Level level;
  private final Leases leases;
  private final Map<String, Client> clients;
  private final Cascade cascade;

  CascadeStatus(Level level, Leases leases, Map<String, Client> clients, Cascade cascade) {
    this.level = level;
    this.leases = leases;
    this.clients = clients;
    this.cascade = cascade;
  }

  /**
   * Asks.
   *
   * @param deadlineNanos until then the levels inside may wait for what is on its way
   */
  CompletableFuture<Status> collect(long deadlineNanos) {
    CompletableFuture<Status> all = CompletableFuture.completedFuture(here());
    for (Client client : List.copyOf(clients.values())) {
      if (client.channel() != null) {
        all = all.thenCombine(of(client, deadlineNanos), Status::and);
      }
    }
    return all;
  }

  private Status here() {
    Topology topology = cascade.topology();
    List<InterfaceStatus> interfaces = new ArrayList<>();
    Wants wants = cascade.wants();
    if (wants != null) {
      for (LeaseTask task : leases.all()) {
        interfaces.add(status(task, wants.isApplied(task.lease().name()), refusal(wants, task)));
      }
      interfaces.addAll(wants.missing());
    }
    misfits(level, clients, topology, wants != null)
        .forEach(
            (name, why) ->
                interfaces.add(new InterfaceStatus(name, State.REFUSED, true, null, why)));
    return new Status(interfaces, List.of());
  }

  private static @Nullable String refusal(Wants wants, LeaseTask task) {
    RpcException why = wants.refusal(task.lease().name());
    return why == null ? null : why.words();
  }

  /** What a topology wants of a level that the level cannot be asked for, with the reason. */
  static Map<String, String> misfits(
      Level level, Map<String, Client> clients, Topology topology, boolean guest) {
    Map<String, String> all = new LinkedHashMap<>();
    if (!guest) {
      for (AssignRequest one : topology.interfaces()) {
        all.put(
            one.name(),
            "%s hands interfaces on, and takes none for itself: give it to a machine in it"
                .formatted(level.name()));
      }
    }
    for (MachineTopology machine : topology.machines()) {
      Client client = clients.get(machine.name());
      if (guest || client == null || client.channel() == null) {
        String why =
            guest
                ? "%s is a guest: there are no machines in it".formatted(level.name())
                : "%s has no machine %s; there are %s"
                    .formatted(level.name(), machine.name(), clients.keySet());
        for (AssignRequest one : machine.inside().flat()) {
          all.put(machine.name() + "/" + one.name(), why);
        }
      }
    }
    return all;
  }

  private CompletableFuture<Status> of(Client client, long deadlineNanos) {
    if (!client.canBeAsked()) {
      return CompletableFuture.completedFuture(without(client, cascade.absence(client)));
    }
    Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - level.now()));
    String handing = cascade.handingProblem(client);
    LevelStatus there = new LevelStatus(client.name(), true, handing);
    return client
        .ask("status", new StatusRequest((int) left.toSeconds()), left.plus(Cascade.SHORT))
        .thenApply(answer -> Upstream.read(answer, Status.class).within(client.name()))
        .thenApply(inside -> new Status(List.of(), List.of(there)).and(inside))
        .exceptionally(failure -> without(client, LeaseMotion.words(failure)));
  }

  /** What this level knows of a machine whose extender does not say. */
  private Status without(Client client, String why) {
    List<InterfaceStatus> interfaces = new ArrayList<>();
    Set<String> wanted = new HashSet<>();
    for (AssignRequest one : cascade.topology().machine(client.name()).inside().flat()) {
      wanted.add(one.name());
      LeaseTask task = leases.find(client.name(), one.name());
      String problem = cascade.standInProblem(client, one.name());
      interfaces.add(
          task == null
              ? new InterfaceStatus(
                  one.name(),
                  problem == null ? State.ABSENT : State.REFUSED,
                  true,
                  null,
                  problem == null ? why : problem)
              : status(task, true, null));
    }
    for (LeaseTask task : leases.of(client.name())) {
      if (!wanted.contains(task.lease().name())) {
        interfaces.add(status(task, false, null));
      }
    }
    LevelStatus there = new LevelStatus(client.name(), client.canBeAsked(), why);
    return NOTHING
        .and(new Status(interfaces, List.of()).within(client.name()))
        .and(new Status(List.of(), List.of(there)));
  }

  private InterfaceStatus status(LeaseTask task, boolean applied, @Nullable String refused) {
    Lease lease = task.lease();
    State state =
        lease.phase() == Phase.ACTIVE
            ? State.READY
            : lease.phase().isForward() ? State.COMING : State.LEAVING;
    String problem = task.problem() == null ? refused : task.problem();
    if (problem == null && lease.kind() == Kind.EMULATED) {
      problem = lease.reason();
    }
    return new InterfaceStatus(
        lease.name(), state, applied, lease.assignment(level.name()), problem);
  }
}
