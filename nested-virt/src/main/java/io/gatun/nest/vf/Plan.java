package io.gatun.nest.vf;

import java.util.List;

/**
 * How a machine becomes what somebody wants of it.
 *
 * @param steps in order; none where it is so already
 * @param notes what the user should know before
 */
public record Plan(List<Step> steps, List<String> notes) {
  public Plan {
    steps = List.copyOf(steps);
    notes = List.copyOf(notes);
  }
}
