package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The ICMP header: RFC 792; next-hop MTU: RFC 1191 section 4.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Identifier           |        Sequence number        |  echo
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |            Unused             |         Next-hop MTU          |  fragmentation needed
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>The checksum covers the whole message, without a pseudo-header. An error message carries the
 * IPv4 header that caused it and at least 8 bytes more.
 */
@DataPath
public final class Icmp4 {
  public static final int LENGTH = 8;

  public static final int TYPE = 0;
  public static final int CODE = 1;
  public static final int CHECKSUM = 2;
  public static final int IDENTIFIER = 4;
  public static final int SEQUENCE = 6;
  public static final int MTU = 6;

  public static final int ECHO_REPLY = 0;
  public static final int DESTINATION_UNREACHABLE = 3;
  public static final int SOURCE_QUENCH = 4;
  public static final int REDIRECT = 5;
  public static final int ECHO_REQUEST = 8;
  public static final int TIME_EXCEEDED = 11;
  public static final int PARAMETER_PROBLEM = 12;

  /** Code of {@link #DESTINATION_UNREACHABLE}: too big, and don't-fragment is set. */
  public static final int FRAGMENTATION_NEEDED = 4;

  private Icmp4() {}

  /** {@link #LENGTH}, or -1 when {@code available} bytes do not hold it. */
  public static int length(long at, int available) {
    return available < LENGTH ? -1 : LENGTH;
  }

  public static int type(long at) {
    return Memory.getUnsignedByte(at + TYPE);
  }

  public static void type(long at, int type) {
    Memory.putByte(at + TYPE, (byte) type);
  }

  public static int code(long at) {
    return Memory.getUnsignedByte(at + CODE);
  }

  public static void code(long at, int code) {
    Memory.putByte(at + CODE, (byte) code);
  }

  /**
   * Whether a message of this type reports an error. Nobody answers an error with an error: RFC
   * 1122 section 3.2.2.
   */
  public static boolean isError(int type) {
    return switch (type) {
      case DESTINATION_UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM ->
          true;
      default -> false;
    };
  }

  /** The checksum in host order; one computed in memory order is stored without this. */
  public static int checksum(long at) {
    return Memory.getUnsignedShortBigEndian(at + CHECKSUM);
  }

  public static void checksum(long at, int checksum) {
    Memory.putShortBigEndian(at + CHECKSUM, checksum);
  }

  /** Of an echo request or reply. */
  public static int identifier(long at) {
    return Memory.getUnsignedShortBigEndian(at + IDENTIFIER);
  }

  public static void identifier(long at, int identifier) {
    Memory.putShortBigEndian(at + IDENTIFIER, identifier);
  }

  /** Of an echo request or reply. */
  public static int sequence(long at) {
    return Memory.getUnsignedShortBigEndian(at + SEQUENCE);
  }

  public static void sequence(long at, int sequence) {
    Memory.putShortBigEndian(at + SEQUENCE, sequence);
  }

  /** Of {@link #FRAGMENTATION_NEEDED}: bytes of the next hop's largest IPv4 packet; 0: unknown. */
  public static int mtu(long at) {
    return Memory.getUnsignedShortBigEndian(at + MTU);
  }

  public static void mtu(long at, int bytes) {
    Memory.putShortBigEndian(at + MTU, bytes);
  }
}
