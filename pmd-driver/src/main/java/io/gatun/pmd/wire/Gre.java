package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The GRE header, behind IP: RFC 2784 section 2; key and sequence number: RFC 2890 section 2.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |C|R|K|S|    Reserved0    | Ver |         Protocol type         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           Checksum            |           Reserved1           |  if C
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                              Key                              |  if K
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Sequence number                        |  if S
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>The checksum covers the GRE header and all of its payload.
 */
@DataPath
public final class Gre {
  /** Length without checksum, key and sequence number. */
  public static final int MIN_LENGTH = 4;

  public static final int MAX_LENGTH = 16;

  public static final int FLAGS = 0;
  public static final int PROTOCOL = 2;

  /** Where the checksum is when there is one. */
  public static final int CHECKSUM = 4;

  /** In {@link #flags}: C. */
  public static final int FLAG_CHECKSUM = 0x8000;

  /** In {@link #flags}: K. */
  public static final int FLAG_KEY = 0x2000;

  /** In {@link #flags}: S. */
  public static final int FLAG_SEQUENCE = 0x1000;

  /** In {@link #flags}: the version, 0 in all that Gatun accepts. */
  public static final int VERSION_MASK = 0x0007;

  /**
   * RFC 2784 section 2.3: a receiver that does not implement RFC 1701 discards packets with any of
   * bits 1 to 5; RFC 2890 gave bits 2 and 3 back. Bit 1 is RFC 1701's routing.
   */
  public static final int REFUSED = 0x4c00 | VERSION_MASK;

  // Each shift moves its flag to the value 4, the bytes that it adds.
  private static final int CHECKSUM_SHIFT = 13;
  private static final int KEY_SHIFT = 11;
  private static final int SEQUENCE_SHIFT = 10;

  private Gre() {}

  /** The length of the header, 4 to 16, or -1: cut, another version than 0, or RFC 1701's. */
  public static int length(long at, int available) {
    if (available < MIN_LENGTH || (flags(at) & REFUSED) != 0) {
      return -1;
    }
    int length = lengthOf(flags(at));
    return length > available ? -1 : length;
  }

  /** The length in bytes of a header with these flags. */
  public static int lengthOf(int flags) {
    return MIN_LENGTH
        + ((flags & FLAG_CHECKSUM) >>> CHECKSUM_SHIFT)
        + ((flags & FLAG_KEY) >>> KEY_SHIFT)
        + ((flags & FLAG_SEQUENCE) >>> SEQUENCE_SHIFT);
  }

  /** The first 16 bits: flags and version. */
  public static int flags(long at) {
    return Memory.getUnsignedShortBigEndian(at + FLAGS);
  }

  public static void flags(long at, int flags) {
    Memory.putShortBigEndian(at + FLAGS, flags);
  }

  public static int version(long at) {
    return flags(at) & VERSION_MASK;
  }

  public static boolean hasChecksum(long at) {
    return (flags(at) & FLAG_CHECKSUM) != 0;
  }

  public static boolean hasKey(long at) {
    return (flags(at) & FLAG_KEY) != 0;
  }

  public static boolean hasSequence(long at) {
    return (flags(at) & FLAG_SEQUENCE) != 0;
  }

  /** Ethernet type of what follows: {@link Ethernet#TYPE_TEB} for an Ethernet frame. */
  public static int protocol(long at) {
    return Memory.getUnsignedShortBigEndian(at + PROTOCOL);
  }

  public static void protocol(long at, int type) {
    Memory.putShortBigEndian(at + PROTOCOL, type);
  }

  /** The checksum in host order, if {@link #hasChecksum}. */
  public static int checksum(long at) {
    return Memory.getUnsignedShortBigEndian(at + CHECKSUM);
  }

  /** Stores the checksum, and 0 in the reserved 16 bits behind it. */
  public static void checksum(long at, int checksum) {
    Memory.putIntBigEndian(at + CHECKSUM, checksum << Short.SIZE);
  }

  /** Bytes from the header to its key, if {@link #hasKey}. */
  public static int keyOffset(long at) {
    return lengthOf(flags(at) & FLAG_CHECKSUM);
  }

  /** The key's 32 bits, if {@link #hasKey}. */
  public static int key(long at) {
    return Memory.getIntBigEndian(at + keyOffset(at));
  }

  /** Stores the key; the flags must have been stored before. */
  public static void key(long at, int key) {
    Memory.putIntBigEndian(at + keyOffset(at), key);
  }

  /** Bytes from the header to its sequence number, if {@link #hasSequence}. */
  public static int sequenceOffset(long at) {
    return lengthOf(flags(at) & (FLAG_CHECKSUM | FLAG_KEY));
  }

  /** The sequence number's 32 bits, if {@link #hasSequence}. */
  public static int sequence(long at) {
    return Memory.getIntBigEndian(at + sequenceOffset(at));
  }

  /** Stores the sequence number; the flags must have been stored before. */
  public static void sequence(long at, int sequence) {
    Memory.putIntBigEndian(at + sequenceOffset(at), sequence);
  }
}
