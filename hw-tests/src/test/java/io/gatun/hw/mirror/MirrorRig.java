package io.gatun.hw.mirror;

import io.gatun.bindings.RteMbuf;
import io.gatun.hw.model.CompletingDevice;
import io.gatun.hw.model.CompletingDevice.Behaviour;
import io.gatun.hw.model.CompletingDevice.Release;
import io.gatun.mirror.encap.FrameEdit;
import io.gatun.mirror.encap.FrameEdits;
import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.engine.EgressTap;
import io.gatun.mirror.engine.IngressTap;
import io.gatun.mirror.engine.Lane;
import io.gatun.mirror.engine.LaneSettings;
import io.gatun.mirror.engine.MirrorEngine;
import io.gatun.mirror.engine.PortOutlet;
import io.gatun.mirror.engine.Program;
import io.gatun.mirror.engine.Selector;
import io.gatun.mirror.engine.Tap;
import io.gatun.pmd.Burst;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.RxQueue;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A primary and a mirror device with an engine between them, for tests of one thing each. */
final class MirrorRig implements AutoCloseable {
  static final long NEVER = 100_000_000_000L;
  static final int DESCRIPTORS = 64;

  final CompletingDevice primary;
  final CompletingDevice mirror;
  final MirrorEngine engine;
  final EgressTap out;
  final PortOutlet outlet;
  final List<Long> first = new ArrayList<>();
  final List<Long> second = new ArrayList<>();
  final Burst burst = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final MempoolCache cache;
  private final MirrorFrames frames;
  private final SplittableRandom random = new SplittableRandom(1);
  private long numbers;

  MirrorRig(MempoolCache cache, int maxHeld, Release release, Completion completion) {
    this.cache = cache;
    frames = new MirrorFrames(cache);
    primary = device("primary", 0, release, completion);
    mirror = device("mirror", 1, release, completion);
    primary.listen((mbuf, _) -> first.add(mbuf));
    mirror.listen((mbuf, _) -> second.add(mbuf));
    engine = new MirrorEngine(cache, maxHeld, null);
    out = new EgressTap(engine, primary, DESCRIPTORS, completion);
    engine.add(out);
    outlet = new PortOutlet(mirror, DESCRIPTORS, completion);
    engine.add(outlet);
  }

  private CompletingDevice device(String name, int port, Release release, Completion completion) {
    Behaviour behaviour = new Behaviour();
    behaviour.release = release;
    behaviour.hasStatus = completion == Completion.DESCRIPTOR_STATUS;
    behaviour.goesByStatus = behaviour.hasStatus;
    return new CompletingDevice(name, port, DESCRIPTORS, behaviour, random.split());
  }

  IngressTap ingress(RxQueue queue) {
    IngressTap tap = new IngressTap(engine, queue);
    engine.add(tap);
    return tap;
  }

  static LaneSettings settings(FrameEdit edit, boolean holds, long holdMax, long deadline) {
    return new LaneSettings(edit, 0, false, holds, false, 1024, holdMax, deadline, null);
  }

  /** The frame as it is, however long it takes. */
  static LaneSettings span() {
    return settings(FrameEdits.span(), false, NEVER, NEVER);
  }

  /** Has the short cut lend packets to a pool of its own, as commands do. */
  void lendTo(MempoolCache completions) {
    engine.completions(completions);
  }

  /** A lane to the mirror device that takes all packets of a tap. */
  Lane lane(Tap tap, LaneSettings settings) {
    Lane lane = new Lane(engine, settings, outlet);
    engine.add(lane);
    tap.program(
        new Program(List.of(new Program.Part(new Selector(null, 1, false), List.of(lane)))));
    return lane;
  }

  /** Puts packets into {@link #burst}. */
  void make(int count) {
    make(count, RteMbuf.HEADROOM);
  }

  void make(int count, int headroom) {
    for (int i = 0; i < count; i++) {
      long packet = frames.make(numbers, 60, 1, headroom, false, random);
      if (packet == 0) {
        throw new AssertionError("no buffers: some were lost");
      }
      frames.note(packet, numbers++);
      burst.add(packet);
    }
  }

  /** Sends packets; all must be taken. */
  void send(int count) {
    make(count);
    if (out.transmit(burst) != count) {
      throw new AssertionError("not all of them were taken");
    }
  }

  /** Lets both devices send and give back what they have; the engine sees it. */
  void complete() {
    for (int i = 0; i < 3; i++) {
      for (CompletingDevice device : List.of(primary, mirror)) {
        device.work(Integer.MAX_VALUE);
        device.kick();
        device.settle();
      }
      engine.turn();
    }
  }

  void free(Burst packets) {
    cache.free(packets);
  }

  /** Waits on the lcore. */
  static void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    out.program(null);
    complete();
    primary.close();
    mirror.close();
    cache.free(burst);
  }
}
