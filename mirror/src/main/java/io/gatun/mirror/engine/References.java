package io.gatun.mirror.engine;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.DataPath;

/**
 * The reference counts of a packet: every segment has its own, and every one carries the mirror's.
 *
 * <p>A count of 1 is the caller's own, which nobody else can change: it is set with a plain store.
 * Any other count is changed atomically, as a driver may give its reference back at any time from
 * another lcore.
 *
 * <p>Source: {@code rte_mbuf_refcnt_update} and {@code rte_pktmbuf_prefree_seg} (rte_mbuf.h).
 */
@DataPath
final class References {
  private References() {}

  /** Adds a reference to every segment. */
  static void retain(long mbuf) {
    long segment = mbuf;
    do {
      long at = Memory.base(segment);
      if (Memory.getUnsignedShortAcquire(at + RteMbuf.REFCNT) == 1) {
        Memory.putShort(at + RteMbuf.REFCNT, (short) 2);
      } else {
        Memory.getAndAddUnsignedShort(at + RteMbuf.REFCNT, 1);
      }
      segment = Memory.getLong(at + RteMbuf.NEXT);
    } while (segment != 0);
  }

  /** Takes back what {@link #retain} added, of a packet that nobody took. */
  static void release(long mbuf) {
    long segment = mbuf;
    do {
      long at = Memory.base(segment);
      if (Memory.getUnsignedShortAcquire(at + RteMbuf.REFCNT) == 2) {
        Memory.putShort(at + RteMbuf.REFCNT, (short) 1);
      } else {
        Memory.getAndAddUnsignedShort(at + RteMbuf.REFCNT, -1);
      }
      segment = Memory.getLong(at + RteMbuf.NEXT);
    } while (segment != 0);
  }

  /** Whether nobody but the caller has a reference to any segment. */
  static boolean isSole(long mbuf) {
    long segment = mbuf;
    do {
      long at = Memory.base(segment);
      if (Memory.getUnsignedShortAcquire(at + RteMbuf.REFCNT) != 1) {
        return false;
      }
      segment = Memory.getLong(at + RteMbuf.NEXT);
    } while (segment != 0);
    return true;
  }
}
