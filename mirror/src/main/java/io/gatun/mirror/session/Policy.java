package io.gatun.mirror.session;

import java.util.Locale;

/** Who gives way when a destination cannot follow. */
public enum Policy {
  /** The mirror: what does not fit is left out, and counted. */
  BEST_EFFORT,
  /** The source: it waits, as behind a NIC that keeps a completion. */
  HOLD;

  /** What users write. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
