package io.gatun.pmd.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class PortListTest {
  private final ForwardOptions.PortList list = new ForwardOptions.PortList();

  @Test
  void numbersAndRangesAreReadInTheirOrder() {
    assertThat(list.convert("0")).containsExactly(0);
    assertThat(list.convert("0-3")).containsExactly(0, 1, 2, 3);
    assertThat(list.convert("3,0-1")).containsExactly(3, 0, 1);
    assertThat(list.convert("0, 2")).containsExactly(0, 2);
    assertThat(list.convert("65535")).containsExactly(65535);
  }

  @Test
  void aPortNamedTwiceCountsOnce() {
    assertThat(list.convert("1,0-2,1")).containsExactly(1, 0, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "a", "1,", "1-", "-1", "2-1", "1-2-3", "65536", "0x1", "1;2"})
  void anythingElseIsRefused(String text) {
    assertThatExceptionOfType(TypeConversionException.class)
        .isThrownBy(() -> list.convert(text))
        .withMessageContaining("\"" + text + "\"")
        .withMessageContaining("0-1");
  }
}
