package io.gatun.mirror.engine;

import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Ethernet;
import org.jspecify.annotations.Nullable;

/**
 * The way of one session's frames to one destination on one lcore: a backlog, what is put before a
 * frame, the {@link Outlet}, and what is undone when the outlet is through with the buffer.
 *
 * <p>A frame enters with {@link #take}, leaves the backlog in {@link #flush}, and goes on to the
 * tap's next lane when {@link #completed}. Frames keep their order. {@link DirectLane} is the short
 * cut for what needs no slot.
 *
 * <p>One lcore; {@link #remove} and the counters are anybody's.
 */
public final class Lane {
  private static final int READY = 0;
  private static final int GONE = 1;
  private static final int BLOCKED = 2;
  private static final int AT_ONCE = 64;

  private final MirrorEngine engine;
  private final BufferTable table;
  private final LaneSettings settings;
  private final LaneFrames frames;
  private final Outlet outlet;
  private final boolean isFile;
  private final SlotRing backlog;
  private final LaneCounters counters = new LaneCounters();
  private final int[] sending = new int[AT_ONCE];
  private int ready; // of those in sending, while more are prepared
  private final Mbuf mbuf = new Mbuf();
  private long deadUntilNanos = Long.MIN_VALUE;
  private volatile boolean removed;

  /** A lane of {@code engine}; control thread, before the lcore sees it. */
  public Lane(MirrorEngine engine, LaneSettings settings, Outlet outlet) {
    this.engine = engine;
    this.table = engine.table();
    this.settings = settings;
    this.outlet = outlet;
    isFile = outlet instanceof FileOutlet;
    frames = new LaneFrames(engine, settings, outlet, counters);
    backlog = new SlotRing(Integer.highestOneBit(Math.max(table.capacity(), 2) * 2 - 1));
  }

  public LaneCounters counters() {
    return counters;
  }

  public Outlet outlet() {
    return outlet;
  }

  /** How frames are edited. */
  @DataPath
  LaneFrames frames() {
    return frames;
  }

  LaneSettings settings() {
    return settings;
  }

  /** Frames that wait for the destination; any thread. */
  public long waiting() {
    return backlog.depth();
  }

  /** The most that ever waited; any thread. */
  public long mostWaiting() {
    return backlog.highWater();
  }

  /** Lets the lane send nothing more: what waits is left out. Any thread. */
  public void remove() {
    removed = true;
  }

  /** Whether a burst may be handed over without slots: see {@link DirectLane}. */
  @DataPath
  boolean isDirect() {
    return outlet instanceof PortOutlet
        && outlet.releasesInBurst()
        && !(settings.copies() && settings.snaplen() != 0);
  }

  /** Whether nothing waits and nothing is in the way. */
  @DataPath
  boolean isOpen() {
    return backlog.isEmpty() && !removed && outlet.refusal() == null;
  }

  /** Whether another frame may wait for the destination. */
  @DataPath
  boolean mayWait() {
    return settings.holds() || backlog.size() < settings.backlog();
  }

  @DataPath
  boolean holds() {
    return settings.holds();
  }

  @DataPath
  boolean copies() {
    return settings.copies();
  }

  @DataPath
  long holdMaxNanos() {
    return settings.holds() ? settings.deadlineNanos() : settings.holdMaxNanos();
  }

  @DataPath
  boolean hasBacklog() {
    return !backlog.isEmpty();
  }

  /** Whether frames may enter. */
  @DataPath
  boolean isAlive() {
    return refusal(engine.nowNanos()) == null;
  }

  /** Whether a lossless lane can take so many more. A dead destination holds nobody up. */
  @DataPath
  boolean hasRoom(int frames) {
    return backlog.size() + frames <= settings.backlog() || refusal(engine.nowNanos()) != null;
  }

  /** Why no frame may enter; null where one may. */
  @DataPath
  @Nullable MirrorDrop refusal(long nowNanos) {
    if (removed) {
      return MirrorDrop.REMOVED;
    }
    MirrorDrop reason = outlet.refusal();
    if (reason != null) {
      return reason;
    }
    return nowNanos < deadUntilNanos ? MirrorDrop.DESTINATION_DEAD : null;
  }

  /** Counts frames that are left out. */
  @DataPath
  void drop(MirrorDrop reason, int port, int frames) {
    counters.addDropped(reason, frames);
    outlet.missed(port, frames);
  }

  /** Whether the rate allows another frame; counts it where not. */
  @DataPath
  boolean isWithinRate(int bytes, int port) {
    RateLimit limit = settings.limit();
    if (limit == null || limit.take(bytes, engine.nowNanos())) {
      return true;
    }
    drop(MirrorDrop.RATE_LIMITED, port, 1);
    return false;
  }

  /**
   * Takes a buffer that is the mirror's alone.
   *
   * @return false, counted, when the lane does not want it: it goes on to the next one
   */
  @DataPath
  boolean take(int slot) {
    counters.addMatched(1);
    mbuf.wrap(table.mbuf[slot]);
    int port = table.tap[slot].port();
    MirrorDrop reason = refusal(engine.nowNanos());
    if (reason == null && !mayWait()) {
      reason = MirrorDrop.BACKLOG_FULL;
    } else if (reason == null && mbuf.dataLength() < Ethernet.LENGTH) {
      reason = MirrorDrop.TOO_SHORT;
    }
    if (reason != null) {
      drop(reason, port, 1);
      return false;
    }
    if (!isWithinRate(mbuf.packetLength(), port)) {
      return false;
    }
    if (settings.copies() && enterCopy(slot, port)) {
      return false;
    }
    enter(slot, engine.nowNanos());
    return true;
  }

  /**
   * A copy goes its way; the buffer itself is not held up.
   *
   * @return false when there is none and a lossless lane must send the buffer itself
   */
  @DataPath
  private boolean enterCopy(int slot, int port) {
    long twin = table.available() == 0 ? 0 : engine.pool().copy(table.mbuf[slot]);
    if (twin == 0) {
      if (!settings.holds()) {
        drop(table.available() == 0 ? MirrorDrop.LOCKED_LIMIT : MirrorDrop.NO_MBUF, port, 1);
      }
      return !settings.holds();
    }
    int copy =
        table.allocate(
            twin,
            BufferTable.HELD,
            table.tap[slot],
            table.program[slot],
            0,
            table.sinceNanos[slot]);
    table.isOrphan[copy] = true;
    table.dropReason[copy] = table.dropReason[slot];
    enter(copy, engine.nowNanos());
    return true;
  }

  /**
   * Lets a buffer that is not sent here keep its place behind those that are.
   *
   * @return false when nobody is before it, or has been for too long
   */
  @DataPath
  boolean pass(int slot) {
    SlotRing second = outlet.second();
    if (removed || (second.isEmpty() && backlog.isEmpty())) {
      return false; // nobody may look after a lane that is removed
    }
    long now = engine.nowNanos();
    if (now - table.movedNanos[(second.isEmpty() ? backlog : second).peek()] > holdMaxNanos()) {
      return false;
    }
    table.isTransit[slot] = true;
    enter(slot, now);
    return true;
  }

  /** Puts a buffer that is HELD into the backlog. */
  @DataPath
  void enter(int slot, long nowNanos) {
    table.movedNanos[slot] = nowNanos;
    table.lane[slot] = this;
    backlog.push(slot);
  }

  // ---- towards the destination ------------------------------------------------------------------

  /** Hands over as much of the backlog as the outlet takes; returns how many. */
  @DataPath
  int flush(long nowNanos) {
    int moved = 0;
    while (!backlog.isEmpty()) {
      MirrorDrop reason = refusal(nowNanos);
      if (reason != null) {
        empty(reason);
        break;
      }
      int count = fill(nowNanos);
      if (count == 0) {
        break;
      }
      int sent = outlet.send(table, sending, count);
      for (int i = 0; i < sent; i++) {
        handedOver(sending[i], nowNanos);
      }
      moved += sent;
      if (sent < count) {
        putBack(sent, count);
        break;
      }
    }
    expire(nowNanos);
    backlog.publish();
    return moved;
  }

  /** Prepares frames from the front of the backlog; how many are ready in {@link #sending}. */
  @DataPath
  private int fill(long nowNanos) {
    int count = 0;
    while (count < AT_ONCE && !backlog.isEmpty()) {
      int slot = backlog.pop();
      if (table.isTransit[slot]) {
        if (count > 0) {
          backlog.pushFront(slot);
          break;
        }
        goOn(slot);
        continue;
      }
      int outcome = table.isEdited[slot] ? READY : prepare(slot, nowNanos);
      if (outcome == READY) {
        sending[count++] = slot;
        ready = count;
      } else if (outcome == BLOCKED) {
        backlog.pushFront(slot);
        break;
      }
    }
    ready = 0;
    return count;
  }

  /** What the outlet did not take stays at the front, edited; what it never will take goes on. */
  @DataPath
  private void putBack(int sent, int count) {
    int first = sent;
    if (outlet.isRefused()) {
      leaveOut(sending[first++], MirrorDrop.REFUSED);
    }
    for (int i = count - 1; i >= first; i--) {
      backlog.pushFront(sending[i]);
    }
  }

  /** Completes what the packet asks of a NIC, shortens it, puts the header before it. */
  @DataPath
  private int prepare(int slot, long nowNanos) {
    Mbuf frame = mbuf.wrap(table.mbuf[slot]);
    if (!settings.carriesOffloads() && engine.offloads().asks(frame)) {
      int count = engine.offloads().complete(frame);
      if (count != 0) {
        return cutOrDrop(slot, count, nowNanos);
      }
    }
    if (frames.edit(slot)) {
      return READY;
    }
    if (settings.holds() || !frames.lacksMbuf()) {
      return BLOCKED;
    }
    leaveOut(slot, MirrorDrop.NO_MBUF);
    return GONE;
  }

  /** Segments take the packet's place in the backlog; the packet itself goes on. */
  @DataPath
  private int cutOrDrop(int slot, int frames, long nowNanos) {
    Burst segments = engine.offloads().segments();
    if (frames < 0 || table.available() < frames || backlog.remaining() < frames) {
      engine.free(segments);
      if (frames > 0 && settings.holds()) {
        return BLOCKED;
      }
      leaveOut(slot, frames < 0 ? MirrorDrop.OFFLOAD : MirrorDrop.LOCKED_LIMIT);
      return GONE;
    }
    Tap tap = table.tap[slot];
    for (int i = frames - 1; i >= 0; i--) {
      int segment =
          table.allocate(
              segments.get(i),
              BufferTable.HELD,
              tap,
              table.program[slot],
              0,
              table.sinceNanos[slot]);
      table.isOrphan[segment] = true;
      table.movedNanos[segment] = nowNanos;
      table.lane[segment] = this;
      backlog.pushFront(segment);
    }
    segments.size(0);
    counters.addSegmented(frames);
    goOn(slot);
    return GONE;
  }

  @DataPath
  private void handedOver(int slot, long nowNanos) {
    counters.addMirrored(1, table.length[slot]);
    if (settings.copies()) {
      counters.addCopied(1);
    }
    if (!isFile && !table.isRetained[slot]) {
      counters.addCompleted(nowNanos - table.movedNanos[slot], 1);
      table.release(slot, BufferTable.HELD); // the driver has freed it
      return;
    }
    table.move(slot, BufferTable.HELD, BufferTable.MIRROR);
    table.movedNanos[slot] = nowNanos;
    outlet.second().push(slot);
  }

  // ---- back ------------------------------------------------------------------------------------

  /** The outlet is through with a buffer: undoes what was done to it and lets it go on. */
  @DataPath
  void completed(int slot, long nowNanos) {
    deadUntilNanos = Long.MIN_VALUE;
    counters.addCompleted(nowNanos - table.movedNanos[slot], 1);
    table.move(slot, BufferTable.MIRROR, BufferTable.HELD);
    table.isRetained[slot] = false; // the destination has given its reference back
    frames.undo(slot);
    engine.advance(slot);
  }

  /** Leaves a buffer out that is in no queue, and lets it go on. */
  @DataPath
  private void leaveOut(int slot, MirrorDrop reason) {
    if (table.isTransit[slot]) {
      goOn(slot);
      return;
    }
    drop(reason, table.tap[slot].port(), 1);
    if (table.isRetained[slot]) {
      References.release(table.mbuf[slot]);
      table.isRetained[slot] = false;
    }
    if (table.head[slot] != table.mbuf[slot]) {
      engine.freeHeader(table.head[slot]);
    }
    frames.undo(slot);
    goOn(slot);
  }

  /** Lets a buffer from the front of the backlog go on, behind what the outlet still has. */
  @DataPath
  private void goOn(int slot) {
    if (ready > 0 && table.pending[slot] != 0) {
      table.isTransit[slot] = true;
      backlog.pushFront(slot); // those before it are about to be handed over
      return;
    }
    SlotRing second = outlet.second();
    boolean behind =
        table.pending[slot] != 0
            && !second.isEmpty()
            && second.remaining() > 0
            && engine.nowNanos() - table.movedNanos[second.peek()] <= holdMaxNanos();
    table.isTransit[slot] = behind;
    if (behind) {
      second.push(slot);
    } else {
      engine.advance(slot);
    }
  }

  /** Leaves out what has waited too long; where the source waits, its destination is dead then. */
  @DataPath
  private void expire(long nowNanos) {
    long most = holdMaxNanos();
    if (settings.holds()) {
      if (isStuck(nowNanos, most)) {
        deadUntilNanos = nowNanos + most;
        empty(MirrorDrop.DESTINATION_DEAD);
      }
      return;
    }
    while (!backlog.isEmpty() && nowNanos - table.movedNanos[backlog.peek()] > most) {
      leaveOut(backlog.pop(), MirrorDrop.HELD_TOO_LONG);
    }
  }

  @DataPath
  private boolean isStuck(long nowNanos, long most) {
    SlotRing second = outlet.second();
    return (!backlog.isEmpty() && nowNanos - table.movedNanos[backlog.peek()] > most)
        || (!second.isEmpty() && nowNanos - table.movedNanos[second.peek()] > most);
  }

  /** Leaves out what waits of a tap that ends. */
  void leaveOutOf(Tap tap) {
    for (int rest = backlog.size(); rest > 0; rest--) {
      int slot = backlog.pop();
      if (table.tap[slot] == tap) {
        leaveOut(slot, MirrorDrop.REMOVED);
      } else {
        backlog.push(slot);
      }
    }
    backlog.publish();
  }

  /** Leaves out everything that waits. */
  @DataPath
  void empty(MirrorDrop reason) {
    while (!backlog.isEmpty()) {
      leaveOut(backlog.pop(), reason);
    }
    backlog.publish();
  }
}
