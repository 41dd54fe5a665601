package io.gatun.nest.extender;

import io.gatun.nest.channel.Endpoint;
import io.gatun.nest.channel.Link;
import io.gatun.nest.link.CommandRunner;
import io.gatun.nest.machine.LibvirtMachine;
import io.gatun.nest.machine.Machine;
import io.gatun.nest.machine.QmpMachine;
import io.gatun.nest.qmp.QmpConnection;
import io.gatun.nest.rpc.RpcChannel;
import io.gatun.nest.sysfs.HostTree;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
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

  private final NestConfig config;
  private final CommandRunner runner;
  private final Consumer<String> log;
  private final ControlLoop loop = new ControlLoop();
  private final List<Closeable> closeables = new ArrayList<>();
  private final List<Runnable> ticks = new ArrayList<>();
  private final List<RpcChannel> channels = new ArrayList<>();
  private final Map<String, String> shown = new LinkedHashMap<>();
  private final Extender extender;
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
    this.runner = runner;
    this.log = log;
    boolean done = false;
    try {
      FileStore store = new FileStore(config.journal());
      closeables.add(store);
      Random random = new SecureRandom();
      extender =
          new Extender(
              config.level(),
              config.isGuest(),
              functions(config, tree, runner),
              store,
              Timing.DEFAULT,
              System::nanoTime,
              () -> random.nextLong() | 1);
      addOuter();
      config.machines().forEach(this::addMachine);
      if (config.isGuest()) {
        extender.addLocal(
            SELF,
            new LocalMachine(
                config.run(),
                loop,
                (device, code) -> log.accept("%s ended with %d".formatted(device, code))),
            config.interfaces());
      }
      extender.start();
      extender.problems().forEach(log);
      closeables.add(AdminSocket.open(config.control(), loop, extender));
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
    Machine machine = vm.qmp() == null ? libvirt(vm) : qemu(vm, vm.qmp());
    link(
        "gatun-" + vm.name(),
        Endpoint.socket(vm.channel()),
        out -> extender.addMachine(vm.name(), vm.limits(), machine, out));
  }

  private Machine qemu(NestConfig.Vm vm, Path socket) {
    QmpConnection qmp = QmpConnection.open(socket, loop);
    closeables.add(qmp);
    ticks.add(qmp.session()::tick);
    return new QmpMachine(qmp.session(), vm.options());
  }

  private Machine libvirt(NestConfig.Vm vm) {
    NestConfig.Libvirt place =
        Objects.requireNonNull(vm.libvirt(), "cannot be: neither QEMU's nor libvirt's");
    Map<String, String> netdev = new LinkedHashMap<>();
    vm.options()
        .netdev()
        .properties()
        .forEach(one -> netdev.put(one.getKey(), one.getValue().asText()));
    LibvirtMachine machine =
        new LibvirtMachine(
            new LibvirtMachine.Options(
                vm.name(),
                place.domain(),
                place.uri(),
                vm.options().ports(),
                vm.options().nic(),
                netdev,
                vm.options().force()),
            runner,
            loop,
            System::nanoTime);
    closeables.add(machine);
    ticks.add(machine::tick);
    return machine;
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
    log.accept(config.level() + " is up");
    loop.run(
        () -> {
          ticks.forEach(Runnable::run);
          if (config.isGuest() && stop.getAsBoolean() && !releasing) {
            releasing = true;
            extender.giveBack();
          }
          boolean any = extender.doWork();
          show();
          return any;
        },
        // The signal may come after this turn's look at it: a guest must have begun to give back.
        () ->
            stop.getAsBoolean()
                && (!config.isGuest() || (releasing && extender.status().isEmpty())));
    channels.forEach(RpcChannel::bye);
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
    extender.refusals().forEach((name, words) -> now.put(SELF + "/" + name, "refused: " + words));
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
