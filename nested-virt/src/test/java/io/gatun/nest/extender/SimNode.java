package io.gatun.nest.extender;

import io.gatun.nest.machine.QmpMachine;
import io.gatun.nest.qmp.QmpSession;
import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.RpcChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One level of the model: its kernel, its disk, its machines, and its extender when it runs. */
final class SimNode {
  static final Timing TIMING =
      new Timing(
          Duration.ofSeconds(3),
          Duration.ofSeconds(40),
          Duration.ofSeconds(5),
          Duration.ofSeconds(8),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(15)); // not so short that all a history does is refuse

  /** A machine of this level and the node inside it. */
  static final class Child {
    final SimVm vm;
    final SimNode node;
    final Limits limits;
    final SimPipe down;
    final SimPipe up;
    @Nullable QmpSession qmp;
    @Nullable RpcChannel channel;
    long connectNanos;

    Child(SimVm vm, SimNode node, Limits limits, Random random) {
      this.vm = vm;
      this.node = node;
      this.limits = limits;
      down = new SimPipe(random);
      up = new SimPipe(random);
    }
  }

  /** An interface that a guest wants. */
  static final class Want {
    final AssignRequest request;

    Want(AssignRequest request) {
      this.request = request;
    }
  }

  static final String SELF = "self";

  final String name;
  final boolean leaf;
  final SimFunctions functions;
  final SimDisk disk;
  final SimLocal local;
  final List<Child> children = new ArrayList<>();
  final Map<String, Want> wants = new LinkedHashMap<>();
  private final Random random;
  private final LongSupplier now;
  @Nullable Child above;
  @Nullable SimNode parent;
  @Nullable Extender extender;
  SimProcess process = new SimProcess();
  private @Nullable RpcChannel outer;
  long restartNanos;
  boolean up = true;
  boolean paused;

  /** Its journal was taken away in this history: what it did before is known to nobody. */
  boolean journalLost;

  /** Leases that its extender found half made when it started. */
  final List<LeaseTask> found = new ArrayList<>();

  SimNode(String name, boolean leaf, SimFunctions functions, Random random, LongSupplier now) {
    this.name = name;
    this.leaf = leaf;
    this.functions = functions;
    this.random = random;
    this.now = now;
    disk = new SimDisk(random);
    local = new SimLocal(functions);
  }

  /** Starts the extender; it may be killed, or find its disk full, at once. */
  void startExtender(long killIn) {
    process = new SimProcess();
    process.killIn(killIn);
    try {
      Extender fresh =
          new Extender(
              name,
              leaf,
              functions.open(process),
              disk.open(process),
              TIMING,
              now,
              () -> random.nextLong() | 1);
      SimProcess mine = process;
      Child top = above;
      if (top != null) {
        outer =
            fresh.addOuter(
                bytes -> {
                  mine.point();
                  top.up.write(bytes, now.getAsLong());
                });
      }
      for (Child child : children) {
        QmpSession qmp =
            new QmpSession(
                line -> {
                  mine.point();
                  child.vm.write(line);
                },
                now);
        child.qmp = qmp;
        child.connectNanos = now.getAsLong() + random.nextLong(500_000_000);
        QmpMachine machine =
            new QmpMachine(
                qmp,
                new QmpMachine.Options(
                    child.vm.name,
                    List.of(),
                    "e1000e",
                    QmpSession.arguments().put("type", "user"),
                    QmpMachine.Force.KEEP));
        child.channel =
            fresh.addMachine(
                child.vm.name,
                child.limits,
                machine,
                bytes -> {
                  mine.point();
                  child.down.write(bytes, now.getAsLong());
                });
      }
      if (leaf) {
        fresh.addLocal(SELF, local.open(process), List.of());
      }
      found.clear();
      fresh.start();
      extender = fresh;
      fresh.leases().all().stream()
          .filter(task -> task.lease().phase().isForward())
          .forEach(found::add);
    } catch (SimKill | IOException e) {
      process.kill();
    }
    buryIfKilled();
  }

  /** After its process was killed: sockets are closed, futures are forgotten. */
  void buryIfKilled() {
    if (!process.isKilled()) {
      return;
    }
    extender = null;
    outer = null;
    for (Child child : children) {
      child.channel = null;
      child.qmp = null;
      child.vm.hangUp();
    }
    restartNanos = now.getAsLong() + random.nextLong(8_000_000_000L);
  }

  void kill() {
    process.kill();
    buryIfKilled();
  }

  /** The machine this runs in lost its power. */
  void powerOff() {
    kill();
    disk.tear();
    up = false;
    for (Child child : children) {
      child.node.powerOff();
      child.vm.stop();
      child.down.clear();
      child.up.clear();
    }
    local.stopAll();
    Child top = above;
    if (top != null) {
      top.vm.stop();
    }
    functions.present.values().forEach(one -> one.inUse = false);
    if (parent != null) {
      functions.present.clear();
      functions.addressBySlot.clear();
    }
  }

  /** And has it again. */
  void powerOn() {
    up = true;
    Child top = above;
    if (top != null) {
      top.vm.running = true;
    }
    children.forEach(
        child -> {
          child.vm.running = true;
          child.node.powerOn();
        });
  }

  /** Everything that this node can do now. */
  boolean work() {
    boolean any = false;
    for (Child child : children) {
      any |= connections(child);
    }
    Extender mine = extender;
    if (mine == null || !up) {
      if (up && now.getAsLong() >= restartNanos) {
        startExtender(Long.MAX_VALUE);
        return true;
      }
      Child top = above;
      if (top != null) {
        any |= top.down.deliver(now.getAsLong(), null);
      }
      return any;
    }
    try {
      Child top = above;
      RpcChannel channel = outer;
      if (top != null && channel != null) {
        any |= top.down.deliver(now.getAsLong(), channel::received);
      }
      guard();
      if (leaf) {
        wants(mine);
      }
      guard();
      any |= mine.doWork();
      guard();
    } catch (SimKill e) {
      any = true;
    }
    buryIfKilled();
    return any;
  }

  /** An exception thrown inside a future's callback stays there: death must not. */
  private void guard() {
    if (process.isKilled()) {
      throw new SimKill();
    }
  }

  private boolean connections(Child child) {
    try {
      boolean any = false;
      QmpSession qmp = child.qmp;
      if (qmp != null && child.vm.running && !child.vm.isConnected()) {
        if (qmp.isReady()) {
          qmp.disconnected();
        }
        if (now.getAsLong() >= child.connectNanos) {
          child.vm.connect();
        }
      } else if (qmp != null && !child.vm.running && qmp.isReady()) {
        qmp.disconnected();
      }
      if (child.vm.running) {
        any |= child.vm.work(qmp == null ? null : qmp::received);
      }
      if (qmp != null) {
        qmp.tick();
      }
      RpcChannel channel = child.channel;
      any |= child.up.deliver(now.getAsLong(), channel == null ? null : channel::received);
      return any;
    } catch (SimKill e) {
      return true;
    } finally {
      buryIfKilledOnce();
    }
  }

  private void buryIfKilledOnce() {
    if (process.isKilled() && extender != null) {
      buryIfKilled();
    }
  }

  /** What the guest's own file says, which changes every now and then. */
  private void wants(Extender mine) {
    Wants engine = mine.wants();
    if (engine == null) {
      return;
    }
    engine.file(wants.values().stream().map(want -> want.request).toList());
    if (paused) {
      engine.pause();
    }
  }

  boolean has(String interfaceName) {
    Extender mine = extender;
    LeaseTask task = mine == null ? null : mine.leases().find(SELF, interfaceName);
    return task != null && task.lease().phase() == Phase.ACTIVE;
  }

  long nextNanos() {
    long next = extender == null ? restartNanos : Long.MAX_VALUE;
    for (Child child : children) {
      next = Math.min(next, child.down.nextNanos());
      next = Math.min(next, child.up.nextNanos());
      next = Math.min(next, child.vm.nextNanos());
    }
    return next;
  }
}
