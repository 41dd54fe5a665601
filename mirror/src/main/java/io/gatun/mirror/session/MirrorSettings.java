package io.gatun.mirror.session;

import io.gatun.mirror.engine.Completion;
import io.gatun.pmd.Burst;
import org.jspecify.annotations.Nullable;

/**
 * What holds for all sessions.
 *
 * @param maxHeld most buffers withheld at once on one lcore
 * @param completion how transmissions are seen to complete; null for the best that each port has
 */
public record MirrorSettings(int maxHeld, @Nullable Completion completion) {
  public static final int DEFAULT_MAX_HELD = 8192;

  /** A tap stops receiving when less than two of the largest bursts would fit. */
  public static final int MIN_MAX_HELD = 4 * Burst.MAX_CAPACITY;

  public static final int MAX_MAX_HELD = 1 << 20;

  /** Checks the number. */
  public MirrorSettings {
    if (maxHeld < MIN_MAX_HELD || maxHeld > MAX_MAX_HELD) {
      throw new IllegalArgumentException(
          "max-held: %d is not in [%d, %d] buffers".formatted(maxHeld, MIN_MAX_HELD, MAX_MAX_HELD));
    }
  }
}
