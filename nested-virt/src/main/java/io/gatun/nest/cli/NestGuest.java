package io.gatun.nest.cli;

import io.gatun.nest.extender.NestConfig;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;

/** {@code gatun nest guest}. */
@CommandLine.Command(
    name = "guest",
    description = {
      "Get this guest's interfaces, bind them to vfio-pci and start a program on each,"
          + " until a signal ends it; then give them back."
    },
    sortOptions = false)
final class NestGuest implements NestCommand.Subcommand {
  @CommandLine.Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "YAML: level, journal, control, outer, interfaces, run")
  private Path config = Path.of(""); // picocli asks for it

  @Override
  public int run() throws IOException, InterruptedException {
    return NestExtender.run("guest", config, NestConfig.Manager.QEMU, true);
  }
}
