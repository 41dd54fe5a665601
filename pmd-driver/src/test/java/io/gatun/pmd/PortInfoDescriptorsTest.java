package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortInfoDescriptorsTest {
  private static final PortInfo.Descriptors LIMITS = new PortInfo.Descriptors(64, 4096, 32);

  @ParameterizedTest
  @ValueSource(ints = {64, 96, 512, 4096})
  void numbersInTheRangeArePassedOn(int descriptors) {
    assertThat(LIMITS.check("rxd", descriptors, "port 0")).isEqualTo(descriptors);
  }

  @ParameterizedTest
  @ValueSource(ints = {-64, 0, 32, 63, 65, 100, 4097, 4128})
  void othersAreRefusedWithTheRange(int descriptors) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LIMITS.check("rxd", descriptors, "port 0"))
        .withMessage("rxd: %d is not in [64, 4096] or not a multiple of 32 (port 0)", descriptors);
  }

  @Test
  void aDriverWithoutAlignmentTakesEveryNumberInTheRange() {
    PortInfo.Descriptors limits = new PortInfo.Descriptors(0, 65535, 0);

    assertThat(limits.check("txd", 1, "port 0")).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> limits.check("txd", 65536, "port 0"))
        .withMessage("txd: 65536 is not in [0, 65535] (port 0)");
  }
}
