package io.gatun.pmd;

import io.gatun.bindings.Abi;
import io.gatun.bindings.FastPath;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMempool;
import java.lang.foreign.MemorySegment;

/**
 * Allocation and free at C's speed: what {@code rte_pktmbuf_alloc_bulk} and {@code
 * rte_mempool_put_bulk} do inline, on the very per-lcore cache that drivers use.
 *
 * <p>Only the EAL thread of the lcore that it was made for may call it: the cache has no lock.
 *
 * <p>Source: {@code rte_mempool_do_generic_get}, {@code rte_mempool_do_generic_put}
 * (rte_mempool.h), {@code rte_pktmbuf_reset} (rte_mbuf.h); the algorithm is the same from 22.11 to
 * 25.11.
 */
@DataPath
public final class MempoolCache {
  private static final int CACHE_SIZEOF = Abi.sizeof("rte_mempool_cache");
  private static final int CACHE_SIZE = Abi.offset("rte_mempool_cache.size");
  private static final int CACHE_FLUSH_THRESHOLD = Abi.offset("rte_mempool_cache.flushthresh");
  private static final int CACHE_LENGTH = Abi.offset("rte_mempool_cache.len");
  private static final int CACHE_OBJECTS = Abi.offset("rte_mempool_cache.objs");

  private static final long NOT_DIRECT = RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL;
  // data_off, refcnt, nb_segs and port lie in one aligned word (rearm_data in rte_mbuf_core.h).
  private static final long REARM = RteMbuf.DATA_OFF;
  private static final long REARM_FRESH =
      (long) RteMbuf.HEADROOM | 1L << 16 | 1L << 32 | 0xffffL << 48;
  private static final long REFCNT_AND_SEGMENTS = 0xffffL << 16 | 0xffffL << 32;
  private static final long ONE_AND_ONE = 1L << 16 | 1L << 32;

  private final long pool;
  private final long cache; // 0: the pool was made without caches
  private final long objects;
  private final int size;
  private final int flushThreshold;
  private final MemorySegment enqueue;
  private final MemorySegment dequeue;

  MempoolCache(Mempool mempool, int lcore) {
    pool = mempool.address();
    long caches = Memory.getLong(pool + Abi.offset("rte_mempool.local_cache"));
    boolean cached = Memory.getInt(pool + Abi.offset("rte_mempool.cache_size")) > 0;
    cache = cached ? caches + (long) lcore * CACHE_SIZEOF : 0;
    objects = cache + CACHE_OBJECTS;
    size = cached ? Memory.getInt(cache + CACHE_SIZE) : 0;
    flushThreshold = cached ? Memory.getInt(cache + CACHE_FLUSH_THRESHOLD) : 0;
    long ops = RteMempool.rte_mempool_get_ops(pool);
    enqueue = MemorySegment.ofAddress(Memory.getLong(ops + Abi.offset("rte_mempool_ops.enqueue")));
    dequeue = MemorySegment.ofAddress(Memory.getLong(ops + Abi.offset("rte_mempool_ops.dequeue")));
  }

  /**
   * Appends {@code count} fresh buffers (one segment, empty, default headroom) to {@code burst}:
   * all of them, or none when the pool is short.
   */
  public boolean allocate(Burst burst, int count) {
    if (count > burst.remaining()) {
      return false;
    }
    long table = burst.address() + ((long) burst.size() << 3);
    if (!take(table, count)) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      reset(Memory.getLong(table + ((long) i << 3)));
    }
    burst.size(burst.size() + count);
    return true;
  }

  /**
   * Frees the first {@code count} packets of the table at {@code table}. Buffers that are this
   * pool's, whole and unshared go to the cache; from the first other one on, DPDK frees.
   */
  public void free(long table, int count) {
    int plain = 0;
    while (plain < count && isPlain(Memory.getLong(table + ((long) plain << 3)))) {
      plain++;
    }
    put(table, plain);
    if (plain < count) {
      FastPath.rte_pktmbuf_free_bulk(table + ((long) plain << 3), count - plain);
    }
  }

  /** Frees all packets of {@code burst}; returns how many there were. */
  public int free(Burst burst) {
    int count = burst.size();
    free(burst.address(), count);
    burst.size(0);
    return count;
  }

  /** Copies a packet of any number of segments into fresh buffers; 0 when the pool is short. */
  public long copy(long packet) {
    return FastPath.rte_pktmbuf_copy(packet, pool, 0, -1);
  }

  /** Address of the pool, as an mbuf names it. */
  public long pool() {
    return pool;
  }

  /** Buffers in the lcore's cache; 0 where the pool has none. */
  public int cached() {
    return cache == 0 ? 0 : Memory.getInt(cache + CACHE_LENGTH);
  }

  /** Takes the {@code count} buffers out of the cache that came last; the caller knows them. */
  public void uncache(int count) {
    Memory.putInt(cache + CACHE_LENGTH, Memory.getInt(cache + CACHE_LENGTH) - count);
  }

  /** As {@link #uncache(int)}, and writes them to the table at {@code table} as they came. */
  public void uncache(long table, int count) {
    uncache(count);
    long first = objects + ((long) Memory.getInt(cache + CACHE_LENGTH) << 3);
    Memory.copy(first, table, (long) count << 3);
  }

  private boolean isPlain(long mbuf) {
    return (Memory.getLong(mbuf + REARM) & REFCNT_AND_SEGMENTS) == ONE_AND_ONE
        && Memory.getLong(mbuf + RteMbuf.POOL) == pool
        && (Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & NOT_DIRECT) == 0;
  }

  private boolean take(long table, int count) {
    if (cache == 0) {
      return FastPath.poolOperation(dequeue, pool, table, count) == 0;
    }
    int length = Memory.getInt(cache + CACHE_LENGTH);
    if (length < count) {
      // Like DPDK: fill up to the cache's size beyond what is asked for; if the pool cannot, ask
      // for what is missing alone and leave the cache as it is.
      int missing = count - length;
      long top = objects + ((long) length << 3);
      if (FastPath.poolOperation(dequeue, pool, top, size + missing) == 0) {
        length += size + missing;
      } else if (FastPath.poolOperation(dequeue, pool, top, missing) == 0) {
        length += missing;
      } else {
        return false;
      }
    }
    long top = objects + ((long) length << 3);
    for (int i = 0; i < count; i++) {
      top -= Long.BYTES;
      Memory.putLong(table + ((long) i << 3), Memory.getLong(top));
    }
    Memory.putInt(cache + CACHE_LENGTH, length - count);
    return true;
  }

  private void put(long table, int count) {
    if (count > flushThreshold) { // also where there is no cache
      FastPath.poolOperation(enqueue, pool, table, count);
      return;
    }
    int length = Memory.getInt(cache + CACHE_LENGTH);
    if (length + count > flushThreshold) {
      FastPath.poolOperation(enqueue, pool, objects, length);
      length = 0;
    }
    Memory.copy(table, objects + ((long) length << 3), (long) count << 3);
    Memory.putInt(cache + CACHE_LENGTH, length + count);
  }

  private static void reset(long mbuf) {
    Memory.putLong(mbuf + REARM, REARM_FRESH);
    Memory.putLong(
        mbuf + RteMbuf.OL_FLAGS, Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & RteMbuf.F_EXTERNAL);
    Memory.putLong(mbuf + RteMbuf.PACKET_TYPE, 0); // packet_type and pkt_len
    Memory.putInt(mbuf + RteMbuf.DATA_LEN, 0); // data_len and vlan_tci
    Memory.putShort(mbuf + RteMbuf.VLAN_TCI_OUTER, (short) 0);
    Memory.putLong(mbuf + RteMbuf.TX_OFFLOAD, 0);
  }
}
