package io.gatun.nest.vf.cli;

import io.gatun.nest.cli.Subcommands;
import io.gatun.nest.sysfs.ChangeLock;
import io.gatun.pmd.cli.Command;
import io.gatun.pmd.cli.Shutdown;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun vf}: SR-IOV's virtual functions on this machine. */
@CommandLine.Command(
    name = "vf",
    description = {
      "List, create and configure SR-IOV virtual functions, and hand them to vfio-pci.",
      "A function is named by its PCI address (01:10.0), its interface (enp1s0v0), or its physical"
          + " function and its index (enp1s0/0)."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      VfList.class,
      VfShow.class,
      VfCreate.class,
      VfDestroy.class,
      VfSet.class,
      VfBind.class,
      VfUnbind.class
    })
public final class VfCommand implements Command {
  private final Supplier<Machine> machine;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /** For ServiceLoader. */
  public VfCommand() {
    this(Machine::real);
  }

  VfCommand(Supplier<Machine> machine) {
    this.machine = machine;
  }

  @Override
  public boolean usesEal() {
    return false;
  }

  @Override
  public int run(List<String> ealArguments) throws IOException {
    Subcommand subcommand = Subcommands.chosen(spec, Subcommand.class);
    Machine host = machine.get();
    if (!subcommand.changes()) {
      return subcommand.run(host);
    }
    Shutdown.Request stop = host.stop().get();
    try (ChangeLock _ =
        ChangeLock.await(
            host.tree(), stop::isStopRequested, text -> host.err().println("gatun vf: " + text))) {
      return subcommand.run(host.with(stop));
    }
  }
}
