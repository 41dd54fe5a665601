package io.gatun.offload.flow;

import java.util.HexFormat;
import java.util.Locale;

/**
 * Bytes of a header as they are on the wire, immutable.
 *
 * @param hex two digits a byte, lower case
 */
public record Octets(String hex) {
  /** No byte. */
  public static final Octets NONE = new Octets("");

  public Octets {
    hex = hex.toLowerCase(Locale.ROOT);
    HexFormat.of().parseHex(hex); // or an IllegalArgumentException that says what is wrong
  }

  public static Octets of(byte[] bytes) {
    return new Octets(HexFormat.of().formatHex(bytes));
  }

  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  public int length() {
    return hex.length() / 2;
  }
}
