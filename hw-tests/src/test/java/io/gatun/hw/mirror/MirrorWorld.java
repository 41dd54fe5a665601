package io.gatun.hw.mirror;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.hw.model.CompletingDevice;
import io.gatun.hw.model.CompletingDevice.Release;
import io.gatun.mirror.engine.DropTap;
import io.gatun.mirror.engine.EgressTap;
import io.gatun.mirror.engine.EngineProbe;
import io.gatun.mirror.engine.IngressTap;
import io.gatun.mirror.engine.MirrorEngine;
import io.gatun.mirror.engine.Outlet;
import io.gatun.mirror.engine.Tap;
import io.gatun.pmd.Burst;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One engine among devices that misbehave, with hosts that send, receive and drop packets; after
 * every step each buffer must be in exactly one place. All random, from one seed.
 */
final class MirrorWorld {
  private static final int PLACE_BITS = 48;
  private static final int DESCRIPTORS = 128;
  private static final int HOST_ROOM = 256;
  private static final int EGRESS = 2;
  static final int INGRESS = 2;
  static final int DROPS = 3;
  static final int TAPS = 4;

  final WorldPlan plan;
  private final SplittableRandom random;
  private final MempoolCache cache;
  private final PoolCensus census;
  private final MirrorFrames frames;
  private final MirrorEngine engine;
  private final EngineProbe probe;
  private final WatchedAddresses addresses = new WatchedAddresses(TAPS);
  private final List<CompletingDevice> devices = new ArrayList<>();
  private final List<Outlet> outlets = new ArrayList<>();
  private final WorldPrograms programs;
  private final EgressTap[] out = new EgressTap[EGRESS];
  private final SendingHost[] senders = new SendingHost[EGRESS];
  private final IngressTap in;
  private final DropTap drops;
  private final ReceivingHost receiver;
  private final long[] places = new long[TAPS];
  private final Burst toFree = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final Deque<Long> hosted = new ArrayDeque<>();
  private final List<Long> shared = new ArrayList<>();
  private long packets;
  private long steps;

  /** A world on a net_ring port, whose transmit queue feeds its receive queue. */
  MirrorWorld(
      WorldPlan plan, MempoolCache cache, MempoolCache completions, PoolCensus census, Port ring) {
    this.plan = plan;
    this.random = plan.random();
    this.cache = cache;
    this.census = census;
    frames = new MirrorFrames(cache);
    programs = new WorldPrograms(this, random);
    engine =
        new MirrorEngine(
            cache, plan.maxHeld(), plan.completes() ? new MirrorFrames.Completer(cache) : null);
    if (plan.lends()) {
      engine.completions(completions);
    }
    probe = new EngineProbe(engine);
    for (int i = 0; i < EGRESS; i++) {
      CompletingDevice device = plan.device("primary" + i, i, DESCRIPTORS);
      devices.add(device);
      out[i] = new EgressTap(engine, device, DESCRIPTORS, plan.completion(device));
      engine.add(out[i]);
      senders[i] = new SendingHost(this, i, out[i], device);
    }
    in = new IngressTap(engine, ring.rxQueues().getFirst());
    engine.add(in);
    receiver = new ReceivingHost(this, in, probe, ring, frames);
    drops = new DropTap(engine);
    engine.add(drops);
    plan.addLanes(this, addresses);
    for (int tap = 0; tap < TAPS; tap++) {
      programs.change(tap);
    }
  }

  static int tapOf(long number) {
    return (int) (number >>> PLACE_BITS);
  }

  static long placeOf(long number) {
    return number & (1L << PLACE_BITS) - 1;
  }

  MirrorEngine engine() {
    return engine;
  }

  void add(CompletingDevice device, Outlet outlet) {
    devices.add(device);
    outlets.add(outlet);
    engine.add(outlet);
  }

  void add(WatchedLane lane) {
    programs.add(lane);
    engine.add(lane.lane);
  }

  long packets() {
    return packets;
  }

  long steps() {
    return steps;
  }

  long faults() {
    return devices.stream().mapToLong(CompletingDevice::faults).sum() + plan.faults();
  }

  long mirrored() {
    long sum = 0;
    for (WatchedLane lane : programs.all()) {
      sum += lane.lane.counters().mirrored();
    }
    return sum;
  }

  static void require(boolean right, String what) {
    if (!right) {
      throw new AssertionError(what);
    }
  }

  // ---- one step ---------------------------------------------------------------------------------

  void step() {
    steps++;
    changeThings();
    receiver.receive();
    freeHosted(HOST_ROOM);
    for (SendingHost sender : senders) {
      sender.send();
      if (random.nextInt(16) == 0) {
        cache.free(sender.staged());
      }
    }
    drop();
    for (CompletingDevice device : devices) {
      device.work(random.nextInt(64));
    }
    for (EgressTap tap : out) {
      tap.poll();
    }
    engine.turn();
    check();
  }

  private void changeThings() {
    for (CompletingDevice device : devices) {
      plan.disturb(device);
    }
    if (plan.changes() && random.nextInt(40) == 0) {
      programs.change(random.nextInt(TAPS));
    }
    if (plan.changes() && random.nextInt(200) == 0) {
      programs.removeOne();
    }
    if (random.nextInt(100) == 0) {
      for (Outlet outlet : outlets) {
        outlet.linkDown(plan.linksFail() && random.nextInt(4) == 0);
      }
    }
    if (random.nextInt(8) == 0) {
      releaseShared();
    }
  }

  Tap tap(int index) {
    return switch (index) {
      case INGRESS -> in;
      case DROPS -> drops;
      default -> out[index];
    };
  }

  /** A packet passed a tap under the program of now. */
  void passed(int tap, int length) {
    programs.passed(tap, length);
  }

  // ---- hosts ------------------------------------------------------------------------------------

  private void freeHosted(int room) {
    while (hosted.size() > room) {
      free(hosted.remove());
    }
    cache.free(toFree);
  }

  /** A packet that was delivered. */
  void host(long packet) {
    hosted.add(packet);
  }

  long lastNumber(int tap) {
    return (long) tap << PLACE_BITS | places[tap] - 1;
  }

  SplittableRandom random() {
    return random;
  }

  /** A fresh packet that is to pass a tap; 0 without buffers. */
  long make(int tap) {
    long number = (long) tap << PLACE_BITS | places[tap];
    int length =
        MirrorFrames.MIN_LENGTH
            + random.nextInt(random.nextInt(20) == 0 ? 1500 : random.nextInt(4) == 0 ? 200 : 40);
    int segments = random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 1;
    int headroom = random.nextInt(4) == 0 ? random.nextInt(RteMbuf.HEADROOM) : RteMbuf.HEADROOM;
    boolean asks = tap != INGRESS && plan.asksOneIn() > 0 && random.nextInt(plan.asksOneIn()) == 0;
    long packet = frames.make(number, length, segments, headroom, asks, random);
    if (packet != 0) {
      places[tap]++;
      packets++;
      addresses.note(number, packet);
    }
    return packet;
  }

  static int lengthOf(long packet) {
    return Memory.getInt(packet + RteMbuf.PKT_LEN);
  }

  /** Perhaps somebody else has it as well. */
  void share(long packet) {
    if (plan.sharesOneIn() > 0 && random.nextInt(plan.sharesOneIn()) == 0) {
      MirrorFrames.share(packet);
      shared.add(packet);
      plan.count();
    }
  }

  private void releaseShared() {
    for (long packet : shared) {
      free(packet);
    }
    shared.clear();
    cache.free(toFree);
  }

  private void free(long packet) {
    if (!toFree.add(packet)) {
      cache.free(toFree);
      toFree.add(packet);
    }
  }

  /** A fresh packet, or one that was received. */
  long next(int tap) {
    if (!hosted.isEmpty()
        && random.nextBoolean()
        && Memory.getUnsignedShortAcquire(hosted.peek() + RteMbuf.REFCNT) == 1) {
      long packet = hosted.remove();
      long number = (long) tap << PLACE_BITS | places[tap]++;
      frames.rewrite(packet, number);
      addresses.note(number, packet);
      return packet;
    }
    long packet = make(tap);
    if (packet != 0) {
      share(packet);
    }
    return packet;
  }

  private void drop() {
    for (int i = random.nextInt(8); i > 0; i--) {
      long packet = make(DROPS);
      if (packet == 0) {
        return;
      }
      passed(DROPS, lengthOf(packet));
      share(packet);
      drops.drop(packet, i);
    }
  }

  // ---- checks -----------------------------------------------------------------------------------

  /** Every buffer is in exactly one place, with the references that this place implies. */
  private void check() {
    for (CompletingDevice device : devices) {
      device.settle();
    }
    census.begin();
    for (CompletingDevice device : devices) {
      device.forEachSegment(census::add);
    }
    probe.forEachReference(census::add);
    for (long packet : shared) {
      census.addPacket(packet);
    }
    boolean hasShared = !shared.isEmpty();
    for (long packet : hosted) {
      require(hasShared || census.said(packet) == 0, "delivered while somebody has it");
      census.addPacket(packet);
    }
    for (SendingHost sender : senders) {
      Burst waiting = sender.staged();
      for (int i = 0; i < waiting.size(); i++) {
        require(hasShared || census.said(waiting.get(i)) == 0, "not sent, but somebody has it");
        census.addPacket(waiting.get(i));
      }
    }
    receiver.count(census);
    census.check();
    require(engine.table().faults() == 0, "a buffer was not where it should have been");
    int used = probe.used();
    require(used + probe.available() == probe.capacity(), "slots were lost");
    int withheld = 0;
    for (int i = 0; i < TAPS; i++) {
      withheld += EngineProbe.withheld(tap(i));
    }
    require(withheld == used, "%d slots, taps withhold %d".formatted(used, withheld));
  }

  // ---- the end ----------------------------------------------------------------------------------

  /** Lets everything complete, and ends. */
  void finish() {
    for (Outlet outlet : outlets) {
      outlet.linkDown(false);
    }
    for (CompletingDevice device : devices) {
      plan.heal(device);
    }
    long end = System.nanoTime() + 5_000_000_000L;
    while (probe.used() > 0 || receiver.waits()) {
      for (CompletingDevice device : devices) {
        device.work(Integer.MAX_VALUE);
        device.kick();
        device.settle();
      }
      receiver.receiveOnce(Burst.MAX_CAPACITY);
      freeHosted(0);
      releaseShared();
      for (EgressTap tap : out) {
        tap.poll();
      }
      engine.turn();
      check();
      require(System.nanoTime() < end, "%d buffers never come back".formatted(probe.used()));
    }
    drain();
    close(true);
  }

  /** Ends while devices have buffers, some of them for ever. */
  void breakOff() {
    for (CompletingDevice device : devices) {
      if (device.behaviour().release == Release.BY_THREAD) {
        device.kick();
      }
    }
    drain();
    close(false);
  }

  private void drain() {
    for (int i = 0; i < TAPS; i++) {
      programs.set(i, List.of());
    }
    receiver.drain();
    for (EgressTap tap : out) {
      tap.drain();
    }
    probe.drainDrops();
    require(probe.used() == 0, probe.used() + " slots in use after the drain");
    check();
  }

  private void close(boolean isWhole) {
    for (Outlet outlet : outlets) {
      require(outlet.depth() == 0, "the outlet's depth is " + outlet.depth());
    }
    for (WatchedLane lane : programs.all()) {
      require(lane.lane.waiting() == 0, lane + " waits");
      lane.checkCounters(isWhole, plan.mayDie());
    }
    for (CompletingDevice device : devices) {
      device.close();
    }
    receiver.empty(cache);
    hosted.forEach(this::free);
    shared.forEach(this::free);
    for (SendingHost sender : senders) {
      cache.free(sender.staged());
    }
    cache.free(toFree);
    census.begin();
    census.check();
  }

  @Override
  public String toString() {
    return plan + "\n" + programs;
  }
}
