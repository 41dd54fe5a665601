package io.gatun.pmd.cli;

import java.util.List;

/**
 * A subcommand of {@code gatun}, found with ServiceLoader.
 *
 * <p>An implementation is public, has a public constructor without parameters, and carries
 * picocli's {@code @CommandLine.Command} (its name and description) and options; its package is
 * opened to picocli. One instance serves one call.
 */
public interface Command {
  /**
   * Whether arguments before {@code --} are EAL's, as in {@code gatun forward -l 0-1 -- --mode io}.
   * Otherwise all arguments are the command's own, with or without {@code --} before them.
   */
  boolean usesEal();

  /**
   * Does the work.
   *
   * @param ealArguments what stood before {@code --}; empty without {@link #usesEal}
   * @return the exit code: 0, or 1 when the result is a failure that has been printed
   * @throws UsageException for a wrong option that parsing cannot find (exit 2)
   * @throws Exception any other failure (exit 1); its message is printed as one line
   */
  int run(List<String> ealArguments) throws Exception;
}
