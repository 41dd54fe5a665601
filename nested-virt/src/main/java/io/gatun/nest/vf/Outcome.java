package io.gatun.nest.vf;

import java.util.List;

/**
 * What became of a {@link Plan}.
 *
 * @param steps every step of it
 * @param failure why it stopped; empty when all is done
 */
public record Outcome(List<StepResult> steps, String failure) {
  /** What became of a step. */
  public enum State {
    /** Not taken, and not tried. */
    PLANNED,
    /** Taken. */
    DONE,
    /** Tried; what it may have changed is as before. */
    FAILED,
    /** Taken, and taken back because a later one failed. */
    UNDONE,
    /** Taken or tried, and could not be taken back. */
    NOT_UNDONE
  }

  /**
   * One step.
   *
   * @param description what was to be done
   * @param state what became of it
   * @param detail why it failed, why it could not be taken back, or what was lost; may be empty
   */
  public record StepResult(String description, State state, String detail) {}

  /** A plan that is only shown. */
  public static Outcome planned(Plan plan) {
    return new Outcome(
        plan.steps().stream()
            .map(step -> new StepResult(step.description(), State.PLANNED, step.lost()))
            .toList(),
        "");
  }

  /** Whether every step was taken. */
  public boolean isDone() {
    return failure.isEmpty();
  }

  /** Whether a failure left something behind. */
  public boolean isLeftBehind() {
    return steps.stream().anyMatch(step -> step.state() == State.NOT_UNDONE);
  }
}
