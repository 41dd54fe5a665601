package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The IPv6 header without its extension headers: RFC 8200 section 3; flow label: RFC 6437.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version|   DSCP    |ECN|              Flow label               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |        Payload length         |  Next header  |   Hop limit   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                                                               |
 * +                                                               +
 * |                                                               |
 * +                        Source address                         +
 * |                                                               |
 * +                                                               +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                                                               |
 * +                                                               +
 * |                                                               |
 * +                      Destination address                      +
 * |                                                               |
 * +                                                               +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>{@link Ipv6Extensions} finds the transport header behind it.
 */
@DataPath
public final class Ipv6 {
  public static final int LENGTH = 40;

  public static final int VERSION_CLASS_FLOW = 0;
  public static final int PAYLOAD_LENGTH = 4;
  public static final int NEXT_HEADER = 6;
  public static final int HOP_LIMIT = 7;
  public static final int SOURCE = 8;
  public static final int DESTINATION = 24;

  /** Octets of an address. */
  public static final int ADDRESS_BYTES = 16;

  private static final int VERSION = 6;
  private static final int VERSION_SHIFT = 28;
  private static final int CLASS_SHIFT = 20;
  private static final int CLASS_MASK = 0xff;
  private static final int DSCP_SHIFT = 2;
  private static final int ECN_MASK = 0x03;
  private static final int FLOW_MASK = 0xf_ffff;

  private Ipv6() {}

  /** {@link #LENGTH}, or -1: cut, or another version. */
  public static int length(long at, int available) {
    return available < LENGTH || version(at) != VERSION ? -1 : LENGTH;
  }

  public static int version(long at) {
    return versionClassFlow(at) >>> VERSION_SHIFT;
  }

  /** The first 32 bits: version, traffic class and flow label. */
  public static int versionClassFlow(long at) {
    return Memory.getIntBigEndian(at + VERSION_CLASS_FLOW);
  }

  public static void versionClassFlow(long at, int bits) {
    Memory.putIntBigEndian(at + VERSION_CLASS_FLOW, bits);
  }

  /** The first 32 bits of a packet with this DSCP, ECN and flow label. */
  public static int versionClassFlowOf(int trafficClass, int flowLabel) {
    return VERSION << VERSION_SHIFT
        | (trafficClass & CLASS_MASK) << CLASS_SHIFT
        | (flowLabel & FLOW_MASK);
  }

  /** DSCP and ECN in one byte; what IPv4 calls type of service. */
  public static int trafficClass(long at) {
    return versionClassFlow(at) >>> CLASS_SHIFT & CLASS_MASK;
  }

  public static void trafficClass(long at, int dscpAndEcn) {
    int others = versionClassFlow(at) & ~(CLASS_MASK << CLASS_SHIFT);
    versionClassFlow(at, others | (dscpAndEcn & CLASS_MASK) << CLASS_SHIFT);
  }

  /** Differentiated services code point, 0 to 63. */
  public static int dscp(long at) {
    return trafficClass(at) >>> DSCP_SHIFT;
  }

  public static void dscp(long at, int dscp) {
    trafficClass(at, dscp << DSCP_SHIFT | ecn(at));
  }

  /** Explicit congestion notification, 0 to 3: {@link Ipv4#ECN_CONGESTION} and the others. */
  public static int ecn(long at) {
    return trafficClass(at) & ECN_MASK;
  }

  public static void ecn(long at, int ecn) {
    trafficClass(at, (trafficClass(at) & ~ECN_MASK) | (ecn & ECN_MASK));
  }

  /** 20 bits. */
  public static int flowLabel(long at) {
    return versionClassFlow(at) & FLOW_MASK;
  }

  public static void flowLabel(long at, int flowLabel) {
    versionClassFlow(at, (versionClassFlow(at) & ~FLOW_MASK) | (flowLabel & FLOW_MASK));
  }

  /** Bytes behind these 40, extension headers included; 0 in a jumbogram (RFC 2675). */
  public static int payloadLength(long at) {
    return Memory.getUnsignedShortBigEndian(at + PAYLOAD_LENGTH);
  }

  public static void payloadLength(long at, int bytes) {
    Memory.putShortBigEndian(at + PAYLOAD_LENGTH, bytes);
  }

  /** A number of {@link Protocol}: of the first extension header where there is one. */
  public static int nextHeader(long at) {
    return Memory.getUnsignedByte(at + NEXT_HEADER);
  }

  public static void nextHeader(long at, int protocol) {
    Memory.putByte(at + NEXT_HEADER, (byte) protocol);
  }

  public static int hopLimit(long at) {
    return Memory.getUnsignedByte(at + HOP_LIMIT);
  }

  public static void hopLimit(long at, int hops) {
    Memory.putByte(at + HOP_LIMIT, (byte) hops);
  }

  /** The first 8 octets, the first one highest. */
  public static long sourceHigh(long at) {
    return Memory.getLongBigEndian(at + SOURCE);
  }

  /** The last 8 octets, the last one lowest. */
  public static long sourceLow(long at) {
    return Memory.getLongBigEndian(at + SOURCE + Long.BYTES);
  }

  public static void source(long at, long high, long low) {
    address(at + SOURCE, high, low);
  }

  /** The first 8 octets, the first one highest. */
  public static long destinationHigh(long at) {
    return Memory.getLongBigEndian(at + DESTINATION);
  }

  /** The last 8 octets, the last one lowest. */
  public static long destinationLow(long at) {
    return Memory.getLongBigEndian(at + DESTINATION + Long.BYTES);
  }

  public static void destination(long at, long high, long low) {
    address(at + DESTINATION, high, low);
  }

  private static void address(long at, long high, long low) {
    Memory.putLongBigEndian(at, high);
    Memory.putLongBigEndian(at + Long.BYTES, low);
  }
}
