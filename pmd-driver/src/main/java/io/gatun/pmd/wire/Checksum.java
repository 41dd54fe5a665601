package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit
 * words.
 *
 * <p>Sums are partial: 64 bits wide, not folded, in the byte order of memory. RFC 1071 section 2(B)
 * lets them be: a sum of words in the wrong byte order is the sum in the wrong byte order, so that
 * a result is stored as it is ({@link Memory#putShort}). A number that is not in memory is added
 * with {@link #word}. Partial sums may be added as long as the bytes that each covers start at an
 * even distance from the checksum's first byte; {@link #swap} turns one that starts at an odd one.
 * No sum of fewer than 2^32 words overflows.
 */
@DataPath
public final class Checksum {
  private static final long LOW = 0xffff_ffffL;

  // From here on the vectorised loop is worth its start.
  private static final int LONG_BYTES = 192;

  private Checksum() {}

  /** The partial sum of {@code bytes} bytes at {@code at}; an odd last byte is padded with zero. */
  public static long sum(long at, int bytes) {
    return bytes < LONG_BYTES ? sumShort(at, bytes) : sumLong(at, bytes);
  }

  private static long sumShort(long at, int bytes) {
    long from = Memory.base(at);
    long sum = 0;
    int done = 0;
    for (; done + 8 <= bytes; done += 8) {
      long words = Memory.getLong(from + done);
      sum += (words & LOW) + (words >>> 32);
    }
    return sum + tail(from + done, bytes - done);
  }

  /**
   * A counted loop without a branch, which C2 turns into vector instructions; scripts/gatun keeps
   * it from being inlined, where it would not.
   */
  private static long sumLong(long at, int bytes) {
    long from = Memory.base(at);
    int words = bytes >>> 3;
    long sum = 0;
    for (int i = 0; i < words; i++) {
      long word = Memory.getLong(from + 8L * i);
      sum += (word & LOW) + (word >>> 32);
    }
    return sum + tail(from + 8L * words, bytes & 7);
  }

  /** The sum of 0 to 7 bytes. */
  private static long tail(long at, int bytes) {
    long sum = 0;
    long from = at;
    if ((bytes & 4) != 0) {
      sum = Memory.getInt(from) & LOW;
      from += 4;
    }
    if ((bytes & 2) != 0) {
      sum += Memory.getUnsignedShort(from);
      from += 2;
    }
    if ((bytes & 1) != 0) {
      sum += Memory.getUnsignedByte(from);
    }
    return sum;
  }

  /** What a 16-bit number in a header adds, given in host order. */
  public static long word(int value) {
    return Short.toUnsignedLong(Short.reverseBytes((short) value));
  }

  /** Folds a partial sum to 16 bits. */
  public static int fold(long sum) {
    long half = (sum & LOW) + (sum >>> 32);
    half = (half & LOW) + (half >>> 32);
    long word = (half & 0xffff) + (half >>> 16);
    return (int) ((word & 0xffff) + (word >>> 16));
  }

  /** The checksum of a partial sum, ready to be stored with {@link Memory#putShort}. */
  public static int finish(long sum) {
    return ~fold(sum) & 0xffff;
  }

  /**
   * The same for UDP, where a checksum of zero means none: zero becomes its other form (RFC 768).
   */
  public static int finishUdp(long sum) {
    int checksum = finish(sum);
    return checksum == 0 ? 0xffff : checksum;
  }

  /** Whether a sum over data that holds its own checksum says that the data is intact. */
  public static boolean isGood(long sum) {
    return fold(sum) == 0xffff;
  }

  /** The partial sum of bytes that start at an odd distance instead of an even one, or back. */
  public static long swap(long sum) {
    long folded = fold(sum);
    return (folded & 0xff) << 8 | folded >>> 8;
  }

  /** What sums to zero with {@code sum}: takes bytes out of a sum, or predicts a checksum. */
  public static long complement(long sum) {
    return ~fold(sum) & 0xffff;
  }

  /**
   * The sum of the pseudo-header of TCP and UDP without the length (RFC 9293 section 3.1, RFC 8200
   * section 8.1).
   *
   * @param ip address of the IP header
   * @param version 4 or 6
   * @param protocol of the upper layer
   */
  public static long pseudoHeader(long ip, int version, int protocol) {
    long at = Memory.base(ip);
    long sum = word(protocol);
    if (version == 4) {
      return sum + (Memory.getInt(at + 12) & LOW) + (Memory.getInt(at + 16) & LOW);
    }
    for (int i = 8; i < 40; i += 8) {
      long words = Memory.getLong(at + i);
      sum += (words & LOW) + (words >>> 32);
    }
    return sum;
  }

  /** What the length adds to a pseudo-header: 16 bits with IPv4, 32 with IPv6. */
  public static long length(int bytes) {
    return word(bytes) + word(bytes >>> 16);
  }
}
