package io.gatun.nest.extender;

import io.gatun.nest.machine.Machine;
import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Assignment;
import io.gatun.nest.rpc.Capabilities;
import io.gatun.nest.rpc.NameRequest;
import io.gatun.nest.rpc.PlanResult;
import io.gatun.nest.rpc.RpcChannel;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Status;
import io.gatun.nest.rpc.StatusRequest;
import io.gatun.nest.rpc.Topology;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands functions on: the outermost extender those of its physical functions, an inner one what it
 * was given, the innermost guest takes them for itself. Control thread.
 *
 * <p>{@link #doWork} does what can be done now and never waits; whoever owns the extender calls it
 * when something came in, and every now and then.
 */
public final class Extender {
  private final Level level;
  private final Leases leases;
  private final LongSupplier sessions;
  private final Map<String, Client> clients = new LinkedHashMap<>();
  private final Map<String, Boolean> links = new HashMap<>();
  private final Cascade cascade;
  private @Nullable Upstream upstream;
  private long linksAtNanos;
  private boolean started;
  private @Nullable String mendingProblem;
  private final List<String> problems = new ArrayList<>();

  /**
   * @param name of the level, as in {@code l1}
   * @param leaf whether this is the innermost guest
   * @param store the journal's bytes
   * @param nanoTime as System.nanoTime
   * @param sessions gives numbers for channel sessions: random, never 0
   * @throws IOException when the journal cannot be read
   */
  Extender(
      String name,
      boolean leaf,
      Functions functions,
      JournalStore store,
      Timing timing,
      LongSupplier nanoTime,
      LongSupplier sessions)
      throws IOException {
    level = new Level(name, leaf, functions, Journal.open(store, name), timing, nanoTime);
    leases = new Leases(level);
    cascade = new Cascade(level, leases, clients);
    this.sessions = sessions;
    linksAtNanos = nanoTime.getAsLong();
  }

  /**
   * Adds a machine, before {@link #start}.
   *
   * @param out takes frames for its channel
   * @return its channel, to be given what comes in
   */
  public RpcChannel addMachine(String name, Limits limits, Machine machine, Consumer<byte[]> out) {
    Client client = add(name, limits, machine, out);
    RpcChannel channel = client.channel();
    if (channel == null) {
      throw new IllegalStateException("cannot be: it was made with a channel");
    }
    return channel;
  }

  /**
   * Adds what runs on the level itself, before {@link #start}.
   *
   * @param interfaces that its own file wants; a topology may want more
   */
  public void addLocal(String name, Machine machine, List<AssignRequest> interfaces) {
    Wants wants = new Wants(level, leases, add(name, Limits.NONE, machine, null));
    wants.file(interfaces);
    cascade.wants(wants);
  }

  private Client add(String name, Limits limits, Machine machine, @Nullable Consumer<byte[]> out) {
    Client client = new Client(level, leases, name, limits, machine, sessions.getAsLong(), out);
    clients.put(name, client);
    return client;
  }

  /**
   * Says that there is an outer level, before {@link #start}.
   *
   * @param out takes frames for the channel outwards
   * @return the channel, to be given what comes in
   */
  public RpcChannel addOuter(Consumer<byte[]> out) {
    Upstream outer = new Upstream(level, leases, cascade, sessions.getAsLong(), out);
    upstream = outer;
    leases.upstream(outer);
    return outer.channel();
  }

  /**
   * Takes up what the journal says: what was on its way in is turned round, what was on its way out
   * goes on, and what was active stays, until its machine or the outer level says otherwise.
   */
  public void start() {
    if (level.journal().isNew()) {
      level.functions().owned().forEach(one -> leases.unknown().add(one.address()));
    }
    for (Lease lease : List.copyOf(level.journal().leases().values())) {
      Client client = clients.get(lease.machine());
      if (client == null) {
        client = add(lease.machine(), Limits.NONE, new AbsentMachine(lease.machine()), null);
      }
      LeaseTask task = new LeaseTask(level, client, leases, lease);
      leases.add(task);
      if (lease.phase().isForward()) {
        task.release("the extender of %s was ended meanwhile".formatted(level.name()), false);
      } else if (client.machine() instanceof AbsentMachine) {
        task.release(lease.machine() + " is not in the configuration", false);
      }
    }
    started = true;
    cascade.start();
    mendFunctions();
    for (LeaseTask task : leases.all()) {
      if (task.lease().phase() == Phase.ACTIVE) {
        setAgain(task.lease());
      }
    }
  }

  /** The extender may have been ended in the middle of a change: what its lease says holds. */
  private void setAgain(Lease lease) {
    Functions.Owned owned = lease.owned();
    try {
      if (owned != null && level.functions().isPresent(owned.address())) {
        level.functions().configure(owned, lease.settings());
      }
    } catch (Functions.FunctionException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Functions of this level are the extender's own: one that vfio-pci has, no lease names and
   * nobody holds was lost with a journal, and goes back to the kernel. Without a journal nobody
   * knows what the others are set to, either: they are set to nothing before they are handed out.
   */
  private void mendFunctions() {
    Functions functions = level.functions();
    mendingProblem = null;
    for (Functions.Owned owned : functions.owned()) {
      String address = owned.address();
      if (leases.findAddress(address) != null) {
        continue;
      }
      boolean lost = functions.isVfio(address) && !functions.isInUse(address);
      boolean unknown = leases.unknown().contains(address) && functions.isFree(address);
      if (!lost && !unknown) {
        continue;
      }
      try {
        functions.restore(owned);
        if (lost) {
          functions.bindKernel(address);
        }
        leases.unknown().remove(address);
      } catch (Functions.FunctionException e) {
        mendingProblem = String.valueOf(e.getMessage()); // and tried again
      }
    }
  }

  /** What start found wrong and could not mend, in words. */
  public List<String> problems() {
    List<String> all = new ArrayList<>(problems);
    if (mendingProblem != null) {
      all.add(mendingProblem);
    }
    return all;
  }

  /** Does what can be done now; whether there was anything. */
  public boolean doWork() {
    if (!started) {
      throw new IllegalStateException("start() first");
    }
    boolean any = upstream != null && upstream.tick();
    clients.values().forEach(Client::tick);
    lookAtFunctions();
    cascade.tick();
    return leases.advance() || any;
  }

  /** Looks at this level's own functions, and tells machines when their link comes or goes. */
  private void lookAtFunctions() {
    if (level.now() - linksAtNanos < level.timing().check().toNanos()) {
      return;
    }
    linksAtNanos = level.now();
    mendFunctions();
    for (LeaseTask task : leases.all()) {
      Functions.Owned owned = task.lease().owned();
      if (owned == null || task.lease().phase() != Phase.ACTIVE) {
        continue;
      }
      Boolean up = level.functions().isLinkUp(owned);
      if (up != null && !up.equals(links.put(task.lease().key(), up))) {
        task.linkState(up, up ? null : owned.parent() + " has no link");
      }
    }
  }

  // ---- what people ask --------------------------------------------------------------------------

  /** Asks for an interface for what runs on the level itself, or for a machine. */
  public CompletableFuture<Assignment> assign(String machine, AssignRequest request) {
    try {
      return client(machine).assign(request);
    } catch (RpcException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Takes an interface back, asking the machine's extender first. */
  public CompletableFuture<@Nullable Void> revoke(String machine, NameRequest request) {
    LeaseTask task = leases.find(machine, request.name());
    if (task == null) {
      return CompletableFuture.failedFuture(
          new RpcException(
              RpcCode.UNKNOWN_INTERFACE,
              "%s of %s: there is no such interface".formatted(request.name(), machine)));
    }
    String reason = request.reason();
    task.release(reason == null ? "revoked by " + level.name() : reason, true);
    return task.awaitGone();
  }

  /**
   * Makes a topology the one to be reached; {@link Topology#EMPTY} gives everything of it back.
   *
   * @throws RpcException when it cannot be
   */
  public void apply(Topology topology) throws RpcException {
    cascade.apply(topology);
  }

  /** What {@link #apply} would do. */
  public CompletableFuture<PlanResult> plan(Topology topology) throws RpcException {
    return cascade.plan(topology);
  }

  /** What the guests have, once nothing is on its way any more or the time is over. */
  public CompletableFuture<Status> status(StatusRequest request) throws RpcException {
    return cascade.status(request);
  }

  /**
   * The level's own function behind an interface.
   *
   * @param path with the machines it is in, as in {@code l1/l2/eth0}
   * @return null where it has none
   */
  Functions.@Nullable Owned function(String path) {
    int slash = path.indexOf('/');
    LeaseTask task =
        slash < 0 ? null : leases.find(path.substring(0, slash), path.substring(slash + 1));
    return task == null ? null : task.lease().owned();
  }

  /** What a function of this level carried. */
  Functions.Counters counters(Functions.Owned function) throws Functions.FunctionException {
    return level.functions().counters(function);
  }

  /** Why the guest's own interfaces were refused, by name, in words. */
  public Map<String, String> refusals() {
    Map<String, String> all = new LinkedHashMap<>();
    Wants wants = cascade.wants();
    if (wants != null) {
      wants.missing().stream()
          .filter(one -> one.problem() != null)
          .forEach(one -> all.put(one.name(), String.valueOf(one.problem())));
    }
    return all;
  }

  /** The guest's interfaces are given back, and none is asked for any more. */
  public void giveBack() {
    Wants wants = cascade.wants();
    if (wants != null) {
      wants.stop();
    }
  }

  /** What a machine could have. */
  public CompletableFuture<Capabilities> capabilities(String machine) {
    try {
      return client(machine).capabilities();
    } catch (RpcException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Name of the level. */
  public String name() {
    return level.name();
  }

  /** The leases as they are. */
  public List<LeaseStatus> status() {
    List<LeaseStatus> all = new ArrayList<>();
    for (LeaseTask task : leases.all()) {
      Lease lease = task.lease();
      all.add(
          new LeaseStatus(
              lease.machine(),
              lease.phase().name().toLowerCase(Locale.ROOT),
              lease.assignment(level.name()),
              task.problem()));
    }
    return all;
  }

  /** Why the outer level cannot be asked, in words; null: it can, or there is none. */
  public @Nullable String outerProblem() {
    if (upstream == null || upstream.isReady()) {
      return null;
    }
    String problem = upstream.problem();
    return problem == null ? "nobody answers on the channel outwards" : problem;
  }

  private Client client(String machine) throws RpcException {
    Client client = clients.get(machine);
    if (client == null) {
      throw new RpcException(
          RpcCode.UNKNOWN_INTERFACE,
          "%s has no machine %s; there are %s".formatted(level.name(), machine, clients.keySet()));
    }
    return client;
  }

  /** For tests: the leases as the journal has them. */
  Map<String, Lease> journaled() {
    return level.journal().leases();
  }

  /** For tests: the topology that the journal has; null: none. */
  @Nullable Topology topology() {
    return level.journal().topology();
  }

  /** For tests: what a guest wants. */
  @Nullable Wants wants() {
    return cascade.wants();
  }

  Leases leases() {
    return leases;
  }
}
