package io.gatun.nest.cli;

import io.gatun.pmd.cli.Command;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun nest}: hands virtual functions down through nested hypervisors. */
@CommandLine.Command(
    name = "nest",
    description = {
      "Hand SR-IOV virtual functions down through nested virtual machines.",
      "docs/nest-protocol.md says how the levels talk to each other."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      NestExtender.class,
      NestGuest.class,
      NestPlan.class,
      NestApply.class,
      NestStatus.class,
      NestRelease.class
    })
public final class NestCommand implements Command {
  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /** For ServiceLoader. */
  public NestCommand() {}

  @Override
  public boolean usesEal() {
    return false;
  }

  @Override
  public int run(List<String> ealArguments) throws Exception {
    return Subcommands.chosen(spec, Subcommand.class).run();
  }

  /** What {@code gatun nest} does. */
  interface Subcommand {
    /**
     * Does it.
     *
     * @return the exit code
     */
    int run() throws Exception;
  }
}
