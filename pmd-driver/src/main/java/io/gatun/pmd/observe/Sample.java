package io.gatun.pmd.observe;

import java.util.List;

/**
 * All counters at one moment.
 *
 * @param nanos when, on {@link System#nanoTime}'s clock
 * @param ports by number
 * @param lcores workers by number
 */
public record Sample(long nanos, List<PortSample> ports, List<LcoreSample> lcores) {
  public Sample {
    ports = List.copyOf(ports);
    lcores = List.copyOf(lcores);
  }

  /** The sample of a port; one of zeros where {@code port} was not there yet. */
  PortSample port(int port) {
    for (PortSample sample : ports) {
      if (sample.port() == port) {
        return sample;
      }
    }
    return new PortSample(port, "", "", false, 0, 0, 0, 0, 0, 0);
  }

  /** The sample of an lcore; one of zeros where {@code lcore} was not there yet. */
  LcoreSample lcore(int lcore) {
    for (LcoreSample sample : lcores) {
      if (sample.lcore() == lcore) {
        return sample;
      }
    }
    return new LcoreSample(lcore, -1, 0, 0, 0, 0);
  }
}
