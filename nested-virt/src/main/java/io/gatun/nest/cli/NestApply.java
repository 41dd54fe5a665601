package io.gatun.nest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.nest.extender.TopologyConfig;
import io.gatun.pmd.cli.Main;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;

/** {@code gatun nest apply}. */
@CommandLine.Command(
    name = "apply",
    description = {
      "Give every guest of a topology its interfaces, and take back those it has no longer.",
      "The extenders keep to it, through restarts, until another is applied or it is released.",
      "Exits with 1 when a guest got an emulated NIC or nothing, and says why."
    },
    sortOptions = false)
final class NestApply implements NestCommand.Subcommand {
  @CommandLine.Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "YAML: control (the outermost extender's socket), machines")
  private Path config = Path.of(""); // picocli asks for it

  @CommandLine.Option(names = "--json", description = "As one line of JSON")
  private boolean json;

  @CommandLine.Mixin private final WaitOption wait = new WaitOption();

  @Override
  public int run() throws IOException {
    TopologyConfig wanted = TopologyConfig.read(config);
    Path control = wanted.control();
    JsonNode plan = NestText.ask(control, NestText.question("plan", wanted.topology()));
    if (!json) {
      System.out.print(NestText.plan(plan));
    }
    JsonNode applied = NestText.ask(control, NestText.question("apply", wanted.topology()));
    JsonNode status = wait.chain(control);
    boolean done = isDone(status);
    ObjectNode all = applied.deepCopy();
    all.put("done", done).set("plan", plan);
    all.set("status", status);
    System.out.print(json ? all + "\n" : NestText.chain(status));
    return done ? Main.DONE : Main.FAILED;
  }

  /** Whether every guest has a function for each of its interfaces. */
  static boolean isDone(JsonNode status) {
    for (JsonNode one : status.path("interfaces")) {
      boolean function = NestText.small(one.path("assignment").path("kind")).equals("function");
      boolean ready = NestText.small(one.path("state")).equals("ready");
      ready &= !one.hasNonNull("problem");
      boolean leaving = NestText.small(one.path("state")).equals("leaving");
      if (leaving || one.path("applied").asBoolean() && !(function && ready)) {
        return false;
      }
    }
    return true;
  }
}
