package io.gatun.pmd.session;

import io.gatun.pmd.Eal;
import io.gatun.pmd.IdleStrategy;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.PortStats;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.observe.LcoreSample;
import io.gatun.pmd.observe.PortSample;
import io.gatun.pmd.observe.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The pools, configured ports, workers and loops of one command.
 *
 * <p>In this order: {@link #configure} sets the ports up, {@link #run} collects workers on their
 * queues, {@link #start} starts ports and loops, {@link #stop} ends them. Control thread; {@link
 * #sample}, {@link #packets} and {@link #ports} may be called from any thread once it has started.
 * {@link Eal} closes what is left of a session that fails on the way.
 */
public final class PortSession {
  private static final int FRAME_OVERHEAD = 26; // Ethernet, two VLAN tags, CRC
  private static final int MAX_PARK_MICROS = 100;

  private final Eal eal;
  private final SessionOptions options;
  private final Map<Integer, Mempool> pools = new TreeMap<>();
  private final Map<Lcore, List<Worker>> workers = new LinkedHashMap<>();
  private final Map<PollLoop, List<Worker>> loops = new LinkedHashMap<>();
  // Readers of counters must not ask a driver that is being taken away.
  private final Object releasing = new Object();
  private final Map<Port, PortSample> lastSamples = new HashMap<>();
  private List<PortPlan> plans = List.of();
  private List<Port> ports = List.of();
  private int extraMbufs;
  private int minDataRoom = Mempool.DEFAULT_DATA_ROOM;

  /**
   * A session of no port so far. Ports get their addresses of {@code --port-mac} now, before
   * anybody asks for them.
   *
   * @throws IllegalArgumentException when there is no such port
   * @throws io.gatun.pmd.DpdkException when a driver cannot change its port's address
   * @throws IllegalStateException when a physical function refuses
   */
  public PortSession(Eal eal, SessionOptions options) {
    this.eal = eal;
    this.options = options;
    options.macs().forEach((id, mac) -> eal.changeMac(eal.port(id), mac));
  }

  /**
   * Sees that there is something to do and somebody who does it.
   *
   * @throws UsageException when not; the message names the remedy
   */
  public static void requireSome(List<?> ports, List<Lcore> workers) {
    if (ports.isEmpty()) {
      throw new UsageException(
          "there is no port: bind a NIC to vfio-pci and name it with -a, or add --vdev=net_tap0");
    }
    if (workers.isEmpty()) {
      throw new UsageException(
          "there is no worker lcore beside the main one: use -l 0-1, or --lcores '(0-1)@0' on one CPU");
    }
  }

  /**
   * Adds to the buffers of each pool, beyond what queues, caches and bursts hold; before {@link
   * #configure}. Without effect where the user has given {@code --mbufs}.
   */
  public void needMbufs(int count) {
    extraMbufs = Math.addExact(extraMbufs, count);
  }

  /** Makes each buffer hold {@code bytes} at least, headroom aside; before {@link #configure}. */
  public void needDataRoom(int bytes) {
    minDataRoom = Math.max(minDataRoom, bytes);
  }

  /**
   * Sets ports up, each with the pool of its NUMA node; once. Nothing is changed unless all can be.
   *
   * @throws IllegalArgumentException when a port has not got what its configuration asks for
   */
  public void configure(List<PortPlan> wanted) {
    plans = List.copyOf(wanted);
    ports = plans.stream().map(PortPlan::port).toList();
    for (PortPlan plan : plans) {
      plan.port().check(plan.config()); // before pools are made for queues that do not exist
    }
    for (PortPlan plan : plans) {
      plan.port().configure(plan.config(), pool(plan.port()));
    }
  }

  /** The pool of the port's NUMA node, made at the first use. */
  public Mempool pool(Port port) {
    return pools.computeIfAbsent(
        port.info().socket(),
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
    long queues = 0;
    for (PortPlan plan : plans) {
      PortConfig config = plan.config();
      queues += (long) config.rxQueues() * config.rxDescriptors();
      queues += (long) config.txQueues() * config.txDescriptors();
    }
    long caches = (long) (eal.lcores().size() + 1) * (options.mbufCache * 3L / 2 + options.burst);
    long needed = queues + caches + extraMbufs + 1024;
    return (int) Math.min(Long.highestOneBit(needed) * 2 - 1, SessionOptions.MAX_MBUFS);
  }

  /** Bytes of each buffer behind its headroom; after {@link #configure}. */
  public int dataRoom() {
    int mtu = plans.stream().mapToInt(plan -> plan.config().mtu()).max().orElse(0);
    return Math.max(mtu + FRAME_OVERHEAD, minDataRoom);
  }

  /** Lets {@code lcore} turn {@code worker}, after those that it has; before {@link #start}. */
  public void run(Lcore lcore, Worker worker) {
    workers.computeIfAbsent(lcore, key -> new ArrayList<>()).add(worker);
  }

  /** Starts the ports, then one loop on every lcore that has a worker. */
  public void start() {
    workers.forEach(
        (lcore, mine) -> loops.put(new PollLoop(lcore, mine, idle(mine)), List.copyOf(mine)));
    ports.forEach(Port::start);
    loops.keySet().forEach(eal::launch);
  }

  private IdleStrategy idle(List<Worker> mine) {
    return switch (options.idle) {
      case BUSY -> IdleStrategy.busy();
      case BACKOFF -> IdleStrategy.backoff(MAX_PARK_MICROS);
      case PAUSE -> IdleStrategy.powerPause();
      case MONITOR -> IdleStrategy.powerMonitor(onlyQueue(mine));
    };
  }

  private static RxQueue onlyQueue(List<Worker> mine) {
    List<RxQueue> queues = mine.stream().flatMap(worker -> worker.rxQueues().stream()).toList();
    if (mine.size() != 1 || queues.size() != 1) {
      throw new IllegalArgumentException(
          "--idle monitor watches one receive queue an lcore, here are %d: use more lcores, or --idle backoff"
              .formatted(queues.size()));
    }
    return queues.getFirst();
  }

  /** The ports in the order of {@link #configure}. */
  public List<Port> ports() {
    return ports;
  }

  /** The running loops; empty before {@link #start}. */
  public List<PollLoop> loops() {
    return List.copyOf(loops.keySet());
  }

  /**
   * Turns of an lcore's loop so far, in steps of many: when the number has grown, every turn that
   * was under way before has ended. 0 before {@link #start}; {@link Long#MAX_VALUE} once it ended.
   */
  public long turns(Lcore lcore) {
    for (PollLoop loop : loops.keySet()) {
      if (loop.lcore().equals(lcore)) {
        return loop.hasEnded() ? Long.MAX_VALUE : loop.turns();
      }
    }
    return 0;
  }

  /** Packets that the workers have worked on so far. */
  public long packets() {
    long sum = 0;
    for (List<Worker> mine : workers.values()) {
      sum += packets(mine);
    }
    return sum;
  }

  private static long packets(List<Worker> mine) {
    long sum = 0;
    for (Worker worker : mine) {
      sum += worker.packets();
    }
    return sum;
  }

  /** Reads every counter. */
  public Sample sample() {
    List<PortSample> portSamples = new ArrayList<>();
    for (Port port : ports) {
      portSamples.add(sample(port));
    }
    List<LcoreSample> lcoreSamples = new ArrayList<>();
    loops.forEach(
        (loop, mine) ->
            lcoreSamples.add(
                new LcoreSample(
                    loop.lcore().id(),
                    loop.lcore().cpu(),
                    packets(mine),
                    loop.busyNanos(),
                    loop.idleNanos(),
                    loop.allocatedBytes())));
    return new Sample(System.nanoTime(), portSamples, lcoreSamples);
  }

  private PortSample sample(Port port) {
    synchronized (releasing) {
      PortSample last = lastSamples.get(port);
      return last == null ? read(port) : last;
    }
  }

  private PortSample read(Port port) {
    long rx = 0;
    long tx = 0;
    long dropped = 0;
    for (List<Worker> mine : workers.values()) {
      for (Worker worker : mine) {
        rx += worker.received(port.id());
        tx += worker.transmitted(port.id());
        dropped += worker.dropped(port.id());
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
  public @Nullable Throwable failure() {
    for (PollLoop loop : loops.keySet()) {
      Throwable failure = loop.failure();
      if (failure != null) {
        return failure;
      }
    }
    return null;
  }

  /**
   * Gives a port's device back while the others go on: retires the workers that need the port, then
   * closes it and has {@link Eal#release} do the rest, with all lcores off. The port's counters
   * keep their last values. Idempotent.
   */
  public void release(Port port) {
    loops.forEach(
        (loop, mine) -> loop.retire(mine.stream().filter(w -> w.uses(port.id())).toList()));
    loops.keySet().forEach(PollLoop::pause);
    try {
      synchronized (releasing) {
        if (!port.isClosed()) {
          if (ports.contains(port)) {
            lastSamples.put(port, read(port).withLinkDown());
          }
          eal.release(port);
        }
      }
    } finally {
      loops.keySet().forEach(PollLoop::resume);
    }
  }

  /** Whether {@link #release} has given the device of this port back. */
  boolean isReleased(int port) {
    synchronized (releasing) {
      return lastSamples.keySet().stream().anyMatch(released -> released.id() == port);
    }
  }

  /** Whether a worker is left; true before {@link #start}. */
  public boolean hasWorkers() {
    return loops.isEmpty() || loops.keySet().stream().anyMatch(loop -> !loop.agents().isEmpty());
  }

  /** Takes the lcores off, stops and starts a port, puts them on again: no packet is waited for. */
  public void restart(Port port) {
    loops.keySet().forEach(PollLoop::pause);
    try {
      port.stop();
      port.start();
    } finally {
      loops.keySet().forEach(PollLoop::resume);
    }
  }

  /**
   * Ends loops and ports and counts the buffers that did not come back: 0 unless somebody leaks.
   */
  public long stop() {
    eal.stopLoops();
    ports.forEach(Port::close);
    long lost = 0;
    for (Mempool pool : pools.values()) {
      lost += pool.capacity() - pool.available();
    }
    return lost;
  }
}
