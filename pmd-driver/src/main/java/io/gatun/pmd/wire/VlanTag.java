package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;

/**
 * Puts a VLAN tag into a frame and takes it out again, in place: the addresses move by the tag's 4
 * bytes, everything behind them stays where it is.
 *
 * <pre>
 *         | destination | source | type | ...         before
 *  | destination | source | type, TCI | type | ...    after insert
 * </pre>
 *
 * <p>IEEE 802.1Q clause 6.9. The frame's buffer must be the caller's alone, and its first segment
 * must hold both addresses: neither is checked here.
 */
@DataPath
public final class VlanTag {
  /** Type and TCI. */
  public static final int LENGTH = Vlan.LENGTH;

  private static final int ADDRESSES = 2 * Ethernet.ADDRESS_BYTES;

  private VlanTag() {}

  /**
   * Inserts a tag of type {@link Ethernet#TYPE_VLAN} before all others.
   *
   * @param tci priority, drop eligibility and id, host byte order
   * @return false, with nothing changed, when there is no headroom
   */
  public static boolean insert(Mbuf frame, int tci) {
    return insert(frame, Ethernet.TYPE_VLAN, tci);
  }

  /**
   * Inserts a tag before all others.
   *
   * @param type {@link Ethernet#TYPE_VLAN} or {@link Ethernet#TYPE_QINQ}
   * @param tci priority, drop eligibility and id, host byte order
   * @return false, with nothing changed, when there is no headroom
   */
  public static boolean insert(Mbuf frame, int type, int tci) {
    long at = Memory.base(frame.prepend(LENGTH));
    if (at == 0) {
      return false;
    }
    long first = Memory.getLong(at + LENGTH);
    int last = Memory.getInt(at + LENGTH + Long.BYTES);
    Memory.putLong(at, first);
    Memory.putInt(at + Long.BYTES, last);
    Memory.putShortBigEndian(at + ADDRESSES, type);
    Memory.putShortBigEndian(at + ADDRESSES + 2, tci);
    return true;
  }

  /**
   * Removes the first tag, which must be there: at least 16 bytes in the first segment.
   *
   * @return its TCI, host byte order
   */
  public static int remove(Mbuf frame) {
    long at = Memory.base(frame.data());
    int tci = Memory.getUnsignedShortBigEndian(at + ADDRESSES + 2);
    long first = Memory.getLong(at);
    int last = Memory.getInt(at + Long.BYTES);
    Memory.putInt(at + LENGTH + Long.BYTES, last);
    Memory.putLong(at + LENGTH, first);
    frame.adjust(LENGTH);
    return tci;
  }
}
