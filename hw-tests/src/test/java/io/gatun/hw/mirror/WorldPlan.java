package io.gatun.hw.mirror;

import io.gatun.hw.model.CompletingDevice;
import io.gatun.hw.model.CompletingDevice.Behaviour;
import io.gatun.hw.model.CompletingDevice.Release;
import io.gatun.mirror.encap.Endpoints;
import io.gatun.mirror.encap.FrameEdit;
import io.gatun.mirror.encap.FrameEdits;
import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.engine.Lane;
import io.gatun.mirror.engine.LaneSettings;
import io.gatun.mirror.engine.PortOutlet;
import io.gatun.mirror.engine.RateLimit;
import io.gatun.mirror.filter.LengthFilter;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** What a {@link MirrorWorld} is made of and how it is disturbed: all drawn from one seed. */
final class WorldPlan {
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000_000_000;
  private static final int DESCRIPTORS = 256;
  private static final Endpoints ENDS =
      Endpoints.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("192.0.2.2"))
          .from(MacAddress.parse("02:00:00:00:00:01"));

  private final long seed;
  private final SplittableRandom random;
  private final boolean disturbs;
  private final boolean changes;
  private final boolean linksFail;
  private final boolean holds;
  private final boolean isPlain;
  private final boolean completes;
  private final boolean lends;
  private final int asksOneIn;
  private final int sharesOneIn;
  private final int maxHeld;
  private final long holdMax;
  private final long deadline;
  private long faults;

  WorldPlan(long seed) {
    this.seed = seed;
    random = new SplittableRandom(seed);
    disturbs = random.nextInt(4) != 0;
    changes = random.nextBoolean();
    linksFail = random.nextInt(4) == 0;
    holds = random.nextInt(3) == 0;
    isPlain = random.nextInt(4) == 0;
    completes = random.nextInt(4) != 0;
    asksOneIn = isPlain ? 0 : random.nextInt(3) * 8;
    sharesOneIn = isPlain ? 0 : random.nextInt(3) * 16;
    lends = random.nextBoolean();
    maxHeld = holds ? 2048 : pick(8, 100, 1100, 1500, 2048);
    holdMax = pick(100 * MICRO, 5 * MILLI, 100 * SECOND);
    deadline = pick(2 * MILLI, 100 * SECOND);
  }

  private int pick(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private long pick(long... choices) {
    return choices[random.nextInt(choices.length)];
  }

  SplittableRandom random() {
    return random;
  }

  int maxHeld() {
    return maxHeld;
  }

  boolean completes() {
    return completes;
  }

  /** Whether the short cut may lend packets to a pool of its own. */
  boolean lends() {
    return lends;
  }

  boolean changes() {
    return changes;
  }

  boolean linksFail() {
    return linksFail;
  }

  int asksOneIn() {
    return asksOneIn;
  }

  int sharesOneIn() {
    return sharesOneIn;
  }

  /** Whether a lossless destination may count as dead. */
  boolean mayDie() {
    return deadline < SECOND || linksFail;
  }

  /** Whether lanes behind others keep the order as well: no change, nobody waits too long. */
  boolean isOrdered() {
    return !changes && holdMax > SECOND && deadline > SECOND;
  }

  long faults() {
    return faults;
  }

  /** Something was done to the engine that is no device's fault. */
  void count() {
    faults++;
  }

  // ---- devices ----------------------------------------------------------------------------------

  CompletingDevice device(String name, int port, int descriptors) {
    Behaviour behaviour = new Behaviour();
    behaviour.release = isPlain ? Release.IN_BURST : pick(Release.values());
    behaviour.freesChains = random.nextBoolean();
    behaviour.hasStatus = random.nextBoolean();
    behaviour.cleansUp = random.nextBoolean();
    behaviour.goesByStatus =
        behaviour.hasStatus && behaviour.release != Release.IN_BURST && random.nextInt(3) != 0;
    behaviour.disorders = !behaviour.goesByStatus && random.nextInt(3) == 0;
    return new CompletingDevice(name, port, descriptors, behaviour, random.split());
  }

  private Release pick(Release[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** How completions of a device are seen; sometimes it was believed to be better than it is. */
  Completion completion(CompletingDevice device) {
    Behaviour behaviour = device.behaviour();
    if (behaviour.goesByStatus) {
      return Completion.DESCRIPTOR_STATUS;
    }
    boolean lies = random.nextInt(8) == 0;
    if (behaviour.release == Release.IN_BURST || lies) {
      return Completion.IN_BURST;
    }
    return Completion.REFERENCE_COUNT;
  }

  /** Changes how a device behaves, now and then. */
  void disturb(CompletingDevice device) {
    if (!disturbs || random.nextInt(30) != 0) {
      return;
    }
    Behaviour behaviour = device.behaviour();
    behaviour.isStuck = random.nextInt(4) == 0;
    behaviour.isFull = random.nextInt(5) == 0;
    behaviour.takesPartOneIn = random.nextInt(3);
    behaviour.refusesOneIn = random.nextInt(3) * 2;
    if (behaviour.isStuck || behaviour.isFull) {
      faults++;
    }
  }

  void heal(CompletingDevice device) {
    Behaviour behaviour = device.behaviour();
    behaviour.isStuck = false;
    behaviour.isFull = false;
    behaviour.takesPartOneIn = 0;
    behaviour.refusesOneIn = 0;
    behaviour.cleansUp = true;
    if (behaviour.release == Release.AT_REUSE || behaviour.release == Release.WHEN_KICKED) {
      behaviour.release = Release.LATE;
    }
  }

  // ---- lanes ------------------------------------------------------------------------------------

  void addLanes(MirrorWorld world, WatchedAddresses addresses) {
    int number = 1;
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      CompletingDevice device = device("mirror" + i, 10 + i, DESCRIPTORS);
      PortOutlet outlet = new PortOutlet(device, DESCRIPTORS, completion(device));
      world.add(device, outlet);
      List<WatchedLane> mine = new ArrayList<>();
      int count = 1 + random.nextInt(2);
      for (int j = 0; j < count; j++) {
        mine.add(lane(world, addresses, outlet, number++, count > 1));
      }
      device.listen(
          (mbuf, bytes) -> {
            WatchedLane lane =
                mine.size() == 1 ? mine.getFirst() : mine.get(bytes[0] - mine.getFirst().number());
            lane.arrived(mbuf, bytes);
          });
      mine.forEach(world::add);
    }
  }

  private WatchedLane lane(
      MirrorWorld world,
      WatchedAddresses addresses,
      PortOutlet outlet,
      int number,
      boolean isNumbered) {
    int kind = isNumbered ? 0 : random.nextInt(8);
    LaneSettings settings =
        new LaneSettings(
            edit(kind, number),
            random.nextInt(3) == 0 ? MirrorFrames.MIN_LENGTH + random.nextInt(100) : 0,
            random.nextInt(6) == 0,
            holds && random.nextBoolean(),
            kind == 1 && random.nextInt(4) == 0,
            holds ? 1024 : pick(1, 16, 64, 1024),
            holdMax,
            deadline,
            random.nextInt(8) == 0
                ? new RateLimit(1 + random.nextInt(1_000_000), random.nextBoolean())
                : null);
    LengthFilter filter =
        random.nextInt(3) == 0 ? new LengthFilter(2 + random.nextInt(3), random.nextInt(2)) : null;
    int every = random.nextInt(5) == 0 ? 1 + random.nextInt(10) : 1;
    return new WatchedLane(
        new Lane(world.engine(), settings, outlet),
        settings,
        filter,
        every,
        random.nextInt(3) == 0,
        kind == 2,
        number,
        addresses);
  }

  private FrameEdit edit(int kind, int number) {
    return switch (kind) {
      case 1, 3 -> FrameEdits.span();
      case 2 -> FrameEdits.rspan(7, 3);
      case 4 -> FrameEdits.erspan2(ENDS, 7, 1);
      case 5 -> FrameEdits.erspan3(ENDS, 7, 1, 2);
      case 6 -> FrameEdits.greTeb(ENDS, OptionalLong.of(9));
      case 7 -> FrameEdits.vxlan(ENDS, 4711, 4789, random.nextBoolean());
      default ->
          new NumberedEdit(
              1 + random.nextInt(100), random.nextInt(4) == 0 ? 64 : FrameEdit.UNLIMITED, number);
    };
  }

  @Override
  public String toString() {
    return ("seed %d: disturbs %b, changes %b, links fail %b, holds %b, plain %b, lends %b,"
            + " completes %b, asks 1/%d, shares 1/%d, held %d, hold-max %d, deadline %d")
        .formatted(
            seed,
            disturbs,
            changes,
            linksFail,
            holds,
            isPlain,
            lends,
            completes,
            asksOneIn,
            sharesOneIn,
            maxHeld,
            holdMax,
            deadline);
  }
}
