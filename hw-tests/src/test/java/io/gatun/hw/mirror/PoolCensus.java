package io.gatun.hw.mirror;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Knows every mbuf of a pool and says whether each is exactly where somebody says it is: free, or
 * with as many references as its owners say that they have. On the lcore that owns the cache.
 */
final class PoolCensus {
  private final MempoolCache cache;
  private final Burst burst = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final long[] all;
  private final int[] expected;
  private final long base;
  private final long stride;
  private final int[] number;
  private final long[] free;

  /** Of a pool none of whose buffers is in use. */
  PoolCensus(MempoolCache cache, int capacity) {
    this.cache = cache;
    all = new long[capacity];
    expected = new int[capacity];
    free = new long[capacity];
    if (takeAll() != capacity) {
      throw new AssertionError("the pool is not full at the start");
    }
    System.arraycopy(free, 0, all, 0, capacity);
    giveBack(capacity);
    Arrays.sort(all);
    base = all[0];
    long step = all[1] - base;
    for (long mbuf : all) {
      while ((mbuf - base) % step != 0) {
        step /= 2;
      }
    }
    stride = step;
    number = new int[(int) ((all[capacity - 1] - base) / stride) + 1];
    Arrays.fill(number, -1);
    for (int i = 0; i < capacity; i++) {
      number[(int) ((all[i] - base) / stride)] = i;
    }
  }

  private int takeAll() {
    int count = 0;
    for (int size = Burst.MAX_CAPACITY; size > 0; size = size > 1 ? size / 2 : 0) {
      while (cache.allocate(burst, size)) {
        for (int i = 0; i < size; i++) {
          free[count++] = burst.get(i);
        }
        burst.size(0);
      }
    }
    return count;
  }

  private void giveBack(int count) {
    for (int done = 0; done < count; ) {
      int size = Math.min(count - done, Burst.MAX_CAPACITY);
      for (int i = 0; i < size; i++) {
        burst.add(free[done + i]);
      }
      cache.free(burst);
      done += size;
    }
  }

  /** Forgets what was said. */
  void begin() {
    Arrays.fill(expected, 0);
  }

  /** Somebody has a reference to a segment. */
  void add(long mbuf) {
    expected[index(mbuf)]++;
  }

  /** Somebody has a packet. */
  void addPacket(long mbuf) {
    for (long at = mbuf; at != 0; at = Memory.getLong(at + RteMbuf.NEXT)) {
      add(at);
    }
  }

  /** References that were said of a segment so far. */
  int said(long mbuf) {
    return expected[index(mbuf)];
  }

  private int index(long mbuf) {
    long distance = mbuf - base;
    int at = (int) (distance / stride);
    if (distance < 0 || distance % stride != 0 || at >= number.length || number[at] < 0) {
      throw new AssertionError("0x%x is no mbuf of the pool".formatted(mbuf));
    }
    return number[at];
  }

  /** Compares all that was said with the counts and with what the pool has. */
  void check() {
    for (int i = 0; i < all.length; i++) {
      int references = Memory.getUnsignedShortAcquire(all[i] + RteMbuf.REFCNT);
      if (expected[i] > 0 && references != expected[i]) {
        throw new AssertionError(
            "mbuf %d: %d references, its owners have %d".formatted(i, references, expected[i]));
      }
    }
    int count = takeAll();
    String wrong = null;
    for (int i = 0; i < count; i++) {
      int at = index(free[i]);
      if (expected[at] != 0) {
        wrong = "mbuf %d is free, and %d times in use".formatted(at, expected[at]);
      }
      expected[at] = -1;
      if (Memory.getLong(free[i] + RteMbuf.NEXT) != 0) {
        wrong = "mbuf %d is free, with a next segment".formatted(at);
      }
    }
    giveBack(count);
    for (int i = 0; i < all.length && wrong == null; i++) {
      if (expected[i] == 0) {
        wrong = "mbuf %d is lost: neither free nor anybody's".formatted(i);
      }
    }
    if (wrong != null) {
      throw new AssertionError(wrong);
    }
  }
}
