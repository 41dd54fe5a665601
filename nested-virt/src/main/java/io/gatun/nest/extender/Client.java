package io.gatun.nest.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.machine.Machine;
import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Assignment;
import io.gatun.nest.rpc.Capabilities;
import io.gatun.nest.rpc.ConfigureRequest;
import io.gatun.nest.rpc.Hello;
import io.gatun.nest.rpc.Kind;
import io.gatun.nest.rpc.LeaseList;
import io.gatun.nest.rpc.LinkState;
import io.gatun.nest.rpc.Messages;
import io.gatun.nest.rpc.NameRequest;
import io.gatun.nest.rpc.RpcChannel;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A machine of this level: what it may have, and what its extender asks. Control thread. */
final class Client implements RpcChannel.Handler {
  private final Level level;
  private final Leases leases;
  private final String name;
  private final Limits limits;
  private final Machine machine;
  private final @Nullable RpcChannel channel;
  private @Nullable Hello greeting;
  private long seenGeneration = -1;
  private long lookAtNanos;
  private boolean lookAgain;
  private boolean looking;

  /**
   * @param out takes frames for the machine's channel; null for what runs on the level itself
   */
  Client(
      Level level,
      Leases leases,
      String name,
      Limits limits,
      Machine machine,
      long id,
      @Nullable Consumer<byte[]> out) {
    this.level = level;
    this.leases = leases;
    this.name = name;
    this.limits = limits;
    this.machine = machine;
    lookAtNanos = level.now();
    channel = out == null ? null : new RpcChannel(id, out, level.nanoTime(), this);
  }

  String name() {
    return name;
  }

  Machine machine() {
    return machine;
  }

  /** Its channel; null for what runs on the level itself. */
  @Nullable RpcChannel channel() {
    return channel;
  }

  /** What its extender said of itself; null when none did. */
  @Nullable Hello greeting() {
    return greeting;
  }

  /** Whether somebody is there who can give an interface back in good order. */
  boolean canBeAsked() {
    return channel != null && channel.isOpen() && greeting != null;
  }

  CompletableFuture<JsonNode> revoke(Lease lease, String reason) {
    if (channel == null) {
      return CompletableFuture.failedFuture(
          new RpcException(RpcCode.NO_EXTENDER, name + " has no channel"));
    }
    return channel
        .rpc()
        .call("release", new NameRequest(lease.name(), reason), level.timing().revoke());
  }

  void linkState(Lease lease, boolean up, @Nullable String reason) {
    machine.linkState(lease.deviceId(), up, reason);
    if (channel != null) {
      channel.rpc().notify("linkState", new LinkState(lease.name(), up, reason));
    }
  }

  /** To be called every now and then. */
  void tick() {
    if (channel != null) {
      channel.tick();
      if (channel.silentNanos() >= level.timing().grace().toNanos()) {
        for (LeaseTask task : leases.of(name)) {
          String words =
              "%s was not heard for %d s".formatted(name, level.timing().grace().toSeconds());
          task.release(words, false);
        }
      }
    }
    boolean due = machine.generation() != seenGeneration || lookAgain;
    if (machine.isReachable() && due && !looking && level.now() - lookAtNanos >= 0) {
      look();
    }
  }

  /**
   * The machine answers, perhaps after it was started anew: what it has and what the leases say are
   * made equal.
   */
  private void look() {
    looking = true;
    long generation = machine.generation();
    List<LeaseTask> active =
        leases.of(name).stream().filter(one -> one.lease().phase() == Phase.ACTIVE).toList();
    var _ =
        machine
            .devices()
            .whenComplete(
                (ids, failure) -> {
                  looking = false;
                  if (failure == null) {
                    seenGeneration = generation;
                    settle(active, ids);
                  }
                });
  }

  private void settle(List<LeaseTask> active, Set<String> ids) {
    for (LeaseTask task : active) {
      if (!ids.contains(task.lease().deviceId())) {
        task.release("%s has it no longer: it was started anew".formatted(name), false);
      }
    }
    Set<String> orphans = new HashSet<>(ids);
    for (LeaseTask task : leases.of(name)) {
      // One that is on its way and not plugged yet cannot be this: it is of one that was forgotten.
      if (task.lease().phase().compareTo(Phase.PLUGGING) >= 0) {
        orphans.remove(task.lease().deviceId());
      }
    }
    lookAgain = !orphans.isEmpty();
    lookAtNanos = level.now() + (lookAgain ? level.timing().retry().toNanos() : 0);
    for (String orphan : orphans) {
      var _ = machine.unplug(orphan); // and looked for again until it is gone
    }
  }

  // ---- calls ------------------------------------------------------------------------------------

  @Override
  public void opened() {
    greeting = null;
  }

  @Override
  public void notification(String method, JsonNode parameters) {
    // None goes outwards but the heartbeat; one of a later version does no harm.
  }

  @Override
  public CompletableFuture<?> call(String method, JsonNode parameters) {
    try {
      if (greeting == null && !method.equals("hello")) {
        throw new RpcException(RpcCode.VERSION, method + ": say hello first");
      }
      return switch (method) {
        case "hello" -> hello(Messages.read(parameters, Hello.class));
        case "capabilities" -> capabilities();
        case "assign" -> assign(Messages.read(parameters, AssignRequest.class));
        case "configure" -> configure(Messages.read(parameters, ConfigureRequest.class));
        case "reset" -> reset(Messages.read(parameters, NameRequest.class));
        case "release" -> release(Messages.read(parameters, NameRequest.class));
        case "list" -> CompletableFuture.completedFuture(list());
        default -> throw new RpcException(RpcCode.UNKNOWN_CALL, method + ": there is no such call");
      };
    } catch (RpcException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Hello> hello(Hello theirs) throws RpcException {
    if (theirs.version() != Hello.VERSION) {
      throw new RpcException(
          RpcCode.VERSION,
          "hello: version %d was offered, %s speaks %d: install the same Gatun in both"
              .formatted(theirs.version(), level.name(), Hello.VERSION));
    }
    greeting = theirs;
    return CompletableFuture.completedFuture(new Hello(Hello.VERSION, level.name(), !level.leaf()));
  }

  CompletableFuture<Capabilities> capabilities() {
    Functions functions = level.functions();
    String noIommu = functions.missing();
    Upstream outer = leases.upstream();
    return machine
        .missingForPlug()
        .thenCompose(
            noPort -> {
              List<String> missing = new ArrayList<>();
              if (noIommu != null) {
                missing.add("%s: %s".formatted(level.name(), noIommu));
              }
              if (noPort != null) {
                missing.add("%s: %s".formatted(level.name(), noPort));
              }
              if (outer == null) {
                int free = leases.freeFunctions().size();
                if (free == 0) {
                  missing.add("%s: no virtual function is free".formatted(level.name()));
                }
                return CompletableFuture.completedFuture(
                    own(functions.offloads(), free, noPort == null, noIommu == null, missing));
              }
              return outer
                  .capabilities()
                  .thenApply(
                      theirs ->
                          theirs.through(
                              own(
                                  theirs.offloads(),
                                  theirs.functions(),
                                  noPort == null,
                                  noIommu == null,
                                  missing)));
            });
  }

  private Capabilities own(
      List<String> offloads, int functions, boolean hotPlug, boolean iommu, List<String> missing) {
    int left = limits.interfaces() - leases.of(name).size();
    return new Capabilities(
        List.of(level.name()),
        Math.max(0, Math.min(functions, left)),
        level.functions().queues(),
        offloads,
        limits.maxRate(),
        hotPlug,
        iommu,
        missing);
  }

  CompletableFuture<Assignment> assign(AssignRequest request) throws RpcException {
    LeaseTask there = leases.find(name, request.name());
    if (there != null) {
      return assignedAlready(there, request);
    }
    if (leases.of(name).size() >= limits.interfaces()) {
      throw new RpcException(
          RpcCode.NOT_GRANTED,
          "%s: %s has the %d interfaces that %s grants it"
              .formatted(request.name(), name, limits.interfaces(), level.name()));
    }
    Settings settings = limits.narrow(request.settings(), name, mac -> leases.isTaken(mac, null));
    Lease.Source source = leases.upstream() == null ? Lease.Source.OWNED : Lease.Source.OUTER;
    Lease lease = Lease.begin(name, request.name(), source, settings, request.fallback());
    LeaseTask task = new LeaseTask(level, this, leases, lease);
    leases.add(task);
    return task.awaitActive();
  }

  /** The same again, unless it is something else. */
  private static CompletableFuture<Assignment> assignedAlready(
      LeaseTask there, AssignRequest request) throws RpcException {
    Lease lease = there.lease();
    if (lease.phase().isBackward()) {
      String problem = there.problem();
      throw new RpcException(
          RpcCode.BUSY,
          "%s: is being given back%s: ask again"
              .formatted(request.name(), problem == null ? "" : " (" + problem + ")"));
    }
    if (!request.settings().or(lease.settings()).equals(lease.settings())) {
      throw new RpcException(
          RpcCode.NOT_GRANTED,
          "%s: is assigned with other settings: configure or release it".formatted(lease.name()));
    }
    return there.awaitActive();
  }

  CompletableFuture<Assignment> configure(ConfigureRequest request) throws RpcException {
    LeaseTask task = active(request.name());
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
    Settings settings = limits.narrow(asked, name, mac -> leases.isTaken(mac, lease.key()));
    Upstream outer = leases.upstream();
    if (lease.source() == Lease.Source.OWNED || outer == null) {
      return CompletableFuture.completedFuture(apply(task, settings));
    }
    return outer
        .configure(new ConfigureRequest(level.outerName(lease), settings))
        .thenCompose(
            answer -> {
              try {
                task.replace(
                    task.lease().with(answer.settings()).withUnenforced(answer.unenforced()));
                return CompletableFuture.completedFuture(task.lease().assignment(level.name()));
              } catch (IOException e) {
                return CompletableFuture.failedFuture(noJournal(e));
              }
            });
  }

  /** The journal first: after a restart the function is set to what it says. */
  private Assignment apply(LeaseTask task, Settings settings) throws RpcException {
    Lease before = task.lease();
    Functions.Owned owned = before.owned();
    if (owned == null) {
      throw new RpcException(RpcCode.INTERNAL, before.name() + ": has no function");
    }
    try {
      task.replace(before.with(settings));
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

  private CompletableFuture<Assignment> reset(NameRequest request) throws RpcException {
    return active(request.name()).reset();
  }

  CompletableFuture<Map<String, String>> release(NameRequest request) throws RpcException {
    LeaseTask task = existing(request.name());
    String reason = request.reason();
    task.release(reason == null ? "released by " + name : reason, false);
    return task.awaitGone().thenApply(done -> Map.of());
  }

  private LeaseTask active(String interfaceName) throws RpcException {
    LeaseTask task = existing(interfaceName);
    if (task.lease().phase() != Phase.ACTIVE) {
      throw new RpcException(RpcCode.BUSY, interfaceName + ": is not ready: ask again");
    }
    return task;
  }

  private LeaseTask existing(String interfaceName) throws RpcException {
    LeaseTask task = leases.find(name, interfaceName);
    if (task == null) {
      throw new RpcException(
          RpcCode.UNKNOWN_INTERFACE, interfaceName + ": there is no such interface");
    }
    return task;
  }

  private LeaseList list() {
    List<Assignment> active = new ArrayList<>();
    List<String> leaving = new ArrayList<>();
    for (LeaseTask task : leases.of(name)) {
      if (task.lease().phase() == Phase.ACTIVE) {
        active.add(task.lease().assignment(level.name()));
      } else {
        leaving.add(task.lease().name());
      }
    }
    return new LeaseList(active, leaving);
  }
}
