package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address.
 *
 * @param version 4 or 6
 * @param high the first 8 octets of an IPv6 address, first octet highest; 0 for IPv4
 * @param low the last 8 octets of an IPv6 address; the 32 bits of an IPv4 address
 */
public record IpAddress(int version, long high, long low) {
  // Only these reach InetAddress, which would otherwise ask a name server.
  private static final Pattern LITERAL =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

  public IpAddress {
    if (version != 4 && version != 6) {
      throw new IllegalArgumentException("IP version: %d is neither 4 nor 6".formatted(version));
    }
    if (version == 4 && (high != 0 || low >>> 32 != 0)) {
      throw new IllegalArgumentException("an IPv4 address has 32 bits");
    }
  }

  /**
   * Reads {@code 192.0.2.1} or {@code 2001:db8::1}.
   *
   * @throws IllegalArgumentException naming the text and the forms that are meant
   */
  public static IpAddress parse(String text) {
    if (LITERAL.matcher(text).matches()) {
      try {
        return of(InetAddress.ofLiteral(text).getAddress());
      } catch (IllegalArgumentException e) {
        // told below, with the forms
      }
    }
    throw new IllegalArgumentException(
        "IP address \"%s\": 192.0.2.1 or 2001:db8::1 is the form".formatted(text));
  }

  /** Of 4 or 16 octets in network byte order. */
  public static IpAddress of(byte[] octets) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < octets.length; i++) {
      high = octets.length == 16 ? high << 8 | low >>> 56 : 0;
      low = low << 8 | (octets[i] & 0xff);
    }
    return new IpAddress(octets.length == 16 ? 6 : 4, high, low);
  }

  /** Reads the address at {@code at}, in network byte order. */
  public static IpAddress read(long at, int version) {
    return version == 4
        ? new IpAddress(4, 0, Memory.getIntBigEndian(at) & 0xffff_ffffL)
        : new IpAddress(6, Memory.getLongBigEndian(at), Memory.getLongBigEndian(at + 8));
  }

  /** Writes {@link #bytes} octets in network byte order. */
  public void write(long at) {
    if (version == 4) {
      Memory.putIntBigEndian(at, (int) low);
    } else {
      Memory.putLongBigEndian(at, high);
      Memory.putLongBigEndian(at + 8, low);
    }
  }

  /** 4 or 16. */
  public int bytes() {
    return version == 4 ? 4 : 16;
  }

  /** 224.0.0.0/4 or ff00::/8. */
  public boolean isMulticast() {
    return version == 4 ? low >>> 28 == 0xe : high >>> 56 == 0xff;
  }

  /**
   * Whether the first {@code prefixLength} bits are those of {@code other}, of the same version.
   */
  public boolean isInSubnet(IpAddress other, int prefixLength) {
    if (version != other.version) {
      return false;
    }
    if (version == 4) {
      return prefixLength == 0 || (low ^ other.low) >>> 32 - prefixLength == 0;
    }
    int highBits = Math.min(prefixLength, 64);
    int lowBits = prefixLength - highBits;
    return (highBits == 0 || (high ^ other.high) >>> 64 - highBits == 0)
        && (lowBits == 0 || (low ^ other.low) >>> 64 - lowBits == 0);
  }

  /** Whether it can be the address of one host: no group, not all hosts, not unspecified. */
  public boolean isUnicast() {
    return !isMulticast() && !isUnspecified() && !(version == 4 && low == 0xffff_ffffL);
  }

  /** 0.0.0.0 or ::. */
  public boolean isUnspecified() {
    return high == 0 && low == 0;
  }

  @Override
  public String toString() {
    byte[] octets = new byte[bytes()];
    for (int i = 0; i < octets.length; i++) {
      int fromEnd = octets.length - 1 - i;
      octets[i] = (byte) (fromEnd >= 8 ? high >>> 8 * (fromEnd - 8) : low >>> 8 * fromEnd);
    }
    try {
      String text = InetAddress.getByAddress(octets).getHostAddress();
      return version == 4 ? text : compress(text);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /** RFC 5952: the longest run of two or more zero groups becomes {@code ::}. */
  private static String compress(String groups) {
    String[] parts = groups.split(":", -1);
    int bestStart = -1;
    int bestLength = 1;
    for (int start = 0; start < parts.length; start++) {
      int length = 0;
      while (start + length < parts.length && parts[start + length].equals("0")) {
        length++;
      }
      if (length > bestLength) {
        bestStart = start;
        bestLength = length;
      }
    }
    if (bestStart < 0) {
      return groups;
    }
    String head = String.join(":", java.util.Arrays.copyOfRange(parts, 0, bestStart));
    String tail =
        String.join(":", java.util.Arrays.copyOfRange(parts, bestStart + bestLength, parts.length));
    return head + "::" + tail;
  }
}
