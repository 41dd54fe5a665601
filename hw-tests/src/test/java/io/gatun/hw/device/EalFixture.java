package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.bindings.DpdkLibrary;
import io.gatun.bindings.DpdkLibraryException;
import io.gatun.pmd.Agent;
import io.gatun.pmd.Eal;
import io.gatun.pmd.IdleStrategy;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * EAL for one test class: a main lcore, one worker, the virtual devices that it asks for, no huge
 * page files, a prefix of its own. After every test the loops are stopped, then the ports, and
 * every buffer of every pool must be back.
 */
public final class EalFixture implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private static final long DEADLINE_SECONDS = 30;
  private static final int NEEDED_MEGABYTES = 64;
  private static final String PACKETS = "packets";
  private static final int POOL_SIZE = 8191;

  private final Supplier<List<String>> devices;
  private final boolean probesPci;
  private final Map<String, Mempool> pools = new LinkedHashMap<>();
  private final Map<Integer, Integer> rings = new HashMap<>();
  private boolean keepsRings;
  private @Nullable Eal eal;

  private EalFixture(Supplier<List<String>> devices, boolean probesPci) {
    this.devices = devices;
    this.probesPci = probesPci;
  }

  /** With these EAL arguments, such as {@code --vdev=net_null0}; port numbers follow the order. */
  public static EalFixture with(String... devices) {
    return new EalFixture(() -> List.of(devices), false);
  }

  /** With arguments that must be prepared first; the supplier may skip the test class. */
  public static EalFixture with(Supplier<List<String>> devices) {
    return new EalFixture(devices, false);
  }

  /** With real ports: the arguments name those that EAL may touch, as {@code -a} does. */
  public static EalFixture withPci(Supplier<List<String>> allowed) {
    return new EalFixture(allowed, true);
  }

  /**
   * For drivers that keep their receive rings full until the port is closed (net_tap): what they
   * keep is counted, and all of it must be back when the class ends.
   */
  public EalFixture keepingRingsUntilClosed() {
    keepsRings = true;
    return this;
  }

  // ---- life -------------------------------------------------------------------------------------

  @Override
  public void beforeAll(ExtensionContext context) {
    try {
      DpdkLibrary.load();
    } catch (DpdkLibraryException e) {
      assumeTrue(false, e.getMessage());
    }
    assumeTrue(freeMegabytes() >= NEEDED_MEGABYTES, "too few free huge pages of 2 MB");
    List<String> arguments = new ArrayList<>(List.of("--in-memory"));
    if (!probesPci) {
      arguments.add("--no-pci");
    }
    arguments.add("--file-prefix=gatun-test-" + ProcessHandle.current().pid());
    arguments.add("--lcores=" + lcores());
    arguments.addAll(devices.get());
    eal = Eal.start(arguments);
  }

  private static long freeMegabytes() {
    try {
      String free =
          Files.readString(Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"));
      return Long.parseLong(free.strip()) * 2;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Main lcore and worker on the first and the last CPU that this process may use. */
  private static String lcores() {
    String cpus = cpusAllowed();
    String first = cpus.split("[-,]", -1)[0];
    String last = cpus.substring(Math.max(cpus.lastIndexOf('-'), cpus.lastIndexOf(',')) + 1);
    return "0@%s,1@%s".formatted(first, last);
  }

  private static String cpusAllowed() {
    String key = "Cpus_allowed_list:";
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith(key)) {
          return line.substring(key.length()).strip();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "0";
  }

  @Override
  public void afterEach(ExtensionContext context) {
    stopLoops();
    for (Port port : eal().ports()) {
      port.stop();
    }
    assertPoolsFull();
  }

  /** Every buffer of every pool is where it belongs. */
  public void assertPoolsFull() {
    int kept = rings.values().stream().mapToInt(Integer::intValue).sum();
    for (Mempool pool : pools.values()) {
      int full = pool.capacity() - (pool.name().equals(PACKETS) ? kept : 0);
      assertThat(pool.available()).as("free mbufs of " + pool.name()).isEqualTo(full);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (eal != null) {
      eal.ports().forEach(this::close);
      try {
        assertPoolsFull();
      } finally {
        eal.close();
      }
    }
  }

  // ---- what tests use ---------------------------------------------------------------------------

  public Eal eal() {
    if (eal == null) {
      throw new IllegalStateException("EAL is not started");
    }
    return eal;
  }

  /** The only worker. */
  public Lcore worker() {
    return eal().workers().getFirst();
  }

  /** The pool that ports receive into. */
  public Mempool pool() {
    return pool(PACKETS, POOL_SIZE, 250);
  }

  /** A pool by name, made at the first use. */
  public Mempool pool(String name, int capacity, int cache) {
    return pools.computeIfAbsent(
        name, n -> eal().createMempool(n, capacity, cache, Mempool.DEFAULT_DATA_ROOM, -1));
  }

  /** Configures and starts a port; it is stopped when the test ends. */
  public Port start(int id, PortConfig config) {
    Port port = eal().port(id);
    port.stop();
    port.configure(config, pool());
    port.start();
    if (keepsRings) {
      rings.put(id, config.rxQueues() * config.rxDescriptors());
    }
    return port;
  }

  /** Closes a port for good. */
  public void close(Port port) {
    port.close();
    rings.remove(port.id());
  }

  public Port start(int id) {
    return start(id, PortConfig.DEFAULT);
  }

  /** Starts a loop with these agents on the worker. */
  public PollLoop launch(Agent... agents) {
    PollLoop loop = new PollLoop(worker(), List.of(agents), IdleStrategy.busy());
    eal().launch(loop);
    return loop;
  }

  /** Stops the loops; the worker is free again. */
  public void stopLoops() {
    eal().stopLoops();
  }

  /** Something to be done on the worker's own thread. */
  @FunctionalInterface
  public interface Work {
    void run() throws Exception;
  }

  /** Does {@code work} on the worker's thread, once, and passes on what it throws. */
  public void onWorker(Work work) {
    Once once = new Once(work);
    PollLoop loop = launch(once);
    once.await();
    loop.stop();
    stopLoops();
    rethrow(loop);
  }

  /** Fails with what ended a loop, if anything did. */
  public static void rethrow(PollLoop loop) {
    switch (loop.failure()) {
      case null -> {}
      case Error e -> throw e;
      case RuntimeException e -> throw e;
      case Throwable e -> throw new AssertionError(e);
    }
  }

  /** Work for one turn: it takes as long as it takes, on a busy machine too. */
  private static final class Once implements Agent {
    private final Work work;
    private final CountDownLatch done = new CountDownLatch(1);

    Once(Work work) {
      this.work = work;
    }

    @Override
    public String name() {
      return "once";
    }

    @Override
    public int doWork() {
      if (done.getCount() == 0) {
        return 0;
      }
      try {
        work.run();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError(e);
      } finally {
        done.countDown();
      }
      return 0;
    }

    void await() {
      try {
        done.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while the worker works", e);
      }
    }
  }

  /** Waits for a condition; fails when it does not come about. */
  public static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited in vain for " + what);
      }
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for " + what, e);
      }
    }
  }
}
