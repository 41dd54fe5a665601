package io.gatun.mirror.engine;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.MempoolCache;

/**
 * The first completion without a reference count, for queues that release within their burst: while
 * a packet is with the driver, its mbuf names another pool than the host's. The driver gives it
 * back there, into the lcore's cache of that pool, where the mirror takes it up. The host's pool
 * does not see it before the second completion.
 *
 * <p>Why: a driver gives a reference back with a locked instruction, some 20 cycles for each
 * packet; this is two stores. Only for packets of one segment: a driver that frees a chain takes it
 * apart.
 *
 * <p>Source: {@code rte_pktmbuf_prefree_seg}, {@code rte_mbuf_raw_free} (rte_mbuf.h), {@code
 * rte_mempool_do_generic_put} (rte_mempool.h). One lcore.
 */
@DataPath
final class Lender {
  private final long host;
  private final MempoolCache completions;
  private final long place;

  /**
   * @param host the pool that the packets are from
   * @param completions where drivers give them back; nobody allocates from it
   */
  Lender(MempoolCache host, MempoolCache completions) {
    this.host = host.pool();
    this.completions = completions;
    place = completions.pool();
  }

  /**
   * Lends all packets of a burst.
   *
   * @param out gets them
   * @return their bytes; -1, with nothing changed, when one of them cannot be lent
   */
  long lendAll(Burst burst, int headroom, Burst out) {
    long from = Memory.base(burst.address());
    long to = Memory.base(out.address());
    int count = burst.size();
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      long packet = Memory.base(Memory.getLong(from + ((long) i << 3)));
      if (!PlainPacket.lend(packet, headroom, host, place)) {
        out.size(i);
        takeBack(out, 0);
        return -1;
      }
      bytes += Memory.getInt(packet + RteMbuf.PKT_LEN);
      Memory.putLong(to + ((long) i << 3), packet);
    }
    out.size(count);
    return bytes;
  }

  /** As {@link #lendAll}, those at the first {@code count} places of {@code index}. */
  long lendSome(Burst burst, int[] index, int count, int headroom, Burst out) {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      long packet = Memory.base(burst.get(index[i]));
      if (!PlainPacket.lend(packet, headroom, host, place)) {
        out.size(i);
        takeBack(out, 0);
        return -1;
      }
      bytes += Memory.getInt(packet + RteMbuf.PKT_LEN);
      out.set(i, packet);
    }
    out.size(count);
    return bytes;
  }

  /** Takes those back that no driver took: the last ones, from place {@code from} on. */
  void takeBack(Burst lent, int from) {
    restore(lent, from);
    lent.size(from);
  }

  /**
   * Takes up what the driver has given back.
   *
   * @param lent what the driver took; left is what is the mirror's now. The others go to the host
   *     when the driver is through with them
   * @return how many it has not given back
   */
  int collect(Burst lent) {
    restore(lent, 0);
    int count = lent.size();
    int back = completions.cached();
    if (back == count) {
      completions.uncache(count);
      return 0;
    }
    int some = Math.min(back, lent.capacity());
    completions.uncache(lent.address(), some);
    lent.size(some);
    return Math.max(count - some, 0);
  }

  private void restore(Burst lent, int from) {
    long table = Memory.base(lent.address());
    int count = lent.size();
    for (int i = from; i < count; i++) {
      Memory.putLong(Memory.base(Memory.getLong(table + ((long) i << 3))) + RteMbuf.POOL, host);
    }
  }
}
