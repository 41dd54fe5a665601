package io.gatun.pmd.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  @ParameterizedTest
  @CsvSource({
    "kitten, sitting, 3",
    "'', abc, 3",
    "abc, '', 3",
    "same, same, 0",
    "brust, burst, 2",
    "flaw, lawn, 2"
  })
  void theDistanceIsLevenshteins(String a, String b, int distance) {
    assertThat(Nearest.distance(a, b)).isEqualTo(distance);
    assertThat(Nearest.distance(b, a)).isEqualTo(distance);
  }

  @Test
  void theNearestWordIsGuessedAndNoneThatIsFar() {
    assertThat(Nearest.hint("tenannt", List.of("underlay", "tenant", "tent")))
        .isEqualTo(" (did you mean \"tenant\"?)");
    assertThat(Nearest.hint("zzzz", List.of("underlay", "tenant"))).isEmpty();
    assertThat(Nearest.hint("x", List.of("a", "to"))).isEmpty();
    assertThat(Nearest.hint("a", List.of())).isEmpty();
  }
}
