package io.gatun.nest.extender;

import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Grant;
import io.gatun.nest.rpc.MachineTopology;
import io.gatun.nest.rpc.Settings;
import io.gatun.nest.rpc.Topology;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random topologies for a {@link SimNest}, and what a guest is to have by one. */
final class SimTopology {
  private final Random random;

  SimTopology(Random random) {
    this.random = random;
  }

  Topology any(SimNode outermost) {
    return new Topology(List.of(), machines(outermost));
  }

  private List<MachineTopology> machines(SimNode node) {
    List<MachineTopology> all = new ArrayList<>();
    for (SimNode.Child child : node.children) {
      if (random.nextInt(5) != 0) {
        Grant grant = random.nextInt(3) == 0 ? grant() : Grant.ALL;
        all.add(
            child.node.leaf
                ? new MachineTopology(child.node.name, grant, interfaces(), null)
                : new MachineTopology(child.node.name, grant, null, machines(child.node)));
      }
    }
    return all;
  }

  private Grant grant() {
    return switch (random.nextInt(4)) {
      case 0 -> new Grant(1 + random.nextInt(2), null, null, null, null, null, null);
      case 1 -> new Grant(null, null, List.of("101-103"), null, null, null, null);
      case 2 ->
          new Grant(
              null, List.of("52:54:00:01:00:02-52:54:00:01:00:08"), null, 300, null, null, null);
      default -> new Grant(null, null, null, 200, 1, false, 1400);
    };
  }

  private List<AssignRequest> interfaces() {
    List<AssignRequest> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      if (random.nextInt(3) == 0) {
        Integer vlan = random.nextInt(3) == 0 ? 100 + random.nextInt(6) : null;
        Integer rate = random.nextInt(3) == 0 ? 50 + random.nextInt(400) : null;
        Settings settings = new Settings(null, vlan, null, null, rate, null, null, null);
        all.add(new AssignRequest("eth" + i, settings, random.nextBoolean()));
      }
    }
    return all;
  }

  /** What a topology says of a node. */
  static MachineTopology part(@Nullable Topology topology, SimNode node) {
    SimNode parent = node.parent;
    if (topology == null || parent == null) {
      return new MachineTopology(
          node.name, null, null, topology == null ? null : topology.machines());
    }
    return part(topology, parent).inside().machine(node.name);
  }

  /**
   * What a guest is to have, by its own file and a topology; null where they exclude each other.
   */
  static Map<String, @Nullable AssignRequest> expected(@Nullable Topology topology, SimNode guest) {
    Map<String, @Nullable AssignRequest> all = new LinkedHashMap<>();
    guest.wants.forEach((name, want) -> all.put(name, want.request));
    for (AssignRequest one : part(topology, guest).interfaces()) {
      SimNode.Want own = guest.wants.get(one.name());
      all.put(one.name(), own == null ? one : both(own.request, one));
    }
    return all;
  }

  private static @Nullable AssignRequest both(AssignRequest own, AssignRequest other) {
    try {
      return new AssignRequest(
          own.name(),
          own.settings().narrowed(other.settings()),
          own.fallback() && other.fallback());
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
