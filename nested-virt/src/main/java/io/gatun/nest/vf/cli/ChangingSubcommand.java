package io.gatun.nest.vf.cli;

import picocli.CommandLine;

/** A subcommand that changes functions, unless it is only to say how. */
abstract class ChangingSubcommand implements Subcommand {
  @CommandLine.Mixin final ChangeOptions options = new ChangeOptions();

  @Override
  public final boolean changes() {
    return !options.isDryRun;
  }
}
