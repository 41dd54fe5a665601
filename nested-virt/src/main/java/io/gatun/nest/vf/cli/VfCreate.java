package io.gatun.nest.vf.cli;

import io.gatun.nest.vf.CreatePlan;
import io.gatun.nest.vf.PhysicalFunction;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun vf create}. */
@CommandLine.Command(
    name = "create",
    description = "Give a physical function that many virtual functions.",
    sortOptions = false)
final class VfCreate extends ChangingSubcommand {
  @CommandLine.Parameters(
      index = "0",
      paramLabel = "PF",
      description = "The physical function, as 01:00.0 or enp1s0")
  private String name = "";

  @CommandLine.Parameters(index = "1", paramLabel = "NUMBER", description = "How many; 0 is none")
  private int number;

  @CommandLine.Option(
      names = "--autoprobe",
      paramLabel = "on|off",
      description = "Whether the kernel binds its driver to new VFs (default: as it is)")
  private @Nullable OnOff autoprobe;

  @CommandLine.Option(
      names = "--up",
      description = "Switch the physical function's interface on; VFs have no link without it")
  private boolean isUp;

  @CommandLine.Option(names = "--force", description = "Take VFs away that are in use")
  private boolean isForced;

  @Override
  public int run(Machine machine) throws IOException {
    PhysicalFunction physical = machine.inventory().physical(name);
    CreatePlan.Options wanted = new CreatePlan.Options(OnOff.value(autoprobe), isUp, isForced);
    return new Change(machine, "create", physical.function().address().toString(), options)
        .run(CreatePlan.of(physical, number, wanted, machine.bus(), machine.ip()));
  }
}
