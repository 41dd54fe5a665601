package io.gatun.pmd.forward;

import io.gatun.pmd.Eal;
import io.gatun.pmd.IdleStrategy;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.PortStats;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.observe.LcoreSample;
import io.gatun.pmd.observe.PortSample;
import io.gatun.pmd.observe.Sample;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A running {@code forward}: pools, configured ports, streams and loops. Control thread; {@link
 * #sample} may be called from any thread.
 */
final class ForwardSession {
  /** A locally administered peer for mode mac, as testpmd has one. */
  private static final MacAddress PEER = MacAddress.parse("02:00:00:00:00:00");

  private final ForwardOptions options;
  private final Eal eal;
  private final ForwardPlan plan;
  private final List<Port> ports;
  private final Map<Integer, Mempool> pools = new TreeMap<>();
  private final List<Stream> streams = new ArrayList<>();
  private final List<PollLoop> loops = new ArrayList<>();
  private final Map<PollLoop, List<Stream>> streamsOf = new LinkedHashMap<>();

  private ForwardSession(ForwardOptions options, Eal eal, ForwardPlan plan, List<Port> ports) {
    this.options = options;
    this.eal = eal;
    this.plan = plan;
    this.ports = ports;
  }

  /** Sets everything up and starts ports and loops. */
  static ForwardSession start(ForwardOptions options, Eal eal) {
    List<Port> ports =
        options.ports == null ? eal.ports() : options.ports.stream().map(eal::port).toList();
    ForwardPlan plan =
        ForwardPlan.of(options, ports.stream().map(Port::id).toList(), eal.workers());
    ForwardSession session = new ForwardSession(options, eal, plan, ports);
    session.configurePorts();
    session.makeLoops();
    for (Port port : ports) {
      port.start();
    }
    session.loops.forEach(eal::launch);
    return session;
  }

  private void configurePorts() {
    int txQueues = ForwardPlan.txQueues(options);
    PortConfig config =
        PortConfig.DEFAULT
            .withQueues(options.rxQueues, txQueues)
            .withDescriptors(options.rxDescriptors, options.txDescriptors)
            .withMtu(options.mtu)
            .withPromiscuous(!options.noPromiscuous);
    for (Port port : ports) {
      port.check(config); // before pools are made for queues that do not exist
    }
    for (Port port : ports) {
      port.configure(config, poolFor(port));
    }
  }

  /** The pool of the port's NUMA node, made at the first use. */
  private Mempool poolFor(Port port) {
    int socket = port.info().socket();
    return pools.computeIfAbsent(
        socket,
        node ->
            eal.createMempool(
                "gatun_" + (node < 0 ? "any" : node),
                options.mbufs > 0 ? options.mbufs : defaultMbufs(),
                options.mbufCache,
                dataRoom(),
                node));
  }

  /** Every descriptor of every queue full, every cache full, a burst in every hand. */
  private int defaultMbufs() {
    long queues = (long) options.rxQueues * options.rxDescriptors;
    queues += (long) ForwardPlan.txQueues(options) * options.txDescriptors;
    long caches = (long) (eal.lcores().size() + 1) * (options.mbufCache * 3L / 2 + options.burst);
    long needed = ports.size() * queues + caches + 1024;
    return (int) Math.min(Long.highestOneBit(needed) * 2 - 1, 1 << 26);
  }

  private int dataRoom() {
    int frame = options.mtu + 26; // Ethernet, two VLAN tags, CRC
    return Math.max(frame, Mempool.DEFAULT_DATA_ROOM);
  }

  private void makeLoops() {
    long generators = plan.ways().size();
    long dealt = 0;
    Map<Lcore, List<Stream>> byLcore = new LinkedHashMap<>();
    for (ForwardPlan.Way way : plan.ways()) {
      long share = options.packets / generators + (dealt++ < options.packets % generators ? 1 : 0);
      Stream stream = makeStream(way, options.packets == 0 ? Long.MAX_VALUE : share);
      streams.add(stream);
      byLcore.computeIfAbsent(way.lcore(), lcore -> new ArrayList<>()).add(stream);
    }
    byLcore.forEach(
        (lcore, mine) -> {
          PollLoop loop = new PollLoop(lcore, mine, idle(mine));
          loops.add(loop);
          streamsOf.put(loop, mine);
        });
  }

  private Stream makeStream(ForwardPlan.Way way, long budget) {
    Port from = eal.port(way.from());
    Port to = eal.port(way.to());
    int queue = way.queue();
    return switch (options.mode) {
      case RXONLY ->
          new SinkStream(
              from.rxQueues().get(queue), poolFor(from).cache(way.lcore()), options.burst);
      case TXONLY -> generator(from, queue, way.lcore(), budget, 1);
      case FLOWGEN -> generator(from, queue, way.lcore(), budget, options.flows);
      case IO, MAC, MACSWAP ->
          new ForwardStream(
              from.rxQueues().get(queue),
              to.txQueues().get(queue),
              stages(to, way.lcore()),
              options.burst,
              options.txFirst ? generator(to, queue, way.lcore(), options.burst, 1) : null);
    };
  }

  private List<PacketStage> stages(Port to, Lcore lcore) {
    PacketStage stage =
        switch (options.mode) {
          case MAC -> new MacStage(PEER, to.info().mac());
          case MACSWAP -> new MacSwapStage();
          default -> null;
        };
    if (stage == null) {
      return List.of();
    }
    stage.start(lcore);
    return List.of(stage);
  }

  private Stream generator(Port port, int queue, Lcore lcore, long budget, int flows) {
    PacketTemplate template =
        new PacketTemplate(options.packetSize - 4, PEER, port.info().mac(), Arena.ofAuto());
    RxQueue drain = options.mode == ForwardMode.FLOWGEN ? port.rxQueues().get(queue) : null;
    return new GeneratorStream(
        port.txQueues().get(queue),
        drain,
        poolFor(port).cache(lcore),
        template,
        flows,
        options.burst,
        budget);
  }

  private IdleStrategy idle(List<Stream> mine) {
    return switch (options.idle) {
      case BUSY -> IdleStrategy.busy();
      case BACKOFF -> IdleStrategy.backoff(100);
      case PAUSE -> IdleStrategy.powerPause();
      case MONITOR -> IdleStrategy.powerMonitor(onlyQueue(mine));
    };
  }

  private RxQueue onlyQueue(List<Stream> mine) {
    if (mine.size() != 1 || mine.getFirst().rxPort() < 0) {
      throw new IllegalArgumentException(
          "--idle monitor watches one receive queue an lcore, here are %d: use more lcores, or --idle backoff"
              .formatted(mine.size()));
    }
    return eal.port(mine.getFirst().rxPort()).rxQueues().getFirst();
  }

  List<PollLoop> loops() {
    return loops;
  }

  List<Port> ports() {
    return ports;
  }

  /** Packets forwarded so far; made ones in generating modes. */
  long packets() {
    long sum = 0;
    for (Stream stream : streams) {
      sum += packetsOf(stream);
    }
    return sum;
  }

  private long packetsOf(Stream stream) {
    StreamCounters counters = stream.counters();
    return options.mode.generates() ? counters.transmitted() : counters.received();
  }

  /** Reads every counter. */
  Sample sample() {
    List<PortSample> portSamples = new ArrayList<>();
    for (Port port : ports) {
      portSamples.add(sample(port));
    }
    List<LcoreSample> lcoreSamples = new ArrayList<>();
    for (PollLoop loop : loops) {
      long packets = 0;
      for (Stream stream : streamsOf.getOrDefault(loop, List.of())) {
        packets += packetsOf(stream);
      }
      Lcore lcore = loop.lcore();
      lcoreSamples.add(
          new LcoreSample(
              lcore.id(),
              lcore.cpu(),
              packets,
              loop.busyNanos(),
              loop.idleNanos(),
              loop.allocatedBytes()));
    }
    return new Sample(System.nanoTime(), portSamples, lcoreSamples);
  }

  private PortSample sample(Port port) {
    long rx = 0;
    long tx = 0;
    long dropped = 0;
    for (Stream stream : streams) {
      if (stream.rxPort() == port.id()) {
        rx += stream.counters().received();
      }
      if (stream.txPort() == port.id()) {
        tx += stream.counters().transmitted();
        dropped += stream.counters().dropped();
      }
    }
    PortStats stats = port.stats();
    return new PortSample(
        port.id(),
        port.info().name(),
        port.info().driver(),
        port.link().up(),
        rx,
        tx,
        stats.rxBytes(),
        stats.txBytes(),
        stats.rxMissed() + stats.rxNoMbuf(),
        dropped);
  }

  /** Why a loop ended by itself; null when none has. */
  @Nullable Throwable failure() {
    for (PollLoop loop : loops) {
      Throwable failure = loop.failure();
      if (failure != null) {
        return failure;
      }
    }
    return null;
  }

  /** Takes the lcores off, stops and starts a port, puts them on again: no packet is waited for. */
  void restart(Port port) {
    loops.forEach(PollLoop::pause);
    try {
      port.stop();
      port.start();
    } finally {
      loops.forEach(PollLoop::resume);
    }
  }

  /**
   * Ends loops and ports and counts the buffers that did not come back: 0 unless somebody leaks.
   */
  long stop() {
    eal.stopLoops();
    ports.forEach(Port::close);
    long lost = 0;
    for (Mempool pool : pools.values()) {
      lost += pool.capacity() - pool.available();
    }
    return lost;
  }
}
