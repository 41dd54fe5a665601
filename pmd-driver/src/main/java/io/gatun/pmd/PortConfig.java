package io.gatun.pmd;

import org.jspecify.annotations.Nullable;

/**
 * How a port is to be set up. Immutable; {@link Port#configure} checks it against the port.
 *
 * @param rxQueues receive queues, at least 1
 * @param txQueues transmit queues, at least 1
 * @param rxDescriptors of each receive queue
 * @param txDescriptors of each transmit queue
 * @param mtu in bytes without Ethernet header and CRC; 0 leaves the port's own
 * @param promiscuous whether frames for other addresses are received
 * @param rxOffloads {@code RTE_ETH_RX_OFFLOAD_*} to switch on
 * @param txOffloads {@code RTE_ETH_TX_OFFLOAD_*} to switch on; {@code MBUF_FAST_FREE} is refused,
 *     because Gatun shares buffers
 * @param txFreeThreshold descriptors in use at which the driver frees sent packets; 0 for the
 *     driver's own
 * @param rss how packets are spread over several receive queues; null: only with more than one
 *     queue, then over whatever IP, TCP and UDP hashes the port has
 */
public record PortConfig(
    int rxQueues,
    int txQueues,
    int rxDescriptors,
    int txDescriptors,
    int mtu,
    boolean promiscuous,
    long rxOffloads,
    long txOffloads,
    int txFreeThreshold,
    @Nullable RssConfig rss) {
  /** One queue pair, 512 descriptors, promiscuous, no offload. */
  public static final PortConfig DEFAULT = new PortConfig(1, 1, 512, 512, 0, true, 0, 0, 0, null);

  public PortConfig withQueues(int rx, int tx) {
    return new PortConfig(
        rx,
        tx,
        rxDescriptors,
        txDescriptors,
        mtu,
        promiscuous,
        rxOffloads,
        txOffloads,
        txFreeThreshold,
        rss);
  }

  public PortConfig withDescriptors(int rx, int tx) {
    return new PortConfig(
        rxQueues, txQueues, rx, tx, mtu, promiscuous, rxOffloads, txOffloads, txFreeThreshold, rss);
  }

  public PortConfig withMtu(int bytes) {
    return new PortConfig(
        rxQueues,
        txQueues,
        rxDescriptors,
        txDescriptors,
        bytes,
        promiscuous,
        rxOffloads,
        txOffloads,
        txFreeThreshold,
        rss);
  }

  public PortConfig withPromiscuous(boolean on) {
    return new PortConfig(
        rxQueues,
        txQueues,
        rxDescriptors,
        txDescriptors,
        mtu,
        on,
        rxOffloads,
        txOffloads,
        txFreeThreshold,
        rss);
  }

  public PortConfig withOffloads(long rx, long tx) {
    return new PortConfig(
        rxQueues,
        txQueues,
        rxDescriptors,
        txDescriptors,
        mtu,
        promiscuous,
        rx,
        tx,
        txFreeThreshold,
        rss);
  }

  public PortConfig withTxFreeThreshold(int descriptors) {
    return new PortConfig(
        rxQueues,
        txQueues,
        rxDescriptors,
        txDescriptors,
        mtu,
        promiscuous,
        rxOffloads,
        txOffloads,
        descriptors,
        rss);
  }

  public PortConfig withRss(RssConfig config) {
    return new PortConfig(
        rxQueues,
        txQueues,
        rxDescriptors,
        txDescriptors,
        mtu,
        promiscuous,
        rxOffloads,
        txOffloads,
        txFreeThreshold,
        config);
  }
}
