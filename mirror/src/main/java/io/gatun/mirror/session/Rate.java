package io.gatun.mirror.session;

import io.gatun.mirror.engine.RateLimit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most that a session mirrors in a second, to each of its destinations.
 *
 * @param perSecond packets or bits, 1 and more
 * @param countsBits whether bits are counted, of the frames without what is put before them
 */
public record Rate(long perSecond, boolean countsBits) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,12})([kMG]?)(pps|bps)");
  private static final long MOST_BITS = RateLimit.MAX_PER_SECOND * Byte.SIZE;

  /** Checks the number. */
  public Rate {
    long least = countsBits ? Byte.SIZE : 1;
    long most = countsBits ? MOST_BITS : RateLimit.MAX_PER_SECOND;
    if (perSecond < least || perSecond > most) {
      throw new IllegalArgumentException(
          "rate: %d is not in [%d, %d] %s"
              .formatted(perSecond, least, most, countsBits ? "bps" : "pps"));
    }
  }

  /**
   * Reads a number with k, M or G (thousands, millions, thousand millions) and {@code pps} or
   * {@code bps}.
   *
   * @throws IllegalArgumentException when it is none
   */
  static Rate parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "rate: \"%s\" is no rate: a whole number with pps or bps is needed, as in 10kpps, 1Mpps"
                  .formatted(text)
              + " or 2Gbps");
    }
    long factor =
        switch (matcher.group(2)) {
          case "k" -> 1_000L;
          case "M" -> 1_000_000L;
          case "G" -> 1_000_000_000L;
          default -> 1L;
        };
    long number = Long.parseLong(matcher.group(1));
    long most = Long.MAX_VALUE / factor;
    return new Rate(Math.min(number, most) * factor, matcher.group(3).equals("bps"));
  }

  /** A limit for one of {@code lanes} that share the rate evenly. */
  RateLimit limit(int lanes) {
    long units = countsBits ? perSecond / Byte.SIZE : perSecond;
    return new RateLimit(Math.max(units / lanes, 1), countsBits);
  }

  @Override
  public String toString() {
    return perSecond + (countsBits ? "bps" : "pps");
  }
}
