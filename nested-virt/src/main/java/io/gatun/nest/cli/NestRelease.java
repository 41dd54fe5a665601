package io.gatun.nest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.gatun.nest.extender.AdminSocket;
import io.gatun.pmd.cli.Main;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun nest release}. */
@CommandLine.Command(
    name = "release",
    description = "Take an interface back from a machine, down the chain, and wait for it.",
    sortOptions = false)
final class NestRelease implements NestCommand.Subcommand {
  @CommandLine.Option(
      names = "--control",
      paramLabel = "SOCKET",
      required = true,
      description = "\"control\" in the extender's file")
  private @Nullable Path control;

  @CommandLine.Parameters(index = "0", paramLabel = "MACHINE", description = "Who has it")
  private String machine = "";

  @CommandLine.Parameters(
      index = "1",
      paramLabel = "INTERFACE",
      description = "Its name at this level, as \"status\" shows it")
  private String name = "";

  @Override
  public int run() throws IOException {
    if (control == null) {
      throw new IllegalStateException("picocli lets nobody through without --control");
    }
    JsonNode answer =
        AdminSocket.ask(
            control,
            JsonNodeFactory.instance
                .objectNode()
                .put("command", "release")
                .put("machine", machine)
                .put("name", name)
                .put("reason", "released by the administrator"));
    if (answer.hasNonNull("error")) {
      System.err.println("gatun nest release: " + answer.path("error").asText());
      return Main.FAILED;
    }
    System.out.printf("%s of %s is back%n", name, machine);
    return Main.DONE;
  }
}
