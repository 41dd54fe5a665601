package io.gatun.nest.vf.cli;

import io.gatun.nest.vf.CreatePlan;
import io.gatun.nest.vf.PhysicalFunction;
import java.io.IOException;
import picocli.CommandLine;

/** {@code gatun vf destroy}. */
@CommandLine.Command(
    name = "destroy",
    description = "Take all virtual functions of a physical function away.",
    sortOptions = false)
final class VfDestroy extends ChangingSubcommand {
  @CommandLine.Parameters(
      paramLabel = "PF",
      description = "The physical function, as 01:00.0 or enp1s0")
  private String name = "";

  @CommandLine.Option(names = "--force", description = "Take VFs away that are in use")
  private boolean isForced;

  @Override
  public int run(Machine machine) throws IOException {
    PhysicalFunction physical = machine.inventory().physical(name);
    CreatePlan.Options wanted = new CreatePlan.Options(null, false, isForced);
    return new Change(machine, "destroy", physical.function().address().toString(), options)
        .run(CreatePlan.of(physical, 0, wanted, machine.bus(), machine.ip()));
  }
}
