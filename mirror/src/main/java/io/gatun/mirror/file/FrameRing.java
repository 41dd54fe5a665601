package io.gatun.mirror.file;

import io.gatun.pmd.CounterArray;
import io.gatun.pmd.DataPath;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The way of frames from one lcore to the writer thread of a {@link CaptureFile}: mbufs are noted,
 * not copied. The lcore keeps each buffer, and leaves its bytes, lengths and chain as they are,
 * until {@link #completed} has passed the entry; from then on the writer does not touch it.
 *
 * <p>One producer, one consumer. The lcore looks at the writer's position only when the one that it
 * remembers does not do any more.
 *
 * <pre>
 *  an entry: four longs
 *   0  address of the mbuf
 *   1  time stamp, ns since 1970
 *   2  captured : 32 | original : 32
 *   3  frames lost before it : 32 | reason + 1 : 15 | egress : 1 | interface : 16
 * </pre>
 *
 * <p>The methods that carry {@code @DataPath} belong to the lcore, the package-private ones to the
 * writer, the others to any thread.
 */
public final class FrameRing extends FrameRingFields {
  /** The numbers that a file can have of interfaces and of reasons, from 0. */
  static final int MAX_INTERFACES = 1 << 16;

  static final int MAX_REASONS = (1 << 15) - 1;
  static final int MIN_CAPACITY = 64;
  static final int MAX_CAPACITY = 1 << 20;

  private static final int ENTRY_SHIFT = 2;
  private static final int TIME = 1;
  private static final int LENGTHS = 2;
  private static final int NOTES = 3;
  private static final int EGRESS = 1 << 16;
  private static final int REASON_SHIFT = 17;
  private static final long LOST_MAX = 0xffff_ffffL;
  private static final int LINE = 16; // longs in two cache lines: before and behind the entries

  private static final VarHandle PRODUCER = field("producer");
  private static final VarHandle CONSUMER = field("consumer");

  private final long[] entries;
  private final int capacity;
  private final long[] lost; // by interface: not yet noted at a frame; the lcore's own
  private final CounterArray dropped;
  private volatile boolean refusing; // changes once

  FrameRing(int capacity, int interfaces) {
    this.capacity = checkCapacity(capacity);
    entries = new long[(capacity << ENTRY_SHIFT) + 2 * LINE];
    lost = new long[interfaces];
    dropped = new CounterArray(interfaces);
  }

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(FrameRing.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  static int checkCapacity(int frames) {
    if (Integer.bitCount(frames) != 1 || frames < MIN_CAPACITY || frames > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "ringCapacity: %d is no power of two in [%d, %d]"
              .formatted(frames, MIN_CAPACITY, MAX_CAPACITY));
    }
    return frames;
  }

  /** Frames that can be on their way at once; a power of two. */
  public int capacity() {
    return capacity;
  }

  /**
   * Gives a frame to the writer.
   *
   * @param mbuf first segment; the chain is read up to {@code captured} bytes
   * @param captured bytes to write, from the first one on; at most 262144 are
   * @param original length on the wire in bytes
   * @param interfaceId index in the list of interfaces that the file was opened with
   * @param egress whether it was sent there; otherwise received
   * @param timestampNanos ns since 1970
   * @param dropReason index in {@link CaptureFileConfig#dropReasons}; -1 for none
   * @return false when the ring is full or {@link #isFailed}: the buffer stays the lcore's, and
   *     whoever does not try again tells {@link #dropped}
   */
  @DataPath
  public boolean offer(
      long mbuf,
      int captured,
      int original,
      int interfaceId,
      boolean egress,
      long timestampNanos,
      int dropReason) {
    long position = producer;
    if (position - consumerSeen >= capacity) {
      consumerSeen = (long) CONSUMER.getAcquire(this);
      if (position - consumerSeen >= capacity) {
        return false;
      }
    }
    if (isFailed()) {
      return false;
    }
    long before = lost[interfaceId];
    if (before != 0) {
      before = Math.min(before, LOST_MAX);
      lost[interfaceId] -= before;
    }
    int at = slot(position);
    entries[at] = mbuf;
    entries[at + TIME] = timestampNanos;
    entries[at + LENGTHS] = (long) captured << 32 | original & 0xffff_ffffL;
    int notes = dropReason + 1 << REASON_SHIFT | (egress ? EGRESS : 0) | interfaceId;
    entries[at + NOTES] = before << 32 | notes & 0xffff_ffffL;
    PRODUCER.setRelease(this, position + 1);
    return true;
  }

  /**
   * Notes frames of an interface that should be in the file and will not: they stand at the next
   * frame of that interface (epb_dropcount) and in the statistics at the file's end.
   */
  @DataPath
  public void dropped(int interfaceId, int count) {
    lost[interfaceId] += count;
    dropped.add(interfaceId, count);
  }

  /**
   * How many of the offered frames the writer is through with, in the order of their offers: the
   * buffer of entry k, counted from 0, is free when this is above k. Never more than were offered.
   */
  @DataPath
  public long completed() {
    // When the writer has ended it is through with whatever comes: see abandon.
    return Math.min((long) CONSUMER.getAcquire(this), producer);
  }

  /** Whether the file failed (disk full, say) or was closed: every offer is refused from now on. */
  @DataPath
  public boolean isFailed() {
    return refusing;
  }

  /** Frames offered so far. */
  public long offered() {
    return (long) PRODUCER.getAcquire(this);
  }

  /** Frames that wait for the writer, 0 to {@link #capacity}. */
  public int pending() {
    long through = (long) CONSUMER.getAcquire(this); // before the other: it is never ahead of it
    return Math.clamp(offered() - through, 0, capacity);
  }

  /** Frames of an interface that {@link #dropped} was told of. */
  public long droppedFrames(int interfaceId) {
    return dropped.get(interfaceId);
  }

  // ---- the writer's side ------------------------------------------------------------------------

  /** Position of the next entry to take. */
  long next() {
    return next;
  }

  /** Moves on behind the entry at {@link #next}, whose buffer stays the writer's. */
  void advance() {
    next++;
  }

  /** End of what can be taken: {@link #next} when there is nothing. */
  long published() {
    return offered();
  }

  /** Gives the buffers of all entries before {@link #next} back to the lcore. */
  void release() {
    CONSUMER.setRelease(this, next);
  }

  /** Refuses offers from now on; one that is under way may still succeed. */
  void refuse() {
    refusing = true;
  }

  /**
   * The last thing that a writer does: it will touch no buffer any more, so every entry is
   * completed, those of offers that are just under way as well.
   */
  void abandon() {
    refuse();
    CONSUMER.setRelease(this, Long.MAX_VALUE);
  }

  long mbuf() {
    return entries[slot(next)];
  }

  long timestampNanos(long position) {
    return entries[slot(position) + TIME];
  }

  int captured() {
    return (int) (entries[slot(next) + LENGTHS] >>> 32);
  }

  int original() {
    return (int) entries[slot(next) + LENGTHS];
  }

  int interfaceId() {
    return (int) notes() & MAX_INTERFACES - 1;
  }

  boolean isEgress() {
    return (notes() & EGRESS) != 0;
  }

  /** Index of the reason, -1 for none. */
  int dropReason() {
    return ((int) notes() >>> REASON_SHIFT) - 1;
  }

  /** Frames of the same interface that were lost since the one before. */
  long lostBefore() {
    return notes() >>> 32;
  }

  private long notes() {
    return entries[slot(next) + NOTES];
  }

  private int slot(long position) {
    return (((int) position & capacity - 1) << ENTRY_SHIFT) + LINE;
  }
}
