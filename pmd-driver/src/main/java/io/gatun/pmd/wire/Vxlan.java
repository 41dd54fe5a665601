package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The VXLAN header, between UDP and an Ethernet frame: RFC 7348 section 5.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |R|R|R|R|I|R|R|R|                   Reserved                    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         VXLAN network identifier (VNI)        |   Reserved    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>Reserved bits are sent as 0 and not looked at in what is received.
 */
@DataPath
public final class Vxlan {
  public static final int LENGTH = 8;

  public static final int FLAGS = 0;
  public static final int VNI = 4;

  /** UDP destination port. */
  public static final int PORT = 4789;

  /** In {@link #flags}: I, the VNI is valid. */
  public static final int FLAG_VNI = 0x08;

  private static final int FLAGS_SHIFT = 24;
  private static final int VNI_SHIFT = 8;

  private Vxlan() {}

  /** {@link #LENGTH}, or -1: cut, or without a valid VNI. */
  public static int length(long at, int available) {
    return available < LENGTH || (flags(at) & FLAG_VNI) == 0 ? -1 : LENGTH;
  }

  /** Writes all 8 bytes. */
  public static void header(long at, int vni) {
    Memory.putIntBigEndian(at, FLAG_VNI << FLAGS_SHIFT);
    vni(at, vni);
  }

  public static int flags(long at) {
    return Memory.getUnsignedByte(at + FLAGS);
  }

  public static void flags(long at, int flags) {
    Memory.putByte(at + FLAGS, (byte) flags);
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
