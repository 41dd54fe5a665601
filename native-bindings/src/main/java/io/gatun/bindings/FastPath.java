package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.gatun.bindings.gen.Dpdk;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls of the data path: what DPDK's headers define inline ({@code rte_eth_rx_burst}, {@code
 * rte_eth_tx_burst}, {@code rte_mempool_ops_*}) is a load from {@code rte_eth_fp_ops} and one
 * downcall here.
 *
 * <p>Handles have no bound address and live in {@code static final} fields, so that the JIT inlines
 * the call sequence; function addresses come as segments that the caller keeps, so that nothing is
 * allocated. The calls are plain, not {@code critical}: see docs/decisions/0002. All of it belongs
 * to the lcore that owns the queue.
 */
public final class FastPath {
  /** Address of the array {@code rte_eth_fp_ops[RTE_MAX_ETHPORTS]}; it never moves. */
  public static final long RTE_ETH_FP_OPS = Dpdk.rte_eth_fp_ops().address();

  public static final int FP_OPS_SIZEOF = Abi.sizeof("rte_eth_fp_ops");
  public static final int RX_PKT_BURST = Abi.offset("rte_eth_fp_ops.rx_pkt_burst");
  public static final int RX_DESCRIPTOR_STATUS = Abi.offset("rte_eth_fp_ops.rx_descriptor_status");
  public static final int RXQ_DATA =
      Abi.offset("rte_eth_fp_ops.rxq") + Abi.offset("rte_ethdev_qdata.data");
  public static final int RXQ_CLBK =
      Abi.offset("rte_eth_fp_ops.rxq") + Abi.offset("rte_ethdev_qdata.clbk");
  public static final int TX_PKT_BURST = Abi.offset("rte_eth_fp_ops.tx_pkt_burst");
  public static final int TX_PKT_PREPARE = Abi.offset("rte_eth_fp_ops.tx_pkt_prepare");
  public static final int TX_DESCRIPTOR_STATUS = Abi.offset("rte_eth_fp_ops.tx_descriptor_status");
  public static final int TXQ_DATA =
      Abi.offset("rte_eth_fp_ops.txq") + Abi.offset("rte_ethdev_qdata.data");
  public static final int TXQ_CLBK =
      Abi.offset("rte_eth_fp_ops.txq") + Abi.offset("rte_ethdev_qdata.clbk");

  // eth_rx_burst_t, eth_tx_burst_t, eth_tx_prep_t: uint16_t (void *queue, struct rte_mbuf **,
  // uint16_t)
  private static final MethodHandle BURST =
      NativeSymbols.functions(FunctionDescriptor.of(JAVA_SHORT, JAVA_LONG, JAVA_LONG, JAVA_SHORT));
  // eth_tx_descriptor_status_t: int (void *queue, uint16_t offset)
  private static final MethodHandle DESCRIPTOR_STATUS =
      NativeSymbols.functions(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_SHORT));
  // rte_mempool_enqueue_t, rte_mempool_dequeue_t: int (struct rte_mempool *, void **, unsigned)
  private static final MethodHandle POOL_OPERATION =
      NativeSymbols.functions(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle FREE_BULK =
      NativeSymbols.function(
          "rte_pktmbuf_free_bulk", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  private static final MethodHandle COPY =
      NativeSymbols.function(
          "rte_pktmbuf_copy",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));
  private static final MethodHandle RX_CALLBACKS =
      NativeSymbols.function(
          "rte_eth_call_rx_callbacks",
          FunctionDescriptor.of(
              JAVA_SHORT, JAVA_SHORT, JAVA_SHORT, JAVA_LONG, JAVA_SHORT, JAVA_SHORT, JAVA_LONG));
  private static final MethodHandle TX_CALLBACKS =
      NativeSymbols.function(
          "rte_eth_call_tx_callbacks",
          FunctionDescriptor.of(
              JAVA_SHORT, JAVA_SHORT, JAVA_SHORT, JAVA_LONG, JAVA_SHORT, JAVA_LONG));

  private FastPath() {}

  /**
   * Makes the JVM link the calls that a poll loop may need for the first time in the middle of its
   * run (a capture attaches, a ring is full), so that linking allocates here and not there.
   */
  public static void link() {
    rte_pktmbuf_free_bulk(0, 0);
    rte_eth_call_rx_callbacks(0, 0, 0, 0, 0, 0);
    rte_eth_call_tx_callbacks(0, 0, 0, 0, 0);
  }

  /** Calls a burst or prepare function of a driver; returns the number of mbufs done. */
  public static int burst(MemorySegment function, long queueData, long mbufs, int count) {
    try {
      return (short) BURST.invokeExact(function, queueData, mbufs, (short) count) & 0xffff;
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /** Calls a descriptor-status function of a driver: RTE_ETH_TX_DESC_*, or a negative errno. */
  public static int descriptorStatus(MemorySegment function, long queueData, int offset) {
    try {
      return (int) DESCRIPTOR_STATUS.invokeExact(function, queueData, (short) offset);
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /** Calls enqueue or dequeue of a mempool driver: 0, or a negative errno when it has too few. */
  public static int poolOperation(MemorySegment function, long pool, long objects, int count) {
    try {
      return (int) POOL_OPERATION.invokeExact(function, pool, objects, count);
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /** Frees {@code count} packets, each with all its segments. */
  public static void rte_pktmbuf_free_bulk(long mbufs, int count) {
    try {
      FREE_BULK.invokeExact(mbufs, count);
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /**
   * Copies {@code length} bytes of a packet (-1: all) into fresh mbufs of {@code pool}; 0 when it
   * has too few.
   */
  public static long rte_pktmbuf_copy(long mbuf, long pool, int offset, int length) {
    try {
      return (long) COPY.invokeExact(mbuf, pool, offset, length);
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /** Runs the receive callbacks of a queue (a capture, say); how many packets are left. */
  public static int rte_eth_call_rx_callbacks(
      int port, int queue, long mbufs, int received, int capacity, long callbacks) {
    try {
      return (short)
              RX_CALLBACKS.invokeExact(
                  (short) port, (short) queue, mbufs, (short) received, (short) capacity, callbacks)
          & 0xffff;
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /** Runs the transmit callbacks of a queue; how many packets are left to send. */
  public static int rte_eth_call_tx_callbacks(
      int port, int queue, long mbufs, int count, long callbacks) {
    try {
      return (short)
              TX_CALLBACKS.invokeExact((short) port, (short) queue, mbufs, (short) count, callbacks)
          & 0xffff;
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }
}
