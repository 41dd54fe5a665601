package io.gatun.pmd;

import org.jspecify.annotations.Nullable;

/**
 * Runs every step of a shutdown, whichever of them fail, and throws the first failure at the end.
 */
final class Closer {
  private @Nullable RuntimeException first;

  void run(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      if (first == null) {
        first = e;
      } else {
        first.addSuppressed(e);
      }
    }
  }

  void rethrow() {
    if (first != null) {
      throw first;
    }
  }
}
