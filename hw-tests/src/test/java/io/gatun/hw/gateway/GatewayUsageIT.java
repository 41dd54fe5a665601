package io.gatun.hw.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.tool.GatunProcess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Options that cannot be meant: exit status 2, and one line with the value, the range, a remedy.
 */
@Tag("dpdk")
@Tag("slow")
class GatewayUsageIT {
  private static final String GOOD =
      "--tenant 0 --underlay 1 --tunnel vxlan --vni 42 --local 192.0.2.1 --remote 192.0.2.2"
          + " --seconds 1";

  /** The good command line with one option given another value, or added, or (null) left out. */
  private static Arguments with(String option, String value, String... message) {
    List<String> line = new ArrayList<>(List.of(GOOD.split(" ", -1)));
    replace(line, option, value);
    return Arguments.of(String.join(" ", line), List.of(message));
  }

  private static Arguments tunnel(String tunnel, String option, String value, String... message) {
    List<String> line = new ArrayList<>(List.of(GOOD.split(" ", -1)));
    replace(line, "--tunnel", tunnel);
    replace(line, option, value);
    return Arguments.of(String.join(" ", line), List.of(message));
  }

  private static void replace(List<String> line, String option, String value) {
    int at = line.indexOf(option);
    if (at >= 0) {
      line.subList(at, at + 2).clear();
    }
    if (!value.isEmpty()) {
      line.addAll(List.of(option, value));
    }
  }

  static Stream<Arguments> wrongOptions() {
    return Stream.of(
        with("--tunnel", "teleport", "--tunnel", "teleport", "vxlan-gpe, geneve"),
        with("--vni", "16777216", "--vni", "16777216", "[0, 16777215]"),
        with("--vni", "-1", "--vni", "-1"),
        with("--vni", "", "--vni", "vxlan", "[0, 16777215]"),
        tunnel("ipip", "--udp-checksum", "on", "--vni 42", "ipip", "leave --vni out"),
        tunnel("nvgre", "--vni", "16777215", "--vni", "16777215"),
        tunnel("gre", "--vni", "4294967296", "--vni", "4294967296", "[0, 4294967295]"),
        tunnel("gre", "--port", "4789", "--port 4789", "no UDP"),
        tunnel("gre", "--option", "sequence", "--option sequence", "csum", "seq"),
        with("--option", "1:2:00000000", "--option", "geneve", "gre"),
        tunnel("geneve", "--option", "1:2:000000", "--option", "1:2:000000"),
        tunnel("geneve", "--option", "10000:2:00000000", "--option", "10000:2"),
        tunnel("geneve", "--option", "1:100:00000000", "--option", "1:100"),
        tunnel("geneve", "--option", "1:2:zz000000", "--option", "zz000000"),
        tunnel("geneve", "--option", "1:2:" + "00".repeat(128), "--option", "124"),
        with("--remote", "192.0.2.1", "--remote", "192.0.2.1", "another host"),
        with("--remote", "2001:db8::2", "--remote", "2001:db8::2", "IP version"),
        with("--remote", "224.0.0.1", "--remote", "224.0.0.1"),
        with("--remote", "0.0.0.0", "--remote", "0.0.0.0"),
        with("--remote", "192.0.2", "192.0.2"),
        with("--remote", "192.0.2.2,192.0.2.2", "--remote", "192.0.2.2", "twice"),
        with("--local", "255.255.255.255", "--local", "255.255.255.255"),
        with("--local", "192.0.2.1/33", "--local", "33", "[0, 32]"),
        with("--local", "host.example", "host.example"),
        with("--remote-mac", "02:00:00:00:00", "02:00:00:00:00"),
        with("--remote-mac", "01:00:00:00:00:01", "01:00:00:00:00:01"),
        with("--remote-mac", "02:00:00:00:00:01,02:00:00:00:00:02", "--remote-mac", "2", "1"),
        with("--next-hop", "2001:db8::3", "--next-hop", "2001:db8::3"),
        with("--mtu", "67", "--mtu", "67", "[576, 65535]"),
        with("--mtu", "65536", "--mtu", "65536", "[576, 65535]"),
        with("--ttl", "0", "--ttl", "0", "[1, 255]"),
        with("--ttl", "256", "--ttl", "256", "[1, 255]"),
        with("--dscp", "64", "--dscp", "64", "[0, 63]"),
        with("--dscp", "ef", "--dscp", "ef", "[0, 63]"),
        with("--port", "0", "--port", "0", "[1, 65535]"),
        with("--port", "65536", "--port", "65536", "[1, 65535]"),
        with("--udp-checksum", "maybe", "--udp-checksum", "maybe", "on or off"),
        with("--df", "1", "--df", "on or off"),
        with("--vlan", "4095", "--vlan", "4095", "[1, 4094]"),
        with("--vlan", "0", "--vlan", "0", "[1, 4094]"),
        with("--vlan", "5:8", "--vlan", "5:8", "[0, 7]"),
        with("--bad-outer", "repair", "--bad-outer", "repair", "drop or deliver"),
        with("--bad-inner", "repair", "--bad-inner", "repair", "drop or deliver"),
        with("--offload", "inner=maybe", "--offload", "maybe", "hw"),
        with("--offload", "middle=hw", "--offload", "middle"),
        with("--ageing", "-1", "--ageing", "-1"),
        with("--gro", "575", "--gro", "575", "[576, 65535]"),
        with("--gro", "65536", "--gro", "65536", "[576, 65535]"),
        with("--gro", "-1", "--gro", "-1"),
        with("--until-idle", "soon", "--until-idle", "soon"),
        with("--burst", "0", "--burst", "0", "[1, 512]"),
        with("--tenant", "1", "1", "underlay"),
        with("--tenant", "7", "port 7 does not exist"),
        with("--tenant", "0,0", "0"),
        with("--tenant", "0.100=42,0.101=42", "42", "two tenants"),
        with("--tenant", "0.100=42,0.100=43", "100"),
        with("--tenant", "0.4095=42", "4095"),
        with("--underlay", "9", "port 9 does not exist"),
        with("--tenant", "", "--tenant"),
        with("--local", "", "--local"),
        with("--remote", "", "--remote"));
  }

  @ParameterizedTest
  @MethodSource("wrongOptions")
  void aWrongOptionIsWrongUsage(String options, List<String> message) {
    List<String> line = new ArrayList<>(List.of("gateway", "-l", "0-1", "--no-pci", "--in-memory"));
    line.addAll(List.of("--file-prefix=" + GatunProcess.uniquePrefix(), "--vdev=net_null0"));
    line.addAll(List.of("--vdev=net_null1", "--"));
    line.addAll(Arrays.asList(options.split(" ", -1)));
    try (GatunProcess gatun = GatunProcess.start(line.toArray(String[]::new))) {
      assertThat(gatun.exitStatus()).as("%s%s", gatun.errors(), gatun.output()).isEqualTo(2);
      assertThat(gatun.messages()).as(gatun.errors()).hasSize(1);
      assertThat(gatun.messages().getFirst()).startsWith("gatun gateway: ").contains(message);
      assertThat(gatun.output()).isEmpty();
    }
  }
}
