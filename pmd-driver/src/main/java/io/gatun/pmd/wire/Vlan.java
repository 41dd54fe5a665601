package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * What follows an Ethernet type of {@link Ethernet#TYPE_VLAN} or {@link Ethernet#TYPE_QINQ}: IEEE
 * 802.1Q clause 9.6.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | PCP |D|        VLAN id        |             Type              |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>The address is that of the tag control information (TCI): the type that announced the tag lies
 * in the two bytes before it, and the type here is that of what follows the tag.
 */
@DataPath
public final class Vlan {
  public static final int LENGTH = 4;

  public static final int TCI = 0;
  public static final int TYPE = 2;

  /** Largest VLAN id that a network can have; 0xfff is reserved, 0 is a priority tag. */
  public static final int MAX_ID = 0xffe;

  private static final int ID_MASK = 0x0fff;
  private static final int DROP_ELIGIBLE = 0x1000;
  private static final int PRIORITY_SHIFT = 13;

  private Vlan() {}

  /** {@link #LENGTH}, or -1 when {@code available} bytes do not hold it. */
  public static int length(long at, int available) {
    return available < LENGTH ? -1 : LENGTH;
  }

  /** The tag control information: priority, drop eligibility and id in one. */
  public static int tci(long at) {
    return Memory.getUnsignedShortBigEndian(at + TCI);
  }

  public static void tci(long at, int tci) {
    Memory.putShortBigEndian(at + TCI, tci);
  }

  /** The tag control information of a frame that is not eligible to be dropped first. */
  public static int tciOf(int priority, int id) {
    return priority << PRIORITY_SHIFT | (id & ID_MASK);
  }

  /** The VLAN id, 0 to 4095. */
  public static int id(long at) {
    return tci(at) & ID_MASK;
  }

  public static void id(long at, int id) {
    tci(at, (tci(at) & ~ID_MASK) | (id & ID_MASK));
  }

  /** The priority code point (PCP), 0 to 7. */
  public static int priority(long at) {
    return tci(at) >>> PRIORITY_SHIFT;
  }

  public static void priority(long at, int priority) {
    tci(at, (tci(at) & (DROP_ELIGIBLE | ID_MASK)) | priority << PRIORITY_SHIFT);
  }

  /** Whether the drop eligible indicator (DEI) is set. */
  public static boolean isDropEligible(long at) {
    return (tci(at) & DROP_ELIGIBLE) != 0;
  }

  /** The Ethernet type of what follows the tag. */
  public static int type(long at) {
    return Memory.getUnsignedShortBigEndian(at + TYPE);
  }

  public static void type(long at, int type) {
    Memory.putShortBigEndian(at + TYPE, type);
  }
}
