package io.gatun.mirror.encap;

/** The check that all settings share. */
final class Ranges {
  private Ranges() {}

  static void check(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s=%d is not in [%d, %d]".formatted(key, value, least, most));
    }
  }
}
