package io.gatun.mirror.session;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One in how many packets is mirrored.
 *
 * @param every 1 for all, N for one in N, at most {@link #MAX_EVERY}
 * @param byFlow whether all packets of one in N flows are meant, instead of every N-th packet
 */
public record Sample(int every, boolean byFlow) {
  public static final int MAX_EVERY = 1_000_000;
  static final Sample ALL = new Sample(1, false);
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})(:flow)?");

  /** Checks the number. */
  public Sample {
    if (every < 1 || every > MAX_EVERY) {
      throw new IllegalArgumentException(
          "sample: %d is not in [1, %d]".formatted(every, MAX_EVERY));
    }
  }

  /**
   * Reads {@code N} or {@code N:flow}.
   *
   * @throws IllegalArgumentException when it is neither
   */
  static Sample parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "sample: \"%s\" is neither N nor N:flow, with N in [1, %d]".formatted(text, MAX_EVERY));
    }
    return new Sample(Integer.parseInt(matcher.group(1)), matcher.group(2) != null);
  }

  @Override
  public String toString() {
    return byFlow ? every + ":flow" : Integer.toString(every);
  }
}
