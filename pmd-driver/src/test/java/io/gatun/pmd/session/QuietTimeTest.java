package io.gatun.pmd.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QuietTimeTest {
  private final QuietTime quiet = new QuietTime(Duration.ofNanos(100));

  @Test
  void itLastsThatLongAtLeastWhenNothingEverComes() {
    assertThat(quiet.isOver(0, 0, false)).isFalse();
    assertThat(quiet.isOver(99, 0, false)).isFalse();
    assertThat(quiet.isOver(100, 0, false)).isTrue();
  }

  @Test
  void everyPacketStartsItAnew() {
    assertThat(quiet.isOver(90, 1, false)).isFalse();
    assertThat(quiet.isOver(180, 2, false)).isFalse();
    assertThat(quiet.isOver(279, 2, false)).isFalse();
    assertThat(quiet.isOver(280, 2, false)).isTrue();
  }

  @Test
  void aPacketAtTheLastMomentCounts() {
    assertThat(quiet.isOver(100, 1, false)).isFalse();
  }

  @Test
  void withoutALimitItIsNeverOver() {
    QuietTime never = new QuietTime(Duration.ZERO);

    assertThat(never.isOver(0, 0, false)).isFalse();
    assertThat(never.isOver(Long.MAX_VALUE, 0, false)).isFalse();
  }
}
