package io.gatun.pmd;

import io.gatun.bindings.FastPath;
import io.gatun.bindings.Memory;
import java.lang.foreign.MemorySegment;

/**
 * A receive queue, owned by one lcore: {@code rte_eth_rx_burst} without C.
 *
 * <p>The function, the queue's data and the head of its callbacks are loaded from {@code
 * rte_eth_fp_ops} at every burst: bnxt, cnxk and enic rewrite them while running, error recovery
 * puts dummies there, and a capture attaches at any time. A port that is stopped receives nothing.
 */
@DataPath
public final class RxQueue implements Receiver {
  private final int port;
  private final int queue;
  private final long ops;
  private final long queueOffset;

  // The last function seen: a segment is made only when a driver has changed it.
  private long functionAddress;
  private MemorySegment function = MemorySegment.NULL;

  RxQueue(int port, int queue) {
    this.port = port;
    this.queue = queue;
    this.ops = FastPath.RTE_ETH_FP_OPS + (long) port * FastPath.FP_OPS_SIZEOF;
    this.queueOffset = (long) queue * Long.BYTES;
  }

  public int port() {
    return port;
  }

  public int queue() {
    return queue;
  }

  @Override
  public RxQueue rxQueue() {
    return this;
  }

  /**
   * Receives up to as many packets as are free in {@code burst} and appends them, which makes them
   * the caller's.
   *
   * @return how many arrived
   */
  @Override
  public int receive(Burst burst) {
    long fastPath = Memory.base(ops);
    long address = Memory.getLong(fastPath + FastPath.RX_PKT_BURST);
    if (address != functionAddress) {
      remember(address);
    }
    int before = burst.size();
    int room = burst.remaining();
    long table = burst.address() + ((long) before << 3);
    long data =
        Memory.getLong(Memory.base(Memory.getLong(fastPath + FastPath.RXQ_DATA) + queueOffset));
    int received = FastPath.burst(function, data, table, room);
    long callbacks =
        Memory.getLong(Memory.base(Memory.getLong(fastPath + FastPath.RXQ_CLBK) + queueOffset));
    if (callbacks != 0) {
      received = FastPath.rte_eth_call_rx_callbacks(port, queue, table, received, room, callbacks);
    }
    burst.size(before + received);
    return received;
  }

  private void remember(long address) {
    function = MemorySegment.ofAddress(address);
    functionAddress = address;
  }
}
