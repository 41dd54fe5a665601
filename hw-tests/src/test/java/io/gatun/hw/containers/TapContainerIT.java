package io.gatun.hw.containers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two kernels talk through Gatun: the interface behind port 0 belongs to another container, the one
 * behind port 1 to Gatun's own, and nothing else joins the two.
 */
@ContainerTest
class TapContainerIT {
  @TempDir Path share;

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.gatun.hw.containers.DpdkImage#all")
  void kernelsPingThroughGatun(DpdkImage image) throws Exception {
    try (DpdkContainer near = DpdkContainer.start(image, share);
        DpdkContainer far = DpdkContainer.start(image, share)) {
      GatunRun gatun =
          near.gatun(
              EalArguments.forward(
                  0,
                  "--vdev=net_tap0,iface=gt0",
                  "--vdev=net_tap1,iface=gt1",
                  "--",
                  "--mode",
                  "io",
                  "--stats-period",
                  "0.2",
                  "--json"));
      gatun.awaitForwarding();
      near.giveInterface("gt0", far);
      address(far, "gt0", "198.18.0.1/30");
      address(near, "gt1", "198.18.0.2/30");

      String ping = far.run("ping", "-q", "-c", "10", "-i", "0.1", "-W", "5", "198.18.0.2");

      assertThat(ping).contains(" 0% packet loss");
      JsonNode summary = gatun.stop();
      assertThat(summary.get("packets").asLong()).isGreaterThanOrEqualTo(20);
      assertThat(summary.get("lost_mbufs").asLong()).isZero();
    }
  }

  private static void address(DpdkContainer container, String name, String address)
      throws IOException, InterruptedException {
    container.run("ip", "address", "add", address, "dev", name);
    container.run("ip", "link", "set", name, "up");
  }
}
