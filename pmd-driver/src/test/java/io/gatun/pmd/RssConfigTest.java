package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RssConfigTest {
  private static RssConfig config(long types, RssConfig.Level level, int... key) {
    byte[] bytes = new byte[key.length];
    for (int i = 0; i < key.length; i++) {
      bytes[i] = (byte) key[i];
    }
    return new RssConfig(types, level, bytes);
  }

  @Test
  void equalityIsByContent() {
    RssConfig config = config(3, RssConfig.Level.INNERMOST, 1, 2);

    assertThat(config)
        .isEqualTo(config(3, RssConfig.Level.INNERMOST, 1, 2))
        .hasSameHashCodeAs(config(3, RssConfig.Level.INNERMOST, 1, 2))
        .isNotEqualTo(config(4, RssConfig.Level.INNERMOST, 1, 2))
        .isNotEqualTo(config(3, RssConfig.Level.OUTERMOST, 1, 2))
        .isNotEqualTo(config(3, RssConfig.Level.INNERMOST, 1, 3))
        .isNotEqualTo("config");
  }

  @Test
  void theKeyIsACopyOnBothSides() {
    byte[] key = {1, 2};
    RssConfig config = new RssConfig(1, RssConfig.Level.DEFAULT, key);

    key[0] = 9;
    config.key()[1] = 9;

    assertThat(config.key()).containsExactly(1, 2);
  }

  @Test
  void itsTextShowsTheKey() {
    assertThat(config(0x1c, RssConfig.Level.DEFAULT, 0x6d, 0x5a))
        .hasToString("RssConfig[types=0x1c, level=DEFAULT, key=6d5a]");
  }
}
