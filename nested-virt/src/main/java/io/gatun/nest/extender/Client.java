package io.gatun.nest.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.machine.Machine;
import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Assignment;
import io.gatun.nest.rpc.Capabilities;
import io.gatun.nest.rpc.ConfigureRequest;
import io.gatun.nest.rpc.Grant;
import io.gatun.nest.rpc.Hello;
import io.gatun.nest.rpc.LeaseList;
import io.gatun.nest.rpc.LinkState;
import io.gatun.nest.rpc.Messages;
import io.gatun.nest.rpc.NameRequest;
import io.gatun.nest.rpc.RpcChannel;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import java.time.Duration;
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
  private final Granted granted;
  private final Configurer configurer;
  private final Machine machine;
  private final @Nullable RpcChannel channel;
  private @Nullable Hello greeting;
  private long greetings;
  private long thereNanos;
  private long greetNanos;
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
    granted = new Granted(level, name, limits);
    configurer = new Configurer(level, leases, granted);
    this.machine = machine;
    lookAtNanos = level.now();
    thereNanos = lookAtNanos;
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

  /** How often an extender said hello in it: what another one was told, this one was not. */
  long greetings() {
    return greetings;
  }

  /** Whether nobody has answered in it for so long that nobody will for now. */
  boolean isAbsent() {
    return channel != null
        && !canBeAsked()
        && level.now() - thereNanos >= level.timing().peer().toNanos();
  }

  /** Calls its extender; fails with {@link RpcException}. */
  CompletableFuture<JsonNode> ask(String method, Object parameters, Duration timeOut) {
    return channel == null
        ? CompletableFuture.failedFuture(
            new RpcException(RpcCode.NO_EXTENDER, name + " has no channel"))
        : channel.rpc().call(method, parameters, timeOut);
  }

  /** What it may have. */
  Granted granted() {
    return granted;
  }

  /** Sets what the topology grants, and takes back what is not granted any more. */
  void grant(Grant grant) {
    granted.set(grant);
    int count = 0;
    for (LeaseTask task : leases.of(name)) {
      count++;
      try {
        granted.hold(task.lease(), count);
      } catch (RpcException e) {
        task.release(e.words(), true);
      }
    }
  }

  CompletableFuture<JsonNode> revoke(Lease lease, String reason) {
    return ask("release", new NameRequest(lease.name(), reason), level.timing().revoke());
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
      thereNanos = canBeAsked() ? level.now() : thereNanos;
      if (channel.isOpen() && greeting == null && level.now() - greetNanos >= 0) {
        greetNanos = level.now() + RpcChannel.HEARTBEAT.toNanos();
        channel.rpc().notify("greet", Map.of()); // it may not know that it was lost meanwhile
      }
      if (channel.silentNanos() >= level.timing().grace().toNanos()) {
        for (LeaseTask task : leases.of(name)) {
          String words =
              "%s was not heard for %d s".formatted(name, level.timing().grace().toSeconds());
          if (!task.lease().standIn()) {
            task.release(words, false);
          }
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
    greetNanos = level.now() + RpcChannel.HEARTBEAT.toNanos();
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
    greetings++;
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
    int left = granted.interfaces() - leases.of(name).size();
    return new Capabilities(
        List.of(level.name()),
        Math.max(0, Math.min(functions, left)),
        level.functions().queues(),
        offloads,
        granted.maxRate(),
        hotPlug,
        iommu,
        missing);
  }

  CompletableFuture<Assignment> assign(AssignRequest request) throws RpcException {
    LeaseTask there = leases.find(name, request.name());
    if (there != null) {
      return assignedAlready(there, request);
    }
    return begin(request, false).awaitActive();
  }

  private LeaseTask begin(AssignRequest request, boolean standIn) throws RpcException {
    if (leases.of(name).size() >= granted.limits().interfaces()) {
      throw granted.tooMany(request.name());
    }
    Settings settings =
        granted.limits().narrow(request.settings(), name, mac -> leases.isTaken(mac, null));
    Lease.Source source = leases.upstream() == null ? Lease.Source.OWNED : Lease.Source.OUTER;
    Lease lease =
        Lease.begin(name, request.name(), source, settings, request.fallback())
            .withAsked(request.settings(), standIn);
    LeaseTask task = new LeaseTask(level, this, leases, lease);
    leases.add(task);
    return task;
  }

  /** An emulated NIC, for a machine in which nobody is there to ask for anything. */
  CompletableFuture<Assignment> standIn(AssignRequest request, String why) throws RpcException {
    LeaseTask task = begin(request, true);
    task.fallBack(new RpcException(RpcCode.NO_EXTENDER, why));
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
    return configurer.configure(active(request.name()), request);
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
