package io.gatun.nest.extender;

import java.time.Duration;

/**
 * How long an extender waits for what.
 *
 * @param peer for the outer extender's channel, when something is to be asked
 * @param call for the outer extender's answer: it includes the levels further out
 * @param appear for a function to be found after the outer level plugged it
 * @param revoke for a machine's extender to give an interface back
 * @param unplug for a machine to let go of a device, before it may be forced
 * @param grace for a machine that is not heard, before its interfaces are taken back
 * @param retry between two tries of a step backwards
 * @param check between two looks at what is active
 * @param ask for a guest that was refused an interface, before it asks again
 */
public record Timing(
    Duration peer,
    Duration call,
    Duration appear,
    Duration revoke,
    Duration unplug,
    Duration grace,
    Duration retry,
    Duration check,
    Duration ask) {
  /** For machines of any speed. */
  public static final Timing DEFAULT =
      new Timing(
          Duration.ofSeconds(10),
          Duration.ofSeconds(180),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(120),
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5));
}
