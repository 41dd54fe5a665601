package io.gatun.mirror.engine;

import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Transmitter;

/**
 * Finds out what a transmit queue is through with, and makes a quiet queue say so. One lcore.
 *
 * <p>Descriptor status asks for a place in the ring, counted back from the tail. What a packet took
 * there at least is its number of segments (an offload takes one more), so the place is never
 * further back than it should be: an answer may come late, never early.
 */
public final class CompletionDetector {
  private static final long DRIVE_NANOS = 20_000;

  private final Transmitter queue;
  private final int descriptors;
  private Completion completion;
  private long position;
  private long lastDriveNanos;
  private boolean cleansUp = true;
  private final Counter demotions = new Counter();

  /**
   * @param descriptors of the queue's ring
   * @param completion descriptor status may be assumed: a driver that does not tell is found out
   */
  public CompletionDetector(Transmitter queue, int descriptors, Completion completion) {
    this.queue = queue;
    this.descriptors = descriptors;
    this.completion = completion;
  }

  @DataPath
  Transmitter queue() {
    return queue;
  }

  /** How completions are seen now. */
  @DataPath
  public Completion completion() {
    return completion;
  }

  @DataPath
  boolean isInBurst() {
    return completion == Completion.IN_BURST;
  }

  @DataPath
  boolean isByDescriptor() {
    return completion == Completion.DESCRIPTOR_STATUS;
  }

  /** A driver that should have given a buffer back has not: from now on the count is watched. */
  @DataPath
  void demote() {
    completion = Completion.REFERENCE_COUNT;
    demotions.add(1);
  }

  /** Whether {@link #demote} was needed. */
  public boolean isDemoted() {
    return demotions.get() != 0;
  }

  /** A packet went into the ring; returns the place of its end. */
  @DataPath
  long sent(int segments) {
    if (position == 0 && isByDescriptor() && !queue.hasDescriptorStatus()) {
      completion = Completion.REFERENCE_COUNT; // only a port that has started can tell
    }
    position += segments;
    return position;
  }

  /** Whether the queue is through with a packet whose end is at {@code end}. */
  @DataPath
  boolean isComplete(long mbuf, long end) {
    if (completion == Completion.DESCRIPTOR_STATUS) {
      long later = position - end;
      return later >= descriptors || queue.isDone((int) (descriptors - 1 - later));
    }
    return References.isSole(mbuf);
  }

  /**
   * Makes the driver look at what it has sent, when somebody waits: done-cleanup where the driver
   * has that, else a call without a packet. At most every 20 µs.
   */
  @DataPath
  void drive(long nowNanos) {
    if (completion == Completion.IN_BURST || nowNanos - lastDriveNanos < DRIVE_NANOS) {
      return;
    }
    lastDriveNanos = nowNanos;
    if (cleansUp && queue.doneCleanup(0) < 0) {
      cleansUp = false;
    }
    if (!cleansUp) {
      queue.kick();
      queue.isDone(descriptors - 1); // mlx5 and bnxt look at their completions when asked this
    }
  }
}
