package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * Neighbour solicitation and advertisement, ICMPv6 types 135 and 136: RFC 4861 sections 4.3, 4.4
 * and 4.6.1. {@link Icmp6} has the type, the code and the checksum.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Type 135/136 |   Code = 0    |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |R|S|O|               Reserved (all 32 bits in 135)             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                                                               |
 * +                                                               +
 * |                                                               |
 * +                        Target address                         +
 * |                                                               |
 * +                                                               +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Option type  | Length, * 8   |       Ethernet address        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>The message has no length of its own: its options reach to the end of the IPv6 payload. What
 * else makes it valid is the caller's to look at (RFC 4861 section 7.1): the hop limit of 255, the
 * checksum, a target that is no multicast address.
 */
@DataPath
public final class NeighbourDiscovery {
  /** Length without options. */
  public static final int MIN_LENGTH = 24;

  public static final int FLAGS = 4;
  public static final int TARGET = 8;
  public static final int OPTIONS = 24;

  /** The sender is a router. */
  public static final int FLAG_ROUTER = 0x8000_0000;

  /** The advertisement answers a solicitation. */
  public static final int FLAG_SOLICITED = 0x4000_0000;

  /** The advertised Ethernet address replaces a known one. */
  public static final int FLAG_OVERRIDE = 0x2000_0000;

  /** The sender's Ethernet address, in a solicitation. */
  public static final int OPTION_SOURCE_ADDRESS = 1;

  /** The target's Ethernet address, in an advertisement. */
  public static final int OPTION_TARGET_ADDRESS = 2;

  /** Length of an option with an Ethernet address. */
  public static final int ADDRESS_OPTION_LENGTH = 8;

  /** What {@link #linkLayerAddress} returns when there is none. */
  public static final long NO_ADDRESS = -1;

  private static final int OPTION_LENGTH = 1;
  private static final int OPTION_ADDRESS = 2;

  private NeighbourDiscovery() {}

  /**
   * The length of the message with its options, or -1: cut, another type or code, or an option that
   * is empty or reaches too far.
   *
   * @param available bytes to the end of the IPv6 payload, all of which the options must fill
   */
  public static int length(long at, int available) {
    if (available < MIN_LENGTH || !isNeighbour(Icmp6.type(at)) || Icmp6.code(at) != 0) {
      return -1;
    }
    int offset = OPTIONS;
    while (offset < available) {
      int length = optionLength(at + offset, available - offset);
      if (length < 0) {
        return -1;
      }
      offset += length;
    }
    return offset;
  }

  private static boolean isNeighbour(int type) {
    return type == Icmp6.NEIGHBOUR_SOLICITATION || type == Icmp6.NEIGHBOUR_ADVERTISEMENT;
  }

  /** The length of the option at {@code at} in bytes, at least 8, or -1: empty or cut. */
  public static int optionLength(long at, int available) {
    if (available < ADDRESS_OPTION_LENGTH) {
      return -1;
    }
    int length = Memory.getUnsignedByte(at + OPTION_LENGTH) * ADDRESS_OPTION_LENGTH;
    return length == 0 || length > available ? -1 : length;
  }

  /**
   * Writes the 8 bytes before the target, with a checksum of 0.
   *
   * @param type {@link Icmp6#NEIGHBOUR_SOLICITATION} or {@link Icmp6#NEIGHBOUR_ADVERTISEMENT}
   * @param flags 0 in a solicitation
   */
  public static void header(long at, int type, int flags) {
    Icmp6.type(at, type);
    Icmp6.code(at, 0);
    Icmp6.checksum(at, 0);
    flags(at, flags);
  }

  /** {@link #FLAG_ROUTER}, {@link #FLAG_SOLICITED} and {@link #FLAG_OVERRIDE}; reserved bits. */
  public static int flags(long at) {
    return Memory.getIntBigEndian(at + FLAGS);
  }

  public static void flags(long at, int flags) {
    Memory.putIntBigEndian(at + FLAGS, flags);
  }

  /** The target's first 8 octets, the first one highest. */
  public static long targetHigh(long at) {
    return Memory.getLongBigEndian(at + TARGET);
  }

  /** The target's last 8 octets, the last one lowest. */
  public static long targetLow(long at) {
    return Memory.getLongBigEndian(at + TARGET + Long.BYTES);
  }

  public static void target(long at, long high, long low) {
    Memory.putLongBigEndian(at + TARGET, high);
    Memory.putLongBigEndian(at + TARGET + Long.BYTES, low);
  }

  /**
   * The Ethernet address, as in {@link Ethernet}, in the first option of this type, or {@link
   * #NO_ADDRESS}.
   *
   * @param length what {@link #length} returned
   * @param option {@link #OPTION_SOURCE_ADDRESS} or {@link #OPTION_TARGET_ADDRESS}
   */
  public static long linkLayerAddress(long at, int length, int option) {
    int offset = OPTIONS;
    while (offset < length) {
      long here = at + offset;
      int optionLength = optionLength(here, length - offset);
      if (optionLength < 0) {
        break;
      }
      if (Memory.getUnsignedByte(here) == option && optionLength == ADDRESS_OPTION_LENGTH) {
        return Ethernet.address(here + OPTION_ADDRESS);
      }
      offset += optionLength;
    }
    return NO_ADDRESS;
  }

  /**
   * Writes an option with an Ethernet address.
   *
   * @param at where the option shall begin: {@link #OPTIONS} bytes behind the header, or later
   */
  public static void linkLayerOption(long at, int option, long mac) {
    Memory.putByte(at, (byte) option);
    Memory.putByte(at + OPTION_LENGTH, (byte) 1);
    Ethernet.address(at + OPTION_ADDRESS, mac);
  }
}
