package io.gatun.bindings;

import io.gatun.bindings.gen.Dpdk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code rte_ethdev.h}, control plane: C names, C results (0 or a negative errno unless said).
 *
 * <p>Structs whose layout depends on the release come as memory of {@code Abi.sizeof("struct")}
 * bytes and are read through {@link Abi}. As in C, calls for one port must not overlap.
 */
public final class RteEthdev {
  public static final int RTE_ETH_EVENT_INTR_LSC = Dpdk.RTE_ETH_EVENT_INTR_LSC();
  public static final int RTE_ETH_EVENT_INTR_RMV = Dpdk.RTE_ETH_EVENT_INTR_RMV();
  public static final int RTE_ETH_EVENT_INTR_RESET = Dpdk.RTE_ETH_EVENT_INTR_RESET();
  public static final int RTE_ETH_MQ_RX_NONE = Dpdk.RTE_ETH_MQ_RX_NONE();
  public static final int RTE_ETH_MQ_RX_RSS = Dpdk.RTE_ETH_MQ_RX_RSS();
  public static final long RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE =
      Dpdk.RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE();
  public static final int RTE_ETH_NAME_MAX_LEN = Dpdk.RTE_ETH_NAME_MAX_LEN();
  public static final int RTE_ETH_TX_DESC_FULL = Dpdk.RTE_ETH_TX_DESC_FULL();
  public static final int RTE_ETH_TX_DESC_DONE = Dpdk.RTE_ETH_TX_DESC_DONE();
  public static final int RTE_ETH_TX_DESC_UNAVAIL = Dpdk.RTE_ETH_TX_DESC_UNAVAIL();

  public static final int RTE_ETH_DEV_INTR_LSC = Dpdk.RTE_ETH_DEV_INTR_LSC();
  public static final int RTE_ETH_DEV_INTR_RMV = Dpdk.RTE_ETH_DEV_INTR_RMV();

  public static final long RTE_ETH_RSS_LEVEL_PMD_DEFAULT = Dpdk.RTE_ETH_RSS_LEVEL_PMD_DEFAULT();
  public static final long RTE_ETH_RSS_LEVEL_OUTERMOST = Dpdk.RTE_ETH_RSS_LEVEL_OUTERMOST();
  public static final long RTE_ETH_RSS_LEVEL_INNERMOST = Dpdk.RTE_ETH_RSS_LEVEL_INNERMOST();

  /** {@code RTE_ETH_RSS_IP}, {@code _TCP} and {@code _UDP} together. */
  public static final long RSS_IP_TCP_UDP =
      Dpdk.RTE_ETH_RSS_IP() | Dpdk.RTE_ETH_RSS_TCP() | Dpdk.RTE_ETH_RSS_UDP();

  private RteEthdev() {}

  public static boolean rte_eth_dev_is_valid_port(int port) {
    return Dpdk.rte_eth_dev_is_valid_port((short) port) != 0;
  }

  /** The next valid port number from {@code port} on, or RTE_MAX_ETHPORTS when there is none. */
  public static int rte_eth_find_next(int port) {
    return Dpdk.rte_eth_find_next((short) port) & 0xffff;
  }

  public static int rte_eth_dev_get_name_by_port(int port, MemorySegment name) {
    return Dpdk.rte_eth_dev_get_name_by_port((short) port, name);
  }

  /** Fills a {@code struct rte_eth_dev_info}. */
  public static int rte_eth_dev_info_get(int port, MemorySegment info) {
    return Dpdk.rte_eth_dev_info_get((short) port, info);
  }

  public static int rte_eth_dev_configure(
      int port, int rxQueues, int txQueues, MemorySegment conf) {
    return Dpdk.rte_eth_dev_configure((short) port, (short) rxQueues, (short) txQueues, conf);
  }

  public static int rte_eth_dev_adjust_nb_rx_tx_desc(
      int port, MemorySegment rxDescriptors, MemorySegment txDescriptors) {
    return Dpdk.rte_eth_dev_adjust_nb_rx_tx_desc((short) port, rxDescriptors, txDescriptors);
  }

  public static int rte_eth_rx_queue_setup(
      int port, int queue, int descriptors, int socket, MemorySegment conf, long pool) {
    return Dpdk.rte_eth_rx_queue_setup(
        (short) port,
        (short) queue,
        (short) descriptors,
        socket,
        conf,
        MemorySegment.ofAddress(pool));
  }

  public static int rte_eth_tx_queue_setup(
      int port, int queue, int descriptors, int socket, MemorySegment conf) {
    return Dpdk.rte_eth_tx_queue_setup(
        (short) port, (short) queue, (short) descriptors, socket, conf);
  }

  public static int rte_eth_dev_start(int port) {
    return Dpdk.rte_eth_dev_start((short) port);
  }

  public static int rte_eth_dev_stop(int port) {
    return Dpdk.rte_eth_dev_stop((short) port);
  }

  public static int rte_eth_dev_close(int port) {
    return Dpdk.rte_eth_dev_close((short) port);
  }

  public static int rte_eth_dev_reset(int port) {
    return Dpdk.rte_eth_dev_reset((short) port);
  }

  public static int rte_eth_dev_socket_id(int port) {
    return Dpdk.rte_eth_dev_socket_id((short) port);
  }

  public static int rte_eth_dev_set_link_up(int port) {
    return Dpdk.rte_eth_dev_set_link_up((short) port);
  }

  public static int rte_eth_dev_set_link_down(int port) {
    return Dpdk.rte_eth_dev_set_link_down((short) port);
  }

  public static int rte_eth_promiscuous_enable(int port) {
    return Dpdk.rte_eth_promiscuous_enable((short) port);
  }

  public static int rte_eth_promiscuous_disable(int port) {
    return Dpdk.rte_eth_promiscuous_disable((short) port);
  }

  public static int rte_eth_promiscuous_get(int port) {
    return Dpdk.rte_eth_promiscuous_get((short) port);
  }

  public static int rte_eth_allmulticast_enable(int port) {
    return Dpdk.rte_eth_allmulticast_enable((short) port);
  }

  public static int rte_eth_allmulticast_disable(int port) {
    return Dpdk.rte_eth_allmulticast_disable((short) port);
  }

  public static int rte_eth_stats_reset(int port) {
    return Dpdk.rte_eth_stats_reset((short) port);
  }

  public static int rte_eth_xstats_reset(int port) {
    return Dpdk.rte_eth_xstats_reset((short) port);
  }

  public static boolean rte_eth_dev_is_removed(int port) {
    return Dpdk.rte_eth_dev_is_removed((short) port) != 0;
  }

  /** Fills a {@code struct rte_eth_link}. */
  public static int rte_eth_link_get_nowait(int port, MemorySegment link) {
    return Dpdk.rte_eth_link_get_nowait((short) port, link);
  }

  /** Fills a {@code struct rte_eth_stats}. */
  public static int rte_eth_stats_get(int port, MemorySegment stats) {
    return Dpdk.rte_eth_stats_get((short) port, stats);
  }

  public static int rte_eth_xstats_get_names(int port, MemorySegment names, int size) {
    return Dpdk.rte_eth_xstats_get_names((short) port, names, size);
  }

  public static int rte_eth_xstats_get(int port, MemorySegment values, int size) {
    return Dpdk.rte_eth_xstats_get((short) port, values, size);
  }

  public static int rte_eth_macaddr_get(int port, MemorySegment address) {
    return Dpdk.rte_eth_macaddr_get((short) port, address);
  }

  /** Sets the port's own address; {@code address} has 6 bytes, the first on the wire first. */
  public static int rte_eth_dev_default_mac_addr_set(int port, MemorySegment address) {
    return Dpdk.rte_eth_dev_default_mac_addr_set((short) port, address);
  }

  /** The number of the port with this name, or a negative errno. */
  public static int rte_eth_dev_get_port_by_name(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment port = arena.allocate(Short.BYTES, Short.BYTES);
      int result = Dpdk.rte_eth_dev_get_port_by_name(arena.allocateFrom(name), port);
      return result < 0 ? result : Memory.getUnsignedShort(port.address());
    }
  }

  public static int rte_eth_dev_get_mtu(int port, MemorySegment mtu) {
    return Dpdk.rte_eth_dev_get_mtu((short) port, mtu);
  }

  public static int rte_eth_dev_set_mtu(int port, int mtu) {
    return Dpdk.rte_eth_dev_set_mtu((short) port, (short) mtu);
  }

  public static int rte_eth_dev_rss_hash_update(int port, MemorySegment conf) {
    return Dpdk.rte_eth_dev_rss_hash_update((short) port, conf);
  }

  public static int rte_eth_dev_rss_hash_conf_get(int port, MemorySegment conf) {
    return Dpdk.rte_eth_dev_rss_hash_conf_get((short) port, conf);
  }

  public static int rte_eth_rx_burst_mode_get(int port, int queue, MemorySegment mode) {
    return Dpdk.rte_eth_rx_burst_mode_get((short) port, (short) queue, mode);
  }

  public static int rte_eth_tx_burst_mode_get(int port, int queue, MemorySegment mode) {
    return Dpdk.rte_eth_tx_burst_mode_get((short) port, (short) queue, mode);
  }

  /** Asks for up to {@code count} (0: all) sent mbufs back; how many, or a negative errno. */
  public static int rte_eth_tx_done_cleanup(int port, int queue, int count) {
    return Dpdk.rte_eth_tx_done_cleanup((short) port, (short) queue, count);
  }

  /** Fills a {@code struct rte_power_monitor_cond}. */
  public static int rte_eth_get_monitor_addr(int port, int queue, MemorySegment condition) {
    return Dpdk.rte_eth_get_monitor_addr((short) port, (short) queue, condition);
  }

  public static int rte_eth_dev_callback_register(
      int port, int event, MemorySegment callback, MemorySegment argument) {
    return Dpdk.rte_eth_dev_callback_register((short) port, event, callback, argument);
  }

  public static int rte_eth_dev_callback_unregister(
      int port, int event, MemorySegment callback, MemorySegment argument) {
    return Dpdk.rte_eth_dev_callback_unregister((short) port, event, callback, argument);
  }

  public static String rte_eth_dev_rx_offload_name(long offload) {
    return Memory.string(Dpdk.rte_eth_dev_rx_offload_name(offload).address(), 128);
  }

  public static String rte_eth_dev_tx_offload_name(long offload) {
    return Memory.string(Dpdk.rte_eth_dev_tx_offload_name(offload).address(), 128);
  }

  /** Adds a receive callback; its handle, or 0 with {@code rte_errno}. */
  public static long rte_eth_add_rx_callback(int port, int queue, MemorySegment callback) {
    return Dpdk.rte_eth_add_rx_callback((short) port, (short) queue, callback, MemorySegment.NULL)
        .address();
  }

  public static int rte_eth_remove_rx_callback(int port, int queue, long handle) {
    return Dpdk.rte_eth_remove_rx_callback(
        (short) port, (short) queue, MemorySegment.ofAddress(handle));
  }

  /** {@code rte_dev_name} of a port's {@code struct rte_device}: its bus address or vdev name. */
  public static String rte_dev_name(long device) {
    return Memory.string(Dpdk.rte_dev_name(MemorySegment.ofAddress(device)).address(), 128);
  }

  /** {@code rte_dev_remove}: detaches a device from its driver; 0, or a negative errno. */
  public static int rte_dev_remove(long device) {
    return Dpdk.rte_dev_remove(MemorySegment.ofAddress(device));
  }
}
