package io.gatun.nest.cli;

import io.gatun.pmd.cli.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** For commands of several words, as {@code gatun vf list}. */
public final class Subcommands {
  private Subcommands() {}

  /**
   * The subcommand that the user named, filled with its options.
   *
   * @param spec of the command that has subcommands, as picocli injects it
   * @param type of all of its subcommands
   * @throws UsageException when none was named
   */
  public static <T> T chosen(CommandLine.Model.@Nullable CommandSpec spec, Class<T> type) {
    CommandLine line = spec == null ? null : spec.commandLine();
    CommandLine.ParseResult parsed = line == null ? null : line.getParseResult();
    if (line == null || parsed == null || !parsed.hasSubcommand()) {
      throw new UsageException(
          "a subcommand is missing: "
              + (line == null ? "" : String.join(", ", line.getSubcommands().keySet())));
    }
    return type.cast(parsed.subcommand().commandSpec().userObject());
  }
}
