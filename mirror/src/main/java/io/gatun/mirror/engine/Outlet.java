package io.gatun.mirror.engine;

import io.gatun.pmd.DataPath;
import org.jspecify.annotations.Nullable;

/**
 * A destination as one lcore sees it: it takes frames, keeps their buffers, and says when it is
 * through with them. Lanes of several sessions may share one. One lcore; {@link #linkDown} and
 * {@link #deviceGone} are the control thread's.
 */
public abstract sealed class Outlet permits PortOutlet, FileOutlet {
  private final SlotRing second;
  private volatile boolean down;
  private volatile boolean gone;

  Outlet(int capacity) {
    second = new SlotRing(capacity);
  }

  /** Buffers handed over and not yet complete, in order. */
  @DataPath
  final SlotRing second() {
    return second;
  }

  /** How many buffers wait for their second completion; any thread. */
  public final long depth() {
    return second.depth();
  }

  /** The most that ever waited; any thread. */
  public final long highWater() {
    return second.highWater();
  }

  /** Says that the link is down or the device gone, or not any more. Control thread. */
  public final void linkDown(boolean isDown) {
    down = isDown;
  }

  /** Says that the device is gone for good: its driver is not to be called any more. */
  public final void deviceGone() {
    down = true;
    gone = true;
  }

  @DataPath
  final boolean isGone() {
    return gone;
  }

  /** Why nothing can be handed over now; null where something can. */
  @DataPath
  final @Nullable MirrorDrop refusal() {
    return down ? MirrorDrop.LINK_DOWN : failure();
  }

  /** Why the destination takes nothing any more; null while it does. */
  @DataPath
  abstract @Nullable MirrorDrop failure();

  /**
   * Hands over the first frames of {@code slots}, which are edited and retained.
   *
   * @return how many were taken
   */
  @DataPath
  abstract int send(BufferTable table, int[] slots, int count);

  /** Whether the frame behind those that {@link #send} took will never be taken. */
  @DataPath
  boolean isRefused() {
    return false;
  }

  /** Tells of frames that a lane left out. */
  @DataPath
  void missed(int port, int frames) {}

  /** Whether the destination is through with a buffer. */
  @DataPath
  abstract boolean isComplete(BufferTable table, int slot);

  /** Whether a buffer that is handed over is released before {@link #send} returns. */
  @DataPath
  abstract boolean releasesInBurst();

  /** Whether a buffer may be complete while the destination still has a reference to it. */
  @DataPath
  boolean leavesReferences() {
    return false;
  }

  /** Makes a quiet destination complete. */
  @DataPath
  abstract void drive(long nowNanos);

  /** What completes, for tables. */
  public abstract String completion();
}
