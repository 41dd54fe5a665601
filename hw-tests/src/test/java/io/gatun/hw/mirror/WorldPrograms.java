package io.gatun.hw.mirror;

import io.gatun.mirror.engine.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The lanes of a {@link MirrorWorld} and the programs of its taps, which change meanwhile. */
final class WorldPrograms {
  private final MirrorWorld world;
  private final SplittableRandom random;
  private final List<WatchedLane> lanes = new ArrayList<>();
  private final List<WatchedLane> removed = new ArrayList<>();
  private final @Nullable List<WatchedLane>[] programs = newPrograms();

  WorldPrograms(MirrorWorld world, SplittableRandom random) {
    this.world = world;
    this.random = random;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable List<WatchedLane>[] newPrograms() {
    return new List[MirrorWorld.TAPS];
  }

  void add(WatchedLane lane) {
    lanes.add(lane);
  }

  /** All lanes that there are and were. */
  List<WatchedLane> all() {
    List<WatchedLane> all = new ArrayList<>(lanes);
    all.addAll(removed);
    return all;
  }

  /** Another program for a tap, of lanes in any order, or none. */
  void change(int index) {
    List<WatchedLane> chosen = new ArrayList<>();
    List<WatchedLane> rest = new ArrayList<>(lanes);
    int count = random.nextInt(6) == 0 ? 0 : 1 + random.nextInt(Math.min(3, rest.size()));
    for (int i = 0; i < count; i++) {
      chosen.add(rest.remove(random.nextInt(rest.size())));
    }
    if (!world.plan.isOrdered()) {
      chosen.stream().skip(1).forEach(lane -> lane.isUnordered = true);
    }
    set(index, chosen);
  }

  void set(int index, List<WatchedLane> chosen) {
    programs[index] = chosen;
    if (index == MirrorWorld.DROPS) {
      chosen.forEach(lane -> lane.takesDropped = true);
    }
    world
        .tap(index)
        .program(
            chosen.isEmpty()
                ? null
                : new Program(
                    chosen.stream()
                        .map(lane -> new Program.Part(lane.selector, List.of(lane.lane)))
                        .toList()));
  }

  /** Removes a lane for good, unless it is the last one. */
  void removeOne() {
    if (lanes.size() == 1) {
      return;
    }
    WatchedLane lane = lanes.remove(random.nextInt(lanes.size()));
    removed.add(lane);
    for (int i = 0; i < MirrorWorld.TAPS; i++) {
      List<WatchedLane> now = programs[i];
      if (now != null && now.contains(lane)) {
        List<WatchedLane> others = new ArrayList<>(now);
        others.remove(lane);
        set(i, others);
      }
    }
    lane.lane.remove();
    world.plan.count();
  }

  /** A packet passed a tap under the program of now. */
  void passed(int tap, int length) {
    List<WatchedLane> now = programs[tap];
    if (now != null) {
      for (WatchedLane lane : now) {
        lane.passed(length);
      }
    }
  }

  @Override
  public String toString() {
    return "lanes %s%nprograms %s"
        .formatted(
            all(),
            Arrays.stream(programs)
                .map(now -> now == null ? "-" : now.stream().map(WatchedLane::number).toList())
                .toList());
  }
}
