package io.gatun.hw.bench;

import java.util.Locale;

/**
 * What a benchmark wants to hold.
 *
 * @param name of what is compared with the limit
 * @param limit in words
 * @param value that was measured
 * @param holds whether it is within the limit
 */
record Reach(String name, String limit, double value, boolean holds) {
  String toText() {
    return String.format(
        Locale.ROOT, "%-58s %10.2f  %-14s %s", name, value, limit, holds ? "holds" : "NOT REACHED");
  }
}
