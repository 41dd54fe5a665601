package io.gatun.hw.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.GatunProcess;
import io.gatun.hw.tool.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun ports --offload} and {@code --self-test} on ports that are there. */
@Tag("dpdk")
@Tag("slow")
class PortsOffloadIT {
  private static final String LEFT = "gtself0";
  private static final String RIGHT = "gtself1";
  private static final String BRIDGE = "gtselfbr";
  private static final String[] TAPS = {
    "--vdev=net_tap0,iface=" + LEFT, "--vdev=net_tap1,iface=" + RIGHT
  };

  @TempDir Path state;

  private GatunProcess ports(String[] devices, String... options) {
    List<String> line =
        new ArrayList<>(List.of("ports", "-l", "0-1", "--no-pci", "--in-memory", "-m", "128"));
    line.add("--file-prefix=" + GatunProcess.uniquePrefix());
    line.addAll(List.of(devices));
    line.add("--");
    line.addAll(List.of(options));
    return GatunProcess.start(
        List.of("env", "XDG_STATE_HOME=" + state), List.of(), line.toArray(String[]::new));
  }

  private static void assumeTaps() {
    assumeTrue(Files.isWritable(Path.of("/dev/net/tun")), "/dev/net/tun cannot be opened");
    Tool.assume("ip (iproute2)", "ip", "-V");
    Tool.Result made = Tool.run("ip", "link", "add", BRIDGE, "type", "bridge");
    assumeTrue(made.status() == 0, () -> "no right to make bridges: " + made.errors().strip());
    Tool.run("ip", "link", "del", BRIDGE).orFail();
  }

  @Test
  void everyOperationIsPlacedWithAReason() {
    assumeTaps();
    String[] devices = {"--vdev=net_tap0,iface=" + LEFT, "--vdev=net_null0"};
    try (GatunProcess gatun = ports(devices, "--offload", "--json")) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      JsonNode tap = gatun.json().path(0).path("offload");
      JsonNode none = gatun.json().path(1).path("offload");

      assertComplete(tap);
      assertComplete(none);
      // What net_tap says that it has, and net_null has not.
      assertThat(placement(tap, "vxlan", "l4_checksum")).isEqualTo("HARDWARE");
      assertThat(placement(none, "vxlan", "l4_checksum")).isEqualTo("SOFTWARE");
      assertThat(plan(tap, "vxlan").path("shape").asText()).isEqualTo("INNER_IN_NIC_LONG_L2");
      assertThat(plan(none, "vxlan").path("shape").asText()).isEqualTo("SOFTWARE");
      assertThat(tap.path("self_test").isNull()).isTrue();
    }
  }

  private static void assertComplete(JsonNode offload) {
    Set<String> tunnels = new TreeSet<>();
    for (JsonNode plan : offload.path("plans")) {
      tunnels.add(plan.path("tunnel").asText());
      List<JsonNode> groups =
          List.of(
              plan.path("inner"),
              plan.path("outer"),
              plan.path("receive").path("inner"),
              plan.path("receive").path("outer"));
      for (JsonNode group : groups) {
        assertThat(group).isNotEmpty();
        for (JsonNode decision : group) {
          assertThat(decision.path("placement").asText()).isIn("HARDWARE", "SOFTWARE", "NONE");
          assertThat(decision.path("reason").asText()).endsWith(".");
        }
      }
    }
    assertThat(tunnels)
        .containsExactly("geneve", "gre", "ipip", "none", "nvgre", "vxlan", "vxlan-gpe");
  }

  private static JsonNode plan(JsonNode offload, String tunnel) {
    for (JsonNode plan : offload.path("plans")) {
      if (plan.path("tunnel").asText().equals(tunnel) && plan.path("outer_ip").asInt() == 4) {
        return plan;
      }
    }
    throw new AssertionError("no plan for " + tunnel);
  }

  private static String placement(JsonNode offload, String tunnel, String operation) {
    return plan(offload, tunnel).path("inner").path(operation).path("placement").asText();
  }

  @Test
  void aTunnelThatDoesNotExistIsWrongUsage() {
    try (GatunProcess gatun =
        ports(new String[] {"--vdev=net_null0"}, "--offload", "--tunnel", "vxlam")) {
      assertThat(gatun.exitStatus()).isEqualTo(2);
      assertThat(gatun.messages())
          .containsExactly(
              "gatun ports: --tunnel: \"vxlam\" is not vxlan, vxlan-gpe, geneve, nvgre, gre, ipip");
    }
  }

  /** A ring gives back what is put into it, and claims nothing. */
  @Test
  void aLoopbackIsTestedWithOnePort() {
    try (GatunProcess gatun =
        ports(new String[] {"--vdev=net_ring0"}, "--self-test", "0", "--json")) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      JsonNode checks = gatun.json().path(0).path("offload").path("self_test").path("checks");

      assertThat(checks).hasSizeGreaterThan(30);
      for (JsonNode check : checks) {
        assertThat(check.path("status").asText()).isEqualTo("NOT_OFFERED");
      }
    }
  }

  @Test
  void portsWithoutACableFailWithAHint() {
    String[] unconnected = {"--vdev=net_null0,no-rx=1", "--vdev=net_null1,no-rx=1"};
    try (GatunProcess gatun = ports(unconnected, "--self-test", "0,1")) {
      assertThat(gatun.exitStatus()).isEqualTo(1);
      assertThat(gatun.messages()).hasSize(1);
      assertThat(gatun.messages().getFirst()).contains("arrives at port 1", "are they cabled");
      assertThat(state.resolve("gatun")).doesNotExist();
    }
  }

  /**
   * Two net_tap ports with a bridge as their cable. The driver does what it claims but for one
   * thing: it says {@code TCP_TSO} and lets TCP over IPv6 pass uncut, which the test must find.
   */
  @Test
  void aDriverThatDoesNotDoWhatItSaysIsFoundAndRemembered() {
    assumeTaps();
    try (GatunProcess gatun = ports(TAPS, "--self-test", "0,1", "--json")) {
      try {
        cable(gatun);
        assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      } finally {
        Tool.run("ip", "link", "del", BRIDGE);
      }
      for (JsonNode port : gatun.json()) {
        JsonNode checks = port.path("offload").path("self_test").path("checks");
        for (String passed :
            List.of(
                "ipv4_checksum",
                "tcp_checksum_ipv4",
                "tcp_checksum_ipv6",
                "udp_checksum_ipv4",
                "udp_checksum_ipv6",
                "tcp_segmentation_ipv4",
                "long_l2_checksum/vxlan",
                "long_l2_segmentation/geneve",
                "rx_l4_verdict")) {
          assertThat(checks.path(passed).path("status").asText()).as(passed).isEqualTo("PASSED");
        }
        assertThat(checks.path("vlan_insert").path("status").asText()).isEqualTo("NOT_OFFERED");
        JsonNode broken = checks.path("tcp_segmentation_ipv6");
        assertThat(broken.path("status").asText()).isEqualTo("FAILED");
        assertThat(broken.path("detail").asText()).contains("1 frames", "instead of 4");
      }
    }
    try (GatunProcess later = ports(TAPS, "--offload", "--json")) {
      assertThat(later.exitStatus()).as(later.errors()).isZero();
      JsonNode decision =
          plan(later.json().path(0).path("offload"), "vxlan")
              .path("inner")
              .path("tcp_segmentation");
      assertThat(decision.path("placement").asText()).isEqualTo("SOFTWARE");
      assertThat(decision.path("reason").asText())
          .startsWith("The self-test of ")
          .contains("tcp_segmentation_ipv6");
    }
  }

  /** Joins the two interfaces while gatun waits for a path between them. */
  private static void cable(GatunProcess gatun) {
    Tool.run("ip", "link", "add", BRIDGE, "type", "bridge", "mcast_snooping", "0").orFail();
    Tool.run("ip", "link", "set", BRIDGE, "up").orFail();
    for (String tap : List.of(LEFT, RIGHT)) {
      gatun.await(tap, () -> Files.exists(Path.of("/sys/class/net", tap)));
    }
    // A port that starts takes its interface down and up; until then it may refuse the bridge.
    gatun.await("both interfaces on the bridge", () -> joined(LEFT) && joined(RIGHT));
  }

  private static boolean joined(String tap) {
    return Tool.run("ip", "link", "set", tap, "master", BRIDGE).status() == 0
        && Tool.run("ip", "link", "set", tap, "up").status() == 0
        && Files.exists(Path.of("/sys/class/net", BRIDGE, "brif", tap));
  }
}
