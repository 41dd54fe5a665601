package io.gatun.nest.cli;

import io.gatun.nest.extender.ExtenderDaemon;
import io.gatun.nest.extender.NestConfig;
import io.gatun.nest.link.SystemCommands;
import io.gatun.nest.sysfs.HostTree;
import io.gatun.pmd.cli.Main;
import io.gatun.pmd.cli.Shutdown;
import io.gatun.pmd.cli.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;

/** {@code gatun nest extender}. */
@CommandLine.Command(
    name = "extender",
    description = {
      "Run this hypervisor's extender until a signal ends it.",
      "What it has handed out stays handed out, and its next run takes it up again."
    },
    sortOptions = false)
final class NestExtender implements NestCommand.Subcommand {
  @CommandLine.Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "YAML: level, journal, control, functions or outer, machines")
  private Path config = Path.of(""); // picocli asks for it

  @CommandLine.Option(
      names = "--vm-manager",
      paramLabel = "NAME",
      defaultValue = "qemu",
      description =
          "qemu (by QMP) or libvirt (by virsh), for machines that do not say \"manager\""
              + " (default: ${DEFAULT-VALUE})")
  private NestConfig.Manager manager = NestConfig.Manager.QEMU;

  @Override
  public int run() throws IOException, InterruptedException {
    return run("extender", config, manager, false);
  }

  static int run(String command, Path file, NestConfig.Manager manager, boolean guest)
      throws IOException, InterruptedException {
    NestConfig config = NestConfig.read(file, manager);
    if (config.isGuest() != guest) {
      throw new UsageException(
          guest
              ? file + ": has machines: this is for \"gatun nest extender\""
              : file + ": has interfaces: this is for \"gatun nest guest\"");
    }
    Shutdown.Request stop = Shutdown.install();
    try (ExtenderDaemon daemon =
        new ExtenderDaemon(
            config,
            HostTree.ofMachine(),
            new SystemCommands(),
            line -> System.err.printf("gatun nest %s: %s%n", command, line))) {
      daemon.run(stop::isStopRequested);
    }
    return Main.DONE;
  }
}
