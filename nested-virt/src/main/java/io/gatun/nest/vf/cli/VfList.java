package io.gatun.nest.vf.cli;

import io.gatun.nest.vf.Inventory;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.Main;
import picocli.CommandLine;

/** {@code gatun vf list}. */
@CommandLine.Command(
    name = "list",
    description = "Show every physical function with its limits, and its virtual functions.",
    sortOptions = false)
final class VfList implements Subcommand {
  @CommandLine.Option(names = "--json", description = "Print one JSON object")
  private boolean json;

  @Override
  public int run(Machine machine) {
    Inventory inventory = machine.inventory();
    if (json) {
      machine.out().println(Json.text(VfJson.list(inventory)));
    } else {
      machine.out().print(VfText.list(inventory));
    }
    return Main.DONE;
  }
}
