package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The IPv4 header: RFC 791 section 3.1; DSCP: RFC 2474 section 3; ECN: RFC 3168 section 5.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version|  IHL  |   DSCP    |ECN|         Total length          |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |        Identification         |0|D|M|     Fragment offset     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Time to live  |   Protocol    |        Header checksum        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Source address                         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Destination address                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |               Options, 0 to 40 bytes, padded to 4             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
@DataPath
public final class Ipv4 {
  public static final int MIN_LENGTH = 20;
  public static final int MAX_LENGTH = 60;

  public static final int VERSION_AND_LENGTH = 0;
  public static final int TYPE_OF_SERVICE = 1;
  public static final int TOTAL_LENGTH = 2;
  public static final int IDENTIFICATION = 4;
  public static final int FLAGS_AND_OFFSET = 6;
  public static final int TIME_TO_LIVE = 8;
  public static final int PROTOCOL = 9;
  public static final int CHECKSUM = 10;
  public static final int SOURCE = 12;
  public static final int DESTINATION = 16;
  public static final int OPTIONS = 20;

  /** In {@link #flagsAndOffset}. */
  public static final int DONT_FRAGMENT = 0x4000;

  /** In {@link #flagsAndOffset}. */
  public static final int MORE_FRAGMENTS = 0x2000;

  /** In {@link #flagsAndOffset}: the fragment offset in units of 8 bytes. */
  public static final int OFFSET_MASK = 0x1fff;

  /** {@link #ecn}: the transport does not know ECN. The values are IPv6's too. */
  public static final int ECN_NOT_CAPABLE = 0;

  public static final int ECN_CAPABLE_1 = 1;
  public static final int ECN_CAPABLE_0 = 2;
  public static final int ECN_CONGESTION = 3;

  private static final int VERSION = 4;
  private static final int VERSION_SHIFT = 4;
  private static final int WORDS_MASK = 0x0f;
  private static final int WORD_SHIFT = 2;
  private static final int ECN_MASK = 0x03;
  private static final int DSCP_SHIFT = 2;

  private Ipv4() {}

  /**
   * The length of the header with its options, 20 to 60, or -1: cut, another version, a header
   * length below 20, or a total length below the header length.
   */
  public static int length(long at, int available) {
    if (available < MIN_LENGTH || version(at) != VERSION) {
      return -1;
    }
    int length = headerLength(at);
    return length < MIN_LENGTH || length > available || totalLength(at) < length ? -1 : length;
  }

  /** The version, whatever IP header it is: at least one byte must be there. */
  public static int version(long at) {
    return Memory.getUnsignedByte(at + VERSION_AND_LENGTH) >>> VERSION_SHIFT;
  }

  /** The length of the header with its options in bytes. */
  public static int headerLength(long at) {
    return (Memory.getUnsignedByte(at + VERSION_AND_LENGTH) & WORDS_MASK) << WORD_SHIFT;
  }

  /** Stores the header length, a multiple of 4 from 20 to 60, and the version before it. */
  public static void headerLength(long at, int bytes) {
    int words = bytes >> WORD_SHIFT & WORDS_MASK;
    Memory.putByte(at + VERSION_AND_LENGTH, (byte) (VERSION << VERSION_SHIFT | words));
  }

  /** DSCP and ECN in one byte; what IPv6 calls traffic class. */
  public static int typeOfService(long at) {
    return Memory.getUnsignedByte(at + TYPE_OF_SERVICE);
  }

  public static void typeOfService(long at, int dscpAndEcn) {
    Memory.putByte(at + TYPE_OF_SERVICE, (byte) dscpAndEcn);
  }

  /** Differentiated services code point, 0 to 63. */
  public static int dscp(long at) {
    return typeOfService(at) >>> DSCP_SHIFT;
  }

  public static void dscp(long at, int dscp) {
    typeOfService(at, dscp << DSCP_SHIFT | ecn(at));
  }

  /** Explicit congestion notification, 0 to 3. */
  public static int ecn(long at) {
    return typeOfService(at) & ECN_MASK;
  }

  public static void ecn(long at, int ecn) {
    typeOfService(at, (typeOfService(at) & ~ECN_MASK) | (ecn & ECN_MASK));
  }

  /** Length of header and payload in bytes. */
  public static int totalLength(long at) {
    return Memory.getUnsignedShortBigEndian(at + TOTAL_LENGTH);
  }

  public static void totalLength(long at, int bytes) {
    Memory.putShortBigEndian(at + TOTAL_LENGTH, bytes);
  }

  public static int identification(long at) {
    return Memory.getUnsignedShortBigEndian(at + IDENTIFICATION);
  }

  public static void identification(long at, int identification) {
    Memory.putShortBigEndian(at + IDENTIFICATION, identification);
  }

  /** The 16 bits with the flags and the fragment offset in units of 8 bytes. */
  public static int flagsAndOffset(long at) {
    return Memory.getUnsignedShortBigEndian(at + FLAGS_AND_OFFSET);
  }

  public static void flagsAndOffset(long at, int bits) {
    Memory.putShortBigEndian(at + FLAGS_AND_OFFSET, bits);
  }

  public static boolean isDontFragment(long at) {
    return (flagsAndOffset(at) & DONT_FRAGMENT) != 0;
  }

  public static boolean isMoreFragments(long at) {
    return (flagsAndOffset(at) & MORE_FRAGMENTS) != 0;
  }

  /** Where this fragment's payload belongs in the whole packet's, in bytes. */
  public static int fragmentOffset(long at) {
    return (flagsAndOffset(at) & OFFSET_MASK) * Long.BYTES;
  }

  /** Whether it is a fragment: the first, the last or one between. */
  public static boolean isFragment(long at) {
    return (flagsAndOffset(at) & (MORE_FRAGMENTS | OFFSET_MASK)) != 0;
  }

  public static int timeToLive(long at) {
    return Memory.getUnsignedByte(at + TIME_TO_LIVE);
  }

  public static void timeToLive(long at, int hops) {
    Memory.putByte(at + TIME_TO_LIVE, (byte) hops);
  }

  /** A number of {@link Protocol}. */
  public static int protocol(long at) {
    return Memory.getUnsignedByte(at + PROTOCOL);
  }

  public static void protocol(long at, int protocol) {
    Memory.putByte(at + PROTOCOL, (byte) protocol);
  }

  /** The checksum in host order; one computed in memory order is stored without this. */
  public static int checksum(long at) {
    return Memory.getUnsignedShortBigEndian(at + CHECKSUM);
  }

  public static void checksum(long at, int checksum) {
    Memory.putShortBigEndian(at + CHECKSUM, checksum);
  }

  /** The address in host order: 192.0.2.1 is 0xc0000201. */
  public static int source(long at) {
    return Memory.getIntBigEndian(at + SOURCE);
  }

  public static void source(long at, int address) {
    Memory.putIntBigEndian(at + SOURCE, address);
  }

  /** The address in host order: 192.0.2.1 is 0xc0000201. */
  public static int destination(long at) {
    return Memory.getIntBigEndian(at + DESTINATION);
  }

  public static void destination(long at, int address) {
    Memory.putIntBigEndian(at + DESTINATION, address);
  }
}
