package io.gatun.nest.vf.cli;

import java.io.IOException;

/** One of {@code gatun vf list|show|create|...}; picocli has filled its options. */
interface Subcommand {
  /**
   * Does the work and prints the result.
   *
   * @return the exit code
   */
  int run(Machine machine) throws IOException;

  /** Whether it changes functions, so that nobody else may do so meanwhile. */
  default boolean changes() {
    return false;
  }
}
