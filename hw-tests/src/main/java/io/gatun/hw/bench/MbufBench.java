package io.gatun.hw.bench;

import io.gatun.pmd.Agent;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Eal;
import io.gatun.pmd.IdleStrategy;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.PollLoop;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Allocation and free of 32 mbufs on a worker lcore: {@link MempoolCache} beside {@code
 * rte_pktmbuf_alloc_bulk} and {@code rte_pktmbuf_free_bulk} compiled by gcc as Debian compiles
 * DPDK.
 */
final class MbufBench {
  private static final int BULK = 32;
  private static final int ROUNDS = 5_000_000;
  private static final int MBUFS = 8191;
  private static final int CACHE = 250;

  private final int pairs;

  MbufBench(int pairs) {
    this.pairs = pairs;
  }

  /** Both run in turns in one process of their own kind. */
  Ratio run(CPeer peer) throws IOException, InterruptedException {
    Ratio.Collector collector = new Ratio.Collector();
    List<String> arguments =
        List.of(
            "-l",
            "0-1",
            "--no-pci",
            "--in-memory",
            "--file-prefix=gatun-mbuf-" + ProcessHandle.current().pid());
    try (Eal eal = Eal.start(arguments)) {
      Mempool pool = eal.createMempool("mbuf_bench", MBUFS, CACHE, Mempool.DEFAULT_DATA_ROOM, -1);
      for (int pair = 0; pair < pairs; pair++) {
        double theirs = peer.run().getOrDefault("alloc_free", Double.NaN);
        collector.add(gatun(eal, pool), theirs);
      }
    }
    return collector.ofTimes("mbuf alloc/free of 32", "ns", "C");
  }

  private static double gatun(Eal eal, Mempool pool) throws InterruptedException {
    Lcore lcore = eal.workers().getFirst();
    Turn turn = new Turn(pool.cache(lcore));
    PollLoop loop = new PollLoop(lcore, List.of(turn), IdleStrategy.busy());
    eal.launch(loop);
    if (!turn.await()) {
      throw new IllegalStateException("the benchmark's loop failed: " + loop.failure());
    }
    eal.stopLoops();
    return turn.nanosPerRound;
  }

  /** Warms up, measures once, then idles. */
  private static final class Turn implements Agent {
    private final MempoolCache cache;
    private final Burst burst = Burst.allocate(BULK, Arena.ofAuto());
    private final CountDownLatch done = new CountDownLatch(1);
    private double nanosPerRound;

    Turn(MempoolCache cache) {
      this.cache = cache;
    }

    boolean await() throws InterruptedException {
      return done.await(60, TimeUnit.SECONDS);
    }

    @Override
    public String name() {
      return "mbuf benchmark";
    }

    @Override
    public int doWork() {
      if (done.getCount() > 0) {
        for (int i = 0; i < 100; i++) {
          rounds(ROUNDS / 1000);
        }
        long start = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
          rounds(ROUNDS / 1000);
        }
        nanosPerRound = (System.nanoTime() - start) / (double) ROUNDS;
        done.countDown();
      }
      return 0;
    }

    private void rounds(int count) {
      for (int i = 0; i < count; i++) {
        if (!cache.allocate(burst, BULK)) {
          throw new IllegalStateException("pool exhausted");
        }
        cache.free(burst);
      }
    }
  }
}
