package io.gatun.mirror.engine;

import io.gatun.bindings.FastPath;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Eal;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.TransmitCompleter;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mirror on one lcore: looks at completions, hands over what waits, gives buffers back.
 *
 * <p>The control thread makes it and adds to it; {@link #turn} and what is marked {@code @DataPath}
 * are the lcore's.
 */
public final class MirrorEngine {
  private static final VarHandle ROSTER = roster();
  static final long DRAIN_NANOS = 1_000_000_000L;
  private static final long FILE_NANOS = 30_000_000_000L;

  private final BufferTable table;
  private final MempoolCache pool;
  private final Offloads offloads;
  private final OriginalCopy originalCopy;
  private final Burst toFree = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final Burst one = Burst.allocate(1, Arena.ofAuto());
  private final long unixOffsetNanos;
  private final List<Tap> taps = new ArrayList<>();
  private final List<Outlet> outlets = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();
  private Roster roster = new Roster(List.of(), List.of(), List.of());
  private long nowNanos;
  private @Nullable Lender lender;

  /**
   * @param pool the lcore's side of the pool that headers and copies are taken from
   * @param maxHeld most buffers withheld at once
   * @param completer completes transmit offloads in software; null for none
   */
  public MirrorEngine(MempoolCache pool, int maxHeld, @Nullable TransmitCompleter completer) {
    this.pool = pool;
    table = new BufferTable(maxHeld);
    offloads = new Offloads(completer);
    originalCopy = new OriginalCopy(table, pool);
    unixOffsetNanos = unixOffset();
    nowNanos = System.nanoTime();
  }

  private static VarHandle roster() {
    try {
      return MethodHandles.lookup().findVarHandle(MirrorEngine.class, "roster", Roster.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Makes a pool for {@link #completions(MempoolCache)}. Its own buffers are never used: they are
   * what DPDK wants for a pool with a cache.
   */
  public static Mempool completionPool(Eal eal, Lcore lcore) {
    return eal.createMempool(
        "gatun_mirror_" + lcore.id(), 2 * Burst.MAX_CAPACITY, Burst.MAX_CAPACITY, 1, -1);
  }

  /**
   * Gives the engine a pool whose cache is where drivers that release within their burst put what
   * they have sent: see {@link Lender}. Without it, references are counted. Control thread, before
   * the lcore works.
   *
   * @param completions the lcore's side of a pool with a cache of {@link Burst#MAX_CAPACITY}, which
   *     nobody else uses and nobody allocates from
   */
  public void completions(MempoolCache completions) {
    lender = new Lender(pool, completions);
  }

  @DataPath
  @Nullable Lender lender() {
    return lender;
  }

  /** What {@link System#nanoTime} lacks to be Unix time in nanoseconds. */
  public static long unixOffset() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano() - System.nanoTime();
  }

  // ---- control thread ---------------------------------------------------------------------------

  /** Lets the lcore look after a tap. */
  public synchronized void add(Tap tap) {
    taps.add(tap);
    publish();
  }

  /** Lets the lcore look after a destination. */
  public synchronized void add(Outlet outlet) {
    outlets.add(outlet);
    publish();
  }

  /** Lets the lcore look after a lane, whose outlet it knows. */
  public synchronized void add(Lane lane) {
    lanes.add(lane);
    publish();
  }

  /** Forgets a lane that no program names any more and that holds nothing. */
  public synchronized void forget(Lane lane) {
    lanes.remove(lane);
    publish();
  }

  /** Forgets a destination that no lane leads to any more and that holds nothing. */
  public synchronized void forget(Outlet outlet) {
    outlets.remove(outlet);
    publish();
  }

  private void publish() {
    ROSTER.setRelease(this, new Roster(taps, outlets, lanes));
  }

  /** Every buffer that is withheld. */
  public BufferTable table() {
    return table;
  }

  // ---- lcore ------------------------------------------------------------------------------------

  @DataPath
  MempoolCache pool() {
    return pool;
  }

  @DataPath
  Offloads offloads() {
    return offloads;
  }

  @DataPath
  OriginalCopy originalCopy() {
    return originalCopy;
  }

  /** The time of the last look at the clock. */
  @DataPath
  long nowNanos() {
    return nowNanos;
  }

  @DataPath
  long readClock() {
    nowNanos = System.nanoTime();
    return nowNanos;
  }

  @DataPath
  long unixNanos(long nanoTime) {
    return nanoTime + unixOffsetNanos;
  }

  /**
   * Looks at everything that is withheld and moves on what can be moved. Costs nothing while
   * nothing is.
   *
   * @return how many buffers moved
   */
  @DataPath
  public int turn() {
    if (table.isEmpty()) {
      freeNow();
      table.publish();
      return 0;
    }
    return turnOnce();
  }

  @DataPath
  private int turnOnce() {
    table.publish(); // the most there are is before some of them go
    long now = readClock();
    Roster all = (Roster) ROSTER.getAcquire(this);
    int moved = 0;
    for (Tap tap : all.taps) {
      moved += tap.pollFirst(now);
    }
    for (Outlet outlet : all.outlets) {
      moved += complete(outlet, now);
    }
    for (Lane lane : all.lanes) {
      moved += lane.flush(now);
    }
    for (Outlet outlet : all.outlets) {
      moved += complete(outlet, now);
      outlet.second().publish();
    }
    drive(all, now);
    freeNow();
    table.publish();
    return moved;
  }

  @DataPath
  private int complete(Outlet outlet, long now) {
    SlotRing second = outlet.second();
    int count = 0;
    while (!second.isEmpty()) {
      int slot = second.peek();
      if (table.isTransit[slot]) {
        second.pop();
        table.isTransit[slot] = false;
        advance(slot);
      } else if (outlet.isComplete(table, slot)) {
        second.pop();
        table.lane[slot].completed(slot, now);
      } else {
        break;
      }
      count++;
    }
    return count;
  }

  @DataPath
  private static void drive(Roster all, long now) {
    for (Tap tap : all.taps) {
      if (tap.withheld > 0) {
        tap.drive(now);
      }
    }
    for (Outlet outlet : all.outlets) {
      if (!outlet.second().isEmpty() || outlet.leavesReferences()) {
        outlet.drive(now);
      }
    }
  }

  /**
   * Sends a buffer that is HELD to the next lane that takes it, or back to its host. Where it does
   * not stop, it still goes behind those that do: so every lane sees the tap's order.
   */
  @DataPath
  void advance(int slot) {
    long rest = table.pending[slot];
    Program program = table.program[slot];
    while (rest != 0) {
      int number = table.nextLane[slot]++;
      Lane lane = program.lane(number);
      long bit = 1L << number;
      if ((rest & bit) != 0) {
        rest &= ~bit;
        table.pending[slot] = rest;
        if (lane.take(slot)) {
          return;
        }
      }
      if (rest != 0 && lane.pass(slot)) {
        return;
      }
    }
    if (table.tap[slot].isIngress() && !table.isOrphan[slot]) {
      table.move(slot, BufferTable.HELD, BufferTable.DONE);
    } else {
      table.release(slot, BufferTable.HELD);
      free(table.mbuf[slot]);
    }
  }

  /** Frees a packet, now or at the end of the turn. */
  @DataPath
  void free(long mbuf) {
    if (!toFree.add(mbuf)) {
      freeNow();
      toFree.add(mbuf);
    }
  }

  @DataPath
  void free(Burst packets) {
    pool.free(packets);
  }

  /** Frees a header's buffer, whose frame goes on without it. */
  @DataPath
  void freeHeader(long mbuf) {
    Memory.putLong(mbuf + RteMbuf.NEXT, 0);
    Memory.putShort(mbuf + RteMbuf.NB_SEGS, (short) 1);
    free(mbuf);
  }

  @DataPath
  void freeNow() {
    if (!toFree.isEmpty()) {
      pool.free(toFree);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  /**
   * Waits a moment until a tap's buffers are back; what a driver then still has, it keeps: it frees
   * the last reference when its port stops. On the lcore, after its last burst.
   */
  void drain(Tap tap) {
    long begin = readClock();
    while (tap.withheld > 0
        && readClock() - begin < (waitsForFile(tap) ? FILE_NANOS : DRAIN_NANOS)) {
      turn();
    }
    if (tap.withheld > 0) {
      Roster all = (Roster) ROSTER.getAcquire(this);
      for (int slot = 0; slot < table.capacity(); slot++) {
        if (table.state(slot) != BufferTable.FREE && table.tap[slot] == tap) {
          table.pending[slot] = 0; // what one lane leaves out must not enter another
        }
      }
      for (Lane lane : all.lanes) {
        lane.leaveOutOf(tap);
      }
      for (Outlet outlet : all.outlets) {
        outlet.second().removeOf(tap, table);
        outlet.second().publish();
      }
      for (int slot = 0; slot < table.capacity(); slot++) {
        if (table.state(slot) != BufferTable.FREE && table.tap[slot] == tap) {
          abandon(slot);
        }
      }
    }
    freeNow();
    table.publish();
  }

  /** A file's writer reads buffers without a reference of its own: it is waited for longer. */
  private boolean waitsForFile(Tap tap) {
    for (int slot = 0; slot < table.capacity(); slot++) {
      if (table.state(slot) == BufferTable.MIRROR
          && table.tap[slot] == tap
          && table.lane[slot].outlet() instanceof FileOutlet) {
        return true;
      }
    }
    return false;
  }

  /** The same for dropped packets, which nobody else waits for. */
  void drainDrops() {
    for (Tap tap : ((Roster) ROSTER.getAcquire(this)).taps) {
      if (tap instanceof DropTap) {
        drain(tap);
      }
    }
  }

  /** Lets go of a buffer that a driver has: the driver's reference is the last one then. */
  private void abandon(int slot) {
    if (table.cutNext[slot] != 0) {
      one.add(table.cutNext[slot]);
      FastPath.rte_pktmbuf_free_bulk(one.address(), 1);
      one.size(0);
    }
    table.release(slot, table.state(slot));
    free(table.mbuf[slot]);
  }
}
