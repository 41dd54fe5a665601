package io.gatun.pmd.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsEndpointTest {
  @Test
  void servesEveryCounterOnLoopback() throws IOException {
    try (MetricsEndpoint endpoint = MetricsEndpoint.serve("0", () -> Samples.of(15, 16));
        InputStream in =
            URI.create("http://127.0.0.1:" + endpoint.port() + "/metrics").toURL().openStream()) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);

      assertThat(text)
          .contains(
              "gatun_port_rx_packets_total{name=\"net_tap3\",port=\"3\"} 11.0",
              "gatun_port_tx_packets_total{name=\"net_tap3\",port=\"3\"} 12.0",
              "gatun_port_rx_bytes_total{name=\"net_tap3\",port=\"3\"} 13.0",
              "gatun_port_tx_bytes_total{name=\"net_tap3\",port=\"3\"} 14.0",
              "gatun_port_rx_missed_total{name=\"net_tap3\",port=\"3\"} 15.0",
              "gatun_port_tx_dropped_total{name=\"net_tap3\",port=\"3\"} 16.0",
              "gatun_port_link_up{name=\"net_null4\",port=\"4\"} 0.0",
              "gatun_lcore_busy_seconds_total{lcore=\"1\"} 2.0",
              "gatun_lcore_packets_total{lcore=\"2\"} 41.0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "http", "127.0.0.1:", "-1", "65536", "127.0.0.1:99999"})
  void anAddressThatIsNoneIsNamed(String address) {
    assertThatThrownBy(() -> MetricsEndpoint.serve(address, () -> Samples.of(0, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + address + "\"")
        .hasMessageContaining("[0, 65535]");
  }

  @Test
  void aPortInUseIsNamed() throws IOException {
    try (MetricsEndpoint first = MetricsEndpoint.serve("0", () -> Samples.of(0, 0))) {
      String taken = Integer.toString(first.port());
      assertThatThrownBy(() -> MetricsEndpoint.serve(taken, () -> Samples.of(0, 0)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("--metrics " + taken);
    }
  }
}
