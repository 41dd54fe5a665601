package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The header of the generic protocol extension for VXLAN, behind UDP: draft-ietf-nvo3-vxlan-gpe
 * section 3.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |R|R|Ver|I|P|B|O|           Reserved            | Next protocol |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         VXLAN network identifier (VNI)        |   Reserved    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>Reserved bits are sent as 0 and not looked at in what is received.
 */
@DataPath
public final class VxlanGpe {
  public static final int LENGTH = 8;

  public static final int FLAGS = 0;
  public static final int NEXT_PROTOCOL = 3;
  public static final int VNI = 4;

  /** UDP destination port. */
  public static final int PORT = 4790;

  /** In {@link #flags}: I, the VNI is valid. */
  public static final int FLAG_VNI = 0x08;

  /** In {@link #flags}: P, the next protocol field is used. */
  public static final int FLAG_NEXT_PROTOCOL = 0x04;

  /** In {@link #flags}: B, the frame was flooded. */
  public static final int FLAG_BROADCAST = 0x02;

  /** In {@link #flags}: O, management between the end points, not a tenant's packet. */
  public static final int FLAG_OAM = 0x01;

  public static final int NEXT_IPV4 = 1;
  public static final int NEXT_IPV6 = 2;
  public static final int NEXT_ETHERNET = 3;
  public static final int NEXT_NSH = 4;

  private static final int VERSION_SHIFT = 4;
  private static final int VERSION_MASK = 0x03;
  private static final int FLAGS_SHIFT = 24;
  private static final int VNI_SHIFT = 8;

  private VxlanGpe() {}

  /** {@link #LENGTH}, or -1: cut, another version than 0, or without a valid VNI. */
  public static int length(long at, int available) {
    boolean isOurs = available >= LENGTH && version(at) == 0 && (flags(at) & FLAG_VNI) != 0;
    return isOurs ? LENGTH : -1;
  }

  /** Writes all 8 bytes. */
  public static void header(long at, int nextProtocol, int vni) {
    int flags = (FLAG_VNI | FLAG_NEXT_PROTOCOL) << FLAGS_SHIFT;
    Memory.putIntBigEndian(at, flags | (nextProtocol & 0xff));
    vni(at, vni);
  }

  public static int version(long at) {
    return flags(at) >>> VERSION_SHIFT & VERSION_MASK;
  }

  /** The first byte, with the version in it. */
  public static int flags(long at) {
    return Memory.getUnsignedByte(at + FLAGS);
  }

  public static void flags(long at, int flags) {
    Memory.putByte(at + FLAGS, (byte) flags);
  }

  /** Whether the packet is for the end point itself: it must not be delivered to a tenant. */
  public static boolean isOam(long at) {
    return (flags(at) & FLAG_OAM) != 0;
  }

  /** What follows: {@link #NEXT_ETHERNET} also when the sender did not say, as VXLAN does not. */
  public static int nextProtocol(long at) {
    return (flags(at) & FLAG_NEXT_PROTOCOL) == 0
        ? NEXT_ETHERNET
        : Memory.getUnsignedByte(at + NEXT_PROTOCOL);
  }

  /** Stores what follows; {@link #FLAG_NEXT_PROTOCOL} makes it valid. */
  public static void nextProtocol(long at, int nextProtocol) {
    Memory.putByte(at + NEXT_PROTOCOL, (byte) nextProtocol);
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
