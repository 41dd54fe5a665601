package io.gatun.nest.vf.cli;

import io.gatun.nest.sysfs.PciFunction;
import io.gatun.nest.vf.BindPlan;
import io.gatun.nest.vf.Inventory;
import java.io.IOException;
import picocli.CommandLine;

/** {@code gatun vf unbind}. */
@CommandLine.Command(
    name = "unbind",
    description = "Give a network function back to the kernel's own driver.",
    sortOptions = false)
final class VfUnbind extends ChangingSubcommand {
  @CommandLine.Parameters(paramLabel = "VF", description = "As 01:10.0, enp1s0v0 or enp1s0/0")
  private String name = "";

  @CommandLine.Option(names = "--no-driver", description = "Leave it without any driver")
  private boolean isLeftFree;

  @CommandLine.Option(names = "--force", description = "Also when it is in use")
  private boolean isForced;

  @Override
  public int run(Machine machine) throws IOException {
    Inventory inventory = machine.inventory();
    PciFunction function = inventory.function(name);
    return new Change(machine, "unbind", function.address().toString(), options)
        .run(
            BindPlan.unbind(
                inventory, function, isLeftFree, isForced, machine.bus(), machine.ip()));
  }
}
