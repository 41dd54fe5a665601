package io.gatun.pmd.observe;

import java.util.List;

/** Samples to test with: every field has a value of its own, so that a mix-up shows. */
final class Samples {
  private Samples() {}

  static Sample of(long rxMissed, long txDropped) {
    return new Sample(
        1_000,
        List.of(
            new PortSample(3, "net_tap3", "net_tap", true, 11, 12, 13, 14, rxMissed, txDropped),
            new PortSample(4, "net_null4", "net_null", false, 21, 22, 23, 24, 0, 0)),
        List.of(
            new LcoreSample(1, 5, 31, 2_000_000_000L, 33, 34),
            new LcoreSample(2, -1, 41, 42, 43, 44)));
  }
}
