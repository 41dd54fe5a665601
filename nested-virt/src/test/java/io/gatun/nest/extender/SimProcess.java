package io.gatun.nest.extender;

/** A process that can be killed before and behind each of its effects. */
final class SimProcess {
  private long stepsLeft = Long.MAX_VALUE;
  private boolean killed;
  private long effects;

  /** To be killed at the n-th chance from now. */
  void killIn(long chances) {
    stepsLeft = chances;
  }

  void kill() {
    killed = true;
  }

  boolean isKilled() {
    return killed;
  }

  /** Effects on the world so far. */
  long effects() {
    return effects;
  }

  /** A chance to be killed. */
  void point() {
    if (!killed && --stepsLeft <= 0) {
      killed = true;
    }
    if (killed) {
      throw new SimKill();
    }
    effects++;
  }
}
