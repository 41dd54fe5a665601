package io.gatun.nest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.extender.TopologyConfig;
import io.gatun.pmd.cli.Main;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;

/** {@code gatun nest plan}. */
@CommandLine.Command(
    name = "plan",
    description = "Print what \"apply\" would do at each level. Nothing is changed.",
    sortOptions = false)
final class NestPlan implements NestCommand.Subcommand {
  @CommandLine.Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "YAML: control (the outermost extender's socket), machines")
  private Path config = Path.of(""); // picocli asks for it

  @CommandLine.Option(names = "--json", description = "As one line of JSON")
  private boolean json;

  @Override
  public int run() throws IOException {
    TopologyConfig wanted = TopologyConfig.read(config);
    JsonNode plan = NestText.ask(wanted.control(), NestText.question("plan", wanted.topology()));
    System.out.print(json ? plan + "\n" : NestText.plan(plan));
    return Main.DONE;
  }
}
