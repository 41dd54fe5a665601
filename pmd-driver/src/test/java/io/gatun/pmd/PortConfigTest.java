package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PortConfigTest {
  private static final RssConfig RSS = new RssConfig(4, RssConfig.Level.INNERMOST, new byte[0]);
  private static final PortConfig OTHER = new PortConfig(2, 3, 64, 128, 9000, false, 5, 6, 32, RSS);

  @Test
  void eachChangeIsItsOwnAndOrderDoesNotMatter() {
    assertThat(
            PortConfig.DEFAULT
                .withRss(RSS)
                .withTxFreeThreshold(32)
                .withOffloads(5, 6)
                .withPromiscuous(false)
                .withMtu(9000)
                .withDescriptors(64, 128)
                .withQueues(2, 3))
        .isEqualTo(OTHER);
  }

  @Test
  void aChangeLeavesEverythingElse() {
    assertThat(OTHER.withQueues(7, 8))
        .isEqualTo(new PortConfig(7, 8, 64, 128, 9000, false, 5, 6, 32, RSS));
    assertThat(OTHER.withDescriptors(7, 8))
        .isEqualTo(new PortConfig(2, 3, 7, 8, 9000, false, 5, 6, 32, RSS));
    assertThat(OTHER.withMtu(7)).isEqualTo(new PortConfig(2, 3, 64, 128, 7, false, 5, 6, 32, RSS));
    assertThat(OTHER.withPromiscuous(true))
        .isEqualTo(new PortConfig(2, 3, 64, 128, 9000, true, 5, 6, 32, RSS));
    assertThat(OTHER.withOffloads(7, 8))
        .isEqualTo(new PortConfig(2, 3, 64, 128, 9000, false, 7, 8, 32, RSS));
    assertThat(OTHER.withTxFreeThreshold(7))
        .isEqualTo(new PortConfig(2, 3, 64, 128, 9000, false, 5, 6, 7, RSS));
  }
}
