package io.gatun.nest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.extender.AdminSocket;
import io.gatun.nest.extender.TopologyConfig;
import io.gatun.pmd.cli.Main;
import io.gatun.pmd.cli.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun nest status}. */
@CommandLine.Command(
    name = "status",
    description = {
      "With --config: draw every guest's interface, from the physical function inwards.",
      "With --control: what this one extender has handed out."
    },
    sortOptions = false)
final class NestStatus implements NestCommand.Subcommand {
  @CommandLine.Option(
      names = "--control",
      paramLabel = "SOCKET",
      description = "\"control\" in the extender's file")
  private @Nullable Path control;

  @CommandLine.Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The topology that was applied")
  private @Nullable Path config;

  @CommandLine.Option(names = "--json", description = "As one line of JSON")
  private boolean json;

  @Override
  public int run() throws IOException {
    if ((control == null) == (config == null)) {
      throw new UsageException("either --config FILE or --control SOCKET is needed");
    }
    if (config != null) {
      Path outermost = TopologyConfig.read(config).control();
      JsonNode chain = NestText.ask(outermost, NestText.question("chain").put("waitSeconds", 0));
      System.out.print(json ? chain + "\n" : NestText.chain(chain));
    } else if (control != null) {
      JsonNode status = AdminSocket.ask(control, NestText.question("status"));
      System.out.println(json ? status.toString() : text(status));
    }
    return Main.DONE;
  }

  /** One line a lease: where it is at each level, who has it, and what is in the way. */
  static String text(JsonNode status) {
    StringBuilder text = new StringBuilder();
    text.append("level ").append(status.path("level").asText());
    if (status.hasNonNull("outer_problem")) {
      text.append(" (").append(status.path("outer_problem").asText()).append(')');
    }
    if (status.path("leases").isEmpty()) {
      text.append("\n  nothing is handed out");
    }
    for (JsonNode lease : status.path("leases")) {
      JsonNode assignment = lease.path("assignment");
      text.append("\n  ");
      for (JsonNode hop : assignment.path("chain")) {
        text.append(hop.path("level").asText()).append(' ');
        text.append(hop.path("address").asText()).append(" -> ");
      }
      text.append(lease.path("machine").asText()).append(' ');
      text.append(assignment.path("name").asText()).append(": ");
      text.append(lease.path("phase").asText());
      JsonNode settings = assignment.path("settings");
      settings
          .properties()
          .forEach(one -> text.append(", %s %s".formatted(one.getKey(), one.getValue().asText())));
      if (!assignment.path("unenforced").isEmpty()) {
        text.append(", unenforced ").append(assignment.path("unenforced"));
      }
      if (assignment.hasNonNull("reason")) {
        text.append("\n    emulated: ").append(assignment.path("reason").asText());
      }
      if (lease.hasNonNull("problem")) {
        text.append("\n    ").append(lease.path("problem").asText());
      }
    }
    return text.toString();
  }
}
