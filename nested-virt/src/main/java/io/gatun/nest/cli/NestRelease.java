package io.gatun.nest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.extender.TopologyConfig;
import io.gatun.nest.rpc.Topology;
import io.gatun.pmd.cli.Main;
import io.gatun.pmd.cli.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun nest release}. */
@CommandLine.Command(
    name = "release",
    description = {
      "With --config: take everything of the topology back from all guests, and wait for it.",
      "With --control: take one interface back from a machine, down the chain, and wait for it."
    },
    sortOptions = false)
final class NestRelease implements NestCommand.Subcommand {
  @CommandLine.Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The topology that was applied")
  private @Nullable Path config;

  @CommandLine.Option(
      names = "--control",
      paramLabel = "SOCKET",
      description = "\"control\" in the extender's file")
  private @Nullable Path control;

  @CommandLine.Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "MACHINE",
      description = "Who has it")
  private @Nullable String machine;

  @CommandLine.Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "INTERFACE",
      description = "Its name at this level, as \"status\" shows it")
  private @Nullable String name;

  @CommandLine.Option(names = "--json", description = "As one line of JSON")
  private boolean json;

  @CommandLine.Mixin private final WaitOption wait = new WaitOption();

  @Override
  public int run() throws IOException {
    if (config != null && control == null && machine == null) {
      return releaseAll(TopologyConfig.read(config).control());
    }
    if (config != null || control == null || machine == null || name == null) {
      throw new UsageException(
          "either --config FILE, or --control SOCKET MACHINE INTERFACE is needed");
    }
    JsonNode answer =
        NestText.ask(
            control,
            NestText.question("release")
                .put("machine", machine)
                .put("name", name)
                .put("reason", "released by the administrator"));
    System.out.println(json ? answer.toString() : "%s of %s is back".formatted(name, machine));
    return Main.DONE;
  }

  private int releaseAll(Path outermost) throws IOException {
    var _ = NestText.ask(outermost, NestText.question("apply", Topology.EMPTY));
    JsonNode status = wait.chain(outermost);
    boolean back = true;
    StringBuilder text = new StringBuilder();
    for (JsonNode one : status.path("interfaces")) {
      boolean leaving = NestText.small(one.path("state")).equals("leaving");
      back &= !leaving && !one.path("applied").asBoolean();
      if (!leaving && one.path("assignment").isObject()) {
        text.append(one.path("name").asText()).append(": stays, its guest's own file wants it\n");
      }
    }
    text.append(back ? "everything of the topology is back\n" : NestText.chain(status));
    System.out.print(json ? status + "\n" : text);
    return back ? Main.DONE : Main.FAILED;
  }
}
