package io.gatun.hw.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Gatun against its peer in several pairs of runs.
 *
 * @param name what was measured
 * @param unit of the two medians
 * @param peer who the peer is
 * @param pairs how many pairs were run
 * @param gatun median of Gatun's runs
 * @param peerMedian median of the peer's runs
 * @param ratio median of the pairs' ratios; above 1 Gatun is faster
 * @param ratioMin smallest ratio of a pair
 * @param ratioMax largest ratio of a pair
 * @param allocatedBytes that Gatun's data path allocated in all runs together; null where there is
 *     no data path
 */
record Ratio(
    String name,
    String unit,
    String peer,
    int pairs,
    double gatun,
    double peerMedian,
    double ratio,
    double ratioMin,
    double ratioMax,
    @Nullable Long allocatedBytes) {
  /** What is measured once: a rate or a time. */
  @FunctionalInterface
  interface Run {
    double measure() throws IOException, InterruptedException;
  }

  /** Collects pairs. */
  static final class Collector {
    private final List<Double> gatun = new ArrayList<>();
    private final List<Double> peer = new ArrayList<>();
    private @Nullable Long allocatedBytes;

    /**
     * Runs both in turns. Who goes first changes, so that a drift of the machine favours nobody.
     */
    Collector alternate(int pairs, Run gatunRun, Run peerRun)
        throws IOException, InterruptedException {
      for (int pair = 0; pair < pairs; pair++) {
        if (pair % 2 == 0) {
          double peerValue = peerRun.measure();
          add(gatunRun.measure(), peerValue);
        } else {
          double gatunValue = gatunRun.measure();
          add(gatunValue, peerRun.measure());
        }
      }
      return this;
    }

    /** Records what Gatun's data path allocated in a run. */
    void allocated(long bytes) {
      allocatedBytes = bytes + (allocatedBytes == null ? 0 : allocatedBytes);
    }

    void add(double gatunValue, double peerValue) {
      gatun.add(gatunValue);
      peer.add(peerValue);
    }

    /** For values of which more is better. */
    Ratio ofRates(String name, String unit, String peerName) {
      return of(name, unit, peerName, true);
    }

    /** For values of which less is better. */
    Ratio ofTimes(String name, String unit, String peerName) {
      return of(name, unit, peerName, false);
    }

    private Ratio of(String name, String unit, String peerName, boolean moreIsBetter) {
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < gatun.size(); i++) {
        ratios.add(moreIsBetter ? gatun.get(i) / peer.get(i) : peer.get(i) / gatun.get(i));
      }
      return new Ratio(
          name,
          unit,
          peerName,
          ratios.size(),
          round(median(gatun)),
          round(median(peer)),
          round(median(ratios)),
          round(ratios.stream().mapToDouble(r -> r).min().orElse(Double.NaN)),
          round(ratios.stream().mapToDouble(r -> r).max().orElse(Double.NaN)),
          allocatedBytes);
    }
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static double round(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  String toText() {
    return String.format(
        Locale.ROOT,
        "%-34s ratio %6.3f  [%.3f, %.3f]  %d pairs   gatun %9.3f  %s %9.3f %s",
        name,
        ratio,
        ratioMin,
        ratioMax,
        pairs,
        gatun,
        peer,
        peerMedian,
        unit);
  }
}
