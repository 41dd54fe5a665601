package io.gatun.pmd;

import java.util.regex.Pattern;

/**
 * An Ethernet address.
 *
 * @param value its 48 bits, the first octet on the wire as the highest
 */
public record MacAddress(long value) {
  private static final Pattern TEXT = Pattern.compile("(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}");

  public MacAddress {
    if (value >>> 48 != 0) {
      throw new IllegalArgumentException("a MAC address has 48 bits: 0x" + Long.toHexString(value));
    }
  }

  /** Reads {@code 02:00:00:00:00:01}. */
  public static MacAddress parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "MAC address \"%s\": six octets in hexadecimal are needed, as in 02:00:00:00:00:01"
              .formatted(text));
    }
    return new MacAddress(Long.parseLong(text.replace(":", ""), 16));
  }

  /** The 48 bits as they lie in memory on a little-endian machine: the first octet lowest. */
  public long littleEndian() {
    return Long.reverseBytes(value) >>> 16;
  }

  static MacAddress ofLittleEndian(long bits) {
    return new MacAddress(Long.reverseBytes(bits << 16) & 0xffff_ffff_ffffL);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(17);
    for (int shift = 40; shift >= 0; shift -= 8) {
      text.append(shift == 40 ? "" : ":").append("%02x".formatted(value >>> shift & 0xff));
    }
    return text.toString();
  }
}
