package io.gatun.pmd.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamCountersTest {
  @Test
  void eachCounterCountsItsOwn() {
    StreamCounters counters = new StreamCounters();
    counters.addReceived(32);
    counters.addReceived(1);
    counters.addTransmitted(30);
    counters.addDropped(2);
    counters.addStarved();
    counters.addStarved();

    assertThat(counters.received()).isEqualTo(33);
    assertThat(counters.transmitted()).isEqualTo(30);
    assertThat(counters.dropped()).isEqualTo(2);
    assertThat(counters.starved()).isEqualTo(2);
  }

  @Test
  void anotherThreadSeesTheCountersGrowAndNeverShrink() throws InterruptedException {
    StreamCounters counters = new StreamCounters();
    int last = 1_000_000;
    Thread lcore =
        new Thread(
            () -> {
              for (int i = 0; i < last; i++) {
                counters.addReceived(1);
              }
            });
    lcore.start();
    long seen = 0;
    while (seen < last) {
      long now = counters.received();
      assertThat(now).isBetween(seen, (long) last);
      seen = now;
    }
    lcore.join();
  }
}
