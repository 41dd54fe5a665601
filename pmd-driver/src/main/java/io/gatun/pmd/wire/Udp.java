package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The UDP header: RFC 768.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Source port          |       Destination port        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |            Length             |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>A checksum field of 0 says that the sender computed none, so a computed 0 is sent as 0xffff.
 * Over IPv6 none is an error but in tunnels (RFC 6935, RFC 6936).
 */
@DataPath
public final class Udp {
  public static final int LENGTH = 8;

  public static final int SOURCE_PORT = 0;
  public static final int DESTINATION_PORT = 2;
  public static final int DATAGRAM_LENGTH = 4;
  public static final int CHECKSUM = 6;

  private Udp() {}

  /**
   * {@link #LENGTH}, or -1: cut, or a datagram length below it (0, a jumbogram's of RFC 2675, is
   * for links that DPDK has not got).
   */
  public static int length(long at, int available) {
    return available < LENGTH || datagramLength(at) < LENGTH ? -1 : LENGTH;
  }

  public static int sourcePort(long at) {
    return Memory.getUnsignedShortBigEndian(at + SOURCE_PORT);
  }

  public static void sourcePort(long at, int port) {
    Memory.putShortBigEndian(at + SOURCE_PORT, port);
  }

  public static int destinationPort(long at) {
    return Memory.getUnsignedShortBigEndian(at + DESTINATION_PORT);
  }

  public static void destinationPort(long at, int port) {
    Memory.putShortBigEndian(at + DESTINATION_PORT, port);
  }

  /** The length field: header and payload in bytes. */
  public static int datagramLength(long at) {
    return Memory.getUnsignedShortBigEndian(at + DATAGRAM_LENGTH);
  }

  public static void datagramLength(long at, int bytes) {
    Memory.putShortBigEndian(at + DATAGRAM_LENGTH, bytes);
  }

  /** The checksum in host order; one computed in memory order is stored without this. */
  public static int checksum(long at) {
    return Memory.getUnsignedShortBigEndian(at + CHECKSUM);
  }

  public static void checksum(long at, int checksum) {
    Memory.putShortBigEndian(at + CHECKSUM, checksum);
  }
}
