package io.gatun.pmd;

import io.gatun.bindings.FastPath;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteEthdev;
import java.lang.foreign.MemorySegment;

/**
 * A transmit queue, owned by one lcore: {@code rte_eth_tx_burst}, {@code rte_eth_tx_prepare} and
 * {@code rte_eth_tx_descriptor_status} without C. As for {@link RxQueue}, everything is loaded anew
 * at every burst.
 */
@DataPath
public final class TxQueue implements Transmitter {
  private final int port;
  private final int queue;
  private final long ops;
  private final long queueOffset;

  private long functionAddress;
  private MemorySegment function = MemorySegment.NULL;
  private long prepareAddress;
  private MemorySegment prepare = MemorySegment.NULL;
  private long statusAddress;
  private MemorySegment status = MemorySegment.NULL;

  TxQueue(int port, int queue) {
    this.port = port;
    this.queue = queue;
    this.ops = FastPath.RTE_ETH_FP_OPS + (long) port * FastPath.FP_OPS_SIZEOF;
    this.queueOffset = (long) queue * Long.BYTES;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public int queue() {
    return queue;
  }

  /**
   * Hands packets from the front of {@code burst} to the NIC, which owns those it takes: they must
   * not be touched any more. What it does not take (a full ring) stays in the burst, moved to its
   * front. Packets that a transmit callback removes count as taken.
   *
   * @return how many were taken
   */
  @Override
  public int transmit(Burst burst) {
    int count = burst.size();
    if (count == 0) {
      return 0;
    }
    long fastPath = Memory.base(ops);
    long address = Memory.getLong(fastPath + FastPath.TX_PKT_BURST);
    if (address != functionAddress) {
      rememberBurst(address);
    }
    int toSend = count;
    long callbacks =
        Memory.getLong(Memory.base(Memory.getLong(fastPath + FastPath.TXQ_CLBK) + queueOffset));
    if (callbacks != 0) {
      toSend = FastPath.rte_eth_call_tx_callbacks(port, queue, burst.address(), count, callbacks);
    }
    int sent = FastPath.burst(function, data(), burst.address(), toSend);
    if (sent == toSend) {
      burst.size(0);
      return count;
    }
    burst.size(toSend);
    burst.removeFirst(sent);
    return count - toSend + sent;
  }

  /**
   * Checks and prepares packets whose flags ask for an offload: {@code rte_eth_tx_prepare}, which
   * may change headers, so before a buffer is shared.
   *
   * @return how many from the front may be transmitted; the next one is what the driver refuses
   */
  @Override
  public int prepare(Burst burst) {
    long address = Memory.getLong(ops + FastPath.TX_PKT_PREPARE);
    if (address == 0) {
      return burst.size();
    }
    if (address != prepareAddress) {
      rememberPrepare(address);
    }
    return FastPath.burst(prepare, data(), burst.address(), burst.size());
  }

  /** Whether the driver can say what became of a descriptor: {@link #isDone}. */
  @Override
  public boolean hasDescriptorStatus() {
    return Memory.getLong(ops + FastPath.TX_DESCRIPTOR_STATUS) != 0;
  }

  /**
   * Whether the descriptor {@code offset} places from the ring's tail has been sent: {@code
   * rte_eth_tx_descriptor_status}. DONE does not give the driver's reference back.
   *
   * @param offset 0 to the number of descriptors less one
   * @return false also where the driver cannot say
   */
  @Override
  public boolean isDone(int offset) {
    long address = Memory.getLong(ops + FastPath.TX_DESCRIPTOR_STATUS);
    if (address == 0) {
      return false;
    }
    if (address != statusAddress) {
      rememberStatus(address);
    }
    return FastPath.descriptorStatus(status, data(), offset) == RteEthdev.RTE_ETH_TX_DESC_DONE;
  }

  /**
   * Asks the driver to free up to {@code count} sent packets (0: all): {@code
   * rte_eth_tx_done_cleanup}.
   *
   * @return how many it freed, or a negative errno: -ENOTSUP in most drivers
   */
  @Override
  public int doneCleanup(int count) {
    return RteEthdev.rte_eth_tx_done_cleanup(port, queue, count);
  }

  @Override
  public void kick() {
    long address = Memory.getLong(ops + FastPath.TX_PKT_BURST);
    if (address != functionAddress) {
      rememberBurst(address);
    }
    FastPath.burst(function, data(), 0, 0);
  }

  private long data() {
    long array = Memory.getLong(Memory.base(ops) + FastPath.TXQ_DATA);
    return Memory.getLong(Memory.base(array + queueOffset));
  }

  private void rememberBurst(long address) {
    function = MemorySegment.ofAddress(address);
    functionAddress = address;
  }

  private void rememberPrepare(long address) {
    prepare = MemorySegment.ofAddress(address);
    prepareAddress = address;
  }

  private void rememberStatus(long address) {
    status = MemorySegment.ofAddress(address);
    statusAddress = address;
  }
}
