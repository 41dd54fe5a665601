package io.gatun.nest.vf.cli;

import io.gatun.nest.sysfs.PciFunction;
import io.gatun.nest.vf.BindPlan;
import io.gatun.nest.vf.Inventory;
import java.io.IOException;
import picocli.CommandLine;

/** {@code gatun vf bind}. */
@CommandLine.Command(
    name = "bind",
    description = "Give a network function to vfio-pci, or to a driver by name.",
    sortOptions = false)
final class VfBind extends ChangingSubcommand {
  @CommandLine.Parameters(paramLabel = "VF", description = "As 01:10.0, enp1s0v0 or enp1s0/0")
  private String name = "";

  @CommandLine.Option(
      names = "--driver",
      defaultValue = "vfio-pci",
      description = "Which driver alone may have it (default: ${DEFAULT-VALUE})")
  private String driver = "vfio-pci";

  @CommandLine.Option(names = "--force", description = "Also when it is in use")
  private boolean isForced;

  @Override
  public int run(Machine machine) throws IOException {
    Inventory inventory = machine.inventory();
    PciFunction function = inventory.function(name);
    return new Change(machine, "bind", function.address().toString(), options)
        .run(BindPlan.bind(inventory, function, driver, isForced, machine.bus(), machine.ip()));
  }
}
