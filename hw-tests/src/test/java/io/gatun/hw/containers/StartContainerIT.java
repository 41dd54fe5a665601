package io.gatun.hw.containers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** EAL starts and finds its ports, read with each release's own layouts. */
@ContainerTest
class StartContainerIT {
  private static final String IMAGES = "io.gatun.hw.containers.DpdkImage#all";

  @TempDir Path share;

  @ParameterizedTest(name = "{0}")
  @MethodSource(IMAGES)
  void portsAreDescribed(DpdkImage image) throws Exception {
    try (DpdkContainer container = DpdkContainer.start(image, share)) {
      JsonNode ports =
          container
              .gatun(
                  "ports",
                  "--no-pci",
                  "--in-memory",
                  "--iova-mode=va",
                  "--vdev=net_null0",
                  "--vdev=net_tap0,mac=fixed",
                  "--",
                  "--json")
              .result();

      assertThat(ports.isArray()).isTrue();
      assertThat(ports.findValuesAsText("driver")).containsExactly("net_null", "net_tap");
      // "fixed" is the driver's own address, 02 and then "dtap" in ASCII (rte_eth_tap.c).
      assertThat(ports.get(1).get("mac").asText()).startsWith("02:64:74:61:70:");
      assertThat(ports.get(1).get("tx_offloads").has("inner")).isTrue();
      assertThat(ports.get(1).get("tx_offloads").has("outer")).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource(IMAGES)
  void packetsAreForwarded(DpdkImage image) throws Exception {
    try (DpdkContainer container = DpdkContainer.start(image, share)) {
      JsonNode summary =
          container
              .gatun(
                  EalArguments.forward(
                      0,
                      "--vdev=net_null0",
                      "--vdev=net_null1",
                      "--",
                      "--mode",
                      "macswap",
                      "--packets",
                      "100000",
                      "--json"))
              .result();

      assertThat(summary.get("packets").asLong()).isGreaterThanOrEqualTo(100_000);
      assertThat(summary.get("lost_mbufs").asLong()).isZero();
    }
  }
}
