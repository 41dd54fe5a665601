package io.gatun.pmd.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.pmd.MacAddress;
import io.gatun.pmd.cli.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionOptionsTest {
  private static SessionOptions withMacs(String... macs) {
    SessionOptions options = new SessionOptions();
    options.portMacs = List.of(macs);
    return options;
  }

  @Test
  void portsGetAddresses() {
    assertThat(withMacs("0=02:00:00:00:00:01", "3=02:00:00:00:00:0a").macs())
        .containsEntry(0, MacAddress.parse("02:00:00:00:00:01"))
        .containsEntry(3, MacAddress.parse("02:00:00:00:00:0a"))
        .hasSize(2);
    assertThat(new SessionOptions().macs()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "02:00:00:00:00:01, PORT=MAC is needed",
    "x=02:00:00:00:00:01, number is needed",
    "0=02:00:00:00:00, six octets",
    "0=, six octets",
  })
  void whatIsNoAddressIsRefusedBeforeAnythingStarts(String text, String message) {
    assertThatThrownBy(withMacs(text)::check)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--port-mac")
        .hasMessageContaining(message);
  }

  @Test
  void aPortHasOneAddress() {
    assertThatThrownBy(withMacs("0=02:00:00:00:00:01", "0=02:00:00:00:00:02")::check)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("each port once");
  }
}
