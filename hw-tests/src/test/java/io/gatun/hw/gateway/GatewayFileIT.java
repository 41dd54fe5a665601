package io.gatun.hw.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.GatunProcess;
import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A gateway from {@code gatun run}'s file: tenants by VLAN, several remotes, static and learned
 * stations. scapy makes the frames and reads what comes out.
 */
@Tag("dpdk")
@Tag("slow")
class GatewayFileIT {
  private static final String FILE =
      """
      ports:
        tenants: {id: 0}
        underlay: {id: 1}
      session: {until-idle: 1s, json: true, stats-period: 0}
      gateway:
        underlay: underlay
        tunnel: vxlan
        local: 192.0.2.1
        mtu: 1500
        tenants:
          - {port: tenants, vlan: 100, vni: 42}
          - {port: tenants, vlan: 200, vni: 43}
        remotes:
          - {address: 192.0.2.2, mac: "02:00:00:00:00:12"}
          - {address: 192.0.2.3, mac: "02:00:00:00:00:13"}
        stations:
          - {vni: 42, mac: "02:00:00:00:00:0b", remote: 192.0.2.3}
      """;

  /** VLAN 100 to a static station, to everybody and to a stranger; VLAN 200; VLAN 300. */
  private static final String FRAMES =
      """
      def f(vlan, mac):
          return (Ether(src="02:00:00:00:00:0a", dst=mac)/Dot1Q(vlan=vlan)
                  /IP(src="10.0.0.1", dst="10.0.0.2")/UDP(sport=1000, dport=2000)/Raw(b"x" * 30))
      wrpcap(sys.argv[1], [f(100, "02:00:00:00:00:0b"), f(100, "ff:ff:ff:ff:ff:ff"),
                           f(200, "02:00:00:00:00:0b"), f(300, "02:00:00:00:00:0b")])
      """;

  private static final String TUNNEL_FRAMES =
      """
      inner = (Ether(src="02:00:00:00:00:0c", dst="02:00:00:00:00:0a")
               /IP(src="10.0.0.2", dst="10.0.0.1")/UDP(sport=2000, dport=1000)/Raw(b"y" * 30))
      outer = Ether(src="02:00:00:00:00:12", dst="02:00:00:00:00:01")
      wrpcap(sys.argv[1], [outer/IP(src="192.0.2.2", dst="192.0.2.1")/UDP(sport=50000, dport=4789)
                           /VXLAN(vni=vni, flags=8)/inner for vni in (42, 43)])
      """;

  private static final String READ =
      """
      for p in rdpcap(sys.argv[1]):
          print(p[IP].dst, p[VXLAN].vni, bool(p[VXLAN].payload.haslayer(Dot1Q)))
      """;

  private static final String READ_TENANT =
      """
      for p in rdpcap(sys.argv[1]):
          print(p[Dot1Q].vlan, p[Ether].src, p[UDP].sport)
      """;

  @TempDir Path folder;

  @BeforeAll
  static void needsScapy() {
    Tool.assumeScapy();
  }

  private GatunProcess start(String yaml, String frames, String tunnelFrames) throws IOException {
    Path in = folder.resolve("in.pcap");
    Path underlayIn = folder.resolve("underlay-in.pcap");
    if (frames.isEmpty()) {
      Pcap.writeEmpty(in);
    } else {
      Tool.scapy(frames, in);
    }
    if (tunnelFrames.isEmpty()) {
      Pcap.writeEmpty(underlayIn);
    } else {
      Tool.scapy(tunnelFrames, underlayIn);
    }
    Path file = folder.resolve("gateway.yaml");
    Files.writeString(file, yaml);
    List<String> line = new ArrayList<>(List.of("run"));
    line.addAll(
        GatewayRun.eal(in, folder.resolve("back.pcap"), underlayIn, folder.resolve("out.pcap")));
    line.addAll(List.of("--", "--config", file.toString()));
    return GatunProcess.start(line.toArray(String[]::new));
  }

  @Test
  void tenantsHaveVlansAndStationsHaveRemotes() throws IOException {
    try (GatunProcess gatun = start(FILE, FRAMES, "")) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      JsonNode gateway = gatun.json().path("gateway").path(0);
      assertThat(gateway.path("encapsulated").asLong()).isEqualTo(3);
      assertThat(gateway.path("dropped").path("vlan_unknown").asLong()).isEqualTo(1);
    }
    // The static station behind one remote; the two other frames to both, without their tags.
    assertThat(Tool.scapy(READ, folder.resolve("out.pcap")).lines())
        .containsExactlyInAnyOrder(
            "192.0.2.3 42 False",
            "192.0.2.2 42 False",
            "192.0.2.3 42 False",
            "192.0.2.2 43 False",
            "192.0.2.3 43 False");
  }

  @Test
  void whatComesOutGetsItsTenantsVlanAndIsLearned() throws IOException {
    try (GatunProcess gatun = start(FILE, "", TUNNEL_FRAMES)) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      JsonNode gateway = gatun.json().path("gateway").path(0);
      assertThat(gateway.path("decapsulated").asLong()).isEqualTo(2);
      // The static one, and the sender in each tenant.
      assertThat(gateway.path("stations").path("known").asLong()).isEqualTo(3);
    }
    assertThat(Tool.scapy(READ_TENANT, folder.resolve("back.pcap")).lines())
        .containsExactly("100 02:00:00:00:00:0c 2000", "200 02:00:00:00:00:0c 2000");
  }

  @ParameterizedTest
  @CsvSource({
    "tunnel: vxlan, tunnel: vxlam, --tunnel \"vxlam\"",
    "vni: 43, vni: 42, VNI 42 is given to two tenants",
    "vlan: 200, vlan: 100, VLAN 100 is given to two tenants",
    "remote: 192.0.2.3, remote: 192.0.2.9, 192.0.2.9",
    "mtu: 1500, mtu: 100, --mtu: 100"
  })
  void mistakesAreNamedWithTheirLine(String right, String wrong, String said) throws IOException {
    try (GatunProcess gatun = start(FILE.replace(right, wrong), "", "")) {
      assertThat(gatun.exitStatus()).isEqualTo(2);
      assertThat(gatun.errors()).contains(said).containsPattern("gateway\\.yaml:\\d+: key");
    }
  }
}
