package io.gatun.hw.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the emulated NICs complete themselves, and what they only say they do: found out by Gatun,
 * judged by tshark on the frames outside.
 */
@QemuTest
@ExtendWith(IgbGuest.class)
class IgbOffloadIT {
  private static final List<String> COMPLETED =
      List.of(
          "ipv4_checksum",
          "tcp_checksum_ipv4",
          "tcp_checksum_ipv6",
          "udp_checksum_ipv4",
          "udp_checksum_ipv6",
          "rx_ip_verdict",
          "rx_l4_verdict");

  /** The self-test's frames without a tunnel: its source addresses are numbered. */
  private static final String PLAIN = "eth.src[0:5] == 02:67:61:74:75 && eth.src[5:1] <= 07";

  private static final String TUNNELLED = "udp.dstport == 4789";

  /** One frame each over IPv4: checksum of IPv4, TCP, UDP; a tag. Over IPv6: TCP, UDP. */
  private static final int WHOLE_FRAMES = 6;

  /** Last bytes of the source addresses of TCP packets that were cut, over IPv4 and IPv6. */
  private static final List<String> SEGMENTED = List.of(":06", ":07");

  /** Payloads of what they were cut into, in both directions. */
  private static final List<String> SEGMENTS =
      List.of("300", "300", "300", "77", "300", "300", "300", "77");

  private static final List<String> STATUS =
      List.of("ip.checksum.status", "tcp.checksum.status", "udp.checksum.status");

  private static final int OUTER_BYTES = 14 + 20 + 8 + 8;
  private static final int TENANT_FRAMES = 20;

  /** As a tenant would send: TCP and UDP over IPv4 and IPv6, all checksums right. */
  private static final String TENANTS =
      """
      for i in range(int(sys.argv[2])):
          ip = IPv6(src="fd00::1", dst="fd00::2")
          if i & 1:
              ip = IP(src="10.0.0.1", dst="10.0.0.2", id=i)
          l4 = TCP(sport=i + 1, dport=80, seq=i) if i & 2 else UDP(sport=i + 1, dport=53)
          frame = Ether(src="02:00:00:00:01:01", dst=sys.argv[1]) / ip / l4
          frame /= Raw(bytes([i]) * (i * 61 + 9))
          print(bytes(frame).hex())
      """;

  private final QemuGuest guest;

  IgbOffloadIT(QemuGuest guest) {
    this.guest = guest;
  }

  @ParameterizedTest
  @EnumSource
  void theSelfTestTellsWhatTheNicDoesAndTheGatewayHeedsIt(IgbFunctions functions) {
    // Where results of self-tests stay; the guest's root cannot be written to.
    guest.run("sh", "-c", "mountpoint -q /var/lib || mount -t tmpfs tmpfs /var/lib");

    assertPorts(functions, selfTest(functions));
    assertPlainFrames(functions);

    assertTunnelled(functions);
  }

  private JsonNode selfTest(IgbFunctions functions) {
    String[] options = {"--self-test=0,1", "--offload", "--tunnel=vxlan", "--json"};
    try (Cable _ = new Cable(functions.wire(guest, 0), functions.wire(guest, 1))) {
      return GuestGatun.start(guest, functions.allowed(), "ports", options).json();
    }
  }

  private static void assertPorts(IgbFunctions functions, JsonNode ports) {
    assertThat(ports).hasSize(IgbFunctions.COUNT);
    for (int port = 0; port < 2; port++) {
      assertThat(ports.get(port).get("name").asText()).isEqualTo(functions.address(port));
      assertThat(ports.get(port).get("mac").asText()).isEqualTo(functions.mac(port));
      assertThat(ports.get(port).get("driver").asText()).isEqualTo(functions.driver());
      JsonNode offload = ports.get(port).get("offload");
      JsonNode checks = offload.at("/self_test/checks");
      for (String check : COMPLETED) {
        assertThat(checks.at("/" + check + "/status").asText()).as(check).isEqualTo("PASSED");
      }
      // QEMU cuts, but no segment has the PSH flag of the packet: the last one should (RFC 9293).
      assertThat(checks.at("/tcp_segmentation_ipv4/detail").asText())
          .contains("segment 3: behind the IP header: byte 47 is 10")
          .contains("instead of 18");
      // It parses the packet itself, and completes the first UDP header that it finds.
      assertThat(checks.at("/long_l2_checksum~1vxlan/status").asText()).isEqualTo("FAILED");
      assertThat(checks.at("/long_l2_checksum~1vxlan/detail").asText())
          .contains("the tunnel header");
      for (JsonNode plan : offload.get("plans")) {
        JsonNode checksum = plan.at("/inner/l4_checksum");
        assertThat(checksum.get("placement").asText()).isEqualTo("SOFTWARE");
        assertThat(checksum.get("reason").asText())
            .contains("the self-test of")
            .contains("long_l2_checksum/vxlan");
      }
    }
  }

  /** Frames of both directions, as they were outside. */
  private void assertPlainFrames(IgbFunctions functions) {
    List<String[]> frames = tshark(functions.capture(guest, 0), PLAIN, "eth.src", "tcp.len");
    frames.forEach(IgbOffloadIT::assertChecksums);
    for (String segmented : SEGMENTED) {
      List<String> lengths =
          frames.stream()
              .filter(frame -> frame[STATUS.size()].endsWith(segmented))
              .map(frame -> frame[STATUS.size() + 1])
              .toList();
      assertThat(lengths).isEqualTo(SEGMENTS);
    }
    assertThat(frames).hasSize(2 * WHOLE_FRAMES + SEGMENTED.size() * SEGMENTS.size());
  }

  /** Every checksum that a frame has, of whatever header, is good (1), not bad nor unknown. */
  private static void assertChecksums(String[] fields) {
    String statuses = String.join(",", Arrays.copyOf(fields, STATUS.size()));
    assertThat(statuses.replace(",", "")).as(String.join(" ", fields)).matches("1+");
  }

  private void assertTunnelled(IgbFunctions functions) {
    List<byte[]> tenants =
        Tool.scapy(TENANTS, functions.mac(0), TENANT_FRAMES)
            .lines()
            .map(HexFormat.of()::parseHex)
            .toList();
    int before = Pcap.read(functions.capture(guest, 1)).size();
    GuestCommand gateway =
        GuestGatun.start(
            guest,
            functions.allowed(),
            "gateway",
            "--tenant=0",
            "--underlay=1",
            "--tunnel=vxlan",
            "--vni=42",
            "--local=192.0.2.1/24",
            "--remote=192.0.2.2",
            "--remote-mac=02:00:00:00:02:02",
            "--udp-checksum=on",
            "--stats-period=0.2",
            "--json");
    gateway.await("the live table", () -> gateway.errors().contains("Mpps"));
    List<byte[]> out = functions.wire(guest, 0).sendThrough(functions.wire(guest, 1), tenants);
    gateway.signal("TERM");
    assertThat(gateway.json().get("lost_mbufs").asInt()).isZero();

    List<byte[]> inner =
        out.stream().map(f -> Arrays.copyOfRange(f, OUTER_BYTES, f.length)).toList();
    NumberedFrames.assertSame(tenants, inner);
    List<String[]> seen =
        tshark(functions.capture(guest, 1), TUNNELLED + " && frame.number > " + before);
    assertThat(seen).hasSize(TENANT_FRAMES);
    seen.forEach(IgbOffloadIT::assertChecksums);
  }

  private static List<String[]> tshark(Path capture, String filter, String... fields) {
    List<String> line = new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString()));
    line.addAll(List.of("-Y", filter));
    for (String protocol : List.of("ip", "tcp", "udp")) {
      line.addAll(List.of("-o", protocol + ".check_checksum:TRUE"));
    }
    line.addAll(List.of("-T", "fields"));
    STATUS.forEach(field -> line.addAll(List.of("-e", field)));
    for (String field : fields) {
      line.addAll(List.of("-e", field));
    }
    return Tool.run(line.toArray(String[]::new))
        .orFail()
        .lines()
        .map(text -> text.split("\t", -1))
        .toList();
  }
}
