package io.gatun.nest.vf.cli;

import picocli.CommandLine;

/** Options of every subcommand that changes something. */
final class ChangeOptions {
  @CommandLine.Option(names = "--dry-run", description = "Print the steps and change nothing")
  boolean isDryRun;

  @CommandLine.Option(names = "--json", description = "Print one JSON object")
  boolean json;
}
