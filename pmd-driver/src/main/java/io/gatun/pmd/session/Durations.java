package io.gatun.pmd.session;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as users write them: {@code 500ms}, {@code 1.5s}, {@code 2m}. */
public final class Durations {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(us|ms|s|m|h)");

  private Durations() {}

  /**
   * Reads a duration above zero.
   *
   * @throws IllegalArgumentException when it is none; the message shows how one is written
   */
  public static Duration parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\""
              + text
              + "\" is no duration: a number and us, ms, s, m or h are needed, as in 500ms");
    }
    long unitNanos =
        switch (matcher.group(2)) {
          case "us" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 3_600_000_000_000L;
        };
    BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unitNanos));
    // 292 years: more than a long of nanoseconds holds is as good as forever.
    long whole = nanos.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue();
    if (whole == 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no time at all: 1us or more is needed");
    }
    return Duration.ofNanos(whole);
  }
}
