package io.gatun.nest.rpc;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parameters of {@code apply} and {@code plan}: what a level, and what runs in it, is to have; and
 * nothing else of what was applied before.
 *
 * @param interfaces that it gets for itself, where it is a guest
 * @param machines in it, where it is a hypervisor
 */
public record Topology(List<AssignRequest> interfaces, List<MachineTopology> machines) {
  /** Nothing. */
  public static final Topology EMPTY = new Topology(List.of(), List.of());

  @SuppressWarnings("RedundantNullCheck") // Jackson gives null for what is not there
  public Topology(
      @Nullable List<AssignRequest> interfaces, @Nullable List<MachineTopology> machines) {
    this.interfaces = interfaces == null ? List.of() : List.copyOf(interfaces);
    this.machines = machines == null ? List.of() : List.copyOf(machines);
    Set<String> names = new HashSet<>();
    for (AssignRequest one : this.interfaces) {
      checkOnce("interfaces", one.name(), names);
    }
    names.clear();
    for (MachineTopology one : this.machines) {
      checkOnce("machines", one.name(), names);
    }
  }

  private static void checkOnce(String list, String name, Set<String> names) {
    if (!names.add(name)) {
      throw new IllegalArgumentException("%s: %s stands there twice".formatted(list, name));
    }
  }

  /** What a machine is to have; nothing, for one that is not in it. */
  public MachineTopology machine(String name) {
    for (MachineTopology one : machines) {
      if (one.name().equals(name)) {
        return one;
      }
    }
    return new MachineTopology(name, null, null, null);
  }

  /** All interfaces in it, with the names that this level gives them: {@code l2/eth0}. */
  public List<AssignRequest> flat() {
    List<AssignRequest> all = new ArrayList<>(interfaces);
    for (MachineTopology machine : machines) {
      for (AssignRequest one : machine.inside().flat()) {
        String name = machine.name() + "/" + one.name();
        all.add(new AssignRequest(name, one.settings(), one.fallback()));
      }
    }
    return all;
  }
}
