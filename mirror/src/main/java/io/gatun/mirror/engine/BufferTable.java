package io.gatun.mirror.engine;

import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import org.jspecify.annotations.Nullable;

/**
 * Every buffer that the mirror withholds on one lcore, by slot number: where it is in its life,
 * what is still to be done with it, and how it was before it was edited. Columns instead of
 * objects, all made at the start: its size is the bound on buffers that are locked.
 *
 * <p>One lcore; {@link #held} may be read by any thread.
 */
public final class BufferTable {
  /** Nobody's slot. */
  static final byte FREE = 0;

  /** With the driver of the first transmission. */
  static final byte PRIMARY = 1;

  /** The mirror's alone, in the backlog of a lane. */
  static final byte HELD = 2;

  /** With a destination. */
  static final byte MIRROR = 3;

  /** Received, and nothing more is to be done with it: waits for its turn to be delivered. */
  static final byte DONE = 4;

  final long[] mbuf;
  final long[] sinceNanos;
  final long[] movedNanos;
  final long[] pending;
  final long[] position;
  final long[] head;
  final long[] cutSegment;
  final long[] cutNext;
  final long[] cutLengths;
  final int[] length;
  final int[] dropReason;
  final int[] nextLane;
  final boolean[] isTransit;
  final boolean[] isOrphan;
  final boolean[] isEdited;
  final boolean[] isRetained;
  final long[] originalData;
  final int[] firstLength;
  final int[] cutBytes;
  final boolean[] hasHeader;
  final Tap[] tap;
  final Program[] program;

  /** The lane that has or had the buffer last; null when none has had it. */
  final @Nullable Lane[] lane;

  private final byte[] state;
  private final int[] free;
  private int freeCount;
  private final Counter held = new Counter();
  private final Counter highWater = new Counter();
  private final Counter faults = new Counter();

  /**
   * @param capacity most buffers withheld at once
   */
  BufferTable(int capacity) {
    mbuf = new long[capacity];
    sinceNanos = new long[capacity];
    movedNanos = new long[capacity];
    pending = new long[capacity];
    position = new long[capacity];
    head = new long[capacity];
    cutSegment = new long[capacity];
    cutNext = new long[capacity];
    cutLengths = new long[capacity];
    length = new int[capacity];
    dropReason = new int[capacity];
    nextLane = new int[capacity];
    isTransit = new boolean[capacity];
    isOrphan = new boolean[capacity];
    isEdited = new boolean[capacity];
    isRetained = new boolean[capacity];
    originalData = new long[capacity];
    firstLength = new int[capacity];
    cutBytes = new int[capacity];
    hasHeader = new boolean[capacity];
    tap = new Tap[capacity];
    program = new Program[capacity];
    lane = new Lane[capacity];
    state = new byte[capacity];
    free = new int[capacity];
    for (int i = 0; i < capacity; i++) {
      free[i] = capacity - 1 - i;
    }
    freeCount = capacity;
  }

  int capacity() {
    return free.length;
  }

  /** Slots that nobody has. */
  @DataPath
  int available() {
    return freeCount;
  }

  @DataPath
  boolean isEmpty() {
    return freeCount == free.length;
  }

  /** Takes a slot for a buffer; the caller has asked {@link #available}. */
  @DataPath
  int allocate(long buffer, byte first, Tap owner, Program what, long mask, long nanos) {
    int slot = free[--freeCount];
    mbuf[slot] = buffer;
    head[slot] = buffer;
    sinceNanos[slot] = nanos;
    movedNanos[slot] = nanos;
    pending[slot] = mask;
    cutSegment[slot] = 0;
    cutNext[slot] = 0;
    cutBytes[slot] = 0;
    dropReason[slot] = -1;
    nextLane[slot] = 0;
    isTransit[slot] = false;
    isOrphan[slot] = false;
    isEdited[slot] = false;
    isRetained[slot] = false;
    hasHeader[slot] = false;
    lane[slot] = null;
    tap[slot] = owner;
    owner.withheld++;
    program[slot] = what;
    state[slot] = first;
    return slot;
  }

  /** Gives a slot back: its buffer is no longer withheld. */
  @DataPath
  void release(int slot, byte from) {
    move(slot, from, FREE);
    tap[slot].withheld--;
    free[freeCount++] = slot;
  }

  /** Moves a buffer on in its life. A buffer that is not where it should be is a fault, counted. */
  @DataPath
  void move(int slot, byte from, byte to) {
    if (state[slot] != from) {
      faults.add(1);
    }
    state[slot] = to;
  }

  @DataPath
  byte state(int slot) {
    return state[slot];
  }

  /** Lets other threads see how many buffers are withheld. */
  @DataPath
  void publish() {
    int used = free.length - freeCount;
    long seen = held.get();
    if (seen != used) {
      held.add(used - seen);
    }
    long most = highWater.get();
    if (used > most) {
      highWater.add(used - most);
    }
  }

  /** Buffers withheld now. */
  public long held() {
    return held.get();
  }

  /** The most buffers that were ever withheld at once. */
  public long highWater() {
    return highWater.get();
  }

  /** Buffers found in another state than they should have been in: 0, or the mirror has a bug. */
  public long faults() {
    return faults.get();
  }
}
