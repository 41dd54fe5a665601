package io.gatun.offload.plan;

import io.gatun.pmd.wire.TunnelType;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** What a port says, and what speaks against it. */
record Evidence(PortCapabilities port, Quirks quirks, SelfTestResults tests) {
  /**
   * Why an operation cannot be the NIC's.
   *
   * @param absolute whether it is impossible; otherwise the NIC claims it but is not trusted
   * @param reason a clause
   */
  record Obstacle(boolean absolute, String reason) {
    static Obstacle absolute(String reason) {
      return new Obstacle(true, reason);
    }
  }

  /** The first thing known against any of {@code features}; null when there is nothing. */
  @Nullable Obstacle against(Collection<Feature> features, @Nullable TunnelType tunnel) {
    for (Feature feature : features) {
      String failure = tests.failure(feature, tunnel);
      if (failure != null) {
        return new Obstacle(false, failure);
      }
    }
    for (Feature feature : features) {
      Quirk quirk = quirks.find(port, feature, tunnel, Quirk.Effect.AVOID, tests);
      if (quirk != null) {
        return new Obstacle(
            false,
            "the driver %s has a known quirk: %s (%s)"
                .formatted(port.driver(), quirk.what(), quirk.source()));
      }
    }
    return null;
  }
}
