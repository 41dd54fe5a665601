package io.gatun.pmd;

import io.gatun.bindings.Abi;
import io.gatun.bindings.Errno;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMempool;

/**
 * A pool of packet buffers ({@code rte_pktmbuf_pool_create}) on one NUMA node.
 *
 * <p>Control thread; {@link #cache} gives the lcore's side. Closed by {@link Eal} after every port
 * that receives into it. {@code available() == capacity()} when nobody holds a buffer: the leak
 * check of every test.
 */
public final class Mempool implements AutoCloseable {
  /** Bytes of a standard Ethernet frame's room: RTE_MBUF_DEFAULT_DATAROOM without the headroom. */
  public static final int DEFAULT_DATA_ROOM = 2048;

  /** The per-lcore cache's largest size in this DPDK: RTE_MEMPOOL_CACHE_MAX_SIZE. */
  public static final int MAX_CACHE = Abi.constant("RTE_MEMPOOL_CACHE_MAX_SIZE");

  private final String name;
  private final long address;
  private final int capacity;
  private final int socket;
  private boolean closed;

  private Mempool(String name, long address, int capacity, int socket) {
    this.name = name;
    this.address = address;
    this.capacity = capacity;
    this.socket = socket;
  }

  /**
   * Creates a pool.
   *
   * @param name unique in the process, 1 to 25 characters
   * @param capacity buffers; best is a power of two less one
   * @param cacheSize buffers that each lcore may keep, 0 to {@link #MAX_CACHE}
   * @param dataRoom bytes of a buffer beside the headroom, at most 65535 with it
   * @param socket NUMA node, or -1 for any
   * @throws DpdkException when memory is short, with how much is needed
   */
  static Mempool create(String name, int capacity, int cacheSize, int dataRoom, int socket) {
    Checks.range("mempool name length", name.length(), 1, 25);
    Checks.range("mbufs", capacity, 1, 1 << 26);
    Checks.range("mempool cache", cacheSize, 0, Math.min(MAX_CACHE, capacity * 2 / 3));
    Checks.range("mbuf data room", dataRoom, 1, 65535 - RteMbuf.HEADROOM);
    long address =
        RteMempool.rte_pktmbuf_pool_create(
            name, capacity, cacheSize, 0, dataRoom + RteMbuf.HEADROOM, socket);
    if (address == 0) {
      long megabytes = ((long) capacity * (dataRoom + RteMbuf.HEADROOM + 192) >> 20) + 1;
      throw DpdkException.of(
          "rte_pktmbuf_pool_create(%s, %d mbufs)".formatted(name, capacity),
          Errno.rte_errno(),
          "about %d MB are needed: reserve huge pages (scripts/gatun doctor --fix), or ask for fewer with --mbufs"
              .formatted(megabytes));
    }
    return new Mempool(name, address, capacity, socket);
  }

  public String name() {
    return name;
  }

  /** Address of {@code struct rte_mempool}. */
  public long address() {
    return address;
  }

  /** How many buffers there are. */
  public int capacity() {
    return capacity;
  }

  /** NUMA node, or -1 for any. */
  public int socket() {
    return socket;
  }

  /** Buffers that nobody holds; exact only while no lcore works on the pool. */
  public int available() {
    return RteMempool.rte_mempool_avail_count(address);
  }

  /** The side of the pool that {@code lcore}'s own thread allocates from and frees to. */
  public MempoolCache cache(Lcore lcore) {
    return new MempoolCache(this, lcore.id());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      RteMempool.rte_mempool_free(address);
    }
  }

  @Override
  public String toString() {
    return "%s: %d of %d mbufs free".formatted(name, available(), capacity);
  }
}
