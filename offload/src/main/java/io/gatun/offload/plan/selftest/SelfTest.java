package io.gatun.offload.plan.selftest;

import io.gatun.bindings.RteEthBits;
import io.gatun.offload.plan.Feature;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.offload.plan.SelfTestResults.Outcome;
import io.gatun.offload.plan.SelfTestResults.Status;
import io.gatun.pmd.Agent;
import io.gatun.pmd.Eal;
import io.gatun.pmd.IdleStrategy;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.wire.TunnelType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Tries what two cabled ports claim, in both directions; or what one port claims that loops its
 * frames back. It configures and starts the ports, and stops them again. Control thread; the frames
 * are sent and received by a worker lcore.
 */
public final class SelfTest {
  private static final long TX_OFFLOADS =
      RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS
          | RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT
          | RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM
          | RteEthBits.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO
          | RteEthBits.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO;
  private static final long RX_OFFLOADS =
      RteEthBits.RTE_ETH_RX_OFFLOAD_IPV4_CKSUM
          | RteEthBits.RTE_ETH_RX_OFFLOAD_UDP_CKSUM
          | RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_CKSUM
          | RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM
          | RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_UDP_CKSUM;
  private static final int MBUFS = 4095;
  private static final int CACHE = 250;
  private static final int TIMEOUT_SECONDS = 120;
  private static final int LINK_SECONDS = 10;
  private static final int LINK_POLL_MILLIS = 50;

  private final Eal eal;
  private final Port first;
  private final Port second;

  /** Between {@code first} and {@code second}, which may be the same. */
  public SelfTest(Eal eal, Port first, Port second) {
    this.eal = eal;
    this.first = first;
    this.second = second;
  }

  /**
   * Runs all checks, which takes a few seconds.
   *
   * @return the results of each port
   * @throws UsageException when there is no worker lcore
   * @throws IllegalStateException when not even a plain frame arrives
   */
  public Map<Port, SelfTestResults> run() throws InterruptedException {
    if (eal.workers().isEmpty()) {
      throw new UsageException(
          "--self-test: the test runs on a worker lcore and there is none: give EAL two, as in"
              + " -l 0-1");
    }
    Mempool pool = eal.createMempool("self-test", MBUFS, CACHE, Mempool.DEFAULT_DATA_ROOM, -1);
    List<Port> ports = first == second ? List.of(first) : List.of(first, second);
    try {
      for (Port port : ports) {
        port.configure(
            PortConfig.DEFAULT.withOffloads(
                port.info().rxOffloads() & RX_OFFLOADS, port.info().txOffloads() & TX_OFFLOADS),
            pool);
        port.start();
      }
      awaitLinks(ports);
      return onWorker(pool);
    } finally {
      eal.stopLoops();
      ports.forEach(Port::stop);
    }
  }

  private static void awaitLinks(List<Port> ports) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LINK_SECONDS);
    for (Port port : ports) {
      while (!port.link().up()) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "%s: the link is down: is the cable in, is the other end up?".formatted(port));
        }
        Thread.sleep(LINK_POLL_MILLIS);
      }
    }
  }

  private Map<Port, SelfTestResults> onWorker(Mempool pool) throws InterruptedException {
    Worker worker = new Worker(pool.cache(eal.workers().getFirst()));
    eal.launch(new PollLoop(eal.workers().getFirst(), List.of(worker), IdleStrategy.busy()));
    try {
      return worker.result.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("the self-test does not end", e);
    }
  }

  /** Does everything in its first turn: nothing else runs on this lcore. */
  private final class Worker implements Agent {
    private final CompletableFuture<Map<Port, SelfTestResults>> result = new CompletableFuture<>();
    private final MempoolCache cache;

    Worker(MempoolCache cache) {
      this.cache = cache;
    }

    @Override
    public String name() {
      return "self-test";
    }

    @Override
    public int doWork() {
      if (result.isDone()) {
        return 0;
      }
      try {
        result.complete(runAll(cache));
      } catch (RuntimeException e) {
        result.completeExceptionally(e);
      }
      return 1;
    }
  }

  private Map<Port, SelfTestResults> runAll(MempoolCache cache) {
    Map<Port, SelfTestResults> results = new LinkedHashMap<>();
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    results.put(first, new SelfTestResults(now, Map.of()));
    results.put(second, new SelfTestResults(now, Map.of()));
    runOneWay(cache, first, second, results);
    if (first != second) {
      runOneWay(cache, second, first, results);
    }
    return results;
  }

  private static void runOneWay(
      MempoolCache cache, Port from, Port to, Map<Port, SelfTestResults> results) {
    TestCases cases =
        new TestCases(PortCapabilities.of(from.info()), PortCapabilities.of(to.info()));
    try (TestWire wire = new TestWire(from, to, cache)) {
      wire.awaitPath(cases.probe());
      for (TestCase test : cases.transmit()) {
        note(results, from, test.feature(), test.tunnel(), wire.run(test));
      }
      cases
          .notOffered()
          .forEach(
              (feature, tunnels) ->
                  tunnels.forEach(
                      tunnel ->
                          note(
                              results,
                              from,
                              feature,
                              tunnel,
                              new Outcome(Status.NOT_OFFERED, ""))));
      for (TestCase test : cases.receive()) {
        note(results, to, test.feature(), test.tunnel(), wire.run(test));
      }
    }
  }

  /** The first failure of a feature stays. */
  private static void note(
      Map<Port, SelfTestResults> results,
      Port port,
      Feature feature,
      @Nullable TunnelType tunnel,
      Outcome outcome) {
    results.computeIfPresent(
        port,
        (key, known) -> {
          Outcome before = known.outcomes().get(SelfTestResults.key(feature, tunnel));
          return before != null && before.isFailure()
              ? known
              : known.with(feature, tunnel, outcome);
        });
  }
}
