package io.gatun.hw.model;

import io.gatun.bindings.Errno;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Transmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A transmit queue that decides when it is through with a buffer: driver, descriptor ring and
 * hardware, with everything that drivers do about completions, right and wrong.
 *
 * <pre>
 *  transmit ──► | waiting | ──work()──► | sent (status DONE) | ──release──► reference given back
 * </pre>
 *
 * <p>Buffers are real mbufs. A reference is given back as DPDK's drivers do it: {@code
 * rte_pktmbuf_free_seg} for every segment that was noted at hand-over, or {@code rte_pktmbuf_free}
 * of the packet, which walks {@code next} as it is then. From hand-over until it is sent (where
 * nobody can ask for that: until it is released) nobody may change a buffer: what it was is noted
 * and compared.
 *
 * <p>One thread; {@link Release#BY_THREAD} has one more, which gives references back.
 */
public final class CompletingDevice implements Transmitter, AutoCloseable {
  /** When references are given back. */
  public enum Release {
    /** Before {@link #transmit} returns. */
    IN_BURST,
    /** When it was sent, at the next call of the driver. */
    LATE,
    /** When it was sent and the slot is needed again, or in {@link #doneCleanup}. */
    AT_REUSE,
    /** When it was sent, and only in {@link #kick}. */
    WHEN_KICKED,
    /** When it was sent, by another thread. */
    BY_THREAD
  }

  /** How this one behaves; changed at any time. */
  public static final class Behaviour {
    /** When references are given back. */
    public Release release = Release.LATE;

    /** Whether a packet is freed by its chain as it is, not by the segments noted. */
    public boolean freesChains;

    /** Whether {@link #isDone} can tell. */
    public boolean hasStatus;

    /** Whether whoever uses it goes by status: then a buffer may change once it was sent. */
    public boolean goesByStatus;

    /** Whether {@link #doneCleanup} works. */
    public boolean cleansUp = true;

    /** Whether packets are sent, and released, in another order than they came. */
    public boolean disorders;

    /** Whether nothing is sent any more. */
    public boolean isStuck;

    /** Whether nothing is taken any more. */
    public boolean isFull;

    /** Takes part of one burst in so many; 0 for all of every burst. */
    public int takesPartOneIn;

    /** Refuses a packet that asks for an offload, one in so many; 0 for none. */
    public int refusesOneIn;
  }

  private final String name;
  private final int port;
  private final int descriptors;
  private final SplittableRandom random;
  private final Behaviour behaviour;
  private final List<RingEntry> waiting = new ArrayList<>();
  private final List<RingEntry> sent = new ArrayList<>();
  private final Deque<RingEntry> ring = new ArrayDeque<>(); // in order, until its slots are reused
  private int used;
  private long placed;
  private long packets;
  private long faults;
  private TransmitListener listener = (address, bytes) -> {};

  // For BY_THREAD.
  private final ConcurrentLinkedQueue<RingEntry> handed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger outstanding = new AtomicInteger();
  private volatile boolean closing;
  private @Nullable Thread releaser;
  private volatile @Nullable Throwable releaserFailure;

  /** Hears of each packet that is taken. */
  @FunctionalInterface
  public interface TransmitListener {
    /**
     * A packet was handed over.
     *
     * @param mbuf its address
     * @param bytes its bytes
     */
    void onTransmit(long mbuf, byte[] bytes);
  }

  /**
   * A device.
   *
   * @param descriptors of its ring; a packet takes one for each segment
   */
  public CompletingDevice(
      String name, int port, int descriptors, Behaviour behaviour, SplittableRandom random) {
    this.name = name;
    this.port = port;
    this.descriptors = descriptors;
    this.behaviour = behaviour;
    this.random = random;
  }

  /** Tells {@code newListener} of what is handed over, in order. */
  public void listen(TransmitListener newListener) {
    listener = newListener;
  }

  public Behaviour behaviour() {
    return behaviour;
  }

  /** Packets taken. */
  public long packets() {
    return packets;
  }

  /** Times that it did not do what a plain device does. */
  public long faults() {
    return faults;
  }

  @Override
  public String toString() {
    return name;
  }

  // ---- the driver -------------------------------------------------------------------------------

  @Override
  public int port() {
    return port;
  }

  @Override
  public int queue() {
    return 0;
  }

  @Override
  public int prepare(Burst burst) {
    for (int i = 0; i < burst.size(); i++) {
      long flags = Memory.getLong(burst.get(i) + RteMbuf.OL_FLAGS);
      boolean asks = (flags & RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK) != 0;
      if (asks && behaviour.refusesOneIn > 0 && random.nextInt(behaviour.refusesOneIn) == 0) {
        faults++;
        return i;
      }
    }
    return burst.size();
  }

  @Override
  public int transmit(Burst burst) {
    releaseSome();
    if (behaviour.isFull) {
      faults++;
      return 0;
    }
    int most = burst.size();
    if (most > 0 && behaviour.takesPartOneIn > 0 && random.nextInt(behaviour.takesPartOneIn) == 0) {
      most = random.nextInt(most);
      faults++;
    }
    int taken = 0;
    while (taken < most) {
      RingEntry entry = new RingEntry(burst.get(taken));
      if (used + entry.segments.length > descriptors && !reuse(entry.segments.length)) {
        faults++;
        break;
      }
      taken++;
      take(entry);
    }
    burst.removeFirst(taken);
    return taken;
  }

  private void take(RingEntry entry) {
    packets++;
    for (long segment : entry.segments) {
      if (Memory.getUnsignedShortAcquire(segment + RteMbuf.REFCNT) == 0) {
        throw new AssertionError(name + " was given a segment without a reference");
      }
    }
    listener.onTransmit(entry.head, bytes(entry.head));
    placed += entry.segments.length;
    entry.end = placed;
    if (behaviour.release == Release.IN_BURST) {
      entry.isSent = true;
      free(entry);
      return;
    }
    used += entry.segments.length;
    waiting.add(entry);
    ring.add(entry);
  }

  /** Gives back what was sent so that slots are free again; whether there are. */
  private boolean reuse(int slots) {
    if (behaviour.release == Release.AT_REUSE) {
      while (used + slots > descriptors && !sent.isEmpty()) {
        release(sent.removeFirst());
      }
    }
    return used + slots <= descriptors;
  }

  private void releaseSome() {
    if (behaviour.release == Release.LATE || behaviour.release == Release.IN_BURST) {
      releaseAll();
    } else if (behaviour.release == Release.BY_THREAD) {
      handToThread();
    }
  }

  private void releaseAll() {
    while (!sent.isEmpty()) {
      int which = behaviour.disorders ? random.nextInt(sent.size()) : 0;
      release(sent.remove(which));
    }
  }

  @Override
  public boolean hasDescriptorStatus() {
    return behaviour.hasStatus;
  }

  /** In a ring that is as long as it was said to be: the descriptor's packet has been sent. */
  @Override
  public boolean isDone(int offset) {
    if (!behaviour.hasStatus) {
      return false;
    }
    if (offset < 0 || offset >= descriptors) {
      throw new AssertionError("descriptor status of %d of %d".formatted(offset, descriptors));
    }
    long place = placed - (descriptors - 1 - offset);
    var fromTail = ring.descendingIterator();
    while (fromTail.hasNext()) {
      RingEntry entry = fromTail.next();
      if (place > entry.end) {
        return true; // released already
      }
      if (place > entry.end - entry.segments.length) {
        return entry.isSent;
      }
    }
    return true;
  }

  @Override
  public int doneCleanup(int count) {
    if (!behaviour.cleansUp || behaviour.release == Release.WHEN_KICKED) {
      return -Errno.ENOTSUP;
    }
    int freed = sent.size();
    if (behaviour.release == Release.BY_THREAD) {
      handToThread();
    } else {
      releaseAll();
    }
    return freed;
  }

  @Override
  public void kick() {
    if (behaviour.release == Release.BY_THREAD) {
      handToThread();
    } else if (behaviour.release != Release.AT_REUSE) {
      releaseAll();
    }
  }

  // ---- the hardware -----------------------------------------------------------------------------

  /** Sends up to {@code most} packets; returns how many. */
  public int work(int most) {
    int count = 0;
    while (count < most && !waiting.isEmpty() && !behaviour.isStuck) {
      RingEntry entry = waiting.remove(behaviour.disorders ? random.nextInt(waiting.size()) : 0);
      if (behaviour.goesByStatus) {
        entry.compare("sent");
      }
      entry.isSent = true;
      sent.add(entry);
      count++;
    }
    return count;
  }

  private void release(RingEntry entry) {
    used -= entry.segments.length;
    ring.remove(entry);
    free(entry);
  }

  private void free(RingEntry entry) {
    if (!behaviour.goesByStatus) {
      entry.compare("released");
    }
    entry.give(behaviour.freesChains);
  }

  // ---- the other thread -------------------------------------------------------------------------

  private void handToThread() {
    if (releaser == null) {
      releaser = Thread.ofPlatform().name(name + "-releaser").daemon().start(this::releaseLoop);
    }
    while (!sent.isEmpty()) {
      RingEntry entry = sent.removeFirst();
      used -= entry.segments.length;
      ring.remove(entry);
      if (!behaviour.goesByStatus) {
        entry.compare("released");
      }
      outstanding.incrementAndGet();
      handed.add(entry);
    }
  }

  private void releaseLoop() {
    while (!closing || !handed.isEmpty()) {
      RingEntry entry = handed.poll();
      if (entry == null) {
        LockSupport.parkNanos(1_000);
        continue;
      }
      try {
        entry.give(behaviour.freesChains);
      } catch (Throwable e) {
        releaserFailure = e;
      }
      outstanding.decrementAndGet();
    }
  }

  /** Waits until the other thread has given back what it was handed. */
  public void settle() {
    while (outstanding.get() > 0) {
      Thread.onSpinWait();
    }
    if (releaserFailure != null) {
      throw new AssertionError(releaserFailure);
    }
  }

  // ---- for checks -------------------------------------------------------------------------------

  /** Tells of every segment that the device has a reference to. */
  public void forEachSegment(LongConsumer action) {
    for (RingEntry entry : waiting) {
      for (long segment : entry.segments) {
        action.accept(segment);
      }
    }
    for (RingEntry entry : sent) {
      for (long segment : entry.segments) {
        action.accept(segment);
      }
    }
  }

  /** Packets that it has a reference to. */
  public int held() {
    return waiting.size() + sent.size();
  }

  /** All bytes of a packet. */
  public static byte[] bytes(long packet) {
    byte[] bytes = new byte[Memory.getInt(packet + RteMbuf.PKT_LEN)];
    int done = 0;
    for (long at = packet; at != 0; at = Memory.getLong(at + RteMbuf.NEXT)) {
      int length = Memory.getUnsignedShort(at + RteMbuf.DATA_LEN);
      long data =
          Memory.getLong(at + RteMbuf.BUF_ADDR) + Memory.getUnsignedShort(at + RteMbuf.DATA_OFF);
      if (done + length > bytes.length) {
        throw new AssertionError("the segments hold more than pkt_len " + bytes.length);
      }
      Memory.copy(data, bytes, done, length);
      done += length;
    }
    if (done != bytes.length) {
      throw new AssertionError("pkt_len is %d, the segments hold %d".formatted(bytes.length, done));
    }
    return bytes;
  }

  /** Stops the port: the driver gives back every reference that it has, sent or not. */
  @Override
  public void close() {
    settle();
    for (RingEntry entry : waiting) {
      entry.give(false);
    }
    for (RingEntry entry : sent) {
      entry.give(false);
    }
    waiting.clear();
    sent.clear();
    ring.clear();
    used = 0;
    closing = true;
    if (releaser != null) {
      try {
        releaser.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
