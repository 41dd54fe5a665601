package io.gatun.nest.link;

import java.io.IOException;
import java.util.List;

/** Runs a program of the system to its end. Control thread. */
@FunctionalInterface
public interface CommandRunner {
  /**
   * Runs it and waits for its end.
   *
   * @param command the program's name and its arguments, handed on as they are
   * @throws IOException if the program is not there, cannot be started, or does not end in time
   */
  Result run(List<String> command) throws IOException;

  /**
   * How a program ended.
   *
   * @param exitCode 0 when it did what it was asked
   * @param output what it wrote to standard output
   * @param errors what it wrote to standard error
   */
  record Result(int exitCode, String output, String errors) {}
}
