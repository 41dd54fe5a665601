package io.gatun.mirror.session;

import io.gatun.pmd.run.Nearest;
import java.util.Arrays;
import java.util.List;

/** Where packets are mirrored from. Immutable; {@code toString} is what a user writes. */
public sealed interface Source {
  /**
   * A port.
   *
   * @param port its number, or its name where ports have names
   */
  record AtPort(String port, Direction direction) implements Source {
    @Override
    public String toString() {
      return port + ":" + direction.label();
    }
  }

  /** Packets that Gatun drops. */
  record Drops() implements Source {
    @Override
    public String toString() {
      return DROPS;
    }
  }

  /** What {@link Drops} is called. */
  String DROPS = "drops";

  /**
   * Reads {@code PORT}, {@code PORT:rx}, {@code PORT:tx}, {@code PORT:both} or {@code drops}.
   *
   * @throws IllegalArgumentException when it is none of them; the message says what is
   */
  static Source parse(String text) {
    if (text.equals(DROPS)) {
      return new Drops();
    }
    int colon = text.lastIndexOf(':');
    String port = colon < 0 ? text : text.substring(0, colon);
    if (port.isBlank()) {
      throw new IllegalArgumentException(
          "source \"%s\": names no port: write PORT, PORT:rx, PORT:tx, PORT:both or drops"
              .formatted(text));
    }
    if (colon < 0) {
      return new AtPort(port, Direction.BOTH);
    }
    String word = text.substring(colon + 1);
    List<Direction> all = Arrays.asList(Direction.values());
    for (Direction direction : all) {
      if (direction.label().equals(word)) {
        return new AtPort(port, direction);
      }
    }
    throw new IllegalArgumentException(
        "source \"%s\": \"%s\" is none of rx, tx, both%s"
            .formatted(
                text, word, Nearest.hint(word, all.stream().map(Direction::label).toList())));
  }
}
