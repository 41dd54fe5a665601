package io.gatun.nest.vf.cli;

import io.gatun.nest.vf.Outcome;
import io.gatun.nest.vf.Outcome.State;
import io.gatun.nest.vf.Outcome.StepResult;
import io.gatun.nest.vf.Plan;
import io.gatun.nest.vf.PlanRun;
import io.gatun.nest.vf.Readback;
import io.gatun.nest.vf.Readback.Status;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.Main;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries a plan out, or shows it, and prints what became of it: the end of every change. */
final class Change {
  private final Machine machine;
  private final String command;
  private final String target;
  private final ChangeOptions options;

  /** Looks at what was asked for, after the steps. */
  @FunctionalInterface
  interface Check {
    List<Readback.Property> run() throws IOException;
  }

  /**
   * @param target what is changed, as the user may call it again
   */
  Change(Machine machine, String command, String target, ChangeOptions options) {
    this.machine = machine;
    this.command = command;
    this.target = target;
    this.options = options;
  }

  int run(Plan plan) throws IOException {
    return run(plan, List::of);
  }

  /**
   * Does it.
   *
   * @return the exit code: 1 also when a property is not, or has no effect
   */
  int run(Plan plan, Check check) throws IOException {
    Outcome outcome =
        options.isDryRun || plan.steps().isEmpty()
            ? Outcome.planned(plan)
            : PlanRun.run(plan, machine.stop().get());
    List<Readback.Property> properties =
        options.isDryRun || !outcome.isDone() ? List.of() : check.run();
    if (options.json) {
      machine.out().println(Json.text(json(plan, outcome, properties)));
    } else {
      machine.out().print(text(plan, outcome, properties));
    }
    machine.out().flush();
    if (!outcome.isDone()) {
      machine
          .err()
          .printf(
              "gatun vf %s: %s%n",
              command,
              outcome.failure()
                  + (outcome.isLeftBehind() ? "; not all could be undone" : "; all is as before"));
      return Main.FAILED;
    }
    boolean isAsAsked = properties.stream().allMatch(p -> p.status() == Status.CONFIRMED);
    return isAsAsked ? Main.DONE : Main.FAILED;
  }

  private Map<String, @Nullable Object> json(
      Plan plan, Outcome outcome, List<Readback.Property> properties) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("command", "vf " + command);
    json.put("target", target);
    json.put("dry_run", options.isDryRun);
    json.put("changed", outcome.steps().stream().anyMatch(step -> step.state() == State.DONE));
    json.put(
        "done",
        !options.isDryRun
            && outcome.isDone()
            && properties.stream().allMatch(p -> p.status() == Status.CONFIRMED));
    json.put("error", outcome.isDone() ? null : outcome.failure());
    json.put("steps", outcome.steps().stream().map(Change::step).toList());
    json.put("properties", properties.stream().map(Change::property).toList());
    json.put("notes", plan.notes());
    return json;
  }

  private static Map<String, Object> step(StepResult step) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("step", step.description());
    json.put("state", word(step.state()));
    json.put("detail", step.detail());
    return json;
  }

  private static Map<String, @Nullable Object> property(Readback.Property property) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("property", property.property());
    json.put("asked", property.asked());
    json.put("shown", property.shown());
    json.put("status", word(property.status()));
    json.put("detail", property.detail());
    return json;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private String text(Plan plan, Outcome outcome, List<Readback.Property> properties) {
    StringBuilder text = new StringBuilder();
    plan.notes().forEach(note -> text.append("note: ").append(note).append('\n'));
    for (StepResult step : outcome.steps()) {
      text.append("%-10s %s%n".formatted(spoken(step.state()), step.description()));
      if (!step.detail().isEmpty()) {
        text.append(options.isDryRun ? "           lost if undone: " : "           ");
        text.append(step.detail()).append('\n');
      }
    }
    for (Readback.Property property : properties) {
      text.append(
          "%s: %s %s%s%n"
              .formatted(
                  property.property(),
                  property.asked(),
                  spoken(property.status()),
                  property.detail().isEmpty() ? "" : " (" + property.detail() + ")"));
    }
    if (outcome.steps().isEmpty()) {
      text.append("%s: nothing to do%n".formatted(target));
    }
    return text.toString();
  }

  private static String spoken(Enum<?> value) {
    return word(value).replace('_', ' ');
  }
}
