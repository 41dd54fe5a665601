package io.gatun.nest.extender;

import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Kind;
import io.gatun.nest.rpc.LevelStatus;
import io.gatun.nest.rpc.MachineTopology;
import io.gatun.nest.rpc.Messages;
import io.gatun.nest.rpc.PlanResult;
import io.gatun.nest.rpc.PlanStep;
import io.gatun.nest.rpc.PlannedInterface;
import io.gatun.nest.rpc.PlannedInterface.Action;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import io.gatun.nest.rpc.Topology;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Says what applying a topology would do: the levels inside say what they would, and this one puts
 * its steps and its refusals to that. Changes nothing. Control thread.
 */
final class CascadePlan {
  private static final PlanResult NOTHING = new PlanResult(List.of(), List.of());

  private final Level level;
  private final Leases leases;
  private final Map<String, Client> clients;

  CascadePlan(Level level, Leases leases, Map<String, Client> clients) {
    this.level = level;
    this.leases = leases;
    this.clients = clients;
  }

  /**
   * Plans.
   *
   * @param wants what a guest wants for itself; null in a hypervisor
   */
  CompletableFuture<PlanResult> plan(Topology fresh, @Nullable Wants wants) {
    List<PlannedInterface> here = new ArrayList<>();
    if (wants != null) {
      here.addAll(wants.plan(fresh.interfaces()));
    }
    CascadeStatus.misfits(level, clients, fresh, wants != null)
        .forEach((name, why) -> here.add(refused(name, why)));
    CompletableFuture<PlanResult> all =
        CompletableFuture.completedFuture(new PlanResult(here, List.of()));
    Set<String> macs = new HashSet<>(); // that were planned with
    for (Client client : List.copyOf(clients.values())) {
      if (client.channel() != null) {
        all = all.thenCombine(of(client, fresh.machine(client.name()), macs), PlanResult::and);
      }
    }
    return leases.upstream() == null ? all.thenApply(this::withFunctions) : all;
  }

  private static PlannedInterface refused(String name, String why) {
    return new PlannedInterface(
        name, Action.REFUSE, Kind.FUNCTION, Settings.NONE, false, null, null, null, why);
  }

  // ---- a machine --------------------------------------------------------------------------------

  private CompletableFuture<PlanResult> of(
      Client client, MachineTopology machine, Set<String> macs) {
    if (!client.canBeAsked()) {
      return CompletableFuture.completedFuture(without(client, machine));
    }
    LevelStatus there = new LevelStatus(client.name(), true, null);
    return client
        .ask("plan", client.granted().inside(machine), Cascade.SHORT)
        .thenApply(answer -> Upstream.read(answer, PlanResult.class))
        .thenCombine(
            client.machine().missingForPlug(),
            (inside, noPort) -> through(client, machine, inside, noPort, macs))
        .thenApply(inside -> new PlanResult(List.of(), List.of(there)).and(inside))
        .exceptionally(
            failure ->
                new PlanResult(
                    List.of(),
                    List.of(new LevelStatus(client.name(), true, LeaseMotion.words(failure)))));
  }

  private PlanResult without(Client client, MachineTopology machine) {
    String why = "%s: no extender answers in %s".formatted(level.name(), client.name());
    List<PlannedInterface> all = new ArrayList<>();
    List<AssignRequest> wanted = machine.inside().flat();
    for (AssignRequest one : wanted) {
      LeaseTask task = leases.find(client.name(), one.name());
      boolean there = task != null && task.lease().phase() == Phase.ACTIVE;
      Action action = there ? Action.KEEP : one.fallback() ? Action.ASSIGN : Action.REFUSE;
      PlannedInterface planned =
          new PlannedInterface(
              one.name(),
              action,
              task == null ? Kind.EMULATED : task.lease().kind(),
              one.settings(),
              one.fallback(),
              level.name(),
              null,
              null,
              why);
      all.add(
          (action == Action.ASSIGN ? planned.firstBroughtUp(emulated(client.name())) : planned)
              .within(client.name()));
    }
    for (LeaseTask task : leases.of(client.name())) {
      Lease lease = task.lease();
      if (lease.standIn() && wanted.stream().noneMatch(one -> one.name().equals(lease.name()))) {
        all.add(taken(client, released(lease, "the topology does not want it any more")));
      }
    }
    return new PlanResult(all, List.of(new LevelStatus(client.name(), false, why)));
  }

  private PlannedInterface released(Lease lease, String why) {
    return new PlannedInterface(
        lease.name(), Action.RELEASE, lease.kind(), lease.settings(), false, null, null, null, why);
  }

  private PlanStep emulated(String machine) {
    return new PlanStep(level.name(), "plug an emulated NIC into " + machine);
  }

  private PlanResult through(
      Client client,
      MachineTopology machine,
      PlanResult inside,
      @Nullable String noPort,
      Set<String> macs) {
    List<PlannedInterface> all = new ArrayList<>();
    int count = staying(client, inside);
    for (PlannedInterface one : inside.interfaces()) {
      PlannedInterface passed = one;
      if (one.takes()) {
        passed = leases.find(client.name(), one.name()) == null ? one : takenHere(client, one);
      }
      if (one.action() != Action.RELEASE && one.action() != Action.REFUSE) {
        count += leases.find(client.name(), one.name()) == null ? 1 : 0;
        passed = granted(client, machine, passed, count, macs);
      }
      if (passed.brings() && passed.kind() == Kind.FUNCTION) {
        passed = broughtHere(client, passed, noPort);
      }
      all.add(passed.within(client.name()));
    }
    return NOTHING
        .and(new PlanResult(all, List.of()))
        .and(
            new PlanResult(
                List.of(),
                inside.levels().stream().map(one -> one.within(client.name())).toList()));
  }

  /** How many interfaces the machine has that are not released. */
  private int staying(Client client, PlanResult inside) {
    Set<String> released = new HashSet<>();
    for (PlannedInterface one : inside.interfaces()) {
      if (one.action() == Action.RELEASE) {
        released.add(one.name());
      }
    }
    return (int)
        leases.of(client.name()).stream()
            .filter(task -> !released.contains(task.lease().name()))
            .count();
  }

  private PlannedInterface taken(Client client, PlannedInterface planned) {
    return takenHere(client, planned).within(client.name());
  }

  private PlannedInterface takenHere(Client client, PlannedInterface planned) {
    String back =
        leases.upstream() == null
            ? "set it back to nothing and give it to the kernel's driver"
            : "give it back to the level outside";
    return planned.thenTakenDown(
        new PlanStep(level.name(), "take it out of %s and %s".formatted(client.name(), back)));
  }

  /** What this level's limits say to it. */
  private PlannedInterface granted(
      Client client,
      MachineTopology machine,
      PlannedInterface planned,
      int count,
      Set<String> macs) {
    if (planned.action() == Action.KEEP && planned.kind() == Kind.EMULATED) {
      return planned;
    }
    String key = Lease.key(client.name(), planned.name());
    try {
      Limits limits = client.granted().limits(machine.limits());
      if (count > limits.interfaces() && planned.action() == Action.ASSIGN) {
        throw new RpcException(
            RpcCode.NOT_GRANTED,
            "%s: %s grants %s %d interfaces"
                .formatted(planned.name(), level.name(), client.name(), limits.interfaces()));
      }
      Settings granted =
          limits.narrow(
              planned.settings(),
              client.name(),
              mac -> macs.contains(mac) || leases.isTaken(mac, key));
      boolean less =
          planned.action() == Action.KEEP
              && planned.kind() == Kind.FUNCTION
              && !granted.equals(planned.settings());
      if (less) {
        return takenHere(client, planned)
            .instead(Action.REASSIGN, Kind.FUNCTION, level.name() + " grants less now");
      }
      if (granted.mac() != null) {
        macs.add(granted.mac());
      }
      String inner = planned.name().contains("/") ? planned.plugger() : null;
      return planned.decided(granted, inner == null ? level.name() : inner);
    } catch (RpcException e) {
      return planned.instead(Action.REFUSE, Kind.FUNCTION, e.words());
    }
  }

  private PlannedInterface broughtHere(
      Client client, PlannedInterface planned, @Nullable String noPort) {
    String missing = level.functions().missing();
    if (missing != null || noPort != null && planned.action() == Action.ASSIGN) {
      String why = "%s: %s".formatted(level.name(), missing == null ? noPort : missing);
      if (noPort != null && !planned.name().contains("/")) {
        return planned.instead(Action.REFUSE, Kind.FUNCTION, why); // nor for an emulated NIC
      }
      return fallBack(planned, why);
    }
    PlanStep plug = new PlanStep(level.name(), "plug it into " + client.name());
    return leases.upstream() == null
        ? planned.firstBroughtUp(plug)
        : planned
            .firstBroughtUp(plug)
            .firstBroughtUp(
                new PlanStep(level.name(), "wait for the function and give it to vfio-pci"));
  }

  private static PlannedInterface fallBack(PlannedInterface planned, String why) {
    String plugger = planned.plugger();
    if (!planned.fallback() || plugger == null) {
      return planned.instead(Action.REFUSE, Kind.FUNCTION, why);
    }
    return planned
        .instead(planned.action(), Kind.EMULATED, why)
        .firstBroughtUp(new PlanStep(plugger, "plug an emulated NIC into the guest"));
  }

  // ---- the outermost level ----------------------------------------------------------------------

  /** Which function each would get. */
  private PlanResult withFunctions(PlanResult result) {
    List<String> free = new ArrayList<>();
    for (PlannedInterface one : result.interfaces()) {
      Lease lease = lease(one.name());
      if (one.takes() && lease != null && lease.owned() != null) {
        free.add(String.valueOf(lease.address()));
      }
    }
    leases.freeFunctions().forEach(one -> free.add(one.address()));
    Iterator<String> next = free.iterator();
    List<PlannedInterface> all = new ArrayList<>();
    for (PlannedInterface one : result.interfaces()) {
      if (one.action() == Action.CONFIGURE) {
        Lease lease = lease(one.name());
        all.add(one.firstBroughtUp(set(lease == null ? null : lease.address(), one.settings())));
      } else if (!one.brings() || one.kind() != Kind.FUNCTION) {
        all.add(one);
      } else if (!next.hasNext()) {
        all.add(
            fallBack(
                one,
                "%s: no virtual function is free: %d are there"
                    .formatted(level.name(), level.functions().owned().size())));
      } else {
        String address = next.next();
        all.add(
            one.firstBroughtUp(new PlanStep(level.name(), "give " + address + " to vfio-pci"))
                .firstBroughtUp(set(address, one.settings())));
      }
    }
    return new PlanResult(all, result.levels());
  }

  private PlanStep set(@Nullable String address, Settings settings) {
    return new PlanStep(level.name(), "set %s to %s".formatted(address, Messages.tree(settings)));
  }

  private @Nullable Lease lease(String path) {
    int slash = path.indexOf('/');
    LeaseTask task =
        slash < 0 ? null : leases.find(path.substring(0, slash), path.substring(slash + 1));
    return task == null ? null : task.lease();
  }
}
