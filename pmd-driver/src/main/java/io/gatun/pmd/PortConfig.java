package io.gatun.pmd;

import java.util.function.Consumer;
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
    return changed(
        draft -> {
          draft.rxQueues = rx;
          draft.txQueues = tx;
        });
  }

  public PortConfig withDescriptors(int rx, int tx) {
    return changed(
        draft -> {
          draft.rxDescriptors = rx;
          draft.txDescriptors = tx;
        });
  }

  public PortConfig withMtu(int bytes) {
    return changed(draft -> draft.mtu = bytes);
  }

  public PortConfig withPromiscuous(boolean on) {
    return changed(draft -> draft.promiscuous = on);
  }

  public PortConfig withOffloads(long rx, long tx) {
    return changed(
        draft -> {
          draft.rxOffloads = rx;
          draft.txOffloads = tx;
        });
  }

  public PortConfig withTxFreeThreshold(int descriptors) {
    return changed(draft -> draft.txFreeThreshold = descriptors);
  }

  public PortConfig withRss(RssConfig config) {
    return changed(draft -> draft.rss = config);
  }

  private PortConfig changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.finished();
  }

  /** The one place that lists all components, so that a change names only its own. */
  private static final class Draft {
    private int rxQueues;
    private int txQueues;
    private int rxDescriptors;
    private int txDescriptors;
    private int mtu;
    private boolean promiscuous;
    private long rxOffloads;
    private long txOffloads;
    private int txFreeThreshold;
    private @Nullable RssConfig rss;

    Draft(PortConfig from) {
      rxQueues = from.rxQueues;
      txQueues = from.txQueues;
      rxDescriptors = from.rxDescriptors;
      txDescriptors = from.txDescriptors;
      mtu = from.mtu;
      promiscuous = from.promiscuous;
      rxOffloads = from.rxOffloads;
      txOffloads = from.txOffloads;
      txFreeThreshold = from.txFreeThreshold;
      rss = from.rss;
    }

    PortConfig finished() {
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
          rss);
    }
  }
}
