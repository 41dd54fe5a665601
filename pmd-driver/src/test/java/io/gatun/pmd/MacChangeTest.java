package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MacChangeTest {
  private static final String DEVICE = "0000:01:10.0";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-l 0-1 -a 0000:01:10.0,a=1,b=2        | a=1,b=2",
        "-l 0-1 --allow 01:10.0,a=1 --in-memory| a=1",
        "--allow=pci:0000:01:10.0,a=1          | a=1",
        "-a01:10.0,a=1                         | a=1",
        "-a 0000:01:10.0                       | ''",
        "-a 0000:01:10.1,a=1 -a 01:10.0,b=2    | b=2",
        "-a 0001:01:10.0,a=1                   | ''",
        "-a 10.0,a=1                           | ''",
        "-l 0-1                                | ''",
        "-a                                    | ''",
      })
  void aDeviceThatIsProbedAnewKeepsItsArguments(String line, String arguments) {
    assertThat(MacChange.deviceArguments(List.of(line.split(" ")), DEVICE)).isEqualTo(arguments);
  }

  @Test
  void withoutAnyArgumentThereAreNone() {
    assertThat(MacChange.deviceArguments(List.of(), DEVICE)).isEmpty();
  }
}
