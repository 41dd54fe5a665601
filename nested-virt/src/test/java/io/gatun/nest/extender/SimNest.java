package io.gatun.nest.extender;

import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.NameRequest;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import io.gatun.nest.rpc.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A whole nest with its world, a clock, and faults, all from one seed. What must hold is in {@link
 * SimChecks}: {@link SimChecks#look} always, {@link SimChecks#settled} after a time without faults,
 * {@link SimChecks#empty} when nobody wants anything any more.
 */
final class SimNest {
  static final long SECOND = 1_000_000_000L;

  /** Longer than any time-out whose consequences come late. */
  private static final long CALM_NANOS = 45 * SECOND;

  static final Limits OUTER_LIMITS =
      new Limits(
          3,
          List.of(Limits.Macs.parse("52:54:00:01:00:00-52:54:00:01:00:0f")),
          List.of(new Limits.Vlans(100, 109)),
          1000,
          3,
          false,
          1500);
  static final Limits INNER_LIMITS =
      new Limits(2, List.of(), List.of(new Limits.Vlans(100, 104)), 500, 3, false, 1500);

  final Random random;
  final List<SimNode> nodes = new ArrayList<>();
  final List<SimNode> guests = new ArrayList<>();
  final Set<String> violations = new TreeSet<>();
  final Map<String, Integer> faults = new HashMap<>();
  final Map<String, Integer> outcomes = new HashMap<>();
  final SimNode outermost;
  final SimChecks checks = new SimChecks(this);
  private long nowNanos = SECOND;

  /** What was applied last, as far as its answer said; null: nothing. */
  @Nullable Topology topology;

  SimNest(long seed) {
    this(new Random(seed));
  }

  private SimNest(Random random) {
    this(random, 1 + random.nextInt(3), 1 + random.nextInt(3), 3);
  }

  /**
   * Levels l0, l1 and so on, with guests g1 and g2 in the innermost.
   *
   * @param besides one in so many of the others has a guest beside the chain; 0: none has
   */
  SimNest(Random random, int levels, int functions, int besides) {
    this.random = random;
    SimFunctions kernel = new SimFunctions("l0", violations::add);
    kernel.createOwned(functions);
    outermost = node("l0", false, kernel);
    SimNode inner = outermost;
    for (int level = 1; level < levels; level++) {
      if (besides > 0 && random.nextInt(besides) == 0) {
        guest(inner, "b" + level);
      }
      inner = child(inner, "l" + level, false);
    }
    guest(inner, "g1");
    guest(inner, "g2");
    nodes.forEach(one -> one.startExtender(Long.MAX_VALUE));
  }

  private SimNode node(String name, boolean leaf, SimFunctions kernel) {
    SimNode node = new SimNode(name, leaf, kernel, random, this::now);
    nodes.add(node);
    return node;
  }

  private void guest(SimNode parent, String name) {
    guests.add(child(parent, name, true));
  }

  private SimNode child(SimNode parent, String name, boolean leaf) {
    SimFunctions kernel = new SimFunctions(name, violations::add);
    SimNode node = node(name, leaf, kernel);
    SimVm vm = new SimVm(name, parent.functions, kernel, 3, random, this::now);
    boolean top = parent.parent == null;
    SimNode.Child child = new SimNode.Child(vm, node, top ? OUTER_LIMITS : INNER_LIMITS, random);
    parent.children.add(child);
    node.above = child;
    node.parent = parent;
    return node;
  }

  long now() {
    return nowNanos;
  }

  // ---- time -------------------------------------------------------------------------------------

  /** Lets everything go on for so long. */
  void run(long nanos) {
    long end = nowNanos + nanos;
    while (nowNanos < end) {
      boolean any = false;
      outermost.functions.enumerate();
      for (SimNode node : nodes) {
        any |= node.work();
      }
      if (any) {
        checks.look();
        nowNanos += 1_000_000;
      } else {
        long next = nowNanos + SECOND;
        for (SimNode node : nodes) {
          next = Math.min(next, node.nextNanos());
        }
        nowNanos = Math.max(nowNanos + 1_000_000, next);
      }
    }
  }

  /**
   * Lets everything go on until nothing has been on its way for a while.
   *
   * @param nanos at most
   */
  void runUntilCalm(long nanos) {
    long end = nowNanos + nanos;
    long calmSince = nowNanos;
    while (nowNanos < end && nowNanos - calmSince < CALM_NANOS) {
      run(2 * SECOND);
      if (!checks.isCalm()) {
        calmSince = nowNanos;
      }
    }
  }

  // ---- faults -----------------------------------------------------------------------------------

  private void count(String fault) {
    count(faults, fault);
  }

  static void count(Map<String, Integer> counters, String name) {
    counters.merge(name, 1, Integer::sum);
  }

  /** Something happens: half of it is a fault. */
  void happen() {
    SimNode node = nodes.get(random.nextInt(nodes.size()));
    SimNode guest = guests.get(random.nextInt(guests.size()));
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4 -> want(guest, "eth" + random.nextInt(2));
      case 5, 6 -> guest.wants.remove("eth" + random.nextInt(2));
      case 7, 8 -> {
        count("killed at a step");
        node.process.killIn(1 + random.nextInt(25));
      }
      case 9 -> {
        count("killed");
        node.kill();
      }
      case 10 -> {
        if (node.parent != null) {
          count("machine lost its power");
          node.powerOff();
          run(random.nextLong(SECOND));
          node.powerOn();
        }
      }
      case 11 -> spoil(node);
      case 12 -> onVm(node, "does not answer the unplug", vm -> vm.stubborn = true);
      case 13 -> onVm(node, "refuses to be plugged", vm -> vm.refusing = true);
      case 14 -> {
        count("full disk");
        node.disk.setFull(true);
      }
      case 15 -> {
        count("physical function disappeared");
        outermost.functions.setOwnedPresent(false);
        run(random.nextLong(3 * SECOND));
        outermost.functions.setOwnedPresent(true);
      }
      case 16 -> revoke(node);
      case 17 -> {
        count("journal lost");
        node.kill();
        node.disk.wipe();
        node.journalLost = true;
      }
      case 18 -> cut(node);
      case 19, 20 -> apply(new SimTopology(random).any(outermost));
      case 21 -> apply(Topology.EMPTY);
      case 22 -> plan();
      default -> {
        if (random.nextBoolean()) {
          count("kernel refuses a step");
          node.functions.refusing = true;
        } else {
          count("no IOMMU");
          node.functions.missing = "the IOMMU is off";
        }
      }
    }
  }

  private void onVm(SimNode node, String fault, java.util.function.Consumer<SimVm> change) {
    SimNode.Child above = node.above;
    if (above != null) {
      count(fault);
      change.accept(above.vm);
    }
  }

  private void spoil(SimNode node) {
    SimNode.Child above = node.above;
    if (above != null) {
      count("messages spoilt");
      (random.nextBoolean() ? above.up : above.down).spoil(1 + random.nextInt(10));
    }
  }

  /** One direction only: the end that still hears the other does not know. */
  private void cut(SimNode node) {
    SimNode.Child above = node.above;
    if (above != null) {
      count("channel cut one way");
      long nanos = random.nextLong(40 * SECOND);
      (random.nextBoolean() ? above.up : above.down).cut(nowNanos + nanos);
      run(random.nextLong(nanos + 1));
    }
  }

  /** Whether it was done; else the extender is not there, its disk is full, or it was killed. */
  boolean apply(Topology fresh) {
    Extender extender = outermost.extender;
    if (extender == null) {
      return false;
    }
    count(fresh.equals(Topology.EMPTY) ? "topology released" : "topology applied");
    topology = fresh; // or the one before, which is found out by applying it again
    try {
      extender.apply(fresh);
      return true;
    } catch (RpcException e) {
      return false;
    } catch (SimKill e) {
      outermost.buryIfKilled();
      return false;
    }
  }

  /** The last topology once more, until the outermost extender has it. */
  void applyAgain() {
    Topology last = topology;
    for (int i = 0; last != null && i < 30; i++) {
      Extender extender = outermost.extender;
      boolean has = extender != null && last.equals(extender.topology());
      if (has || apply(last)) {
        return;
      }
      run(SECOND);
    }
  }

  /** Nothing of the topology is wanted any more. */
  void release() {
    if (topology != null) {
      topology = Topology.EMPTY;
      run(10 * SECOND); // who was dead is started again
      applyAgain();
    }
  }

  /** Asked in the middle of everything: nothing comes of it. */
  private void plan() {
    Extender extender = outermost.extender;
    Topology asked = new SimTopology(random).any(outermost);
    if (extender != null) {
      try {
        var _ = extender.plan(asked);
      } catch (RpcException e) {
        violations.add("plan: " + e.words());
      } catch (SimKill e) {
        outermost.buryIfKilled();
      }
    }
  }

  private void revoke(SimNode node) {
    Extender extender = node.extender;
    if (extender == null || node.leaf || extender.leases().all().isEmpty()) {
      return;
    }
    count("revoked");
    Lease lease = extender.leases().all().getFirst().lease();
    try {
      var _ = extender.revoke(lease.machine(), new NameRequest(lease.name(), "revoked"));
    } catch (SimKill e) {
      node.buryIfKilled();
    }
  }

  void want(SimNode guest, String name) {
    Settings settings = Settings.NONE;
    if (random.nextInt(4) == 0) {
      count("more asked than granted");
      settings =
          switch (random.nextInt(5)) {
            case 0 -> Settings.NONE.withMac("52:54:00:99:00:01");
            case 1 -> new Settings(null, 110, null, null, null, null, null, null);
            case 2 -> new Settings(null, null, null, null, 2000, null, null, null);
            case 3 -> new Settings(null, null, null, null, null, true, null, null);
            default -> new Settings(null, null, null, null, null, null, null, 9000);
          };
    } else if (random.nextInt(3) == 0) {
      settings = new Settings(null, 101, null, null, 100, null, null, null);
    }
    AssignRequest request = new AssignRequest(name, settings, random.nextBoolean());
    guest.wants.putIfAbsent(name, new SimNode.Want(request));
  }

  /** An extender dies, and nobody starts it again within the time of grace; then somebody does. */
  void abandon() {
    SimNode node = nodes.get(1 + random.nextInt(nodes.size() - 1));
    count("extender stayed dead");
    node.kill();
    node.restartNanos = Long.MAX_VALUE;
    run(SimNode.TIMING.grace().toNanos() + 30 * SECOND);
    checks.abandoned(node);
    if (topology != null && random.nextBoolean()) {
      release();
      run(30 * SECOND);
      checks.forgotten(node);
    }
    node.restartNanos = nowNanos;
  }

  /** No fault goes on; what was killed is started again. */
  void heal() {
    for (SimNode node : nodes) {
      node.disk.setFull(false);
      node.functions.refusing = false;
      node.functions.missing = null;
      node.process.killIn(Long.MAX_VALUE);
      for (SimNode.Child child : node.children) {
        child.vm.stubborn = false;
        child.vm.refusing = false;
        child.up.stopSpoiling();
        child.down.stopSpoiling();
      }
    }
    outermost.functions.setOwnedPresent(true);
  }

  int faultCount() {
    return faults.values().stream().mapToInt(Integer::intValue).sum();
  }
}
