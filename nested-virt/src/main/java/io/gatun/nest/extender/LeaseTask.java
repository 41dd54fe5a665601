package io.gatun.nest.extender;

import io.gatun.nest.machine.Machine;
import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Assignment;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import io.gatun.pmd.MacAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes one lease through its phases, one step a call. Control thread.
 *
 * <pre>
 *             owner:  CHECKING -> CONFIGURING ----------> BINDING -> PLUGGING -> ACTIVE
 *       inner level:  CHECKING -> ASKING -> APPEARING --> BINDING -> PLUGGING -> ACTIVE
 *      emulated NIC:                                                 PLUGGING -> ACTIVE
 *
 *   back, from anywhere:  [REVOKING ->] UNPLUGGING -> UNBINDING -> [RETURNING ->] FORGETTING
 * </pre>
 *
 * <p>A step forwards that fails turns the lease round; a step backwards that fails is tried again
 * until it works, for a function must not be lost.
 */
final class LeaseTask extends LeaseMotion {
  /** How long the MAC address of a function that was found may stay unknown. */
  private static final long MAC_NANOS = Duration.ofSeconds(3).toNanos();

  private final Client client;
  private final Leases leases;
  private final Settings asked;
  private boolean forced;
  private boolean replug;
  private boolean ended;
  private long foundNanos;

  LeaseTask(Level level, Client client, Leases leases, Lease lease) {
    super(level, lease);
    this.client = client;
    this.leases = leases;
    asked = lease.settings();
  }

  /** Whether there is nothing left of it, not even in the journal. */
  boolean isEnded() {
    return ended;
  }

  /** Completes when the lease is active, or fails with {@link RpcException}. */
  CompletableFuture<Assignment> awaitActive() {
    return waiters.awaitActive(
        lease.phase() == Phase.ACTIVE ? lease.assignment(level.name()) : null);
  }

  /** Completes when the lease is gone; fails when its machine does not let go. */
  CompletableFuture<@Nullable Void> awaitGone() {
    return waiters.awaitGone();
  }

  /** Completes when this level has let go of the function: the outer one can take it. */
  CompletableFuture<@Nullable Void> awaitLetGo() {
    return waiters.awaitLetGo(hasLetGo());
  }

  /** Tells the machine's user about the link, as the outer level told. */
  void linkState(boolean up, @Nullable String reason) {
    if (lease.phase() == Phase.ACTIVE) {
      client.linkState(lease, up, reason);
    }
  }

  /** An emulated NIC is to be had at once, where one will do: a function cannot be. */
  void fallBack(RpcException why) {
    failure = why;
  }

  /** Takes the function out of its machine and puts it in again, which resets it. */
  CompletableFuture<Assignment> reset() {
    replug = true;
    go(Phase.UNPLUGGING);
    return awaitActive();
  }

  /**
   * Turns the lease round.
   *
   * @param reason in words
   * @param ask whether the machine's extender is to be asked first
   */
  void release(String reason, boolean ask) {
    mayFallBack = false;
    replug = false;
    if (lease.phase() == Phase.ACTIVE) {
      client.linkState(lease, false, reason);
      problem = reason;
      go(ask ? Phase.REVOKING : Phase.UNPLUGGING);
    } else if (lease.phase() == Phase.REVOKING && !ask) {
      go(Phase.UNPLUGGING);
    } else if (lease.phase().isForward() && failure == null) {
      failure = new RpcException(RpcCode.REVOKED, reason);
    }
  }

  /** Does one step, if there is one to do now; whether there was. */
  boolean advance() {
    if (ended || level.now() - notBeforeNanos < 0) {
      return false;
    }
    if (lease.phase().isForward() && failure != null) {
      return turnRound(failure);
    }
    return switch (lease.phase()) {
      case CHECKING -> checking();
      case ASKING -> asking();
      case APPEARING -> appearing();
      case CONFIGURING -> configuring();
      case BINDING -> binding();
      case PLUGGING -> plugging();
      case ACTIVE -> active();
      case REVOKING -> revoking();
      case UNPLUGGING -> unplugging();
      case UNBINDING -> unbinding();
      case RETURNING -> returning();
      case FORGETTING -> forgetting();
    };
  }

  // ---- forwards ---------------------------------------------------------------------------------

  private boolean checking() {
    String missing = level.functions().missing();
    if (missing != null) {
      return fail(RpcCode.NO_IOMMU, "%s: %s".formatted(level.name(), missing));
    }
    Upstream outer = leases.upstream();
    if (outer != null && !outer.isReady()) {
      return since(level.timing().peer())
          && fail(
              RpcCode.NO_EXTENDER,
              "%s: nobody answers on the channel outwards: is an extender running there?"
                  .formatted(level.name()));
    }
    return step(
        () -> client.machine().missingForPlug(),
        noPort -> {
          if (noPort != null) {
            fail(RpcCode.NO_HOT_PLUG, "%s: %s".formatted(level.name(), noPort));
          } else if (outer != null) {
            forward(Phase.ASKING, lease);
          } else {
            choose();
          }
        },
        e -> fail(RpcCode.NO_HOT_PLUG, words(e)));
  }

  private void choose() {
    Functions.Owned free = leases.freeFunction();
    if (free == null) {
      fail(
          RpcCode.NO_FUNCTION,
          "%s: no virtual function is free: %d of %d are in use"
              .formatted(level.name(), leases.functionsInUse(), level.functions().owned().size()));
      return;
    }
    String mac = leases.macFor(lease);
    forward(
        Phase.CONFIGURING,
        lease.with(lease.settings().withMac(mac)).withFunction(free, free.address()));
  }

  private boolean asking() {
    Upstream outer = leases.upstream();
    if (outer == null) {
      return fail(RpcCode.NO_EXTENDER, level.name() + ": there is no outer level any more");
    }
    return step(
        () ->
            outer.assign(
                new AssignRequest(
                    level.outerName(lease), lease.settings(), level.leaf() && lease.fallback())),
        answer -> forward(Phase.APPEARING, lease.granted(answer)),
        e -> fail(code(e), words(e)));
  }

  private boolean appearing() {
    String slot = lease.outerSlot();
    if (slot == null) {
      return fail(RpcCode.FAILED, "%s: the outer level told no slot".formatted(level.name()));
    }
    Optional<Functions.Found> found = level.functions().at(slot);
    if (found.isEmpty() || leases.findAddress(found.get().address()) != null) {
      // Not there yet, or a former one at this place is not taken down yet.
      return since(level.timing().appear())
          && fail(
              RpcCode.FAILED,
              "%s: the function did not appear at %s within %d s"
                  .formatted(level.name(), slot, level.timing().appear().toSeconds()));
    }
    String mac = found.get().mac();
    if (mac == null && !level.functions().isVfio(found.get().address()) && !hasWaited()) {
      return false; // its driver will show it in a moment
    }
    String granted = lease.settings().mac();
    if (mac != null && granted != null && !mac.equalsIgnoreCase(granted)) {
      return fail(
          RpcCode.FAILED,
          "%s: the function at %s has MAC %s, granted was %s: not ours"
              .formatted(level.name(), slot, mac, granted));
    }
    return forward(Phase.BINDING, lease.withFunction(null, found.get().address()));
  }

  /** Whether a driver had time to take the function that was found. */
  private boolean hasWaited() {
    if (foundNanos == 0) {
      foundNanos = level.now();
    }
    return level.now() - foundNanos >= MAC_NANOS;
  }

  private boolean configuring() {
    Functions.Owned owned = lease.owned();
    if (owned == null) {
      return fail(RpcCode.INTERNAL, "no function was chosen");
    }
    try {
      List<String> unenforced = level.functions().configure(owned, lease.settings());
      return forward(Phase.BINDING, lease.withUnenforced(unenforced));
    } catch (Functions.FunctionException e) {
      return fail(RpcCode.FAILED, "%s: %s".formatted(level.name(), e.getMessage()));
    }
  }

  private boolean binding() {
    try {
      level.functions().bindVfio(String.valueOf(lease.address()));
      return forward(Phase.PLUGGING, lease);
    } catch (Functions.FunctionException e) {
      return fail(RpcCode.FAILED, "%s: %s".formatted(level.name(), e.getMessage()));
    }
  }

  private boolean plugging() {
    Machine machine = client.machine();
    String address = lease.address();
    return step(
        () ->
            address == null
                ? machine.plugEmulated(lease.deviceId(), MacAddress.parse(leases.macFor(lease)))
                : machine.plugFunction(lease.deviceId(), address),
        slot -> {
          if (forward(Phase.ACTIVE, lease.withSlot(slot))) {
            problem = null;
            waiters.active(lease.assignment(level.name()));
          }
        },
        e -> fail(RpcCode.FAILED, "%s: %s".formatted(level.name(), words(e))));
  }

  private boolean active() {
    notBeforeNanos = level.now() + level.timing().check().toNanos();
    String address = lease.address();
    if (address != null && !level.functions().isPresent(address)) {
      release("%s: function %s is no more".formatted(level.name(), address), true);
      return true;
    }
    return false;
  }

  // ---- the turn ---------------------------------------------------------------------------------

  private boolean fail(RpcCode code, String words) {
    return turnRound(new RpcException(code, words));
  }

  @Override
  boolean turnRound(RpcException why) {
    failure = why;
    boolean inFlight = step != null && !step.isDone();
    if (lease.phase() == Phase.PLUGGING && inFlight) {
      return false; // taken out only after it was put in: asked now, QEMU would do it afterwards
    }
    problem = why.words();
    return switch (lease.phase()) {
      case CHECKING -> go(Phase.FORGETTING);
      case ASKING -> {
        if (why.code() == RpcCode.NO_EXTENDER) {
          leases.strays().add(level.outerName(lease)); // given back when somebody is there again
          yield go(Phase.FORGETTING);
        }
        yield go(Phase.RETURNING);
      }
      case APPEARING -> go(Phase.RETURNING);
      case CONFIGURING, BINDING -> go(Phase.UNBINDING);
      default -> go(Phase.UNPLUGGING);
    };
  }

  // ---- backwards --------------------------------------------------------------------------------

  private boolean revoking() {
    if (!client.canBeAsked()) {
      return go(Phase.UNPLUGGING);
    }
    String reason = problem == null ? "revoked by " + level.name() : problem;
    return step(
        () -> client.revoke(lease, reason),
        done -> go(Phase.UNPLUGGING),
        e -> go(Phase.UNPLUGGING));
  }

  private boolean unplugging() {
    String address = lease.address();
    if (!client.machine().isReachable()) {
      step = null;
      return unreachable(address);
    }
    if (step != null && !step.isDone() && since(level.timing().unplug())) {
      step = null;
      return overdue();
    }
    return step(
        () -> client.machine().unplug(lease.deviceId()),
        done -> {
          if (replug) {
            replug = false;
            forward(Phase.PLUGGING, lease);
          } else {
            go(Phase.UNBINDING);
          }
        },
        e -> again(words(e)));
  }

  /**
   * The machine does not answer: it may have ended, or only its socket. Where the function itself
   * shows that nobody holds it, that is enough; else the machine has the time of grace to come
   * back.
   */
  private boolean unreachable(@Nullable String address) {
    Functions functions = level.functions();
    if (address != null && functions.isPresent(address)) {
      return functions.isInUse(address)
          ? again("%s does not answer, but holds %s".formatted(client.name(), address))
          : go(Phase.UNBINDING);
    }
    return since(level.timing().grace())
        ? go(Phase.UNBINDING)
        : again(client.name() + " does not answer");
  }

  /** The machine does not let go: nobody waits any longer, but the extender. */
  private boolean overdue() {
    String words =
        "%s does not let go of %s within %d s; it is kept for nobody else, and asked again"
            .formatted(client.name(), lease.name(), level.timing().unplug().toSeconds());
    RpcException late = new RpcException(RpcCode.TIMED_OUT, words);
    waiters.late(late);
    replug = false;
    failAssigning();
    if (!forced) {
      forced = true;
      var _ = client.machine().force(); // what comes of it is seen at the next try
    }
    phaseSinceNanos = level.now();
    return again(words);
  }

  private boolean unbinding() {
    Functions functions = level.functions();
    String address = lease.address();
    try {
      if (address != null && functions.isPresent(address)) {
        if (functions.isInUse(address)) {
          return again("%s: somebody holds %s".formatted(level.name(), address));
        }
        Functions.Owned owned = lease.owned();
        if (owned != null) {
          functions.restore(owned);
        }
        functions.bindKernel(address);
      }
      if (lease.source() != Lease.Source.OUTER) {
        return go(Phase.FORGETTING);
      }
      lease = lease.withoutFunction();
      return go(Phase.RETURNING);
    } catch (Functions.FunctionException e) {
      return again(String.valueOf(e.getMessage()));
    }
  }

  private boolean returning() {
    Upstream outer = leases.upstream();
    if (outer == null) {
      return go(Phase.FORGETTING);
    }
    if (!outer.isReady()) {
      step = null;
      return false; // awaited: its coming is an event
    }
    return step(
        () -> outer.release(level.outerName(lease), problem),
        done -> go(Phase.FORGETTING),
        e -> {
          if (code(e) == RpcCode.UNKNOWN_INTERFACE) {
            go(Phase.FORGETTING);
          } else {
            again(words(e));
          }
        });
  }

  private boolean forgetting() {
    RpcException why = failure;
    try {
      if (why != null
          && mayFallBack
          && why.code().fallsBack()
          && lease.source() != Lease.Source.LOCAL) {
        failure = null;
        // With what was asked: what an outer level had granted is somebody else's by now.
        return forward(Phase.PLUGGING, leases.emulated(lease.with(asked), why.words()));
      }
      level.journal().remove(lease.key());
    } catch (IOException e) {
      failAssigning();
      return again("journal: " + e.getMessage());
    }
    ended = true;
    failAssigning();
    waiters.gone();
    return true;
  }

  private void failAssigning() {
    RpcException why =
        failure == null
            ? new RpcException(RpcCode.REVOKED, problem == null ? "taken back" : problem)
            : failure;
    waiters.notActive(why);
  }
}
