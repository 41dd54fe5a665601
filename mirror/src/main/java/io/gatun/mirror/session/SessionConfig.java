package io.gatun.mirror.session;

import io.gatun.pmd.Burst;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A mirror session as a user asks for it. Immutable; {@link SessionText} reads and writes it.
 *
 * @param name 1 to 32 letters, digits and {@code _}: what DPDK's telemetry takes as a key
 * @param sources at least one
 * @param destinations at least one; a packet visits them in this order
 * @param filter in tcpdump's syntax; empty for every packet
 * @param innerFilter the same, on the frame inside a tunnel; empty for every packet
 * @param sample one in how many of those that match
 * @param snaplen most bytes of a frame, {@link #MIN_SNAPLEN} to {@link #MAX_SNAPLEN}; 0 for all
 * @param rate most frames or bits a second; null for any number
 * @param policy who gives way
 * @param holdMax how long the primary waits for a mirror under {@link Policy#BEST_EFFORT}
 * @param deadline after which a destination that completes nothing counts as dead under {@link
 *     Policy#HOLD}
 * @param backlog most frames that wait for a destination on one lcore
 * @param copy whether copies are sent instead of the buffers themselves
 */
public record SessionConfig(
    String name,
    List<Source> sources,
    List<Destination> destinations,
    String filter,
    String innerFilter,
    Sample sample,
    int snaplen,
    @Nullable Rate rate,
    Policy policy,
    Duration holdMax,
    Duration deadline,
    int backlog,
    boolean copy) {
  public static final int MIN_SNAPLEN = 14;
  public static final int MAX_SNAPLEN = 65_535;
  public static final int MAX_BACKLOG = 1 << 20;

  /** A lossless session asks for room for a burst at each end of a way. */
  public static final int MIN_HOLD_BACKLOG = 2 * Burst.MAX_CAPACITY;

  static final int DEFAULT_BACKLOG = 2048;
  static final Duration DEFAULT_HOLD_MAX = Duration.ofNanos(100_000);
  static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(1);
  private static final Duration MAX_HOLD = Duration.ofSeconds(1);
  private static final Duration MIN_DEADLINE = Duration.ofMillis(1);
  private static final Duration MAX_DEADLINE = Duration.ofHours(1);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]{1,32}");

  /** Checks what can be checked without ports. */
  public SessionConfig {
    sources = List.copyOf(sources);
    destinations = List.copyOf(destinations);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name: \"%s\" is not made of 1 to 32 letters, digits and _".formatted(name));
    }
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("source is missing: name PORT:rx, PORT:tx, PORT or drops");
    }
    if (destinations.isEmpty()) {
      throw new IllegalArgumentException("to is missing: name a destination, as in port:2");
    }
    unique("source", sources);
    unique("to", destinations.stream().map(Destination::text).toList());
    if (snaplen != 0) {
      range("snaplen", snaplen, MIN_SNAPLEN, MAX_SNAPLEN, "bytes; leave it out for whole frames");
    }
    int least = policy == Policy.HOLD ? MIN_HOLD_BACKLOG : 1;
    range(
        "backlog",
        backlog,
        least,
        MAX_BACKLOG,
        policy == Policy.HOLD ? "frames with policy hold" : "frames");
    within("hold-max", holdMax, Duration.ofNanos(1_000), MAX_HOLD);
    within("deadline", deadline, MIN_DEADLINE, MAX_DEADLINE);
  }

  /** The same with a port for the destinations that need one and name none. */
  public SessionConfig withSpare(Supplier<String> spare) {
    return new SessionConfig(
        name,
        sources,
        destinations.stream().map(destination -> destination.orAt(spare)).toList(),
        filter,
        innerFilter,
        sample,
        snaplen,
        rate,
        policy,
        holdMax,
        deadline,
        backlog,
        copy);
  }

  private static void unique(String key, List<?> values) {
    Set<Object> seen = new HashSet<>();
    for (Object value : values) {
      if (!seen.add(value)) {
        throw new IllegalArgumentException(
            "%s: %s stands there twice: remove one".formatted(key, value));
      }
    }
  }

  private static void range(String key, int value, int least, int most, String what) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %d is not in [%d, %d] %s".formatted(key, value, least, most, what));
    }
  }

  private static void within(String key, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s: %s is not in [%s, %s]"
              .formatted(
                  key,
                  SessionText.micros(value),
                  SessionText.micros(least),
                  SessionText.micros(most)));
    }
  }
}
