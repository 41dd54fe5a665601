package io.gatun.nest.sysfs;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a function sits on the PCI bus, as in {@code 0000:01:10.0}.
 *
 * @param domain 0 to 2^31-1 (real ones have 16 bits, some virtual ones more)
 * @param bus 0 to 255
 * @param device 0 to 31
 * @param function 0 to 7
 */
public record PciAddress(int domain, int bus, int device, int function)
    implements Comparable<PciAddress> {
  private static final Pattern TEXT =
      Pattern.compile(
          "(?:([0-9a-f]{4,7}):)?([0-9a-f]{2}):([01][0-9a-f])\\.([0-7])", Pattern.CASE_INSENSITIVE);
  private static final Comparator<PciAddress> ORDER =
      Comparator.comparingInt(PciAddress::domain)
          .thenComparingInt(PciAddress::bus)
          .thenComparingInt(PciAddress::device)
          .thenComparingInt(PciAddress::function);

  /** Reads {@code 0000:01:10.0} or, of domain 0, {@code 01:10.0}; null for anything else. */
  public static @Nullable PciAddress ofText(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String domain = matcher.group(1);
    return new PciAddress(
        domain == null ? 0 : Integer.parseInt(domain, 16),
        Integer.parseInt(matcher.group(2), 16),
        Integer.parseInt(matcher.group(3), 16),
        Integer.parseInt(matcher.group(4), 16));
  }

  /**
   * Reads what {@link #ofText} does.
   *
   * @throws IllegalArgumentException for a text that is no address
   */
  public static PciAddress parse(String text) {
    PciAddress address = ofText(text);
    if (address == null) {
      throw new IllegalArgumentException(
          "\"%s\" is no PCI address, which looks like 0000:01:10.0".formatted(text));
    }
    return address;
  }

  @Override
  public int compareTo(PciAddress other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "%04x:%02x:%02x.%d".formatted(domain, bus, device, function);
  }
}
