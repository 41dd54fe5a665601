package io.gatun.hw.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Makes lines and verdicts of what was measured at each size. */
final class MirrorFindings {
  private static final List<MirrorWay> MIRRORS =
      List.of(
          MirrorWay.PORT,
          MirrorWay.INGRESS,
          MirrorWay.ERSPAN,
          MirrorWay.SAMPLE,
          MirrorWay.FILTER,
          MirrorWay.NOTHING,
          MirrorWay.NOTHING_DEEP,
          MirrorWay.COPY);

  private static final String SMALL = "64 B";
  private static final String LARGE = "1500 B";

  private static final double MOST_CYCLES = 62;
  private static final double LEAST_OVS = 5;
  private static final double MOST_OFF = 40;
  private static final double AIM_OFF = 25;
  private static final double LEAST_COPY = 2;
  private static final double MOST_FOR_NOTHING = 3;

  /** What still counts as the same cost, where bytes or segments differ. */
  private static final double SAME = 1.25;

  private final double hertz;
  private final Map<String, Double> cyclesPerSegment = new TreeMap<>();
  private final List<Reach> reaches = new ArrayList<>();

  /**
   * @param hertz of the time stamp counter
   */
  MirrorFindings(double hertz) {
    this.hertz = hertz;
  }

  /** Adds the lines of a size. */
  void report(MirrorRounds rounds, Results results) {
    for (MirrorWay way : MIRRORS) {
      if (rounds.has(way)) {
        results.add(withAndWithout(rounds, way));
      }
    }
    results.add(cost(rounds, "mirror cost", MirrorWay.PORT, MirrorWay.COPY));
    if (rounds.has(MirrorWay.OVS_PORT)) {
      results.add(cost(rounds, "mirror cost", MirrorWay.PORT, MirrorWay.OVS_PORT));
      results.add(left(rounds));
    }
    double port = Ratio.median(rounds.cycles(MirrorWay.PORT, hertz));
    cyclesPerSegment.put(rounds.size(), port / rounds.segments());
    reach(rounds);
  }

  /** Primary packets with the mirror to those without. */
  private static Ratio withAndWithout(MirrorRounds rounds, MirrorWay way) {
    Ratio.Collector collector = collector(rounds);
    pairs(collector, rounds.rates(way), rounds.rates(MirrorWay.NONE));
    return collector.ofRates(
        "mirror %s %s".formatted(way.title(), rounds.size()), "Mpps", MirrorWay.NONE.title());
  }

  private Ratio cost(MirrorRounds rounds, String name, MirrorWay way, MirrorWay peer) {
    Ratio.Collector collector = collector(rounds);
    pairs(collector, rounds.cycles(way, hertz), rounds.cycles(peer, hertz));
    return collector.ofTimes("%s %s".formatted(name, rounds.size()), "cycles", peer.title());
  }

  /** What is left of the primary's rate, here and at OVS. */
  private static Ratio left(MirrorRounds rounds) {
    Ratio.Collector collector = collector(rounds);
    pairs(collector, rounds.left(MirrorWay.PORT), rounds.left(MirrorWay.OVS_PORT));
    return collector.ofRates(
        "mirror leaves of the primary " + rounds.size(), "part", MirrorWay.OVS_PORT.title());
  }

  private static Ratio.Collector collector(MirrorRounds rounds) {
    Ratio.Collector collector = new Ratio.Collector();
    collector.allocated(rounds.allocatedBytes());
    return collector;
  }

  private static void pairs(Ratio.Collector collector, List<Double> gatun, List<Double> peer) {
    for (int i = 0; i < gatun.size(); i++) {
      collector.add(gatun.get(i), peer.get(i));
    }
  }

  private void reach(MirrorRounds rounds) {
    if (rounds.size().equals(SMALL)) {
      double cycles = Ratio.median(rounds.cycles(MirrorWay.PORT, hertz));
      double ovs = Ratio.median(rounds.cycles(MirrorWay.OVS_PORT, hertz));
      double off = percentOff(rounds, MirrorWay.PORT);
      most("cycles a mirrored packet, " + SMALL, cycles, MOST_CYCLES);
      least("cheaper than OVS-DPDK's mirror, " + SMALL, ovs / cycles, LEAST_OVS);
      most("percent off the primary, " + SMALL, off, MOST_OFF);
      most("percent off the primary, aim, " + SMALL, off, AIM_OFF);
    }
    if (rounds.size().equals(LARGE)) {
      double cycles = Ratio.median(rounds.cycles(MirrorWay.PORT, hertz));
      double copy = Ratio.median(rounds.cycles(MirrorWay.COPY, hertz));
      least("cheaper than copies, " + LARGE, copy / cycles, LEAST_COPY);
    }
    for (MirrorWay way : List.of(MirrorWay.NOTHING, MirrorWay.NOTHING_DEEP)) {
      most(
          "percent for %s, %s".formatted(way.title(), rounds.size()),
          percentOff(rounds, way),
          MOST_FOR_NOTHING);
    }
    most("bytes allocated, " + rounds.size(), (double) rounds.allocatedBytes(), 0);
  }

  private static double percentOff(MirrorRounds rounds, MirrorWay way) {
    return 100 * (1 - Ratio.median(rounds.left(way)));
  }

  /** Adds the verdicts; those that compare sizes, too. */
  void judge(Results results) {
    Double small = cyclesPerSegment.get(SMALL);
    if (small != null) {
      cyclesPerSegment.forEach(
          (size, cycles) -> {
            if (!size.equals(SMALL)) {
              most("cycles a segment beside those at 64 B, " + size, cycles / small, SAME);
            }
          });
    }
    reaches.forEach(results::add);
  }

  private void most(String name, double value, double limit) {
    reaches.add(new Reach(name, "at most " + text(limit), rounded(value), value <= limit));
  }

  private void least(String name, double value, double limit) {
    reaches.add(new Reach(name, "at least " + text(limit), rounded(value), value >= limit));
  }

  private static String text(double value) {
    return String.format(Locale.ROOT, "%.4g", value).replaceAll("\\.?0+$", "");
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
