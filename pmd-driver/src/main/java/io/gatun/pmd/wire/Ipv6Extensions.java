package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The way from the IPv6 header over its extension headers to the transport header: RFC 8200 section
 * 4; authentication header: RFC 4302 section 2.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next header  |    Length     |  hop-by-hop and destination   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
 * |          options: 8 bytes and as many times 8 as Length       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next header  |    Length     | Routing type  | Segments left |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          routing: 8 bytes and as many times 8 as Length       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next header  |   Reserved    |     Fragment offset     |Res|M|
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Identification                         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next header  |    Length     |           Reserved            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     authentication: 8 bytes and as many times 4 as Length     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>ESP, no next header, mobility and everything unknown end the walk as the transport protocol.
 * So does a fragment that is not the first: what follows its fragment header is no header.
 *
 * <p>The result is one long, so that nothing is allocated; the other methods unpack it.
 */
@DataPath
public final class Ipv6Extensions {
  /** More extension headers than this are malformed; real packets have three at most. */
  public static final int MAX_HEADERS = 8;

  /** Length of the fragment header in bytes. */
  public static final int FRAGMENT_LENGTH = 8;

  // In every extension header.
  private static final int NEXT_HEADER = 0;
  private static final int HEADER_LENGTH = 1;
  private static final int SEGMENTS_LEFT = 3;
  private static final int FRAGMENT_FIELD = 2;
  private static final int FRAGMENT_IDENTIFICATION = 4;
  private static final int MIN_HEADER = 8;

  /** In the fragment header's second 16 bits: the offset, already in bytes, and M. */
  private static final int OFFSET_MASK = 0xfff8;

  private static final int MORE_MASK = 0x0001;

  // The packed result: 8 bits protocol, 16 offset, 16 fragment header's offset, 16 its field,
  // flags.
  private static final int OFFSET_SHIFT = 8;
  private static final int FRAGMENT_HEADER_SHIFT = 24;
  private static final int FRAGMENT_FIELD_SHIFT = 40;
  private static final long MALFORMED = 1L << 56;
  private static final long SEGMENTS_ARE_LEFT = 1L << 57;

  private Ipv6Extensions() {}

  /**
   * Walks to the transport header.
   *
   * @param ip address of the IPv6 header
   * @param available bytes from there that may be read, at most {@code 40 + payloadLength}
   * @return what the other methods of this class unpack
   */
  public static long walk(long ip, int available) {
    if (available < Ipv6.LENGTH) {
      return MALFORMED;
    }
    int protocol = Ipv6.nextHeader(ip);
    int offset = Ipv6.LENGTH;
    long seen = 0;
    for (int headers = 0; Protocol.isIpv6Extension(protocol); headers++) {
      int length = length(ip + offset, available - offset, protocol);
      boolean isMisplaced = protocol == Protocol.HOP_BY_HOP && headers > 0;
      boolean isRepeated = protocol == Protocol.FRAGMENT && fragmentHeaderOffset(seen) != 0;
      if (length < 0 || headers == MAX_HEADERS || isMisplaced || isRepeated) {
        return pack(protocol, offset, seen | MALFORMED);
      }
      seen |= facts(ip + offset, offset, protocol);
      protocol = Memory.getUnsignedByte(ip + offset + NEXT_HEADER);
      offset += length;
      if (fragmentOffset(seen) != 0) {
        break;
      }
    }
    return pack(protocol, offset, seen);
  }

  /**
   * The length in bytes of the extension header of type {@code protocol} at {@code at}, or -1 when
   * it does not end within {@code available} bytes.
   *
   * @param protocol one that {@link Protocol#isIpv6Extension} knows
   */
  public static int length(long at, int available, int protocol) {
    if (available < MIN_HEADER) {
      return -1;
    }
    int units = Memory.getUnsignedByte(at + HEADER_LENGTH);
    int length =
        switch (protocol) {
          case Protocol.FRAGMENT -> FRAGMENT_LENGTH;
          case Protocol.AUTHENTICATION -> MIN_HEADER + units * Integer.BYTES;
          default -> MIN_HEADER + units * Long.BYTES;
        };
    return length > available ? -1 : length;
  }

  private static long facts(long at, int offset, int protocol) {
    return switch (protocol) {
      case Protocol.FRAGMENT ->
          (long) offset << FRAGMENT_HEADER_SHIFT
              | (long) Memory.getUnsignedShortBigEndian(at + FRAGMENT_FIELD)
                  << FRAGMENT_FIELD_SHIFT;
      case Protocol.ROUTING ->
          Memory.getUnsignedByte(at + SEGMENTS_LEFT) == 0 ? 0 : SEGMENTS_ARE_LEFT;
      default -> 0;
    };
  }

  private static long pack(int protocol, int offset, long seen) {
    return seen | (long) offset << OFFSET_SHIFT | protocol;
  }

  /**
   * The transport protocol, a number of {@link Protocol}; of a malformed packet the extension
   * header that could not be read.
   */
  public static int protocol(long walk) {
    return (int) walk & 0xff;
  }

  /** Bytes from the IPv6 header to the header of {@link #protocol}. */
  public static int offset(long walk) {
    return (int) (walk >>> OFFSET_SHIFT) & 0xffff;
  }

  /** Whether it is part of a larger packet; an atomic fragment (RFC 6946) is not. */
  public static boolean isFragment(long walk) {
    return (fragmentField(walk) & (OFFSET_MASK | MORE_MASK)) != 0;
  }

  /** Whether further fragments follow. */
  public static boolean isMoreFragments(long walk) {
    return (fragmentField(walk) & MORE_MASK) != 0;
  }

  /** Where this fragment's payload belongs in the whole packet's, in bytes. */
  public static int fragmentOffset(long walk) {
    return fragmentField(walk) & OFFSET_MASK;
  }

  /** Bytes from the IPv6 header to the fragment header, atomic ones included; 0 without one. */
  public static int fragmentHeaderOffset(long walk) {
    return (int) (walk >>> FRAGMENT_HEADER_SHIFT) & 0xffff;
  }

  /** The identification in the fragment header at {@code at}. */
  public static int fragmentIdentification(long at) {
    return Memory.getIntBigEndian(at + FRAGMENT_IDENTIFICATION);
  }

  /**
   * Whether a routing header names further hops. The pseudo-header then has the last hop and not
   * the IPv6 header's destination (RFC 8200 section 8.1), so a checksum over the latter says
   * nothing.
   */
  public static boolean isRouted(long walk) {
    return (walk & SEGMENTS_ARE_LEFT) != 0;
  }

  /**
   * Whether the walk did not reach the transport header: a header is cut, there are more than
   * {@link #MAX_HEADERS}, hop-by-hop options are not the first, or two are fragment headers.
   */
  public static boolean isMalformed(long walk) {
    return (walk & MALFORMED) != 0;
  }

  private static int fragmentField(long walk) {
    return (int) (walk >>> FRAGMENT_FIELD_SHIFT) & 0xffff;
  }
}
