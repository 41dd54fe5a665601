package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The Geneve header, behind UDP: RFC 8926 section 3.4.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Ver|  Opt Len  |O|C|   Rsvd    |         Protocol type         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |       Virtual network identifier (VNI)        |   Reserved    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                     Options, 0 to 252 bytes                   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>{@link GeneveOption} reads one option; this visits them all:
 *
 * <pre>{@code
 * long end = at + Geneve.headerLength(at);
 * long option = at + Geneve.OPTIONS;
 * while (option < end) {
 *   int length = GeneveOption.length(option, (int) (end - option));
 *   if (length < 0) {
 *     break; // malformed: the packet is to be dropped
 *   }
 *   option += length;
 * }
 * }</pre>
 */
@DataPath
public final class Geneve {
  /** Length without options. */
  public static final int MIN_LENGTH = 8;

  public static final int MAX_LENGTH = 260;

  /** Most bytes that all options together can have. */
  public static final int MAX_OPTIONS_LENGTH = 252;

  public static final int VERSION_AND_LENGTH = 0;
  public static final int FLAGS = 1;
  public static final int PROTOCOL = 2;
  public static final int VNI = 4;
  public static final int OPTIONS = 8;

  /** UDP destination port. */
  public static final int PORT = 6081;

  /** In {@link #flags}: O, management between the end points, not a tenant's packet. */
  public static final int FLAG_CONTROL = 0x80;

  /** In {@link #flags}: C, at least one option is critical. */
  public static final int FLAG_CRITICAL = 0x40;

  private static final int VERSION_SHIFT = 6;
  private static final int WORDS_MASK = 0x3f;
  private static final int WORD_SHIFT = 2;
  private static final int VNI_SHIFT = 8;

  private Geneve() {}

  /**
   * The length of the header with its options, 8 to 260, or -1: cut, or another version than 0.
   * {@link #isOptionsValid} looks at the options.
   */
  public static int length(long at, int available) {
    if (available < MIN_LENGTH || version(at) != 0) {
      return -1;
    }
    int length = headerLength(at);
    return length > available ? -1 : length;
  }

  /** Whether the options fill their space exactly; RFC 8926 section 3.5: else drop the packet. */
  public static boolean isOptionsValid(long at) {
    int remaining = optionsLength(at);
    long option = at + OPTIONS;
    while (remaining > 0) {
      int length = GeneveOption.length(option, remaining);
      if (length < 0) {
        return false;
      }
      option += length;
      remaining -= length;
    }
    return true;
  }

  /**
   * Writes the 8 bytes before the options.
   *
   * @param optionsLength bytes, a multiple of 4 from 0 to 252
   * @param flags {@link #FLAG_CRITICAL} when an option is critical
   * @param protocol Ethernet type of what follows: {@link Ethernet#TYPE_TEB}, an IP version's, ...
   */
  public static void header(long at, int optionsLength, int flags, int protocol, int vni) {
    Memory.putByte(at + VERSION_AND_LENGTH, (byte) (optionsLength >> WORD_SHIFT & WORDS_MASK));
    flags(at, flags);
    protocol(at, protocol);
    vni(at, vni);
  }

  public static int version(long at) {
    return Memory.getUnsignedByte(at + VERSION_AND_LENGTH) >>> VERSION_SHIFT;
  }

  /** The length of all options in bytes, 0 to 252. */
  public static int optionsLength(long at) {
    return (Memory.getUnsignedByte(at + VERSION_AND_LENGTH) & WORDS_MASK) << WORD_SHIFT;
  }

  /** Stores the length of all options, a multiple of 4 from 0 to 252, and the version 0. */
  public static void optionsLength(long at, int bytes) {
    Memory.putByte(at + VERSION_AND_LENGTH, (byte) (bytes >> WORD_SHIFT & WORDS_MASK));
  }

  /** The length of the header with its options in bytes. */
  public static int headerLength(long at) {
    return MIN_LENGTH + optionsLength(at);
  }

  /** The byte with {@link #FLAG_CONTROL} and {@link #FLAG_CRITICAL}. */
  public static int flags(long at) {
    return Memory.getUnsignedByte(at + FLAGS);
  }

  public static void flags(long at, int flags) {
    Memory.putByte(at + FLAGS, (byte) flags);
  }

  /** Whether the packet is for the end point itself: it must not be delivered to a tenant. */
  public static boolean isControl(long at) {
    return (flags(at) & FLAG_CONTROL) != 0;
  }

  /** Whether an end point that does not understand every critical option must drop the packet. */
  public static boolean isCritical(long at) {
    return (flags(at) & FLAG_CRITICAL) != 0;
  }

  /** Ethernet type of what follows: {@link Ethernet#TYPE_TEB} for an Ethernet frame. */
  public static int protocol(long at) {
    return Memory.getUnsignedShortBigEndian(at + PROTOCOL);
  }

  public static void protocol(long at, int type) {
    Memory.putShortBigEndian(at + PROTOCOL, type);
  }

  /** 24 bits. */
  public static int vni(long at) {
    return Memory.getIntBigEndian(at + VNI) >>> VNI_SHIFT;
  }

  /** Stores the VNI, and 0 in the reserved byte behind it. */
  public static void vni(long at, int vni) {
    Memory.putIntBigEndian(at + VNI, vni << VNI_SHIFT);
  }
}
