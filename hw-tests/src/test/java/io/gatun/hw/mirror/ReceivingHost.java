package io.gatun.hw.mirror;

import io.gatun.hw.model.CompletingDevice;
import io.gatun.mirror.engine.EngineProbe;
import io.gatun.mirror.engine.IngressTap;
import io.gatun.pmd.Burst;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Who receives in a {@link MirrorWorld}, through a tap behind a net_ring port that it fills itself:
 * each packet must be delivered once, in order, as it was, or as a copy that is counted.
 */
final class ReceivingHost {
  private static final int RING_ROOM = 512;

  private final MirrorWorld world;
  private final IngressTap in;
  private final EngineProbe probe;
  private final MirrorFrames frames;
  private final RxQueue rx;
  private final TxQueue feed;
  private final SplittableRandom random;
  private final Burst burst = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final Deque<Long> injected = new ArrayDeque<>();
  private final Deque<Long> injectedNumbers = new ArrayDeque<>();
  private final List<Integer> waitingLengths = new ArrayList<>();
  private long delivered;
  private long pulled;
  private long copies;

  ReceivingHost(
      MirrorWorld world, IngressTap in, EngineProbe probe, Port ring, MirrorFrames frames) {
    this.world = world;
    this.in = in;
    this.probe = probe;
    this.frames = frames;
    rx = ring.rxQueues().getFirst();
    feed = ring.txQueues().getFirst();
    random = world.random();
  }

  /** Sends itself some packets, and receives some. */
  void receive() {
    int room = RING_ROOM - injected.size();
    for (int i = random.nextInt(33); i > 0 && room > 0; i--, room--) {
      long packet = world.make(MirrorWorld.INGRESS);
      if (packet == 0) {
        break;
      }
      long number = world.lastNumber(MirrorWorld.INGRESS);
      frames.note(packet, number);
      world.share(packet);
      burst.add(packet);
      injected.add(packet);
      injectedNumbers.add(number);
    }
    MirrorWorld.require(feed.transmit(burst) >= 0 && burst.isEmpty(), "net_ring is full");
    if (random.nextInt(8) != 0) {
      receiveOnce(random.nextBoolean() ? 32 : 1 + random.nextInt(100));
    }
  }

  /** Receives at most so many. */
  void receiveOnce(int capacity) {
    Burst target = Burst.allocate(capacity, Arena.ofAuto());
    lengthsInRing();
    in.receive(target);
    deliver(target);
  }

  /** Lengths of what lies in the ring, before the engine may change them. */
  private void lengthsInRing() {
    waitingLengths.clear();
    int line = (int) (pulled - delivered);
    int index = 0;
    for (long packet : injected) {
      if (index++ >= line) {
        waitingLengths.add(MirrorWorld.lengthOf(packet));
      }
    }
  }

  private void deliver(Burst target) {
    for (int i = 0; i < target.size(); i++) {
      long packet = target.get(i);
      long number = injectedNumbers.remove();
      long original = injected.remove();
      byte[] bytes = CompletingDevice.bytes(packet);
      MirrorWorld.require(
          MirrorFrames.isRight(bytes) && MirrorFrames.number(bytes) == number,
          "delivered: another packet than was received next, or changed");
      MirrorWorld.require(
          frames.isNoted(packet, number), "delivered without what the driver found out");
      copies += packet == original ? 0 : 1;
      delivered++;
      world.host(packet);
    }
    MirrorWorld.require(
        copies == in.copies(), "%d copies, counted %d".formatted(copies, in.copies()));
    long now = delivered + probe.undelivered(in);
    for (int i = 0; i < now - pulled; i++) {
      world.passed(MirrorWorld.INGRESS, waitingLengths.get(i));
    }
    pulled = now;
  }

  /** Whether packets are not delivered yet. */
  boolean waits() {
    return !injected.isEmpty();
  }

  /** Tells of the packets that are in the ring still. */
  void count(PoolCensus census) {
    int line = probe.undelivered(in);
    MirrorWorld.require(delivered + line == pulled, "received outside of receive()");
    int index = 0;
    for (long packet : injected) {
      if (index++ >= line) {
        census.addPacket(packet);
      }
    }
  }

  /** Receives what the tap still holds. */
  void drain() {
    lengthsInRing();
    Burst target = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
    while (in.drain(target) > 0) {
      deliver(target);
      target.size(0);
    }
    MirrorWorld.require(pulled == delivered, (pulled - delivered) + " packets lost in the drain");
  }

  /** Frees what is in the ring, past the tap. */
  void empty(MempoolCache cache) {
    rx.receive(burst);
    MirrorWorld.require(burst.size() == injected.size(), "the ring has lost packets");
    cache.free(burst);
  }
}
