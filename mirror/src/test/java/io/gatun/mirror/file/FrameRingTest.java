package io.gatun.mirror.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class FrameRingTest {
  private static final int ENTRIES = 10_000_000;
  private static final int PORTS = 3;

  private static boolean offer(FrameRing ring, long k) {
    return ring.offer(
        k * 64,
        (int) (k & 0x3ffff),
        (int) (k & 0xfffff),
        (int) (k % PORTS),
        (k & 1) == 0,
        k * 1_000_000_007L,
        (int) (k % 100) - 1);
  }

  private static String head(FrameRing ring) {
    return "%#x %d %d %d %b %d %d"
        .formatted(
            ring.mbuf(),
            ring.captured(),
            ring.original(),
            ring.interfaceId(),
            ring.isEgress(),
            ring.timestampNanos(ring.next()),
            ring.dropReason());
  }

  @Test
  void whatIsOfferedIsTakenAndGivenBack() {
    FrameRing ring = new FrameRing(64, PORTS);
    assertThat(ring.offer(0x7f00_1234_5680L, 64, 9018, 2, true, 1_800_000_000_123_456_789L, -1))
        .isTrue();
    assertThat(ring.offer(-64, -1, -1, 0, false, Long.MIN_VALUE, FrameRing.MAX_REASONS - 1))
        .isTrue();

    assertThat(ring.offered()).isEqualTo(2);
    assertThat(ring.published()).isEqualTo(2);
    assertThat(head(ring)).isEqualTo("0x7f0012345680 64 9018 2 true 1800000000123456789 -1");
    ring.advance();
    assertThat(head(ring)).isEqualTo("0xffffffffffffffc0 -1 -1 0 false -9223372036854775808 32766");
    assertThat(ring.lostBefore()).isZero();
    assertThat(ring.completed()).isZero();
    assertThat(ring.pending()).isEqualTo(2);
    ring.release();
    assertThat(ring.completed()).isEqualTo(1);
    ring.advance();
    ring.release();
    assertThat(ring.completed()).isEqualTo(2);
    assertThat(ring.pending()).isZero();
  }

  @Test
  void aFullRingRefusesUntilSomethingIsGivenBack() {
    FrameRing ring = new FrameRing(64, PORTS);
    for (int k = 0; k < 64; k++) {
      assertThat(offer(ring, k)).isTrue();
    }
    assertThat(offer(ring, 64)).isFalse();
    assertThat(ring.isFailed()).isFalse();
    assertThat(ring.pending()).isEqualTo(64);

    ring.advance();
    assertThat(offer(ring, 64)).as("taken, but not given back").isFalse();
    ring.release();
    assertThat(offer(ring, 64)).isTrue();
    assertThat(offer(ring, 65)).isFalse();
  }

  @Test
  void lossesStandAtTheNextFrameOfTheirInterface() {
    FrameRing ring = new FrameRing(64, PORTS);
    ring.dropped(0, 5);
    ring.dropped(1, 7);
    ring.dropped(0, 2);
    for (int port : new int[] {2, 0, 0, 1}) {
      assertThat(ring.offer(1, 60, 60, port, false, 0, -1)).isTrue();
    }
    long[] lost = new long[4];
    for (int i = 0; i < 4; i++, ring.advance()) {
      lost[i] = ring.lostBefore();
    }
    assertThat(lost).containsExactly(0, 7, 0, 7);
    assertThat(ring.droppedFrames(0)).isEqualTo(7);
    assertThat(ring.droppedFrames(1)).isEqualTo(7);
    assertThat(ring.droppedFrames(2)).isZero();
  }

  @Test
  void lossesBeyond32BitsStandAtTheFramesAfterThat() {
    FrameRing ring = new FrameRing(64, 1);
    for (int i = 0; i < 3; i++) {
      ring.dropped(0, Integer.MAX_VALUE);
    }
    ring.offer(1, 60, 60, 0, false, 0, -1);
    ring.offer(1, 60, 60, 0, false, 0, -1);
    assertThat(ring.lostBefore()).isEqualTo(0xffff_ffffL);
    ring.advance();
    assertThat(ring.lostBefore()).isEqualTo(3L * Integer.MAX_VALUE - 0xffff_ffffL);
  }

  @Test
  void anAbandonedRingRefusesAndCompletesWhatItHas() {
    FrameRing ring = new FrameRing(64, PORTS);
    offer(ring, 0);
    offer(ring, 1);
    ring.refuse();
    assertThat(offer(ring, 2)).isFalse();
    assertThat(ring.isFailed()).isTrue();
    assertThat(ring.completed()).isZero();

    ring.abandon();
    assertThat(ring.completed()).as("never more than were offered").isEqualTo(2);
    assertThat(ring.pending()).isZero();
    assertThat(offer(ring, 2)).isFalse();
  }

  @Test
  void onlyPowersOfTwoAreCapacities() {
    for (int wrong : new int[] {Integer.MIN_VALUE, -64, 0, 1, 32, 65, 1000, 1 << 21}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new FrameRing(wrong, 1))
          .withMessage("ringCapacity: %d is no power of two in [64, 1048576]".formatted(wrong));
    }
    assertThat(new FrameRing(1 << 20, 1).capacity()).isEqualTo(1 << 20);
  }

  /** What one thread offers another takes: all of it, in order, whole; losses add up. */
  @Test
  void twoThreadsAgreeOnTenMillionEntries() throws InterruptedException, ExecutionException {
    FrameRing ring = new FrameRing(1024, PORTS);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<Long> taker = threads.submit(() -> takeAll(ring));
      Future<Void> offerer = threads.submit(() -> offerAll(ring));
      offerer.get();
      long lost = taker.get();
      assertThat(lost).isEqualTo(sumDropped(ring));
    }
    assertThat(ring.completed()).isEqualTo(ENTRIES);
  }

  private static long sumDropped(FrameRing ring) {
    long sum = 0;
    for (int port = 0; port < PORTS; port++) {
      sum += ring.droppedFrames(port);
    }
    return sum;
  }

  private static Void offerAll(FrameRing ring) {
    long completed = 0;
    for (long k = 0; k < ENTRIES; k++) {
      if (k < ENTRIES - 1000 && k % 1000 == 0) {
        ring.dropped((int) (k / 1000 % PORTS), 3);
      }
      while (!offer(ring, k)) {
        LockSupport.parkNanos(1_000);
      }
      long now = ring.completed();
      if (now < completed || now > k + 1 || k + 1 - now > ring.capacity()) {
        throw new AssertionError(k + ": completed went from " + completed + " to " + now);
      }
      completed = now;
    }
    while (ring.completed() < ENTRIES) {
      LockSupport.parkNanos(1_000);
    }
    return null;
  }

  private static long takeAll(FrameRing ring) {
    long lost = 0;
    while (ring.next() < ENTRIES) {
      long end = ring.published();
      if (end == ring.next()) {
        LockSupport.parkNanos(1_000);
      }
      while (ring.next() < end) {
        long k = ring.next();
        boolean equal =
            ring.mbuf() == k * 64
                && ring.captured() == (k & 0x3ffff)
                && ring.original() == (k & 0xfffff)
                && ring.interfaceId() == k % PORTS
                && ring.isEgress() == ((k & 1) == 0)
                && ring.timestampNanos(k) == k * 1_000_000_007L
                && ring.dropReason() == k % 100 - 1;
        if (!equal) {
          throw new AssertionError("entry " + k + " is " + head(ring));
        }
        lost += ring.lostBefore();
        ring.advance();
        if (k % 7 == 0) {
          ring.release();
        }
      }
      ring.release();
    }
    return lost;
  }
}
