package io.gatun.nest.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.MachineTopology;
import io.gatun.nest.rpc.Messages;
import io.gatun.nest.rpc.PlanResult;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Status;
import io.gatun.nest.rpc.StatusRequest;
import io.gatun.nest.rpc.Topology;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A topology on its way inwards. Control thread.
 *
 * <p>Each level keeps the part that is in it, in its journal, and hands each machine's part to the
 * extender in that machine: again after that one was started anew, and until it has it. The
 * innermost guest asks for its interfaces then, as it does for those in its own file; so there is
 * one way outwards, and every level checks what passes it. Where no extender answers in a machine,
 * the level gives it emulated NICs in the place of what would have been asked for.
 */
final class Cascade {
  /** For answers that do not wait for anything. */
  static final Duration SHORT = Duration.ofSeconds(20);

  private static final int MAX_WAITING = 64;

  /** What was done for a machine. */
  private static final class Handed {
    long version = -1;
    long greeting = -1;
    boolean asking;
    long notBeforeNanos;
    @Nullable String problem;
    final Map<String, Long> standInNanos = new HashMap<>();
    final Map<String, String> standInProblems = new HashMap<>();
  }

  private record Waiting(long deadlineNanos, CompletableFuture<Boolean> calm) {}

  private final Level level;
  private final Leases leases;
  private final Map<String, Client> clients;
  private final CascadeStatus statuses;
  private final CascadePlan plans;
  private final Map<String, Handed> handed = new HashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private @Nullable Wants wants;
  private long version;

  /**
   * @param clients the level's machines, as they are added
   */
  Cascade(Level level, Leases leases, Map<String, Client> clients) {
    this.level = level;
    this.leases = leases;
    this.clients = clients;
    statuses = new CascadeStatus(level, leases, clients, this);
    plans = new CascadePlan(level, leases, clients);
  }

  /** What a guest wants for itself; null in a hypervisor. */
  @Nullable Wants wants() {
    return wants;
  }

  void wants(Wants ofGuest) {
    wants = ofGuest;
  }

  /** What was applied last; nothing, where nothing ever was. */
  Topology topology() {
    Topology applied = level.journal().topology();
    return applied == null ? Topology.EMPTY : applied;
  }

  /** Takes up what the journal says. */
  void start() {
    if (level.journal().topology() != null) {
      spread();
    }
  }

  /**
   * Makes a topology the one to be reached. The same again lets what was refused be asked for
   * again.
   *
   * @throws RpcException NO_JOURNAL when it cannot be written, BAD_PARAMETERS
   */
  void apply(Topology fresh) throws RpcException {
    check(fresh);
    if (!fresh.equals(level.journal().topology())) {
      try {
        level.journal().put(fresh);
      } catch (IOException e) {
        throw new RpcException(
            RpcCode.NO_JOURNAL,
            "%s: the journal cannot be written: %s".formatted(level.name(), e.getMessage()),
            e);
      }
    }
    spread();
  }

  /** What the words of a grant mean, only a level knows. */
  static void check(Topology topology) throws RpcException {
    for (MachineTopology machine : topology.machines()) {
      try {
        var _ = Limits.NONE.and(machine.limits());
      } catch (IllegalArgumentException e) {
        throw new RpcException(
            RpcCode.BAD_PARAMETERS,
            "machines: limits of %s: %s".formatted(machine.name(), e.getMessage()),
            e);
      }
    }
  }

  private void spread() {
    version++;
    Topology applied = topology();
    for (Client client : clients.values()) {
      if (client.channel() != null) {
        client.grant(applied.machine(client.name()).limits());
      }
    }
    handed.values().forEach(one -> one.standInNanos.clear());
    if (wants != null) {
      wants.applied(applied.interfaces());
    }
  }

  private Handed handed(Client client) {
    return handed.computeIfAbsent(client.name(), none -> new Handed());
  }

  // ---- what is done -----------------------------------------------------------------------------

  /** To be called every now and then. */
  void tick() {
    if (wants != null) {
      wants.tick();
    }
    Topology applied = level.journal().topology();
    if (applied != null) {
      for (Client client : List.copyOf(clients.values())) {
        if (client.canBeAsked()) {
          handOn(client, applied.machine(client.name()));
        } else if (client.isAbsent()) {
          standIn(client, applied.machine(client.name()));
        }
      }
    }
    for (Waiting one : List.copyOf(waiting)) {
      boolean calm = isCalm();
      if (calm || level.now() - one.deadlineNanos() >= 0) {
        waiting.remove(one);
        one.calm().complete(calm);
      }
    }
  }

  private void handOn(Client client, MachineTopology machine) {
    Handed state = handed(client);
    if (state.asking || isHandedOn(client) || level.now() - state.notBeforeNanos < 0) {
      return;
    }
    state.asking = true;
    long handing = version;
    long greeting = client.greetings();
    var _ =
        client
            .ask("apply", client.granted().inside(machine), SHORT)
            .whenComplete(
                (done, failure) -> {
                  state.asking = false;
                  if (failure == null) {
                    state.version = handing;
                    state.greeting = greeting;
                    state.problem = null;
                  } else {
                    state.problem = LeaseMotion.words(failure);
                    state.notBeforeNanos = level.now() + level.timing().retry().toNanos();
                  }
                });
  }

  private boolean isHandedOn(Client client) {
    Handed state = handed(client);
    return state.version == version && state.greeting == client.greetings();
  }

  private void standIn(Client client, MachineTopology machine) {
    Handed state = handed(client);
    Set<String> wanted = new HashSet<>();
    for (AssignRequest one : machine.inside().flat()) {
      wanted.add(one.name());
      long notBefore = state.standInNanos.getOrDefault(one.name(), level.now());
      if (leases.find(client.name(), one.name()) == null && level.now() - notBefore >= 0) {
        long next = level.now() + level.timing().ask().toNanos();
        state.standInNanos.put(one.name(), next);
        standIn(client, one, state);
      }
    }
    for (LeaseTask task : leases.of(client.name())) {
      if (task.lease().standIn() && !wanted.contains(task.lease().name())) {
        task.release("the topology does not want it any more", false);
      }
    }
  }

  private void standIn(Client client, AssignRequest request, Handed state) {
    String words = absence(client);
    if (!request.fallback()) {
      state.standInProblems.put(request.name(), words + ", and an emulated NIC will not do");
      return;
    }
    try {
      var _ =
          client
              .standIn(request, words)
              .whenComplete(
                  (done, failure) -> {
                    if (failure == null) {
                      state.standInProblems.remove(request.name());
                    } else {
                      state.standInProblems.put(request.name(), LeaseMotion.words(failure));
                    }
                  });
    } catch (RpcException e) {
      state.standInProblems.put(request.name(), e.words());
    }
  }

  /** That nobody is there, in words. */
  String absence(Client client) {
    return "%s: no extender answers in %s".formatted(level.name(), client.name());
  }

  /** Why a machine without an extender has not got an interface; null: not known yet. */
  @Nullable String standInProblem(Client client, String name) {
    return handed(client).standInProblems.get(name);
  }

  /** Why a machine's extender has not got its part, in words; null: it has, or will in a moment. */
  @Nullable String handingProblem(Client client) {
    return isHandedOn(client) ? null : handed(client).problem;
  }

  /** Whether nothing is on its way at this level, as far as this level knows. */
  private boolean isCalm() {
    if (wants != null) {
      return wants.isSettled();
    }
    if (leases.all().stream().anyMatch(task -> task.lease().phase() != Phase.ACTIVE)) {
      return false;
    }
    boolean applied = level.journal().topology() != null;
    for (Client client : clients.values()) {
      if (client.canBeAsked()) {
        if (applied && !isHandedOn(client)) {
          return false;
        }
      } else if (client.channel() != null && !standsIn(client)) {
        return false;
      }
    }
    return true;
  }

  private boolean standsIn(Client client) {
    return client.isAbsent()
        && topology().machine(client.name()).inside().flat().stream()
            .allMatch(
                one ->
                    leases.find(client.name(), one.name()) != null
                        || standInProblem(client, one.name()) != null);
  }

  // ---- what is asked ----------------------------------------------------------------------------

  /** A call from outside; null for one that this is not about. */
  @Nullable CompletableFuture<?> call(String method, JsonNode parameters) throws RpcException {
    return switch (method) {
      case "apply" -> {
        apply(Messages.read(parameters, Topology.class));
        yield CompletableFuture.completedFuture(Map.of());
      }
      case "plan" -> plan(Messages.read(parameters, Topology.class));
      case "status" -> status(Messages.read(parameters, StatusRequest.class));
      default -> null;
    };
  }

  /** What applying would do. */
  CompletableFuture<PlanResult> plan(Topology fresh) throws RpcException {
    check(fresh);
    return plans.plan(fresh, wants);
  }

  /** What the guests have, once nothing is on its way any more, or the time is over. */
  CompletableFuture<Status> status(StatusRequest request) throws RpcException {
    if (waiting.size() >= MAX_WAITING) {
      throw new RpcException(
          RpcCode.BUSY, "status: %d answers are being waited for already".formatted(MAX_WAITING));
    }
    long deadline = level.now() + Duration.ofSeconds(request.waitSeconds()).toNanos();
    Waiting one = new Waiting(deadline, new CompletableFuture<>());
    waiting.add(one);
    return one.calm().thenCompose(calm -> statuses.collect(deadline));
  }
}
