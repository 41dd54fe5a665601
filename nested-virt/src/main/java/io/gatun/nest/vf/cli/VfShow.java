package io.gatun.nest.vf.cli;

import io.gatun.nest.vf.Inventory;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.Main;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun vf show}. */
@CommandLine.Command(
    name = "show",
    description =
        "Show all of one network function: its driver, its IOMMU group and who else is in it, the"
            + " bridges above it, and who uses it.",
    sortOptions = false)
final class VfShow implements Subcommand {
  @CommandLine.Parameters(paramLabel = "FUNCTION", description = "As 01:10.0, enp1s0v0, enp1s0/0")
  private String name = "";

  @CommandLine.Option(names = "--json", description = "Print one JSON object")
  private boolean json;

  @Override
  public int run(Machine machine) {
    Inventory inventory = machine.inventory();
    Map<String, @Nullable Object> document =
        VfJson.show(inventory, inventory.function(name), machine.bus());
    if (json) {
      machine.out().println(Json.text(document));
    } else {
      machine.out().print(VfText.document(document, ""));
    }
    return Main.DONE;
  }
}
