package io.gatun.hw.qemu;

import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.Transmitter;
import io.gatun.pmd.TxQueue;
import java.util.ArrayList;
import java.util.List;

/**
 * A real transmit queue, and what the mirror does with it: which buffers it is given, with how many
 * references, and what the mirror knows of each at that moment. For a while it may keep back that
 * anything has been sent: a NIC that is late, whose driver still has its references. Packets have
 * one segment. One lcore.
 */
final class SpyQueue implements Transmitter {
  private final TxQueue queue;
  private final int descriptors;
  private final Mbuf mbuf = new Mbuf();
  private final List<Long> sent = new ArrayList<>();
  private final List<Integer> references = new ArrayList<>();
  private boolean saysDone;
  private boolean givesBack;
  private int questions;
  private int done;

  SpyQueue(TxQueue queue, int descriptors) {
    this.queue = queue;
    this.descriptors = descriptors;
  }

  /** From now on the mirror hears which descriptors are done. */
  void sayDone() {
    saysDone = true;
  }

  /** From now on the driver hears when the mirror asks it for its references. */
  void giveBack() {
    givesBack = true;
  }

  /** Addresses of the buffers that the driver took, in order. */
  List<Long> sent() {
    return List.copyOf(sent);
  }

  /** What the count of each was when it was given to the driver. */
  List<Integer> references() {
    return List.copyOf(references);
  }

  /** How often the mirror has asked whether something has been sent, or for cleaning up. */
  int questions() {
    return questions;
  }

  /** Whether the mirror has been told that the descriptor of a buffer is done. */
  boolean hasSaidDone(long address) {
    int number = sent.indexOf(address);
    return number >= 0 && number < done;
  }

  @Override
  public int port() {
    return queue.port();
  }

  @Override
  public int queue() {
    return queue.queue();
  }

  @Override
  public int prepare(Burst burst) {
    return queue.prepare(burst);
  }

  @Override
  public int transmit(Burst burst) {
    List<Long> offered = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (int i = 0; i < burst.size(); i++) {
      offered.add(burst.get(i));
      counts.add(mbuf.wrap(burst.get(i)).references());
    }
    int taken = queue.transmit(burst);
    sent.addAll(offered.subList(0, taken));
    references.addAll(counts.subList(0, taken));
    return taken;
  }

  @Override
  public boolean hasDescriptorStatus() {
    return queue.hasDescriptorStatus();
  }

  @Override
  public boolean isDone(int offset) {
    questions++;
    boolean answer = saysDone && queue.isDone(offset);
    if (answer) {
      done = Math.max(done, sent.size() - (descriptors - 1 - offset));
    }
    return answer;
  }

  @Override
  public int doneCleanup(int count) {
    questions++;
    return givesBack ? queue.doneCleanup(count) : 0;
  }

  @Override
  public void kick() {
    questions++;
    if (givesBack) {
      queue.kick();
    }
  }
}
