package io.gatun.nest.extender;

/** A process was killed: thrown where it was, so that nothing behind it happens. */
final class SimKill extends Error {
  private static final long serialVersionUID = 1L;

  SimKill() {
    super("killed", null, false, false);
  }
}
