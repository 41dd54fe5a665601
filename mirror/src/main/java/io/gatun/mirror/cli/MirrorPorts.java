package io.gatun.mirror.cli;

import io.gatun.bindings.RteEthBits;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import java.util.Set;

/** How ports are set up for a mirror. */
final class MirrorPorts {
  /** Drivers that free what they have sent only when their ring is nearly full. */
  private static final Set<String> LAZY = Set.of("net_virtio", "net_virtio_user");

  // virtio_dev_tx_queue_setup (virtio_rxtx.c): below the number of descriptors less 3.
  private static final int THRESHOLD_MARGIN = 4;

  private MirrorPorts() {}

  /** As {@code config}, for a port that packets are mirrored to by up to {@code lcores}. */
  static PortConfig destination(Port port, PortConfig config, int lcores) {
    long segments = RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS & port.info().txOffloads();
    int queues = Math.clamp(lcores, 1, Math.max(port.info().maxTxQueues(), 1));
    return source(port, config)
        .withQueues(config.rxQueues(), queues)
        .withOffloads(config.rxOffloads(), config.txOffloads() | segments);
  }

  /** As {@code config}, for a port that packets are mirrored from. */
  static PortConfig source(Port port, PortConfig config) {
    int most = config.txDescriptors() - THRESHOLD_MARGIN;
    return LAZY.contains(port.info().driver()) && config.txFreeThreshold() == 0 && most > 0
        ? config.withTxFreeThreshold(most)
        : config;
  }
}
