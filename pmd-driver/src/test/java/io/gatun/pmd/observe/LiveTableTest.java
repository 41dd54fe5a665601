package io.gatun.pmd.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LiveTableTest {
  private static final long SECOND = 1_000_000_000L;

  private static PortSample port(long rxPackets, long txPackets, long rxBytes, long dropped) {
    return new PortSample(
        3, "net_tap0", "net_tap", true, rxPackets, txPackets, rxBytes, 0, 7, dropped);
  }

  private static LcoreSample lcore(int cpu, long packets, long busyNanos, long idleNanos) {
    return new LcoreSample(1, cpu, packets, busyNanos, idleNanos, 0);
  }

  private static List<String> words(String line) {
    return List.of(line.strip().split("\\s+"));
  }

  @Test
  void ratesAreOfTheTimeBetweenTwoSamples() {
    Sample before = new Sample(5 * SECOND, List.of(port(100, 0, 0, 1)), List.of(lcore(2, 0, 0, 0)));
    Sample now =
        new Sample(
            7 * SECOND,
            List.of(port(4_000_100, 2_000_000, 1_000_000_000, 4)),
            List.of(lcore(2, 6_000_000, SECOND / 2, 3 * SECOND / 2)));

    List<String> lines = LiveTable.render(before, now, 12.5).lines().toList();

    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("   12.5s").contains("rx Mpps", "tx drops");
    // Two seconds: 4 M received packets are 2 Mpps, 1 GB is 4 Gbit/s; missed and drops as they are.
    assertThat(words(lines.get(1)))
        .containsExactly(
            "3", "net_tap0", "net_tap", "up", "2.000", "4.000", "1.000", "0.000", "0", "3");
    assertThat(words(lines.get(2)))
        .containsExactly("lcore", "1", "cpu", "2", "3.000", "Mpps", "75.0", "%", "idle");
  }

  @Test
  void whatWasNotThereBeforeCountsFromZero() {
    Sample before = new Sample(0, List.of(), List.of());
    Sample now =
        new Sample(SECOND, List.of(port(1_000_000, 0, 0, 0)), List.of(lcore(-1, 500_000, 1, 1)));

    List<String> lines = LiveTable.render(before, now, 1).lines().toList();

    assertThat(words(lines.get(1))).contains("1.000");
    assertThat(lines.get(2)).contains("any cpu").contains("0.500 Mpps");
  }

  @Test
  void samplesOfTheSameMomentDoNotDivideByZero() {
    Sample sample = new Sample(SECOND, List.of(port(1, 1, 1, 1)), List.of(lcore(1, 1, 0, 0)));

    assertThat(LiveTable.render(sample, sample, 0)).doesNotContain("NaN").doesNotContain("Inf");
  }

  @Test
  void idleIsAShareOfTheTimeThatWasBooked() {
    LcoreSample before = lcore(1, 0, 100, 100);

    assertThat(LiveTable.idlePercent(before, lcore(1, 0, 200, 400))).isEqualTo(75);
    assertThat(LiveTable.idlePercent(before, lcore(1, 0, 200, 100))).isZero();
    assertThat(LiveTable.idlePercent(before, lcore(1, 0, 100, 101))).isEqualTo(100);
    assertThat(LiveTable.idlePercent(before, before)).isZero();
  }
}
