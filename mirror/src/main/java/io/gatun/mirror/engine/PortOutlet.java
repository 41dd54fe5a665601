package io.gatun.mirror.engine;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Transmitter;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** A transmit queue as a destination. One lcore. */
public final class PortOutlet extends Outlet {
  private final Transmitter queue;
  private final CompletionDetector detector;
  private final Burst burst = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private boolean refused;

  /**
   * @param descriptors of the queue's ring
   * @param completion how the queue's completions are seen
   */
  public PortOutlet(Transmitter queue, int descriptors, Completion completion) {
    super(Integer.highestOneBit(Math.max(descriptors, Burst.MAX_CAPACITY)) * 4);
    this.queue = queue;
    detector = new CompletionDetector(queue, descriptors, completion);
  }

  @DataPath
  CompletionDetector detector() {
    return detector;
  }

  @DataPath
  Transmitter queue() {
    return queue;
  }

  @Override
  public String completion() {
    return detector.completion().label();
  }

  @Override
  @DataPath
  @Nullable MirrorDrop failure() {
    return null;
  }

  @Override
  @DataPath
  boolean releasesInBurst() {
    return detector.isInBurst();
  }

  /** A port that is closed has no descriptors to ask, and its driver no buffers any more. */
  @Override
  @DataPath
  boolean isComplete(BufferTable table, int slot) {
    long mbuf = table.mbuf[slot];
    if (isGone()) {
      return References.isSole(mbuf);
    }
    // A chain that was cut may be joined again only when no driver walks it any more.
    return detector.isComplete(mbuf, table.position[slot])
        && (table.cutNext[slot] == 0 || References.isSole(mbuf));
  }

  @Override
  @DataPath
  boolean leavesReferences() {
    return detector.isByDescriptor();
  }

  @Override
  @DataPath
  void drive(long nowNanos) {
    if (!isGone()) {
      detector.drive(nowNanos);
    }
  }

  @Override
  @DataPath
  boolean isRefused() {
    return refused;
  }

  @Override
  @DataPath
  int send(BufferTable table, int[] slots, int count) {
    int most = Math.min(count, second().remaining());
    boolean asks = false;
    for (int i = 0; i < most; i++) {
      long head = table.head[slots[i]];
      burst.add(head);
      long at = Memory.base(head);
      table.position[slots[i]] = Memory.getUnsignedShort(at + RteMbuf.NB_SEGS);
      asks |=
          (Memory.getLong(at + RteMbuf.OL_FLAGS) & RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK) != 0;
    }
    int ready = asks ? queue.prepare(burst) : most;
    burst.size(ready);
    int sent = queue.transmit(burst);
    burst.size(0);
    refused = sent == ready && ready < most;
    for (int i = 0; i < sent; i++) {
      table.position[slots[i]] = detector.sent((int) table.position[slots[i]]);
    }
    return sent;
  }
}
