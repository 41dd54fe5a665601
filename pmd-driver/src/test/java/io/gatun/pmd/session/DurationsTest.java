package io.gatun.pmd.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "500ms, PT0.5S",
    "1s, PT1S",
    "2m, PT2M",
    "3h, PT3H",
    "10us, PT0.00001S",
    "1.5s, PT1.5S",
    "0.25ms, PT0.00025S"
  })
  void aNumberAndAUnitAreRead(String text, Duration expected) {
    assertThat(Durations.parse(text)).isEqualTo(expected);
  }

  @Test
  void whatALongOfNanosecondsDoesNotHoldIsForever() {
    assertThat(Durations.parse("999999999h")).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "s", "-1s", "1 s", "1d", "1.s", ".5s", "1e3s", "PT1S", "1S"})
  void anythingElseIsRefusedWithAnExample(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Durations.parse(text))
        .withMessageContaining("\"" + text + "\" is no duration")
        .withMessageContaining("500ms");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "0ms", "0.0001us"})
  void noTimeAtAllIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Durations.parse(text))
        .withMessageContaining("\"" + text + "\" is no time at all");
  }
}
