package io.gatun.nest.extender;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Assignment;
import io.gatun.nest.rpc.Capabilities;
import io.gatun.nest.rpc.ConfigureRequest;
import io.gatun.nest.rpc.Hello;
import io.gatun.nest.rpc.LeaseList;
import io.gatun.nest.rpc.LinkState;
import io.gatun.nest.rpc.Messages;
import io.gatun.nest.rpc.NameRequest;
import io.gatun.nest.rpc.RpcChannel;
import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The outer level, as seen from here. Control thread.
 *
 * <p>With each new session: hello, then {@code list}, and what the two sides have is made equal
 * before anything new is asked. What the outer level has leased and nobody here knows of is given
 * back; what it has no longer is taken down here.
 */
final class Upstream implements RpcChannel.Handler {
  private static final Duration SHORT = Duration.ofSeconds(20);

  private final Level level;
  private final Leases leases;
  private final Cascade cascade;
  private final RpcChannel channel;
  private final Set<String> returning = new HashSet<>();
  private long session;
  private boolean ready;
  private boolean greeted;
  private long notBeforeNanos;
  private @Nullable String problem;

  Upstream(Level level, Leases leases, Cascade cascade, long id, Consumer<byte[]> out) {
    this.level = level;
    this.leases = leases;
    this.cascade = cascade;
    channel = new RpcChannel(id, out, level.nanoTime(), this);
  }

  RpcChannel channel() {
    return channel;
  }

  /** Whether both sides have the same leases, so that something can be asked. */
  boolean isReady() {
    return ready && channel.isOpen();
  }

  /** Why it is not ready, in words. */
  @Nullable String problem() {
    return problem;
  }

  @Override
  public void opened() {
    session++;
    ready = false;
    greeted = false;
    returning.clear();
    notBeforeNanos = level.now();
  }

  /** To be called every now and then. */
  boolean tick() {
    channel.tick();
    if (!channel.isOpen()) {
      ready = false;
      greeted = false;
      return false;
    }
    if (!ready && !greeted && level.now() - notBeforeNanos >= 0) {
      greeted = true;
      greet(session);
      return true;
    }
    return ready && returnStrays();
  }

  private void greet(long greeting) {
    Hello hello = new Hello(Hello.VERSION, level.name(), !level.leaf());
    var _ =
        channel
            .rpc()
            .call("hello", hello, SHORT)
            .thenCompose(
                answer -> {
                  Hello theirs = read(answer, Hello.class);
                  if (theirs.version() != Hello.VERSION) {
                    return CompletableFuture.<JsonNode>failedFuture(
                        new RpcException(RpcCode.VERSION, "hello: version " + theirs.version()));
                  }
                  return channel.rpc().call("list", Map.of(), SHORT);
                })
            .whenComplete(
                (list, failure) -> {
                  if (greeting != session) {
                    return;
                  }
                  if (failure == null) {
                    settle(read(list, LeaseList.class));
                    ready = true;
                    problem = null;
                  } else {
                    problem = String.valueOf(failure.getMessage());
                    greeted = false;
                    notBeforeNanos = level.now() + level.timing().retry().toNanos();
                  }
                });
  }

  /** Makes both sides' leases equal. */
  private void settle(LeaseList list) {
    Map<String, Assignment> theirs = new HashMap<>();
    list.leases().forEach(one -> theirs.put(one.name(), one));
    for (LeaseTask task : leases.all()) {
      Lease lease = task.lease();
      if (lease.source() != Lease.Source.OUTER || lease.phase() == Phase.CHECKING) {
        continue;
      }
      Assignment outer = theirs.remove(level.outerName(lease));
      boolean has = lease.phase() == Phase.APPEARING || lease.address() != null;
      if (outer == null && has) {
        task.release("the outer level no longer has " + lease.name(), true);
      } else if (outer != null && has && outer.kind() != lease.outerKind()) {
        // While nobody was heard here, the outer level gave up the one and stood in for it.
        task.release("the outer level has another " + lease.name() + " now", true);
      } else if (outer != null && lease.phase() == Phase.ACTIVE) {
        adopt(task, outer);
      }
    }
    leases.strays().clear();
    leases.strays().addAll(theirs.keySet());
    for (String name : list.leaving()) {
      if (leases.findOuter(name) == null) {
        leases.strays().add(name);
      }
    }
  }

  private void adopt(LeaseTask task, Assignment outer) {
    if (task.lease().settings().equals(outer.settings())) {
      return;
    }
    try {
      task.replace(task.lease().with(outer.settings()).withUnenforced(outer.unenforced()));
    } catch (IOException e) {
      problem = "journal: " + e.getMessage(); // the next session tells the settings again
    }
  }

  private boolean returnStrays() {
    boolean any = false;
    for (String name : Set.copyOf(leases.strays())) {
      if (level.now() - notBeforeNanos < 0 || !returning.add(name)) {
        continue;
      }
      any = true;
      long asked = session;
      var _ =
          release(name, level.name() + " knows nothing of it")
              .whenComplete(
                  (done, failure) -> {
                    if (asked != session) {
                      return;
                    }
                    returning.remove(name);
                    if (failure == null || isUnknown(failure)) {
                      leases.strays().remove(name);
                    } else {
                      notBeforeNanos = level.now() + level.timing().retry().toNanos();
                    }
                  });
    }
    return any;
  }

  private static boolean isUnknown(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof RpcException e && e.code() == RpcCode.UNKNOWN_INTERFACE;
  }

  // ---- calls outwards ---------------------------------------------------------------------------

  CompletableFuture<Assignment> assign(AssignRequest request) {
    if (leases.strays().contains(request.name())) {
      return CompletableFuture.failedFuture(
          new RpcException(RpcCode.BUSY, request.name() + ": is just being given back: ask again"));
    }
    return call("assign", request, level.timing().call(), Assignment.class);
  }

  CompletableFuture<Assignment> configure(ConfigureRequest request) {
    return call("configure", request, level.timing().call(), Assignment.class);
  }

  CompletableFuture<Capabilities> capabilities() {
    return call("capabilities", Map.of(), SHORT, Capabilities.class);
  }

  CompletableFuture<JsonNode> release(String name, @Nullable String reason) {
    return ask("release", new NameRequest(name, reason), level.timing().call());
  }

  /**
   * Asks. The outer side may have lost this channel and found it again without this side having
   * noticed: then it wants to be greeted anew.
   */
  private CompletableFuture<JsonNode> ask(String method, Object parameters, Duration timeOut) {
    return channel
        .rpc()
        .call(method, parameters, timeOut)
        .whenComplete(
            (answer, failure) -> {
              if (failure instanceof RpcException e && e.code() == RpcCode.VERSION && ready) {
                opened();
              }
            });
  }

  private <T> CompletableFuture<T> call(
      String method, Object parameters, Duration timeOut, Class<T> type) {
    return ask(method, parameters, timeOut).thenApply(answer -> read(answer, type));
  }

  /** Reads an answer, or throws what a future makes a failure of. */
  static <T> T read(JsonNode answer, Class<T> type) {
    try {
      return Messages.read(answer, type);
    } catch (RpcException e) {
      throw new CompletionException(e);
    }
  }

  // ---- calls inwards ----------------------------------------------------------------------------

  @Override
  public CompletableFuture<?> call(String method, JsonNode parameters) {
    try {
      CompletableFuture<?> answer = cascade.call(method, parameters);
      if (answer != null) {
        return answer;
      }
      if (!method.equals("release")) {
        throw new RpcException(
            RpcCode.UNKNOWN_CALL,
            method + ": an outer level may call release, apply, plan and status");
      }
      NameRequest request = Messages.read(parameters, NameRequest.class);
      LeaseTask task = leases.findOuter(request.name());
      if (task == null) {
        return CompletableFuture.failedFuture(
            new RpcException(
                RpcCode.UNKNOWN_INTERFACE, request.name() + ": there is no such interface"));
      }
      String reason = request.reason();
      task.release(reason == null ? "revoked by the outer level" : reason, true);
      return task.awaitLetGo().thenApply(done -> Map.of());
    } catch (RpcException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void notification(String method, JsonNode parameters) {
    if (method.equals("greet") && ready) {
      opened();
    }
    if (!method.equals("linkState")) {
      return; // of a later version: nobody waits
    }
    try {
      LinkState state = Messages.read(parameters, LinkState.class);
      LeaseTask task = leases.findOuter(state.name());
      if (task != null) {
        task.linkState(state.up(), state.reason());
      }
    } catch (RpcException e) {
      problem = "linkState: " + e.words();
    }
  }
}
