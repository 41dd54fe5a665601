package io.gatun.pmd;

import io.gatun.bindings.Abi;
import io.gatun.bindings.Errno;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteEthdev;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An Ethernet port of DPDK: configured, started, stopped, closed in this order, by the control
 * thread alone. Its queues belong to lcores; whoever stops or closes a port has paused their {@link
 * PollLoop}s before.
 *
 * <p>{@link Eal} owns the ports and closes those that are still open.
 */
public final class Port implements AutoCloseable {
  private enum State {
    PROBED,
    CONFIGURED,
    STARTED,
    CLOSED
  }

  private final int id;
  private PortInfo info;
  private long device;
  private @Nullable MacAddress ownMac; // before it was changed
  private final PortEvents events;
  private final List<RxQueue> rxQueues = new ArrayList<>();
  private final List<TxQueue> txQueues = new ArrayList<>();
  private final @Nullable TapDevice tap;
  private State state = State.PROBED;
  private PortConfig current = PortConfig.DEFAULT;
  private boolean removed;

  Port(int id, PortEvents events) {
    this.id = id;
    this.info = PortInfo.of(id);
    this.device = PortInfo.device(id);
    this.events = events;
    events.know(info.name(), id);
    this.tap =
        info.driver().equals("net_tap") ? TapDevice.ofInterface(info.kernelInterface()) : null;
  }

  /** DPDK's number of the port. */
  public int id() {
    return id;
  }

  /** What the driver said of the port when EAL started or its address was changed. */
  public PortInfo info() {
    return info;
  }

  /**
   * Compares a configuration with what the port has, and changes nothing.
   *
   * @throws IllegalArgumentException naming the value and the range
   */
  public void check(PortConfig config) {
    PortConfigCheck.check(config, this);
  }

  /**
   * Sets the port up: queues, rings, offloads, MTU, promiscuous mode, interrupts.
   *
   * @param pool where received packets go; of the port's NUMA node for full speed
   * @throws IllegalArgumentException when the port has not got what {@code config} asks for; the
   *     message names the value and the range
   * @throws DpdkException when the driver refuses
   */
  public void configure(PortConfig config, Mempool pool) {
    require(state == State.PROBED || state == State.CONFIGURED, "configure");
    check(config);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment conf = arena.allocate(Abi.sizeof("rte_eth_conf"), 64);
      fill(conf, config, arena);
      check(
          RteEthdev.rte_eth_dev_configure(id, config.rxQueues(), config.txQueues(), conf),
          "rte_eth_dev_configure",
          "");
      setUpQueues(config, pool, arena);
    }
    if (config.mtu() != 0) {
      check(RteEthdev.rte_eth_dev_set_mtu(id, config.mtu()), "rte_eth_dev_set_mtu", "");
    }
    if (state == State.PROBED) {
      events.register(id);
    }
    state = State.CONFIGURED;
    current = config;
    setPromiscuous(config.promiscuous());
  }

  /** How the port is set up: what {@link #configure} was given last. */
  public PortConfig config() {
    return current;
  }

  private void fill(MemorySegment conf, PortConfig config, Arena arena) {
    CStruct.putLong(conf, "rte_eth_conf.rxmode.offloads", config.rxOffloads());
    CStruct.putLong(conf, "rte_eth_conf.txmode.offloads", config.txOffloads());
    RssConfig rss = PortConfigCheck.rss(config, info);
    if (rss != null) {
      CStruct.putInt(conf, "rte_eth_conf.rxmode.mq_mode", RteEthdev.RTE_ETH_MQ_RX_RSS);
      CStruct.putLong(
          conf, "rte_eth_conf.rx_adv_conf.rss_conf.rss_hf", rss.types() | rss.level().bits());
      byte[] key = rss.key();
      if (key.length > 0) {
        MemorySegment bytes = arena.allocate(key.length);
        Memory.copy(key, 0, bytes.address(), key.length);
        CStruct.putLong(conf, "rte_eth_conf.rx_adv_conf.rss_conf.rss_key", bytes.address());
        conf.set(
            ValueLayout.JAVA_BYTE,
            Abi.offset("rte_eth_conf.rx_adv_conf.rss_conf.rss_key_len"),
            (byte) key.length);
      }
    }
    long at = conf.address();
    Abi.bits("rte_eth_conf.intr_conf.lsc").set(at, info.linkInterrupt() ? 1 : 0);
    Abi.bits("rte_eth_conf.intr_conf.rmv").set(at, info.removalInterrupt() ? 1 : 0);
  }

  private void setUpQueues(PortConfig config, Mempool pool, Arena arena) {
    MemorySegment defaults = PortInfo.query(id, arena);
    MemorySegment txConf =
        defaults.asSlice(
            Abi.offset("rte_eth_dev_info.default_txconf"), Abi.sizeof("rte_eth_txconf"));
    MemorySegment rxConf =
        defaults.asSlice(
            Abi.offset("rte_eth_dev_info.default_rxconf"), Abi.sizeof("rte_eth_rxconf"));
    CStruct.putLong(rxConf, "rte_eth_rxconf.offloads", config.rxOffloads());
    // A driver's default may hold MBUF_FAST_FREE, which forbids shared buffers.
    CStruct.putLong(txConf, "rte_eth_txconf.offloads", config.txOffloads());
    if (config.txFreeThreshold() != 0) {
      CStruct.putShort(txConf, "rte_eth_txconf.tx_free_thresh", config.txFreeThreshold());
    }
    rxQueues.clear();
    txQueues.clear();
    int socket = info.socket();
    for (int q = 0; q < config.rxQueues(); q++) {
      check(
          RteEthdev.rte_eth_rx_queue_setup(
              id, q, config.rxDescriptors(), socket, rxConf, pool.address()),
          "rte_eth_rx_queue_setup",
          "the pool may be too small (--mbufs)");
      rxQueues.add(new RxQueue(id, q));
    }
    for (int q = 0; q < config.txQueues(); q++) {
      check(
          RteEthdev.rte_eth_tx_queue_setup(id, q, config.txDescriptors(), socket, txConf),
          "rte_eth_tx_queue_setup",
          "");
      txQueues.add(new TxQueue(id, q));
    }
  }

  /** Starts receive and transmit. */
  public void start() {
    require(state == State.CONFIGURED, "start");
    check(RteEthdev.rte_eth_dev_start(id), "rte_eth_dev_start", "");
    state = State.STARTED;
  }

  /** Stops receive and transmit; no lcore may be on the port. Idempotent. */
  public void stop() {
    if (state == State.STARTED) {
      state = State.CONFIGURED;
      int result = RteEthdev.rte_eth_dev_stop(id);
      if (!removed) {
        check(result, "rte_eth_dev_stop", "");
      }
    }
  }

  /** Asks the driver again, of a device that may have been probed anew. */
  void refresh() {
    info = PortInfo.of(id);
    device = PortInfo.device(id);
  }

  /** The address has been changed; {@link #close} gives the device its own back. */
  void macChanged(MacAddress before) {
    if (ownMac == null) {
      ownMac = before;
    }
    refresh();
  }

  private void restoreMac() {
    MacAddress own = ownMac;
    if (own != null && !removed) {
      ownMac = null;
      MacChange.set(this, own);
    }
  }

  /** Address of {@code struct rte_device}; gone with the device. */
  long device() {
    return device;
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Whether the port is between {@link #start} and {@link #stop}. */
  public boolean isStarted() {
    return state == State.STARTED;
  }

  /** Receive queues, by number. */
  public List<RxQueue> rxQueues() {
    return List.copyOf(rxQueues);
  }

  /** Transmit queues, by number. */
  public List<TxQueue> txQueues() {
    return List.copyOf(txQueues);
  }

  /** The link as the driver knows it; down once the port is closed. */
  public LinkStatus link() {
    return isClosed() ? LinkStatus.DOWN : LinkStatus.of(id);
  }

  public PortStats stats() {
    return PortStats.of(id);
  }

  /** All counters of the driver by name ({@code rte_eth_xstats_get}), in its order. */
  public Map<String, Long> xstats() {
    int count = RteEthdev.rte_eth_xstats_get_names(id, MemorySegment.NULL, 0);
    check(count, "rte_eth_xstats_get_names", "");
    int nameSize = Abi.sizeof("rte_eth_xstat_name");
    int valueSize = Abi.sizeof("rte_eth_xstat");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment names = arena.allocate(Math.max(1L, (long) count * nameSize), 8);
      MemorySegment values = arena.allocate(Math.max(1L, (long) count * valueSize), 8);
      check(RteEthdev.rte_eth_xstats_get_names(id, names, count), "rte_eth_xstats_get_names", "");
      int got = check(RteEthdev.rte_eth_xstats_get(id, values, count), "rte_eth_xstats_get", "");
      Map<String, Long> result = new LinkedHashMap<>();
      for (int i = 0; i < Math.min(got, count); i++) {
        MemorySegment value = values.asSlice((long) i * valueSize, valueSize);
        long index = CStruct.longAt(value, "rte_eth_xstat.id");
        result.put(
            Memory.string(names.address() + index * nameSize, nameSize),
            CStruct.longAt(value, "rte_eth_xstat.value"));
      }
      return result;
    }
  }

  public void resetStats() {
    check(RteEthdev.rte_eth_stats_reset(id), "rte_eth_stats_reset", "");
  }

  /** MTU in bytes. */
  public int mtu() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mtu = arena.allocate(Short.BYTES, Short.BYTES);
      check(RteEthdev.rte_eth_dev_get_mtu(id, mtu), "rte_eth_dev_get_mtu", "");
      return Memory.getUnsignedShort(mtu.address());
    }
  }

  /** Receives frames for every address, or only for its own. */
  public void setPromiscuous(boolean on) {
    int result =
        on ? RteEthdev.rte_eth_promiscuous_enable(id) : RteEthdev.rte_eth_promiscuous_disable(id);
    // Drivers without an address filter (net_null, net_ring) have nothing to switch.
    if (result != -Errno.ENOTSUP) {
      check(result, on ? "rte_eth_promiscuous_enable" : "rte_eth_promiscuous_disable", "");
    }
  }

  /** Whether the device is gone: unplugged, or the interface of a net_tap deleted. */
  public boolean isRemoved() {
    return removed || RteEthdev.rte_eth_dev_is_removed(id) || (tap != null && tap.isGone());
  }

  /** Remembers that the device is gone, so that closing does not complain about it. */
  public void markRemoved() {
    removed = true;
  }

  /** Stops the port if it runs and gives its resources back. Idempotent. */
  @Override
  public void close() {
    if (state == State.CLOSED) {
      return;
    }
    Closer closer = new Closer();
    closer.run(this::stop);
    closer.run(this::restoreMac);
    if (state == State.CONFIGURED) {
      events.unregister(id);
    }
    state = State.CLOSED;
    int result = RteEthdev.rte_eth_dev_close(id);
    if (!removed) {
      closer.run(() -> check(result, "rte_eth_dev_close", ""));
    }
    closer.rethrow();
  }

  private void require(boolean allowed, String operation) {
    if (!allowed) {
      throw new IllegalStateException(
          "port %d (%s): %s is not possible while it is %s"
              .formatted(id, info.name(), operation, state));
    }
  }

  private int check(int result, String call, String remedy) {
    return DpdkException.check(result, "%s(port %d, %s)".formatted(call, id, info.name()), remedy);
  }

  @Override
  public String toString() {
    return "port %d (%s, %s)".formatted(id, info.name(), info.driver());
  }
}
