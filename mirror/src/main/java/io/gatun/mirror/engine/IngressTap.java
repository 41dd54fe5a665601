package io.gatun.mirror.engine;

import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Receiver;
import io.gatun.pmd.RxQueue;
import java.lang.foreign.Arena;

/**
 * A receive queue whose packets are mirrored before they are delivered. The receipt is the first
 * completion: the packet goes to the mirror at once, and to whoever receives at the second one.
 *
 * <p>Packets are delivered in the order in which they came: what is not mirrored waits behind what
 * is. Under {@code best-effort} nothing waits longer than {@code --hold-max}: then a copy is
 * delivered, counted, and the original freed when it comes back. One lcore.
 */
public final class IngressTap extends Tap implements Receiver {
  private final RxQueue queue;
  private final DirectLane direct;
  private final SlotRing line;
  private final Burst in = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final Counter copies = new Counter();
  private long lineHoldNanos;

  /** A tap behind {@code queue}. */
  public IngressTap(MirrorEngine engine, RxQueue queue) {
    super(engine, queue.port());
    this.queue = queue;
    direct = new DirectLane(engine, this);
    line = new SlotRing(Integer.highestOneBit(Math.max(table.capacity(), 2) * 2 - 1));
  }

  /** Packets that wait for their second completion, or behind one that does; any thread. */
  public long depth() {
    return line.depth();
  }

  /** The most that ever waited; any thread. */
  public long highWater() {
    return line.highWater();
  }

  /** Packets delivered as a copy, as the mirror took too long; any thread. */
  public long copies() {
    return copies.get();
  }

  @Override
  @DataPath
  boolean isEgress() {
    return false;
  }

  @Override
  @DataPath
  boolean isIngress() {
    return true;
  }

  @Override
  @DataPath
  public RxQueue rxQueue() {
    return queue;
  }

  @Override
  @DataPath
  public int receive(Burst burst) {
    engine.turn();
    Program what = current();
    if (line.isEmpty()) {
      if (what == null) {
        return queue.receive(burst);
      }
      if (what.isDirect() && !what.holds() && hasSlots() && direct.isOpen(what)) {
        return receiveDirect(what, burst);
      }
    }
    return receiveTracked(what == null ? Program.NOTHING : what, burst);
  }

  @DataPath
  private int receiveDirect(Program what, Burst burst) {
    int before = burst.size();
    if (queue.receive(burst) == 0) {
      return 0;
    }
    int first = direct.received(what, burst, before);
    if (first < burst.size()) {
      for (int i = first; i < burst.size(); i++) {
        in.add(burst.get(i));
      }
      burst.size(first);
      admit(what, 0);
      engine.turn();
      deliver(burst);
    }
    return burst.size() - before;
  }

  @DataPath
  private int receiveTracked(Program what, Burst burst) {
    int before = burst.size();
    deliver(burst);
    if (hasSlots()) {
      // No more than the caller can take: what waits for its caller is late for nothing.
      int from = in.capacity() - Math.min(burst.remaining(), in.capacity());
      in.size(from);
      if (!what.isCongested(Burst.MAX_CAPACITY) && queue.receive(in) > 0) {
        admit(what, from);
        engine.turn();
        deliver(burst);
      }
      in.size(0);
    } else if (line.isEmpty() && !what.waits()) {
      receiveUnmirrored(what, burst);
    }
    line.publish();
    return burst.size() - before;
  }

  /** Every packet needs a slot, to keep its place, and a copy of it may need another. */
  @DataPath
  private boolean hasSlots() {
    return table.available() >= 2 * Burst.MAX_CAPACITY;
  }

  /** A destination that keeps what it has been given costs the mirror, not the source. */
  @DataPath
  private void receiveUnmirrored(Program what, Burst burst) {
    int before = burst.size();
    queue.receive(burst);
    for (int i = before; i < burst.size(); i++) {
      refuse(what, what.select(burst.get(i)), MirrorDrop.LOCKED_LIMIT);
    }
  }

  /** Puts what was received into the line, and what is wanted on its way to the mirror. */
  @DataPath
  private void admit(Program what, int from) {
    long now = engine.readClock();
    lineHoldNanos = Math.max(what.holdMaxNanos(), line.isEmpty() ? 0 : lineHoldNanos);
    for (int i = from; i < in.size(); i++) {
      long packet = in.get(i);
      long mask = what.select(packet);
      if (mask != 0 && !References.isSole(packet)) {
        refuse(what, mask, MirrorDrop.SHARED);
        mask = 0;
      }
      boolean wanted = mask != 0;
      int slot =
          table.allocate(
              packet, wanted ? BufferTable.HELD : BufferTable.DONE, this, what, mask, now);
      line.push(slot);
      if (wanted) {
        engine.advance(slot);
      }
    }
    in.size(0);
  }

  /** Hands out what is done, in order, and copies of what takes too long. */
  @DataPath
  private void deliver(Burst burst) {
    while (!line.isEmpty() && burst.remaining() > 0) {
      int slot = line.peek();
      long packet = table.mbuf[slot];
      if (table.state(slot) == BufferTable.DONE
          && (table.lane[slot] == null || References.isSole(packet))) {
        table.release(slot, BufferTable.DONE);
      } else {
        packet = engine.nowNanos() - table.sinceNanos[slot] > lineHoldNanos ? copy(slot) : 0;
        if (packet == 0) {
          return;
        }
      }
      line.pop();
      burst.add(packet);
    }
  }

  /** A copy of a packet that is still away; the original is freed when it comes back. */
  @DataPath
  private long copy(int slot) {
    if (table.isEdited[slot]) {
      return copyEdited(slot);
    }
    return counted(slot, pool.copy(table.mbuf[slot]));
  }

  /** With a header before it, or shortened, the buffer is not what was received. */
  @DataPath
  private long copyEdited(int slot) {
    return counted(slot, table.lane[slot].frames().copyOriginal(slot));
  }

  @DataPath
  private long counted(int slot, long copy) {
    if (copy != 0) {
      copies.add(1);
      if (table.state(slot) == BufferTable.DONE) { // a driver still has a reference
        table.release(slot, BufferTable.DONE);
        engine.free(table.mbuf[slot]);
      } else {
        table.isOrphan[slot] = true;
      }
    }
    return copy;
  }

  /**
   * A driver did not release in the burst: what it took is withheld after all, and with it what
   * came behind.
   *
   * @param index of the packets of {@code burst} that were sent
   * @param edits knows how they were edited
   * @return the burst's size, which ends before the first of them
   */
  @DataPath
  int await(Program what, Lane lane, Burst burst, int[] index, int sent, DirectLane edits) {
    PortOutlet outlet = (PortOutlet) lane.outlet();
    outlet.detector().demote();
    long now = engine.readClock();
    lineHoldNanos = what.holdMaxNanos();
    int next = 0;
    for (int i = index[0]; i < burst.size(); i++) {
      boolean away = next < sent && index[next] == i;
      int slot =
          table.allocate(
              burst.get(i), away ? BufferTable.MIRROR : BufferTable.DONE, this, what, 0, now);
      if (away) {
        edits.hand(lane, slot, next++);
        outlet.second().push(slot);
      }
      line.push(slot);
    }
    burst.size(index[0]);
    return burst.size();
  }

  @Override
  public int drain(Burst burst) {
    int before = burst.size();
    long end = engine.readClock() + MirrorEngine.DRAIN_NANOS;
    while (!line.isEmpty() && burst.size() == before && engine.readClock() - end < 0) {
      engine.turn();
      deliver(burst);
    }
    if (burst.size() == before && !line.isEmpty()) {
      lineHoldNanos = -1; // the mirror has had its time: what it still has goes on as copies
      deliver(burst);
    }
    int count = burst.size() - before;
    if (count == 0) {
      line.removeOf(this, table);
      engine.drain(this);
    }
    line.publish();
    return count;
  }
}
