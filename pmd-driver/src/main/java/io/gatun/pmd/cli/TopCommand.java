package io.gatun.pmd.cli;

import io.gatun.pmd.observe.LiveTable;
import io.gatun.pmd.observe.Sample;
import io.gatun.pmd.observe.TelemetryClient;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun top}: the live table of a Gatun that runs in another process. */
@CommandLine.Command(
    name = "top",
    description = "Attach to a running Gatun over its telemetry socket and show the live table.",
    sortOptions = false)
public final class TopCommand implements Command {
  @CommandLine.Option(
      names = "--file-prefix",
      defaultValue = "rte",
      description = "EAL's --file-prefix of the other process (default: ${DEFAULT-VALUE})")
  private String filePrefix = "rte";

  @CommandLine.Option(
      names = "--socket",
      description = "Path of its telemetry socket, instead of --file-prefix")
  private @Nullable Path socket;

  @CommandLine.Option(
      names = "--period",
      defaultValue = "1",
      description = "Seconds between tables (default: ${DEFAULT-VALUE})")
  private double periodSeconds = 1;

  @CommandLine.Option(
      names = "--count",
      description = "End after this many tables (default: until a signal)")
  private int count;

  @CommandLine.Option(
      names = "--json",
      description = "Print the counters as one JSON object a period instead of tables")
  private boolean json;

  /** For ServiceLoader. */
  public TopCommand() {}

  @Override
  public boolean usesEal() {
    return false;
  }

  @Override
  public int run(List<String> ealArguments) throws Exception {
    if (!(periodSeconds >= 0.01 && periodSeconds <= 3600)) {
      throw new UsageException("--period: " + periodSeconds + " is not in [0.01, 3600]");
    }
    if (count < 0) {
      throw new UsageException("--count: " + count + " is negative");
    }
    Path path = socket == null ? TelemetryClient.socketOf(filePrefix) : socket;
    Shutdown.Request shutdown = Shutdown.install();
    try (TelemetryClient client = TelemetryClient.connect(path)) {
      Sample before = client.sample();
      long start = before.nanos();
      for (int shown = 0; count == 0 || shown < count; shown++) {
        Thread.sleep((long) (periodSeconds * 1000));
        if (shutdown.isStopRequested()) {
          break;
        }
        Sample now = client.sample();
        System.out.print(
            json
                ? Json.text(now) + System.lineSeparator()
                : LiveTable.render(before, now, (now.nanos() - start) / 1e9));
        System.out.flush();
        before = now;
      }
    }
    return Main.DONE;
  }
}
