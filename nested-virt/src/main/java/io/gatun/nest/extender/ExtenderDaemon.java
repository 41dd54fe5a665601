package io.gatun.nest.extender;

import io.gatun.nest.channel.Endpoint;
import io.gatun.nest.channel.Link;
import io.gatun.nest.link.CommandRunner;
import io.gatun.nest.machine.QmpMachine;
import io.gatun.nest.qmp.QmpConnection;
import io.gatun.nest.qmp.QmpSession;
import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Assignment;
import io.gatun.nest.rpc.RpcChannel;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.sysfs.HostTree;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An extender with its sockets, threads and files, as its configuration says. Made, run and closed
 * by one thread, the control thread.
 */
public final class ExtenderDaemon implements Closeable {
  /** What runs in the guest itself is this machine of it. */
  static final String SELF = "self";

  private static final long ASK_AGAIN_NANOS = 5_000_000_000L;

  private final NestConfig config;
  private final Consumer<String> log;
  private final ControlLoop loop = new ControlLoop();
  private final List<Closeable> closeables = new ArrayList<>();
  private final List<QmpSession> sessions = new ArrayList<>();
  private final List<RpcChannel> channels = new ArrayList<>();
  private final Map<String, String> shown = new LinkedHashMap<>();
  private final Map<String, CompletableFuture<Assignment>> asked = new LinkedHashMap<>();
  private final Extender extender;
  private long askNanos;
  private boolean releasing;

  /**
   * Reads the journal, makes virtual functions, opens sockets.
   *
   * @param tree where sysfs is
   * @param log takes lines for people
   * @throws IOException with the remedy
   */
  public ExtenderDaemon(
      NestConfig config, HostTree tree, CommandRunner runner, Consumer<String> log)
      throws IOException {
    this.config = config;
    this.log = log;
    boolean done = false;
    try {
      FileStore store = new FileStore(config.journal());
      closeables.add(store);
      Random random = new SecureRandom();
      extender =
          new Extender(
              config.level(),
              !config.interfaces().isEmpty(),
              functions(config, tree, runner),
              store,
              Timing.DEFAULT,
              System::nanoTime,
              () -> random.nextLong() | 1);
      addOuter();
      config.machines().forEach(this::addMachine);
      if (!config.interfaces().isEmpty()) {
        extender.addLocal(
            SELF,
            new LocalMachine(
                config.run(),
                loop,
                (device, code) -> log.accept("%s ended with %d".formatted(device, code))));
      }
      extender.start();
      extender.problems().forEach(log);
      closeables.add(AdminSocket.open(config.control(), loop, extender));
      askNanos = System.nanoTime();
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private static SysfsFunctions functions(NestConfig config, HostTree tree, CommandRunner runner)
      throws IOException {
    SysfsFunctions functions = new SysfsFunctions(tree, runner);
    for (NestConfig.Physical physical : config.functions()) {
      try {
        functions.own(physical.name(), physical.number());
      } catch (Functions.FunctionException e) {
        throw new IOException("functions: " + e.getMessage(), e);
      }
    }
    return functions;
  }

  private void addOuter() {
    if (config.outer() != null) {
      link("gatun-outer", Endpoint.device(config.outer()), extender::addOuter);
    }
  }

  private void addMachine(NestConfig.Vm vm) {
    QmpConnection qmp = QmpConnection.open(vm.qmp(), loop);
    closeables.add(qmp);
    sessions.add(qmp.session());
    QmpMachine machine = new QmpMachine(qmp.session(), vm.options());
    link(
        "gatun-" + vm.name(),
        Endpoint.socket(vm.channel()),
        out -> extender.addMachine(vm.name(), vm.limits(), machine, out));
  }

  /** A channel needs its link to send, and the link its channel to receive. */
  private void link(
      String name,
      Endpoint endpoint,
      java.util.function.Function<Consumer<byte[]>, RpcChannel> add) {
    AtomicReference<@Nullable Link> sender = new AtomicReference<>();
    RpcChannel channel =
        add.apply(
            frame -> {
              Link to = sender.get();
              if (to != null) {
                to.send(frame);
              }
            });
    Link link = Link.start(name, endpoint, loop, channel::received, channel::disconnected);
    sender.set(link);
    closeables.add(link);
    channels.add(channel);
  }

  /**
   * Works until it is told to stop. A guest gives its interfaces back then; a hypervisor's extender
   * leaves everything as it is, for the next one.
   *
   * @param stop asked several times a second
   */
  public void run(BooleanSupplier stop) throws InterruptedException {
    loop.run(
        () -> {
          sessions.forEach(QmpSession::tick);
          if (!config.interfaces().isEmpty()) {
            want(stop.getAsBoolean());
          }
          boolean any = extender.doWork();
          show();
          return any;
        },
        () -> stop.getAsBoolean() && (!releasing || extender.status().isEmpty()));
    channels.forEach(RpcChannel::bye);
  }

  /** A guest asks for its interfaces until it has them, and gives them back at its end. */
  private void want(boolean stopping) {
    if (stopping && !releasing) {
      releasing = true;
      for (LeaseStatus one : extender.status()) {
        var _ =
            extender.revoke(
                SELF, new io.gatun.nest.rpc.NameRequest(one.assignment().name(), "the guest ends"));
      }
    }
    if (stopping || System.nanoTime() - askNanos < 0) {
      return;
    }
    askNanos = System.nanoTime() + ASK_AGAIN_NANOS;
    for (AssignRequest request : config.interfaces()) {
      CompletableFuture<Assignment> open = asked.get(request.name());
      if (open == null || open.isCompletedExceptionally()) {
        CompletableFuture<Assignment> answer = extender.assign(SELF, request);
        asked.put(request.name(), answer);
        var _ = answer.whenComplete((done, failure) -> report(request.name(), failure));
      }
    }
  }

  private void report(String name, @Nullable Throwable failure) {
    if (failure instanceof RpcException e) {
      log.accept("%s: %s: %s".formatted(name, e.code(), e.words()));
    }
  }

  /** One line for each change of a lease. */
  private void show() {
    Map<String, String> now = new LinkedHashMap<>();
    for (LeaseStatus one : extender.status()) {
      String problem = one.problem();
      now.put(
          one.machine() + "/" + one.assignment().name(),
          one.phase() + (problem == null ? "" : ": " + problem));
    }
    now.forEach(
        (name, words) -> {
          if (!words.equals(shown.get(name))) {
            log.accept(name + " " + words);
          }
        });
    shown.keySet().stream()
        .filter(name -> !now.containsKey(name))
        .forEach(name -> log.accept(name + " is no more"));
    shown.clear();
    shown.putAll(now);
  }

  @Override
  public void close() throws IOException {
    for (Closeable one : closeables.reversed()) {
      one.close();
    }
    closeables.clear();
  }
}
