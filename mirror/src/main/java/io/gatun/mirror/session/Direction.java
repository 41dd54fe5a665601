package io.gatun.mirror.session;

import java.util.Locale;

/** Which packets of a port are meant. */
public enum Direction {
  /** Those that it receives. */
  RX,
  /** Those that it transmits. */
  TX,
  BOTH;

  /** Whether received packets are meant. */
  public boolean receives() {
    return this != TX;
  }

  /** Whether transmitted packets are meant. */
  public boolean transmits() {
    return this != RX;
  }

  /** What users write. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
