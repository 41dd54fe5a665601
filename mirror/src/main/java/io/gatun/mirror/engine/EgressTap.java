package io.gatun.mirror.engine;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Transmitter;
import org.jspecify.annotations.Nullable;

/**
 * A transmit queue whose packets are mirrored once they have been sent. It adds a reference to each
 * packet that a session wants, hands the burst to the queue, and takes the packet up again when the
 * driver has let go: the completion is withheld from the pool, and the lanes have their turns.
 *
 * <p>What the queue does not take is not mirrored: it has not been sent. One lcore.
 */
public final class EgressTap extends Tap implements Transmitter {
  private final Transmitter queue;
  private final CompletionDetector detector;
  private final DirectLane direct;
  private final SlotRing first;
  private final long[] mbufs = new long[Burst.MAX_CAPACITY];
  private final long[] masks = new long[Burst.MAX_CAPACITY];
  private final @Nullable MirrorDrop[] refusals = new MirrorDrop[Burst.MAX_CAPACITY];
  private final int[] segments = new int[Burst.MAX_CAPACITY];

  /**
   * A tap before {@code queue}.
   *
   * @param descriptors of the queue's ring
   * @param completion how the queue's completions are seen
   */
  public EgressTap(MirrorEngine engine, Transmitter queue, int descriptors, Completion completion) {
    super(engine, queue.port());
    this.queue = queue;
    detector = new CompletionDetector(queue, descriptors, completion);
    direct = new DirectLane(engine, this);
    first = new SlotRing(Integer.highestOneBit(Math.max(table.capacity(), 2) * 2 - 1));
  }

  /** How completions are seen. */
  public CompletionDetector detector() {
    return detector;
  }

  /** Buffers that wait for their first completion; any thread. */
  public long depth() {
    return first.depth();
  }

  /** The most that ever waited; any thread. */
  public long highWater() {
    return first.highWater();
  }

  @Override
  @DataPath
  boolean isEgress() {
    return true;
  }

  @Override
  @DataPath
  boolean isIngress() {
    return false;
  }

  @Override
  public int queue() {
    return queue.queue();
  }

  @Override
  @DataPath
  public int prepare(Burst burst) {
    return queue.prepare(burst);
  }

  /** False while a lossless session has no room: its source waits. */
  @Override
  @DataPath
  public boolean isReady() {
    Program what = current();
    return what == null
        || !what.waits()
        || (table.available() >= 2 * Burst.MAX_CAPACITY && !what.isCongested(Burst.MAX_CAPACITY));
  }

  @Override
  @DataPath
  public int poll() {
    return engine.turn();
  }

  @Override
  @DataPath
  public int transmit(Burst burst) {
    Program what = current();
    if (what == null && (first.isEmpty() || !detector.isByDescriptor())) {
      return queue.transmit(burst);
    }
    if (what != null
        && what.isDirect()
        && detector.isInBurst()
        && withheld == 0
        && direct.isOpen(what)) {
      int sent = direct.transmit(what, burst, queue);
      if (sent >= 0) {
        return sent;
      }
    }
    return transmitTracked(what == null ? Program.NOTHING : what, burst);
  }

  @DataPath
  private int transmitTracked(Program what, Burst burst) {
    int count = burst.size();
    long now = engine.readClock();
    for (int i = 0; i < count; i++) {
      long mbuf = burst.get(i);
      mbufs[i] = mbuf;
      masks[i] = what.select(mbuf);
      refusals[i] = masks[i] == 0 ? null : retain(mbuf, i);
      segments[i] = Memory.getUnsignedShort(Memory.base(mbuf) + RteMbuf.NB_SEGS);
    }
    int sent = queue.transmit(burst);
    for (int i = 0; i < sent; i++) {
      long end = detector.sent(segments[i]);
      MirrorDrop refusal = refusals[i];
      if (refusal != null) {
        refuse(what, masks[i], refusal);
      } else if (masks[i] != 0) {
        int slot = table.allocate(mbufs[i], BufferTable.PRIMARY, this, what, masks[i], now);
        table.position[slot] = end;
        first.push(slot);
      }
    }
    for (int i = sent; i < count; i++) {
      if (masks[i] != 0 && refusals[i] == null) {
        References.release(mbufs[i]);
      }
    }
    engine.turn();
    return sent;
  }

  /** Adds the mirror's reference; the reason where that is not possible. */
  @DataPath
  private @Nullable MirrorDrop retain(long mbuf, int before) {
    if (table.available() <= before) {
      return MirrorDrop.LOCKED_LIMIT;
    }
    if (!References.isSole(mbuf)) {
      return MirrorDrop.SHARED;
    }
    References.retain(mbuf);
    return null;
  }

  /** A driver did not release in the burst: these wait for their counts. */
  @DataPath
  void await(Program what, Burst packets) {
    detector.demote();
    long now = engine.readClock();
    for (int i = 0; i < packets.size(); i++) {
      if (table.available() == 0) {
        refuse(what, 1, MirrorDrop.LOCKED_LIMIT);
        engine.free(packets.get(i));
      } else {
        first.push(table.allocate(packets.get(i), BufferTable.PRIMARY, this, what, 1, now));
      }
    }
    packets.size(0);
  }

  @Override
  @DataPath
  int pollFirst(long nowNanos) {
    int count = 0;
    first.publish();
    while (!first.isEmpty()) {
      int slot = first.peek();
      if (!detector.isComplete(table.mbuf[slot], table.position[slot])) {
        break;
      }
      first.pop();
      table.move(slot, BufferTable.PRIMARY, BufferTable.HELD);
      engine.advance(slot);
      count++;
    }
    first.publish();
    return count;
  }

  @Override
  @DataPath
  void drive(long nowNanos) {
    detector.drive(nowNanos);
  }

  @Override
  public void drain() {
    engine.drain(this);
    engine.drainDrops();
    first.removeOf(this, table);
    first.publish();
  }
}
