package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The ICMPv6 header with the first word of its body: RFC 4443 sections 2.1, 3.2 and 4.1.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Identifier           |        Sequence number        |  echo
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                              MTU                              |  packet too big
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>The checksum covers the pseudo-header and the whole message. An error message carries as much
 * of the packet that caused it as fits 1280 bytes. {@link NeighbourDiscovery} reads types 135 and
 * 136.
 */
@DataPath
public final class Icmp6 {
  public static final int LENGTH = 8;

  public static final int TYPE = 0;
  public static final int CODE = 1;
  public static final int CHECKSUM = 2;
  public static final int IDENTIFIER = 4;
  public static final int SEQUENCE = 6;
  public static final int MTU = 4;

  public static final int DESTINATION_UNREACHABLE = 1;
  public static final int PACKET_TOO_BIG = 2;
  public static final int TIME_EXCEEDED = 3;
  public static final int PARAMETER_PROBLEM = 4;
  public static final int ECHO_REQUEST = 128;
  public static final int ECHO_REPLY = 129;
  public static final int ROUTER_SOLICITATION = 133;
  public static final int ROUTER_ADVERTISEMENT = 134;
  public static final int NEIGHBOUR_SOLICITATION = 135;
  public static final int NEIGHBOUR_ADVERTISEMENT = 136;
  public static final int REDIRECT = 137;

  private static final int FIRST_INFORMATIONAL = 128;

  private Icmp6() {}

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
   * Whether a message of this type must not be answered with an error: RFC 4443 section 2.4(e),
   * errors and redirects.
   */
  public static boolean isError(int type) {
    return type < FIRST_INFORMATIONAL || type == REDIRECT;
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

  /** Of {@link #PACKET_TOO_BIG}: bytes of the next hop's largest IPv6 packet, 32 bits. */
  public static long mtu(long at) {
    return Memory.getIntBigEndian(at + MTU) & 0xffff_ffffL;
  }

  public static void mtu(long at, long bytes) {
    Memory.putIntBigEndian(at + MTU, (int) bytes);
  }
}
