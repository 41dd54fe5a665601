package io.gatun.nest.vf;

import io.gatun.nest.vf.Outcome.State;
import io.gatun.nest.vf.Outcome.StepResult;
import io.gatun.pmd.cli.Shutdown;
import java.io.IOException;
import java.util.List;

/** Takes the steps of a {@link Plan}, and goes back when one fails. Control thread. */
public final class PlanRun {
  /** A device that udev looks at is busy for a moment; and there is nothing else to be done. */
  private static final int UNDO_ATTEMPTS = 2;

  private static final String STOPPED = "stopped by a signal";

  private final List<Step> steps;
  private final StepResult[] results;

  private PlanRun(Plan plan) {
    steps = plan.steps();
    results = Outcome.planned(plan).steps().toArray(StepResult[]::new);
  }

  /**
   * Takes the steps in order. When one fails, or the user wants to stop, those taken are undone in
   * reverse, the failed one first: it may have changed something before it failed.
   *
   * @param stop asked before every step
   */
  public static Outcome run(Plan plan, Shutdown.Request stop) {
    PlanRun run = new PlanRun(plan);
    String failure = run.forward(stop);
    return new Outcome(List.of(run.results), failure);
  }

  private String forward(Shutdown.Request stop) {
    for (int i = 0; i < steps.size(); i++) {
      if (stop.isStopRequested()) {
        back(i - 1);
        return STOPPED;
      }
      try {
        steps.get(i).run().run();
        results[i] = result(i, State.DONE, "");
      } catch (IOException | RuntimeException e) {
        String reason = reason(e);
        results[i] = result(i, State.FAILED, reason);
        back(i);
        return reason;
      }
    }
    // A signal that killed nothing but came with the last step is not too late.
    if (!steps.isEmpty() && stop.isStopRequested()) {
      back(steps.size() - 1);
      return STOPPED;
    }
    return "";
  }

  private void back(int last) {
    for (int i = last; i >= 0; i--) {
      Step step = steps.get(i);
      String problem = undo(step);
      boolean failed = results[i].state() == State.FAILED;
      if (!problem.isEmpty()) {
        String first = failed ? results[i].detail() + "; " : "";
        results[i] = result(i, State.NOT_UNDONE, first + "could not be undone: " + problem);
      } else if (!failed) {
        String lost = step.lost().isEmpty() ? "" : "not brought back: " + step.lost();
        results[i] = result(i, State.UNDONE, lost);
      }
    }
  }

  /** Why it could not be undone; empty where it was. */
  private static String undo(Step step) {
    String problem = "";
    for (int attempt = 0; attempt < UNDO_ATTEMPTS; attempt++) {
      try {
        step.undo().run();
        return "";
      } catch (IOException | RuntimeException e) {
        problem = reason(e);
      }
    }
    return problem;
  }

  private StepResult result(int index, State state, String detail) {
    return new StepResult(steps.get(index).description(), state, detail);
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }
}
