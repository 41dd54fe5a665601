package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * One option of {@link Geneve}: RFC 8926 section 3.5.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         Option class          |C|    Type     |R|R|R| Length  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Data, 0 to 124 bytes                     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
@DataPath
public final class GeneveOption {
  /** Length without data. */
  public static final int MIN_LENGTH = 4;

  public static final int MAX_DATA_LENGTH = 124;

  public static final int CLASS = 0;
  public static final int TYPE = 2;
  public static final int DATA_LENGTH = 3;
  public static final int DATA = 4;

  /** In {@link #type}: who does not know the option must drop the packet. */
  public static final int CRITICAL = 0x80;

  private static final int WORDS_MASK = 0x1f;
  private static final int WORD_SHIFT = 2;

  private GeneveOption() {}

  /**
   * The length of the option with its data, 4 to 128, or -1 when it is longer than {@code
   * remaining}. Never 0, so that visiting one option after the other ends.
   *
   * @param remaining bytes from {@code at} to the end of the Geneve header
   */
  public static int length(long at, int remaining) {
    if (remaining < MIN_LENGTH) {
      return -1;
    }
    int length = MIN_LENGTH + dataLength(at);
    return length > remaining ? -1 : length;
  }

  /**
   * Writes the 4 bytes before the data.
   *
   * @param type with {@link #CRITICAL} where it is meant
   * @param dataLength bytes, a multiple of 4 from 0 to 124
   */
  public static void header(long at, int optionClass, int type, int dataLength) {
    optionClass(at, optionClass);
    type(at, type);
    dataLength(at, dataLength);
  }

  /** Who defined the option: IANA's namespace. */
  public static int optionClass(long at) {
    return Memory.getUnsignedShortBigEndian(at + CLASS);
  }

  public static void optionClass(long at, int optionClass) {
    Memory.putShortBigEndian(at + CLASS, optionClass);
  }

  /** The type, with {@link #CRITICAL} as its highest bit. */
  public static int type(long at) {
    return Memory.getUnsignedByte(at + TYPE);
  }

  public static void type(long at, int type) {
    Memory.putByte(at + TYPE, (byte) type);
  }

  public static boolean isCritical(long at) {
    return (type(at) & CRITICAL) != 0;
  }

  /** Bytes at {@link #DATA}. */
  public static int dataLength(long at) {
    return (Memory.getUnsignedByte(at + DATA_LENGTH) & WORDS_MASK) << WORD_SHIFT;
  }

  /** Stores the length of the data, a multiple of 4 from 0 to 124, and 0 in the reserved bits. */
  public static void dataLength(long at, int bytes) {
    Memory.putByte(at + DATA_LENGTH, (byte) (bytes >> WORD_SHIFT & WORDS_MASK));
  }
}
