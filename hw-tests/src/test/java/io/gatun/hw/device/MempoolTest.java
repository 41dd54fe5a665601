package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DpdkException;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Allocation and free through the per-lcore cache, on the lcore itself. */
@Tag("dpdk")
class MempoolTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final Arena ARENA = Arena.global();

  private final Mempool pool = DPDK.pool("small", 1023, 64);
  private final Mempool other = DPDK.pool("other", 1023, 64);
  private final MempoolCache cache = pool.cache(DPDK.worker());
  private final Burst burst = Burst.allocate(Burst.MAX_CAPACITY, ARENA);
  private final Mbuf mbuf = new Mbuf();

  private int inUse() {
    return pool.capacity() - pool.available();
  }

  @Test
  void aNewPoolIsFull() {
    assertThat(pool.available()).isEqualTo(pool.capacity()).isEqualTo(1023);
    assertThat(pool).hasToString("small: 1023 of 1023 mbufs free");
    assertThat(pool.socket()).isEqualTo(-1);
  }

  @Test
  void wrongSizesAreRefusedWithTheRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DPDK.pool("none", 0, 0))
        .withMessage("mbufs: 0 is not in [1, 67108864]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DPDK.pool("cached", 100, 67))
        .withMessage("mempool cache: 67 is not in [0, 66]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DPDK.pool("a-name-that-is-much-too-long", 100, 0))
        .withMessageContaining("mempool name length: 28 is not in [1, 25]");
  }

  @Test
  void aPoolThatMemoryIsShortForIsRefusedWithTheRemedy() {
    assertThatExceptionOfType(DpdkException.class)
        .isThrownBy(() -> DPDK.pool("huge", 1 << 26, 0))
        .withMessageContaining("rte_pktmbuf_pool_create(huge, 67108864 mbufs): ENOMEM")
        .withMessageContaining("reserve huge pages");
  }

  @Test
  void allocatedBuffersComeBack() {
    DPDK.onWorker(
        () -> {
          assertThat(cache.allocate(burst, 32)).isTrue();
          assertThat(burst.size()).isEqualTo(32);
          assertThat(inUse()).isEqualTo(32);
          assertThat(addresses(burst)).doesNotHaveDuplicates();

          assertThat(cache.free(burst)).isEqualTo(32);
          assertThat(burst.isEmpty()).isTrue();
          assertThat(inUse()).isZero();
        });
  }

  @Test
  void allocationAppends() {
    DPDK.onWorker(
        () -> {
          cache.allocate(burst, 3);
          List<Long> before = addresses(burst);
          cache.allocate(burst, 2);

          assertThat(addresses(burst)).hasSize(5).startsWith(before.toArray(Long[]::new));
          cache.free(burst);
        });
  }

  @Test
  void moreThanTheBurstHasRoomForIsRefused() {
    Burst small = Burst.allocate(4, ARENA);
    DPDK.onWorker(
        () -> {
          assertThat(cache.allocate(small, 3)).isTrue();
          assertThat(cache.allocate(small, 2)).isFalse();
          assertThat(small.size()).isEqualTo(3);
          assertThat(inUse()).isEqualTo(3);
          cache.free(small);
        });
  }

  @Test
  void aPoolGivesAllThatItHasAndThenNothing() {
    DPDK.onWorker(
        () -> {
          List<Burst> bursts = new ArrayList<>();
          int got = 0;
          for (int count : new int[] {512, 256, 128, 64, 32, 16, 8, 4, 2, 1, 1}) {
            Burst next = Burst.allocate(count, ARENA);
            if (cache.allocate(next, count)) {
              got += count;
              bursts.add(next);
            }
          }
          assertThat(got).isEqualTo(1023);
          assertThat(pool.available()).isZero();
          assertThat(cache.allocate(burst, 1)).isFalse();
          assertThat(burst.isEmpty()).isTrue();

          bursts.forEach(cache::free);
          assertThat(inUse()).isZero();
        });
  }

  @Test
  void aPoolWithoutCachesWorksAsWell() {
    Mempool plain = DPDK.pool("plain", 255, 0);
    MempoolCache side = plain.cache(DPDK.worker());
    DPDK.onWorker(
        () -> {
          assertThat(side.allocate(burst, 200)).isTrue();
          assertThat(side.allocate(burst, 56)).isFalse();
          assertThat(plain.available()).isEqualTo(55);
          side.free(burst);
          assertThat(plain.available()).isEqualTo(255);
        });
  }

  /** Two pools, one by Java and one by C: after each step both caches hold the same number. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theCacheDoesWhatCDoes(long seed) {
    CProbe.assume();
    int lcore = DPDK.worker().id();
    Mempool java = DPDK.pool("java" + seed, 1023, 64);
    Mempool c = DPDK.pool("c" + seed, 1023, 64);
    MempoolCache javaCache = java.cache(DPDK.worker());
    DPDK.onWorker(
        () -> {
          Random random = new Random(seed);
          Deque<Burst> ours = new ArrayDeque<>();
          Deque<Burst> theirs = new ArrayDeque<>();
          for (int step = 0; step < 2000; step++) {
            if (random.nextInt(100) < 55) {
              int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 512 : 96);
              Burst mine = Burst.allocate(count, ARENA);
              Burst its = Burst.allocate(count, ARENA);
              boolean got = javaCache.allocate(mine, count);
              assertThat(CProbe.allocBulk(c.address(), its.address(), count) == 0).isEqualTo(got);
              if (got) {
                ours.add(mine);
                theirs.add(its);
                its.size(count);
              }
            } else if (!ours.isEmpty()) {
              javaCache.free(ours.remove());
              Burst its = theirs.remove();
              CProbe.putBulk(c.address(), its.address(), its.size());
            }
            assertThat(java.available()).isEqualTo(c.available());
            assertThat(CProbe.cached(java.address(), lcore))
                .as("step %d", step)
                .isEqualTo(CProbe.cached(c.address(), lcore));
          }
          ours.forEach(javaCache::free);
          theirs.forEach(its -> CProbe.putBulk(c.address(), its.address(), its.size()));
        });
  }

  @Test
  void aFreshBufferIsAsCMakesIt() {
    CProbe.assume();
    DPDK.onWorker(
        () -> {
          cache.allocate(burst, 1);
          long address = burst.get(0);
          dirty(address);
          cache.free(burst);
          CProbe.allocBulk(pool.address(), burst.address(), 1);
          assertThat(burst.get(0)).as("the hottest buffer").isEqualTo(address);
          byte[] fromC = bytes(address);

          dirty(address);
          CProbe.putBulk(pool.address(), burst.address(), 1);
          cache.allocate(burst, 1);
          assertThat(burst.get(0)).isEqualTo(address);

          assertThat(bytes(address)).containsExactly(fromC);
          assertThat(CProbe.check(address)).isZero();
          cache.free(burst);
        });
  }

  /** Sets everything that a packet may leave behind in its buffer; count and chain stay. */
  private void dirty(long address) {
    mbuf.wrap(address);
    mbuf.prepend(14);
    mbuf.dataLength(1234);
    mbuf.packetLength(1234);
    mbuf.port(7);
    mbuf.flags(0x0123_4567_89abL & ~(RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL));
    mbuf.packetType(0x11);
    mbuf.vlanTci(5);
    mbuf.outerVlanTci(6);
    mbuf.rssHash(0x5a5a5a5a);
    mbuf.txOffload(-1);
  }

  private static byte[] bytes(long address) {
    byte[] bytes = new byte[RteMbuf.SIZEOF];
    Memory.copy(address, bytes, 0, bytes.length);
    return bytes;
  }

  private static List<Long> addresses(Burst burst) {
    List<Long> addresses = new ArrayList<>();
    for (int i = 0; i < burst.size(); i++) {
      addresses.add(burst.get(i));
    }
    return addresses;
  }

  @Test
  void buffersOfAnotherPoolGoBackToIt() {
    MempoolCache otherCache = other.cache(DPDK.worker());
    DPDK.onWorker(
        () -> {
          cache.allocate(burst, 3);
          otherCache.allocate(burst, 3);
          cache.allocate(burst, 2);
          cache.free(burst);

          assertThat(inUse()).isZero();
          assertThat(other.available()).isEqualTo(other.capacity());
        });
  }

  @Test
  void allSegmentsOfAPacketAreFreed() {
    DPDK.onWorker(
        () -> {
          cache.allocate(burst, 4);
          chain(burst.get(1), burst.get(2), burst.get(3));
          burst.size(2);
          cache.free(burst);

          assertThat(inUse()).isZero();
        });
  }

  private void chain(long... segments) {
    mbuf.wrap(segments[0]).segments(segments.length);
    for (int i = 0; i < segments.length - 1; i++) {
      mbuf.wrap(segments[i]).next(segments[i + 1]);
    }
  }

  @Test
  void aSharedBufferStaysUntilItsLastOwnerFreesIt() {
    DPDK.onWorker(
        () -> {
          cache.allocate(burst, 2);
          long shared = burst.get(0);
          mbuf.wrap(shared).references(2);
          cache.free(burst);

          assertThat(inUse()).isEqualTo(1);
          assertThat(mbuf.wrap(shared).references()).isEqualTo(1);
          burst.add(shared);
          cache.free(burst);
          assertThat(inUse()).isZero();
        });
  }

  @Test
  void anIndirectBufferGivesItsOwnerBack() {
    CProbe.assume();
    DPDK.onWorker(
        () -> {
          cache.allocate(burst, 2);
          long direct = burst.get(0);
          long indirect = burst.get(1);
          CProbe.attach(indirect, direct);
          assertThat(mbuf.wrap(direct).references()).isEqualTo(2);
          assertThat(mbuf.wrap(indirect).flags() & RteMbuf.F_INDIRECT).isNotZero();

          burst.size(1);
          cache.free(burst); // the direct one: its buffer is still in use
          assertThat(inUse()).isEqualTo(2);
          burst.add(indirect);
          cache.free(burst);
          assertThat(inUse()).isZero();

          // Both are whole again.
          cache.allocate(burst, 2);
          assertThat(CProbe.check(burst.get(0))).isZero();
          assertThat(CProbe.check(burst.get(1))).isZero();
          cache.free(burst);
        });
  }

  @Test
  void aBurstFreesWithoutACache() {
    DPDK.onWorker(() -> cache.allocate(burst, 100));

    // The control thread is no lcore: DPDK frees straight to the pool.
    assertThat(burst.free()).isEqualTo(100);
    assertThat(burst.free()).isZero();
    assertThat(inUse()).isZero();
  }

  @Test
  void aLeakIsSeen() {
    DPDK.onWorker(() -> cache.allocate(burst, 1));

    assertThat(inUse()).isEqualTo(1);
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(DPDK::assertPoolsFull)
        .withMessageContaining("free mbufs of small");
    burst.free();
  }
}
