package io.gatun.nest.rpc;

import org.jspecify.annotations.Nullable;

/** Components that must be in a message: Jackson gives null for those that are not. */
final class Required {
  private Required() {}

  static <T> T of(String name, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + ": is missing");
    }
    return value;
  }
}
