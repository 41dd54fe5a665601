package io.gatun.offload;

import io.gatun.pmd.DataPath;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where packets wait between the inner and the outer pass: mbufs whose inner header is complete,
 * each with what the outer pass needs to know. First in, first out.
 *
 * <p>It owns the mbufs that it holds. One lcore; {@link #depth} and {@link #highWater} may be read
 * by any thread.
 */
public final class PassQueue {
  private static final VarHandle DEPTH;
  private static final VarHandle HIGH_WATER;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      DEPTH = lookup.findVarHandle(PassQueue.class, "depth", int.class);
      HIGH_WATER = lookup.findVarHandle(PassQueue.class, "highWater", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long[] mbufs;
  private final long[] notes;
  private final long[] sums;
  private int head;
  private int size;
  private int most;
  private int depth; // for readers: see publish
  private int highWater;

  /**
   * @param capacity in packets, a power of two
   */
  PassQueue(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException(
          "pass queue: %d is not a power of two".formatted(capacity));
    }
    mbufs = new long[capacity];
    notes = new long[capacity];
    sums = new long[capacity];
  }

  public int capacity() {
    return mbufs.length;
  }

  /** Packets that waited when the outer pass had run last. */
  public int depth() {
    return (int) DEPTH.getOpaque(this);
  }

  /** The most packets that ever waited. */
  public int highWater() {
    return (int) HIGH_WATER.getOpaque(this);
  }

  /** Shows the readers how it stands. */
  @DataPath
  void publish() {
    DEPTH.setOpaque(this, size);
    HIGH_WATER.setOpaque(this, most);
  }

  @DataPath
  int size() {
    return size;
  }

  @DataPath
  int free() {
    return mbufs.length - size;
  }

  /** Appends a packet; there is room, as {@link #free} said. */
  @DataPath
  void add(long mbuf, long note, long sum) {
    // Masked with the array's own length, so that the JIT drops the bounds checks.
    int place = head + size;
    mbufs[place & (mbufs.length - 1)] = mbuf;
    notes[place & (notes.length - 1)] = note;
    sums[place & (sums.length - 1)] = sum;
    size++;
  }

  /** A packet by its place, 0 being the front; there are more than {@code index}. */
  @DataPath
  long mbuf(int index) {
    return mbufs[(head + index) & (mbufs.length - 1)];
  }

  /** Its note. */
  @DataPath
  long note(int index) {
    return notes[(head + index) & (notes.length - 1)];
  }

  /** Its partial sum. */
  @DataPath
  long sum(int index) {
    return sums[(head + index) & (sums.length - 1)];
  }

  /** Takes packets at the front out; they are the caller's. */
  @DataPath
  void remove(int count) {
    head += count;
    size -= count;
  }

  /** Notes how full it became; once before packets are taken out. */
  @DataPath
  void mark() {
    most = Math.max(most, size);
  }
}
