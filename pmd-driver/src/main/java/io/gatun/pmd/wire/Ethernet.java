package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The Ethernet header: RFC 894, IEEE 802.3 clause 3.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Destination address                      |
 * +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                               |                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
 * |                        Source address                         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |             Type              |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>Addresses are the 48 bits as they lie in memory, the first octet lowest, as {@link
 * io.gatun.pmd.MacAddress#littleEndian}. A type below {@link #MIN_TYPE} is a length: an 802.3 frame
 * with an LLC header, which Gatun carries but does not look into.
 */
@DataPath
public final class Ethernet {
  public static final int LENGTH = 14;

  public static final int DESTINATION = 0;
  public static final int SOURCE = 6;
  public static final int TYPE = 12;

  /** Octets of an address. */
  public static final int ADDRESS_BYTES = 6;

  /** Smallest value of the type field that is a type and not a length: IEEE 802.3 clause 3.2.6. */
  public static final int MIN_TYPE = 0x0600;

  public static final int TYPE_IPV4 = 0x0800;
  public static final int TYPE_ARP = 0x0806;

  /** Transparent Ethernet bridging: an Ethernet frame in GRE, NVGRE or Geneve. */
  public static final int TYPE_TEB = 0x6558;

  /** IEEE 802.1Q customer tag. */
  public static final int TYPE_VLAN = 0x8100;

  public static final int TYPE_IPV6 = 0x86dd;
  public static final int TYPE_MPLS = 0x8847;

  /** IEEE 802.1ad service tag, the outer one of two. */
  public static final int TYPE_QINQ = 0x88a8;

  /** ff:ff:ff:ff:ff:ff. */
  public static final long BROADCAST = 0xffff_ffff_ffffL;

  private static final long ADDRESS_MASK = 0xffff_ffff_ffffL;

  // The first bit on the wire: the lowest one of the first octet.
  private static final long GROUP_BIT = 1;

  private Ethernet() {}

  /** {@link #LENGTH}, or -1 when {@code available} bytes do not hold it. */
  public static int length(long at, int available) {
    return available < LENGTH ? -1 : LENGTH;
  }

  public static long destination(long at) {
    return Memory.getLong(at + DESTINATION) & ADDRESS_MASK;
  }

  public static void destination(long at, long mac) {
    address(at + DESTINATION, mac);
  }

  public static long source(long at) {
    // Ends with the header's last byte.
    return Memory.getLong(at + SOURCE) & ADDRESS_MASK;
  }

  public static void source(long at, long mac) {
    address(at + SOURCE, mac);
  }

  public static int type(long at) {
    return Memory.getUnsignedShortBigEndian(at + TYPE);
  }

  public static void type(long at, int type) {
    Memory.putShortBigEndian(at + TYPE, type);
  }

  /** Whether it is a multicast or the broadcast address: IEEE 802 section 8.2.2. */
  public static boolean isGroup(long mac) {
    return (mac & GROUP_BIT) != 0;
  }

  /** Whether a {@link Vlan} header follows a type field with this value. */
  public static boolean isVlan(int type) {
    return type == TYPE_VLAN || type == TYPE_QINQ;
  }

  /** Reads the {@link #ADDRESS_BYTES} octets of an Ethernet address in whatever header. */
  public static long address(long at) {
    return (Memory.getInt(at) & 0xffff_ffffL)
        | (long) Memory.getUnsignedShort(at + Integer.BYTES) << Integer.SIZE;
  }

  /** Writes the {@link #ADDRESS_BYTES} octets of an Ethernet address in whatever header. */
  public static void address(long at, long mac) {
    Memory.putInt(at, (int) mac);
    Memory.putShort(at + Integer.BYTES, (short) (mac >>> Integer.SIZE));
  }
}
