package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.device.EalFixture;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The engine among devices that complete late, in another order, in part or never: no buffer is
 * lost, none is in two places, no primary packet is lost or changed, and every mirrored one is
 * right.
 */
@Tag("dpdk")
class MirrorStateTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with("--vdev=net_ring0");

  private static final long SEED = Long.getLong("gatun.seed", 20_260_401);
  private static final long PACKETS = Long.getLong("gatun.packets", 1_000_000);
  private static final int STEPS = Integer.getInteger("gatun.steps", 400);
  private static final int BREAK_OFF_EVERY = 16;
  private static final int POOL_SIZE = 4095;

  private final Port ring = DPDK.start(0);

  @Test
  void everyBufferIsInExactlyOneState() {
    long[] sums = new long[5];
    long begin = System.nanoTime();
    MempoolCache cache = DPDK.pool("census", POOL_SIZE, 250).cache(DPDK.worker());
    MempoolCache completions =
        DPDK.pool("completions", 1023, Mempool.MAX_CACHE).cache(DPDK.worker());
    List<PoolCensus> census = new ArrayList<>();
    DPDK.onWorker(() -> census.add(new PoolCensus(cache, POOL_SIZE)));
    for (long seed = SEED; sums[0] < PACKETS; seed++) {
      long one = seed;
      DPDK.onWorker(() -> run(one, cache, completions, census.getFirst(), sums));
    }
    System.out.printf(
        "mirror's states: %d packets, %d mirrored frames, %d steps, %d faults injected,"
            + " 0 buffers lost, seeds %d to %d, %.1f s%n",
        sums[0],
        sums[1],
        sums[2],
        sums[3],
        SEED,
        SEED + sums[4] - 1,
        (System.nanoTime() - begin) / 1e9);
    assertThat(sums[0]).isGreaterThanOrEqualTo(PACKETS);
    assertThat(sums[1]).isPositive();
    assertThat(sums[3]).isPositive();
  }

  private void run(
      long seed, MempoolCache cache, MempoolCache completions, PoolCensus census, long[] sums) {
    MirrorWorld world = new MirrorWorld(new WorldPlan(seed), cache, completions, census, ring);
    try {
      for (int i = 0; i < STEPS; i++) {
        world.step();
      }
      if (seed % BREAK_OFF_EVERY == 0) {
        world.breakOff();
      } else {
        world.finish();
      }
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "step %d of %s%n(-Dgatun.seed=%d)".formatted(world.steps(), world, seed), e);
    }
    sums[0] += world.packets();
    sums[1] += world.mirrored();
    sums[2] += world.steps();
    sums[3] += world.faults();
    sums[4]++;
  }
}
