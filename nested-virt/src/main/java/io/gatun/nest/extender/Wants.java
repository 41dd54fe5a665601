package io.gatun.nest.extender;

import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.ConfigureRequest;
import io.gatun.nest.rpc.InterfaceStatus;
import io.gatun.nest.rpc.Kind;
import io.gatun.nest.rpc.PlanStep;
import io.gatun.nest.rpc.PlannedInterface;
import io.gatun.nest.rpc.PlannedInterface.Action;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The interfaces that a guest wants for itself: what its own file says and what the topology says,
 * and where both do, the narrower. Asks for them until it has them, and gives back what nobody
 * wants any more. Control thread.
 */
final class Wants {
  /** An interface that is wanted. */
  private static final class Want {
    final AssignRequest request;
    final boolean applied;
    final @Nullable RpcException conflict;
    @Nullable CompletableFuture<?> asked;
    @Nullable RpcException refused;
    long notBeforeNanos;

    Want(AssignRequest request, boolean applied, @Nullable RpcException conflict, long nowNanos) {
      this.request = request;
      this.applied = applied;
      this.conflict = conflict;
      refused = conflict;
      notBeforeNanos = nowNanos;
    }

    boolean isSame(Want other) {
      return request.equals(other.request)
          && applied == other.applied
          && (conflict == null) == (other.conflict == null);
    }
  }

  private final Level level;
  private final Leases leases;
  private final Client self;
  private List<AssignRequest> file = List.of();
  private List<AssignRequest> applied = List.of();
  private final Map<String, Want> wants = new LinkedHashMap<>();
  private boolean paused;

  /**
   * @param self what runs in the guest
   */
  Wants(Level level, Leases leases, Client self) {
    this.level = level;
    this.leases = leases;
    this.self = self;
  }

  /** Sets what the guest's own file says. */
  void file(List<AssignRequest> requests) {
    if (!requests.equals(file)) {
      file = List.copyOf(requests);
      replace();
    }
  }

  /** Sets what the topology says; who was refused may ask again at once. */
  void applied(List<AssignRequest> requests) {
    applied = List.copyOf(requests);
    replace();
    for (Want want : wants.values()) {
      want.notBeforeNanos = level.now();
      want.refused = want.conflict;
    }
  }

  /** Nothing new is asked for; what is on its way goes on. */
  void pause() {
    paused = true;
  }

  /** Nothing is wanted any more. */
  void stop() {
    file = List.of();
    applied = List.of();
    replace();
  }

  private void replace() {
    Map<String, Want> before = new LinkedHashMap<>(wants);
    wants.clear();
    for (Want want : merged(applied)) {
      Want same = before.get(want.request.name());
      wants.put(want.request.name(), same != null && same.isSame(want) ? same : want);
    }
  }

  private List<Want> merged(List<AssignRequest> topology) {
    Map<String, Want> all = new LinkedHashMap<>();
    file.forEach(one -> all.put(one.name(), new Want(one, false, null, level.now())));
    for (AssignRequest one : topology) {
      Want own = all.get(one.name());
      all.put(
          one.name(),
          own == null ? new Want(one, true, null, level.now()) : narrower(own.request, one));
    }
    return List.copyOf(all.values());
  }

  private Want narrower(AssignRequest own, AssignRequest topology) {
    try {
      Settings settings = own.settings().narrowed(topology.settings());
      boolean fallback = own.fallback() && topology.fallback();
      return new Want(new AssignRequest(own.name(), settings, fallback), true, null, level.now());
    } catch (IllegalArgumentException e) {
      RpcException why =
          new RpcException(
              RpcCode.NOT_GRANTED,
              "%s: the topology and the file of %s do not agree: %s"
                  .formatted(own.name(), level.name(), e.getMessage()),
              e);
      return new Want(topology, true, why, level.now());
    }
  }

  // ---- what is done -----------------------------------------------------------------------------

  /** To be called every now and then. */
  void tick() {
    for (Want want : List.copyOf(wants.values())) {
      boolean due = level.now() - want.notBeforeNanos >= 0;
      if (!paused && due && want.asked == null && want.conflict == null) {
        ask(want);
      }
    }
    for (LeaseTask task : leases.of(self.name())) {
      Want want = wants.get(task.lease().name());
      if (want == null || want.conflict != null) {
        task.release("%s does not want it any more".formatted(level.name()), false);
      }
    }
  }

  private void ask(Want want) {
    LeaseTask task = leases.find(self.name(), want.request.name());
    Action action = action(want, task);
    try {
      switch (action) {
        case ASSIGN -> {
          if (task == null) {
            await(want, self.assign(want.request));
          }
        }
        case CONFIGURE ->
            await(
                want,
                self.configure(new ConfigureRequest(want.request.name(), want.request.settings())));
        case REASSIGN -> {
          if (task != null) {
            task.release("%s wants it otherwise".formatted(level.name()), false);
          }
        }
        default -> want.refused = null;
      }
    } catch (RpcException e) {
      refuse(want, e);
    }
  }

  private void await(Want want, CompletableFuture<?> answer) {
    want.asked = answer;
    var _ =
        answer.whenComplete(
            (done, failure) -> {
              want.asked = null;
              Throwable cause =
                  failure instanceof CompletionException ? failure.getCause() : failure;
              if (cause instanceof RpcException e) {
                refuse(want, e);
              } else {
                want.refused = null;
              }
            });
    if (answer.isDone()) {
      want.asked = null;
    }
  }

  private void refuse(Want want, RpcException why) {
    want.refused = why;
    boolean soon = isPassing(why);
    want.notBeforeNanos =
        level.now() + (soon ? level.timing().retry() : level.timing().ask()).toNanos();
  }

  /** Whether the same would be answered otherwise in a moment: a former one is just leaving. */
  private static boolean isPassing(RpcException why) {
    return why.code() == RpcCode.BUSY || why.code() == RpcCode.REVOKED;
  }

  /** What is to be done for an interface; ASSIGN too, while it is on its way. */
  private static Action action(Want want, @Nullable LeaseTask task) {
    if (want.conflict != null) {
      return Action.REFUSE;
    }
    if (task == null || task.lease().phase() != Phase.ACTIVE) {
      return Action.ASSIGN;
    }
    Lease lease = task.lease();
    Settings asked = lease.asked();
    Settings wanted = want.request.settings();
    boolean emulated = lease.kind() == Kind.EMULATED;
    if (emulated && !want.request.fallback()) {
      return Action.REASSIGN;
    }
    if (asked.equals(wanted)) {
      return Action.KEEP;
    }
    boolean otherMac =
        wanted.mac() != null
            && !wanted.mac().equals(lease.settings().mac())
            && !lease.settings().isTrusted();
    return emulated || otherMac || !wanted.or(asked).equals(wanted)
        ? Action.REASSIGN
        : Action.CONFIGURE;
  }

  // ---- what people ask --------------------------------------------------------------------------

  /** Whether each is there as it is wanted, or was refused, and nothing is on its way. */
  boolean isSettled() {
    for (LeaseTask task : leases.of(self.name())) {
      if (task.lease().phase() != Phase.ACTIVE || !wants.containsKey(task.lease().name())) {
        return false;
      }
    }
    return wants.values().stream()
        .allMatch(
            want ->
                want.refused != null && !isPassing(want.refused)
                    || action(want, leases.find(self.name(), want.request.name())) == Action.KEEP);
  }

  /** Why an interface was refused; null: it was not. */
  @Nullable RpcException refusal(String name) {
    Want want = wants.get(name);
    return want == null ? null : want.refused;
  }

  /** Whether a topology wants it. */
  boolean isApplied(String name) {
    Want want = wants.get(name);
    return want != null && want.applied;
  }

  /** The wanted ones that are not there. */
  List<InterfaceStatus> missing() {
    List<InterfaceStatus> all = new ArrayList<>();
    for (Want want : wants.values()) {
      if (leases.find(self.name(), want.request.name()) == null) {
        RpcException why = want.refused;
        all.add(
            new InterfaceStatus(
                want.request.name(),
                why == null ? InterfaceStatus.State.ABSENT : InterfaceStatus.State.REFUSED,
                want.applied,
                null,
                why == null ? null : why.words()));
      }
    }
    return all;
  }

  /** What would be done under another topology. */
  List<PlannedInterface> plan(List<AssignRequest> topology) {
    List<PlannedInterface> all = new ArrayList<>();
    Map<String, Want> planned = new LinkedHashMap<>();
    merged(topology).forEach(want -> planned.put(want.request.name(), want));
    for (Want want : planned.values()) {
      all.add(planned(want, leases.find(self.name(), want.request.name())));
    }
    for (LeaseTask task : leases.of(self.name())) {
      Lease lease = task.lease();
      if (!planned.containsKey(lease.name()) && !lease.phase().isBackward()) {
        all.add(takenDown(planned(lease, Action.RELEASE, lease.settings(), null)));
      }
    }
    return all;
  }

  private PlannedInterface planned(Want want, @Nullable LeaseTask task) {
    Action action = action(want, task);
    Settings settings = want.request.settings();
    RpcException conflict = want.conflict;
    if (task == null || action == Action.ASSIGN || action == Action.REFUSE) {
      PlannedInterface fresh =
          new PlannedInterface(
              want.request.name(),
              action,
              Kind.FUNCTION,
              settings,
              want.request.fallback(),
              null,
              null,
              null,
              conflict == null ? null : conflict.words());
      return action == Action.ASSIGN ? fresh.firstBroughtUp(taken()) : fresh;
    }
    Lease lease = task.lease();
    PlannedInterface there =
        planned(
            lease,
            action,
            action == Action.KEEP ? lease.settings() : settings.or(lease.settings()),
            action == Action.KEEP ? lease.reason() : null);
    return action == Action.REASSIGN
        ? takenDown(there.decided(settings, level.name()))
            .instead(Action.REASSIGN, Kind.FUNCTION, "its settings cannot be changed in place")
            .firstBroughtUp(taken())
        : there;
  }

  private static PlannedInterface planned(
      Lease lease, Action action, Settings settings, @Nullable String reason) {
    return new PlannedInterface(
        lease.name(), action, lease.kind(), settings, lease.fallback(), null, null, null, reason);
  }

  private PlanStep taken() {
    return new PlanStep(
        level.name(), "wait for the function, give it to vfio-pci and start the program on it");
  }

  private PlannedInterface takenDown(PlannedInterface planned) {
    return planned.thenTakenDown(
        new PlanStep(level.name(), "end the program and give the function back"));
  }
}
