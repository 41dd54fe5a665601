package io.gatun.hw.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * DPDK's own tools attach to a running Gatun as secondary processes.
 *
 * <p>Packets come a few at a time: when dumpcap leaves, it frees the buffers that the primary's
 * callbacks copy into without waiting for a callback that is running, and under full load that
 * crashes any primary, testpmd too (lib/pdump/rte_pdump.c; 25.11 narrows the window).
 */
@ContainerTest
class CaptureContainerIT {
  private static final String IMAGES = "io.gatun.hw.containers.DpdkImage#all";
  private static final int PACKETS = 40;

  private final String prefix = "gatun-" + UUID.randomUUID().toString().substring(0, 8);

  @TempDir Path share;

  @ParameterizedTest(name = "{0}")
  @MethodSource(IMAGES)
  void dumpcapAttachesLate(DpdkImage image) throws Exception {
    try (DpdkContainer container = DpdkContainer.startWithHugePageFiles(image, share)) {
      GatunRun gatun = forwardPings(container);

      container.run(
          "dpdk-dumpcap",
          "--file-prefix=" + prefix,
          "-i",
          "net_tap0",
          "-c",
          Integer.toString(PACKETS),
          "-w",
          DpdkContainer.SHARE + "/capture.pcapng");

      // Every ping is seen twice: as it is received, and as it is sent back.
      assertThat(pings(share.resolve("capture.pcapng")))
          .hasSizeGreaterThanOrEqualTo(PACKETS / 2)
          .containsOnly("198.18.0.1\t198.18.0.2\t8");
      assertThat(gatun.stop().get("lost_mbufs").asLong()).isZero();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource(IMAGES)
  void procInfoReadsStatistics(DpdkImage image) throws Exception {
    try (DpdkContainer container = DpdkContainer.startWithHugePageFiles(image, share)) {
      GatunRun gatun = forwardPings(container);

      String statistics =
          container.run("dpdk-proc-info", "--file-prefix=" + prefix, "--", "--stats");

      assertThat(statistics).contains("NIC statistics for port 0").contains("RX-packets");
      assertThat(gatun.stop().get("lost_mbufs").asLong()).isZero();
    }
  }

  /** The kernel pings somebody whom nobody is; Gatun sends each packet back where it came from. */
  private GatunRun forwardPings(DpdkContainer container) throws Exception {
    GatunRun gatun =
        container.gatun(
            EalArguments.forwardInFiles(
                prefix,
                "--vdev=net_tap0,iface=gt0",
                "--",
                "--mode",
                "macswap",
                "--port-topology",
                "loop",
                "--stats-period",
                "0.2",
                "--json"));
    gatun.awaitForwarding();
    container.run("ip", "address", "add", "198.18.0.1/30", "dev", "gt0");
    container.run("ip", "link", "set", "gt0", "up");
    container.run("ip", "neigh", "add", "198.18.0.2", "lladdr", "02:00:00:00:00:02", "dev", "gt0");
    // Until the container is closed.
    container.run("sh", "-c", "ping -q -i 0.02 198.18.0.2 >/dev/null 2>&1 &");
    return gatun;
  }

  /** Source, destination and ICMP type of every ping: judged by Wireshark, not by us. */
  private static List<String> pings(Path capture) throws IOException, InterruptedException {
    Process tshark =
        new ProcessBuilder(
                "tshark",
                "-r",
                capture.toString(),
                "-Y",
                "icmp",
                "-T",
                "fields",
                "-e",
                "ip.src",
                "-e",
                "ip.dst",
                "-e",
                "icmp.type")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(tshark.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(tshark.waitFor()).isZero();
    return output.lines().toList();
  }
}
