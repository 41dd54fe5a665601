package io.gatun.pmd;

/** Argument checks whose message names the value and the range. Control plane. */
final class Checks {
  private Checks() {}

  static int range(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %d is not in [%d, %d]".formatted(name, value, least, most));
    }
    return (int) value;
  }
}
