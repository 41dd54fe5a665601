package io.gatun.nest.rpc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A machine in a topology: a guest with interfaces, or a hypervisor with machines.
 *
 * @param name as the level around it calls it
 * @param limits what it may have; null in a message: {@link Grant#ALL}
 * @param interfaces that it gets for itself
 * @param machines in it
 */
public record MachineTopology(
    String name, Grant limits, List<AssignRequest> interfaces, List<MachineTopology> machines) {
  @SuppressWarnings("RedundantNullCheck") // Jackson gives null for what is not there
  public MachineTopology(
      String name,
      @Nullable Grant limits,
      @Nullable List<AssignRequest> interfaces,
      @Nullable List<MachineTopology> machines) {
    this.name = Names.machine(Required.of("name", name));
    this.limits = limits == null ? Grant.ALL : limits;
    this.interfaces = interfaces == null ? List.of() : List.copyOf(interfaces);
    this.machines = machines == null ? List.of() : List.copyOf(machines);
  }

  /**
   * What is in it, as its own extender is told: with the rate that the machine itself has, as what
   * is not asked for gets the most there is.
   *
   * @param maxRate Mbit/s; 0: unlimited
   */
  public Topology inside(int maxRate) {
    List<MachineTopology> capped =
        machines.stream()
            .map(
                one ->
                    new MachineTopology(
                        one.name, one.limits.capped(maxRate), one.interfaces, one.machines))
            .toList();
    return new Topology(interfaces, capped);
  }

  /** What is in it. */
  public Topology inside() {
    return new Topology(interfaces, machines);
  }
}
