package io.gatun.nest.vf;

import java.io.IOException;

/**
 * One change, with the way back.
 *
 * @param description what is done, with the values before and after
 * @param run does it, and fails where the machine does not show it done
 * @param undo makes the machine as it was before, from wherever {@code run} stopped; does nothing
 *     where it is so already
 * @param lost what {@code undo} cannot bring back, in words; empty where it brings back all
 */
public record Step(String description, Action run, Action undo, String lost) {
  /** Changes the machine. */
  @FunctionalInterface
  public interface Action {
    void run() throws IOException;
  }

  static Step of(String description, Action run, Action undo) {
    return new Step(description, run, undo, "");
  }
}
