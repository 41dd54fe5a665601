package io.gatun.nest.vf;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.nest.vf.Outcome.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanRunTest {
  private final List<String> log = new ArrayList<>();

  private Step step(String name, boolean fails, boolean undoFails, String lost) {
    return new Step(
        name,
        () -> {
          log.add(name);
          if (fails) {
            throw new IOException(name + " failed");
          }
        },
        () -> {
          log.add("undo " + name);
          if (undoFails) {
            throw new IOException(name + " stays");
          }
        },
        lost);
  }

  private static List<State> states(Outcome outcome) {
    return outcome.steps().stream().map(Outcome.StepResult::state).toList();
  }

  @Test
  void stepsAreTakenInOrder() {
    Plan plan =
        new Plan(List.of(step("a", false, false, ""), step("b", false, false, "")), List.of());
    Outcome outcome = PlanRun.run(plan, () -> false);
    assertThat(outcome.isDone()).isTrue();
    assertThat(log).containsExactly("a", "b");
    assertThat(states(outcome)).containsExactly(State.DONE, State.DONE);
  }

  @Test
  void aFailedStepAndThoseBeforeItAreUndoneInReverse() {
    Plan plan =
        new Plan(
            List.of(
                step("a", false, false, "its colour"),
                step("b", true, false, ""),
                step("c", false, false, "")),
            List.of());
    Outcome outcome = PlanRun.run(plan, () -> false);
    assertThat(outcome.failure()).isEqualTo("b failed");
    assertThat(log).containsExactly("a", "b", "undo b", "undo a");
    assertThat(states(outcome)).containsExactly(State.UNDONE, State.FAILED, State.PLANNED);
    assertThat(outcome.steps().getFirst().detail()).isEqualTo("not brought back: its colour");
    assertThat(outcome.isLeftBehind()).isFalse();
  }

  @Test
  void whatCannotBeUndoneIsSaidAndTheRestIsUndone() {
    Plan plan =
        new Plan(
            List.of(
                step("a", false, false, ""), step("b", false, true, ""), step("c", true, true, "")),
            List.of());
    Outcome outcome = PlanRun.run(plan, () -> false);
    assertThat(states(outcome)).containsExactly(State.UNDONE, State.NOT_UNDONE, State.NOT_UNDONE);
    assertThat(outcome.steps().getLast().detail())
        .isEqualTo("c failed; could not be undone: c stays");
    assertThat(outcome.isLeftBehind()).isTrue();
  }

  @Test
  void anUndoThatFailsIsTriedAgain() {
    int[] tries = new int[1];
    Step busy =
        Step.of(
            "a",
            () -> {
              throw new IOException("no");
            },
            () -> {
              if (tries[0]++ == 0) {
                throw new IOException("busy");
              }
            });
    Outcome outcome = PlanRun.run(new Plan(List.of(busy), List.of()), () -> false);
    assertThat(states(outcome)).containsExactly(State.FAILED);
    assertThat(tries[0]).isEqualTo(2);
  }

  @Test
  void aSignalUndoesWhatWasDone() {
    Plan plan =
        new Plan(List.of(step("a", false, false, ""), step("b", false, false, "")), List.of());
    Outcome outcome = PlanRun.run(plan, () -> log.contains("a"));
    assertThat(log).containsExactly("a", "undo a");
    assertThat(outcome.failure()).contains("signal");
    assertThat(states(outcome)).containsExactly(State.UNDONE, State.PLANNED);
  }

  @Test
  void aSignalDuringTheLastStepUndoesToo() {
    Plan plan = new Plan(List.of(step("a", false, false, "")), List.of());
    Outcome outcome = PlanRun.run(plan, () -> !log.isEmpty());
    assertThat(log).containsExactly("a", "undo a");
    assertThat(outcome.isDone()).isFalse();
  }
}
