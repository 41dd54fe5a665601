package io.gatun.nest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.pmd.cli.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;

/** How long to wait for what is on its way. */
final class WaitOption {
  private static final int MAX_SECONDS = 3600;

  @CommandLine.Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "300",
      description = "For what is on its way, 0 to 3600 (default: ${DEFAULT-VALUE})")
  private int seconds;

  /** What the guests have, once nothing is on its way any more or the time is over. */
  JsonNode chain(Path control) throws IOException {
    if (seconds < 0 || seconds > MAX_SECONDS) {
      throw new UsageException(
          "--wait %d: seconds in [0, %d] are needed".formatted(seconds, MAX_SECONDS));
    }
    return NestText.ask(control, NestText.question("chain").put("waitSeconds", seconds));
  }
}
