package io.gatun.hw.model;

/** Numbers in network byte order in an array, and the Internet checksum (RFC 1071) over it. */
final class Octets {
  private Octets() {}

  static int u8(byte[] bytes, int at) {
    return bytes[at] & 0xff;
  }

  static int u16(byte[] bytes, int at) {
    return u8(bytes, at) << 8 | u8(bytes, at + 1);
  }

  static long u32(byte[] bytes, int at) {
    return (long) u16(bytes, at) << 16 | u16(bytes, at + 2);
  }

  static void put8(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
  }

  static void put16(byte[] bytes, int at, int value) {
    put8(bytes, at, value >> 8);
    put8(bytes, at + 1, value);
  }

  static void put32(byte[] bytes, int at, long value) {
    put16(bytes, at, (int) (value >> 16));
    put16(bytes, at + 2, (int) value);
  }

  /**
   * Sum of the 16-bit words from {@code from} up to, not including, {@code to}; an odd last byte
   * counts as the high one. Not folded: it fits for 64 KB and more.
   */
  static long sum(byte[] bytes, int from, int to) {
    long sum = 0;
    for (int at = from; at < to; at += 2) {
      sum += at + 1 < to ? u16(bytes, at) : u8(bytes, at) << 8;
    }
    return sum;
  }

  /** The sum with its carries added in, 0 to 0xffff. */
  static int fold(long sum) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded >> 16) + (folded & 0xffff);
    }
    return (int) folded;
  }

  /** What goes into a checksum field for this sum. */
  static int checksum(long sum) {
    return ~fold(sum) & 0xffff;
  }
}
