package io.gatun.mirror.engine;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.wire.Ethernet;

/**
 * The packets of the short cut: nobody else's, with nothing asked of a NIC, with headroom enough.
 * One load tells three of these, as data_off, refcnt, nb_segs and port lie in one word (rearm_data
 * in rte_mbuf_core.h).
 */
@DataPath
final class PlainPacket {
  private static final long REARM = RteMbuf.DATA_OFF;
  private static final long HEADROOM_MASK = 0xffffL;
  private static final long COUNT_MASK = 0xffffL << 16;
  private static final long COUNT_ONE = 1L << 16;
  private static final long SEGMENTS_MASK = 0xffffL << 32;
  private static final long SEGMENTS_ONE = 1L << 32;
  private static final long UNUSUAL =
      RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK | RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL;

  private PlainPacket() {}

  /**
   * Adds a reference to every segment of a plain packet.
   *
   * @param mbuf from {@link Memory#base}
   * @param headroom bytes that must be free before the frame
   * @param mostInChain bytes that a packet of several segments may have
   * @return false, with nothing changed, when it is not plain
   */
  static boolean share(long mbuf, int headroom, int mostInChain) {
    long word = Memory.getLong(mbuf + REARM);
    if ((word & COUNT_MASK) != COUNT_ONE
        || (word & HEADROOM_MASK) < headroom
        || (Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & UNUSUAL) != 0
        || Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN) < Ethernet.LENGTH) {
      return false;
    }
    if ((word & SEGMENTS_MASK) != SEGMENTS_ONE) {
      if (Memory.getInt(mbuf + RteMbuf.PKT_LEN) > mostInChain || !References.isSole(mbuf)) {
        return false;
      }
      References.retain(mbuf);
    } else {
      Memory.putShort(mbuf + RteMbuf.REFCNT, (short) 2);
    }
    return true;
  }

  /**
   * Makes a plain packet of one segment another pool's.
   *
   * @param mbuf from {@link Memory#base}
   * @param headroom bytes that must be free before the frame
   * @param from the pool that it must be of
   * @param to the pool that a driver gives it to
   * @return false, with nothing changed, when it is not plain
   */
  static boolean lend(long mbuf, int headroom, long from, long to) {
    long word = Memory.getLong(mbuf + REARM);
    if ((word & (COUNT_MASK | SEGMENTS_MASK)) != (COUNT_ONE | SEGMENTS_ONE)
        || (word & HEADROOM_MASK) < headroom
        || (Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & UNUSUAL) != 0
        || Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN) < Ethernet.LENGTH
        || Memory.getLong(mbuf + RteMbuf.POOL) != from) {
      return false;
    }
    Memory.putLong(mbuf + RteMbuf.POOL, to);
    return true;
  }
}
