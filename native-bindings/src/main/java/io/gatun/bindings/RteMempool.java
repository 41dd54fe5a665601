package io.gatun.bindings;

import io.gatun.bindings.gen.Dpdk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code rte_mempool.h} and the pool functions of {@code rte_mbuf.h}. */
public final class RteMempool {
  private RteMempool() {}

  /** {@code rte_pktmbuf_pool_create}: the pool's address, or 0 with {@code rte_errno}. */
  public static long rte_pktmbuf_pool_create(
      String name, int count, int cacheSize, int privateSize, int dataRoomSize, int socket) {
    try (Arena arena = Arena.ofConfined()) {
      return Dpdk.rte_pktmbuf_pool_create(
              arena.allocateFrom(name),
              count,
              cacheSize,
              (short) privateSize,
              (short) dataRoomSize,
              socket)
          .address();
    }
  }

  public static void rte_mempool_free(long pool) {
    Dpdk.rte_mempool_free(MemorySegment.ofAddress(pool));
  }

  /** Objects in the pool and in all caches. A caller on the side sees a moving number. */
  public static int rte_mempool_avail_count(long pool) {
    return Dpdk.rte_mempool_avail_count(MemorySegment.ofAddress(pool));
  }

  /**
   * Address of the pool's driver ({@code struct rte_mempool_ops}): what the inline {@code
   * rte_mempool_get_ops} returns.
   */
  public static long rte_mempool_get_ops(long pool) {
    int index = Memory.getInt(pool + Abi.offset("rte_mempool.ops_index"));
    return Dpdk.rte_mempool_ops_table().address()
        + Abi.offset("rte_mempool_ops_table.ops")
        + (long) index * Abi.sizeof("rte_mempool_ops");
  }

  /** {@code rte_pktmbuf_copy} of a whole packet: the copy, or 0 when the pool is empty. */
  public static long rte_pktmbuf_copy(long mbuf, long pool, int offset, int lengthBytes) {
    return Dpdk.rte_pktmbuf_copy(
            MemorySegment.ofAddress(mbuf), MemorySegment.ofAddress(pool), offset, lengthBytes)
        .address();
  }
}
