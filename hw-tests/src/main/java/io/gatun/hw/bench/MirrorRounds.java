package io.gatun.hw.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Rates of all ways at one size, round by round: what is compared ran one after the other. */
final class MirrorRounds {
  private final String size;
  private final int segments;
  private final List<Map<MirrorWay, Double>> rounds = new ArrayList<>();
  private long allocatedBytes;

  MirrorRounds(String size, int segments) {
    this.size = size;
    this.segments = segments;
  }

  String size() {
    return size;
  }

  /** Of a packet. */
  int segments() {
    return segments;
  }

  void add(MirrorWay way, int round, double mpps) {
    if (round == rounds.size()) {
      rounds.add(new EnumMap<>(MirrorWay.class));
    }
    rounds.get(round).put(way, mpps);
  }

  /** Adds what Gatun's data path allocated in a run. */
  void allocated(long bytes) {
    allocatedBytes += bytes;
  }

  long allocatedBytes() {
    return allocatedBytes;
  }

  boolean has(MirrorWay way) {
    return rounds.getFirst().containsKey(way);
  }

  /** A value of each round. */
  private List<Double> each(ToDoubleFunction<Map<MirrorWay, Double>> value) {
    return IntStream.range(0, rounds.size())
        .mapToObj(round -> value.applyAsDouble(rounds.get(round)))
        .toList();
  }

  /** Rates of a way. */
  List<Double> rates(MirrorWay way) {
    return each(round -> of(round, way));
  }

  /**
   * Cycles that a mirrored packet takes longer: the difference of the times per packet.
   *
   * @param hertz of the time stamp counter
   */
  List<Double> cycles(MirrorWay way, double hertz) {
    MirrorWay without = without(way);
    return each(round -> hertz / 1e6 * (1 / of(round, way) - 1 / of(round, without)));
  }

  /** The part of the primary's rate that a mirror leaves. */
  List<Double> left(MirrorWay way) {
    MirrorWay without = without(way);
    return each(round -> of(round, way) / of(round, without));
  }

  private static MirrorWay without(MirrorWay way) {
    return way.isOvs() ? MirrorWay.OVS_NONE : MirrorWay.NONE;
  }

  private static double of(Map<MirrorWay, Double> round, MirrorWay way) {
    return round.getOrDefault(way, Double.NaN);
  }
}
