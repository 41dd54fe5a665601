package io.gatun.nest.vf.cli;

import org.jspecify.annotations.Nullable;

/** A switch as it is typed. */
enum OnOff {
  ON,
  OFF;

  /** Null for an option that was not given. */
  static @Nullable Boolean value(@Nullable OnOff option) {
    return option == null ? null : option == ON;
  }
}
