package io.gatun.offload.plan;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A release of DPDK, such as 22.11.3: year, month, and the patch level of a stable branch.
 *
 * @param year two digits
 * @param month of the release
 * @param patch 0 for the release itself
 */
public record DpdkVersion(int year, int month, int patch) implements Comparable<DpdkVersion> {
  /** Newer than any: for ports of which no version is known. */
  public static final DpdkVersion NEWEST = new DpdkVersion(99, 12, 0);

  private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?");
  private static final Comparator<DpdkVersion> ORDER =
      Comparator.comparingInt(DpdkVersion::year)
          .thenComparingInt(DpdkVersion::month)
          .thenComparingInt(DpdkVersion::patch);

  /** Reads {@code 22.11.3}, {@code 23.07} or what {@code rte_version()} says. */
  public static DpdkVersion parse(String text) {
    Matcher matcher = NUMBERS.matcher(text);
    if (!matcher.find()) {
      throw new IllegalArgumentException("\"" + text + "\" is not a release of DPDK");
    }
    String patch = matcher.group(3);
    return new DpdkVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        patch == null ? 0 : Integer.parseInt(patch));
  }

  /**
   * Whether this release has a fix that came with {@code fix}, or with a later release of the same
   * stable branch.
   */
  boolean has(Iterable<DpdkVersion> fixes) {
    for (DpdkVersion fix : fixes) {
      boolean sameBranch = year == fix.year && month == fix.month;
      boolean branch = fix.patch > 0;
      if (compareTo(fix) >= 0 && (sameBranch || !branch)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int compareTo(DpdkVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "%d.%02d%s".formatted(year, month, patch == 0 ? "" : "." + patch);
  }
}
