package io.gatun.pmd;

import io.gatun.bindings.Abi;
import io.gatun.bindings.DpdkLibrary;
import io.gatun.bindings.Errno;
import io.gatun.bindings.FastPath;
import io.gatun.bindings.RteEal;
import io.gatun.bindings.RteEthdev;
import io.gatun.bindings.RteLcore;
import io.gatun.bindings.StandardStreams;
import io.gatun.bindings.Upcalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * DPDK's environment abstraction layer: one per process, started once, closed once.
 *
 * <p>Owns everything that DPDK gives out: lcores, ports, pools. {@link #close} ends them in the
 * order that DPDK needs: poll loops, ports, pools, EAL. Control thread.
 */
public final class Eal implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Eal.class.getName());
  private static final long STOP_SECONDS = 10;
  private static final String BASE_ADDRESS = "--base-virtaddr=0x2000000000"; // 128 GB

  private static boolean started;

  private final EalLog log;
  private final Path runtimeDirectory;
  private final boolean exclusive;
  private final List<String> arguments;
  private final List<Lcore> lcores;
  private final PortEvents events = new PortEvents();
  private final Map<Integer, Port> ports = new LinkedHashMap<>();
  private final List<Mempool> pools = new ArrayList<>();
  private final List<PollLoop> loops = new CopyOnWriteArrayList<>();
  private boolean closed;

  private Eal(EalLog log, List<String> arguments) {
    boolean inMemory = arguments.contains("--in-memory");
    this.log = log;
    this.arguments = List.copyOf(arguments);
    this.runtimeDirectory = Path.of(RteEal.rte_eal_get_runtime_dir());
    this.exclusive = !inMemory && RteEal.rte_eal_is_primary();
    this.lcores = findLcores();
    LcoreUsage.register(loops);
    for (int id = RteEthdev.rte_eth_find_next(0);
        id < Abi.constant("RTE_MAX_ETHPORTS");
        id = RteEthdev.rte_eth_find_next(id + 1)) {
      ports.put(id, new Port(id, events));
    }
    events.registerDevices();
  }

  /**
   * Loads DPDK and starts EAL.
   *
   * @param arguments EAL's own command-line arguments, handed on as they are; see DPDK's guide
   * @throws EalException when EAL refuses: the message names the cause and the remedy
   * @throws io.gatun.bindings.DpdkLibraryException when there is no DPDK
   * @throws IllegalStateException when EAL was started before in this process
   */
  public static synchronized Eal start(List<String> arguments) {
    DpdkLibrary.load();
    if (started) {
      throw new IllegalStateException("EAL starts only once in a process, also after close()");
    }
    started = true;
    EalLog log = new EalLog();
    log.open();
    List<String> argv = new ArrayList<>();
    argv.add("gatun");
    argv.addAll(arguments);
    try {
      initOnOwnThread(argv, log);
      FastPath.link();
      log.started();
      return new Eal(log, arguments);
    } catch (RuntimeException e) {
      log.close();
      String folder = RteEal.rte_eal_get_runtime_dir();
      if (!folder.isEmpty()) {
        RuntimeDirectory.remove(Path.of(folder), false);
      }
      throw e;
    }
  }

  /**
   * rte_eal_init pins its caller to the main lcore's CPU, and threads that the caller starts later
   * inherit that: so the caller is a thread that ends at once.
   */
  private static void initOnOwnThread(List<String> argv, EalLog log) {
    int[] result = new int[2];
    Thread thread =
        new Thread(
            () -> {
              result[0] = RteEal.rte_eal_init(withBaseAddress(argv));
              result[1] = Errno.rte_errno();
            },
            "eal-init");
    StandardStreams streams = StandardStreams.capture();
    String printed;
    try {
      thread.start();
      joinUninterruptibly(thread);
    } finally {
      printed = streams.restore();
    }
    if (result[0] < 0) {
      throw new EalException(EalFailure.explain(argv, result[1], log.errors(), printed));
    }
    System.err.print(printed);
    if (RteEal.rte_pdump_init() < 0) {
      LOG.log(System.Logger.Level.WARNING, "rte_pdump_init failed: dumpcap cannot attach");
    }
  }

  /**
   * EAL's own choice of addresses, from 4 GB on, collides with the JVM's heap and class data below
   * 33 GB; it then takes any address, which a secondary process (dumpcap) may have in use. Not
   * above 39 bits, where an IOMMU may end. See docs/decisions/0006.
   */
  private static List<String> withBaseAddress(List<String> argv) {
    for (String argument : argv) {
      if (argument.startsWith("--base-virtaddr") || argument.startsWith("--proc-type=sec")) {
        return argv;
      }
    }
    List<String> more = new ArrayList<>(argv);
    more.add(1, BASE_ADDRESS);
    return more;
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // EAL cannot be left half started
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<Lcore> findLcores() {
    int main = RteLcore.rte_get_main_lcore();
    List<Lcore> found = new ArrayList<>();
    for (int id = 0; id < Abi.constant("RTE_MAX_LCORE"); id++) {
      if (RteLcore.rte_lcore_is_enabled(id)) {
        found.add(
            new Lcore(
                id,
                RteLcore.rte_lcore_to_cpu_id(id),
                RteLcore.rte_lcore_to_socket_id(id),
                id == main));
      }
    }
    return List.copyOf(found);
  }

  /** What DPDK says of itself, such as {@code DPDK 24.11.3}. */
  public String version() {
    return DpdkLibrary.load().version();
  }

  /** The folder with this process's telemetry socket. */
  public Path runtimeDirectory() {
    return runtimeDirectory;
  }

  /** All lcores, the main one among them. */
  public List<Lcore> lcores() {
    return lcores;
  }

  /** The lcores that run poll loops. */
  public List<Lcore> workers() {
    return lcores.stream().filter(lcore -> !lcore.main()).toList();
  }

  /** All ports by number. */
  public List<Port> ports() {
    return List.copyOf(ports.values());
  }

  /**
   * The port with this number.
   *
   * @throws IllegalArgumentException when there is none; the message lists those that there are
   */
  public Port port(int id) {
    Port port = ports.get(id);
    if (port == null) {
      throw new IllegalArgumentException(
          "port %d does not exist: %s"
              .formatted(
                  id,
                  ports.isEmpty()
                      ? "there is none; bind a NIC to vfio-pci, or add --vdev=net_tap0"
                      : "there are " + ports.values()));
    }
    return port;
  }

  /**
   * Creates a pool of packet buffers; closed with EAL.
   *
   * @see Mempool#create
   */
  public Mempool createMempool(String name, int capacity, int cacheSize, int dataRoom, int socket) {
    Mempool pool = Mempool.create(name, capacity, cacheSize, dataRoom, socket);
    pools.add(pool);
    return pool;
  }

  /**
   * Starts a loop on its lcore and returns when it turns.
   *
   * @throws DpdkException when the lcore is busy with another one
   */
  public void launch(PollLoop loop) {
    int lcore = loop.lcore().id();
    MemorySegment function =
        Upcalls.lcoreFunction(
            () -> {
              loop.run();
              return 0;
            },
            Arena.global());
    DpdkException.check(
        RteLcore.rte_eal_remote_launch(function, lcore),
        "rte_eal_remote_launch(lcore " + lcore + ")",
        "it runs another loop");
    loops.add(loop);
    try {
      if (!loop.awaitStart(STOP_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("lcore " + lcore + " did not start its loop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Gives a port that is not configured yet another address of its own, until it is closed.
   *
   * @throws IllegalArgumentException when no port may have that address
   * @throws DpdkException when the driver cannot change it
   * @throws IllegalStateException when it is a virtual function's and the physical one refuses
   */
  public void changeMac(Port port, MacAddress mac) {
    new MacChange(port, mac, arguments).run();
  }

  /**
   * Closes a port whose device is to be removed; with the last port of the device also gives the
   * device back ({@code rte_dev_remove}), so that the kernel, which waits for that, can go on. No
   * lcore may be on the port any more.
   *
   * @throws DpdkException when the device cannot be given back: then only the end of the process
   *     does it
   */
  public void release(Port port) {
    Closer closer = new Closer();
    closer.run(port::close);
    port.markRemoved();
    String device = port.info().name();
    if (ports.values().stream().allMatch(p -> p.isClosed() || !p.info().name().equals(device))) {
      closer.run(
          () ->
              DpdkException.check(
                  RteEthdev.rte_dev_remove(port.device()), "rte_dev_remove(" + device + ")", ""));
    }
    closer.rethrow();
  }

  /** Everything that happened to ports since the last call, in order. */
  public List<PortEvent> drainEvents() {
    return events.drain();
  }

  /**
   * Stops the loops, stops and closes the ports, frees the pools, cleans EAL up. A step that fails
   * does not keep the others from being done; the first failure is thrown at the end.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    Closer closer = new Closer();
    closer.run(this::stopLoops);
    for (Port port : ports.values()) {
      closer.run(port::close);
    }
    for (Mempool pool : pools) {
      closer.run(pool::close);
    }
    closer.run(RteEal::rte_pdump_uninit);
    closer.run(() -> DpdkException.check(RteEal.rte_eal_cleanup(), "rte_eal_cleanup()", ""));
    closer.run(log::close);
    closer.run(() -> RuntimeDirectory.remove(runtimeDirectory, exclusive));
    closer.rethrow();
  }

  /** Ends all poll loops and waits for their lcores; ports and pools stay. Idempotent. */
  public void stopLoops() {
    loops.forEach(PollLoop::stop);
    for (PollLoop loop : loops) {
      try {
        if (!loop.await(STOP_SECONDS, TimeUnit.SECONDS)) {
          // Its packets and queues are in use: to close anything below it would crash.
          throw new IllegalStateException(
              "lcore %d does not leave its loop: an agent of %s blocks"
                  .formatted(loop.lcore().id(), loop.agents()));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      RteLcore.rte_eal_wait_lcore(loop.lcore().id());
    }
    loops.clear();
  }
}
