package io.gatun.pmd;

import io.gatun.bindings.RteEthdev;
import org.jspecify.annotations.Nullable;

/** Compares a {@link PortConfig} with what a port has: errors before the driver is touched. */
final class PortConfigCheck {
  private PortConfigCheck() {}

  static void check(PortConfig config, Port port) {
    PortInfo info = port.info();
    String where = port.toString();
    range("rxq", config.rxQueues(), 1, info.maxRxQueues(), where);
    range("txq", config.txQueues(), 1, info.maxTxQueues(), where);
    info.rxDescriptors().check("rxd", config.rxDescriptors(), where);
    info.txDescriptors().check("txd", config.txDescriptors(), where);
    if (config.mtu() != 0) {
      range("mtu", config.mtu(), info.minMtu(), info.maxMtu(), where);
    }
    if ((config.txOffloads() & RteEthdev.RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE) != 0) {
      throw new IllegalArgumentException(
          "txOffloads: MBUF_FAST_FREE forbids shared buffers, which a mirror needs: leave it out");
    }
    subset("rxOffloads", config.rxOffloads(), info.rxOffloads(), where);
    subset("txOffloads", config.txOffloads(), info.txOffloads(), where);
    RssConfig rss = config.rss();
    if (rss != null) {
      subset("rss types", rss.types(), info.rssTypes(), where);
      int key = rss.key().length;
      if (key != 0 && key != info.rssKeyLength()) {
        throw new IllegalArgumentException(
            "rss key: %d bytes, but %s takes %d".formatted(key, where, info.rssKeyLength()));
      }
    }
  }

  /** The RSS that is meant: what was asked for, or a spread over all queues where possible. */
  static @Nullable RssConfig rss(PortConfig config, PortInfo info) {
    if (config.rss() != null) {
      return config.rss();
    }
    long types = RteEthdev.RSS_IP_TCP_UDP & info.rssTypes();
    return config.rxQueues() > 1 && types != 0
        ? new RssConfig(types, RssConfig.Level.DEFAULT, new byte[0])
        : null;
  }

  private static void range(String name, int value, int least, int most, String port) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %d is not in [%d, %d] (%s)".formatted(name, value, least, most, port));
    }
  }

  private static void subset(String name, long asked, long offered, String port) {
    long missing = asked & ~offered;
    if (missing != 0) {
      throw new IllegalArgumentException(
          "%s: 0x%x is not offered by %s, which has 0x%x".formatted(name, missing, port, offered));
    }
  }
}
