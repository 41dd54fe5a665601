package io.gatun.hw.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What arrives on the underlay comes out at the tenant: tunnel packets built by scapy
 * (tunnel_frames.py) go through the gateway, and exactly the inner frames of the good ones leave
 * it. Those with one wrong bit in one checksum are counted under the header that it is in.
 */
@Tag("dpdk")
@Tag("slow")
class DecapsulationIT {
  private static final int SEED = 7348;

  private static long packets;

  @TempDir Path folder;

  @BeforeAll
  static void needsTools() {
    Tool.assumeScapy();
    Tool.assumeTshark();
  }

  @BeforeEach
  void makeEmptyFile() {
    Pcap.writeEmpty(folder.resolve("empty.pcap"));
  }

  @AfterAll
  static void say() {
    System.out.printf("gatun: %d packets made by scapy tried in decapsulation%n", packets);
  }

  private Path file(String name) {
    return folder.resolve(name + ".pcap");
  }

  static Stream<GatewayCase> cases() {
    List<GatewayCase> cases = new ArrayList<>(GatewayRun.plainCases().toList());
    for (boolean six : List.of(false, true)) {
      cases.add(
          GatewayCase.of("vxlan", six, true)
              .with("port", 4799, "--port", "4799")
              .with("vlan", 100, "--vlan", "100"));
      cases.add(GatewayCase.of("gre", six, true).without("vni", "--vni"));
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void exactlyTheGoodInnerFramesComeOut(GatewayCase gateway) {
    JsonNode kinds = makeFrames(gateway, SEED);
    assertFramesAreWhatTheySay(gateway, kinds);
    JsonNode summary = run(gateway, List.of("--bad-outer", "drop", "--bad-inner", "drop"));

    assertThat(differences(gateway, "out")).as("%s", summary).isEmpty();
    assertThat(summary.path("decapsulated").asLong(-1))
        .as(summary.toString())
        .isEqualTo(kinds.path("good").asLong());
    assertThat(summary.path("bad_outer").asLong(-1))
        .as("%s %s", kinds, summary)
        .isEqualTo(badOuter(kinds));
    assertThat(summary.path("bad_inner").asLong(-1))
        .as("%s %s", kinds, summary)
        .isEqualTo(badInner(kinds));
    assertThat(GatewayRun.dropped(summary) + answeredOrConsumed(summary))
        .as("%s %s", kinds, summary)
        .isEqualTo(badOuter(kinds) + badInner(kinds) + refused(kinds));
    assertVerdicts(summary, kinds);
  }

  /** The counts per header and sum say the same as {@code bad_outer} and {@code bad_inner}. */
  private static void assertVerdicts(JsonNode summary, JsonNode kinds) {
    JsonNode verdicts = summary.path("verdicts");
    assertThat(verdicts.at("/outer/ip/bad").asLong(-1)).isEqualTo(count(kinds, "bad outer ip"));
    assertThat(verdicts.at("/outer/l4/bad").asLong(-1))
        .isEqualTo(count(kinds, "bad outer udp") + count(kinds, "bad gre"));
    assertThat(verdicts.at("/inner/ip/bad").asLong(-1)).isEqualTo(count(kinds, "bad inner ip"));
    assertThat(verdicts.at("/inner/l4/bad").asLong(-1))
        .isEqualTo(count(kinds, "bad inner tcp") + count(kinds, "bad inner udp"));
  }

  static Stream<GatewayCase> policies() {
    return Stream.of(
        GatewayCase.of("vxlan", false, true),
        GatewayCase.of("geneve", true, true),
        GatewayCase.of("gre", false, true),
        GatewayCase.of("ipip", false, true));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void whatIsBadIsDeliveredUnrepairedWhenAskedFor(GatewayCase gateway) {
    JsonNode kinds = makeFrames(gateway, SEED + 1);
    JsonNode summary = run(gateway, List.of("--bad-outer", "deliver", "--bad-inner", "deliver"));

    assertThat(differences(gateway, "all")).as("%s", summary).isEmpty();
    assertThat(summary.path("bad_outer").asLong(-1)).isEqualTo(badOuter(kinds));
    assertThat(summary.path("bad_inner").asLong(-1)).isEqualTo(badInner(kinds));
    assertThat(summary.path("decapsulated").asLong(-1))
        .isEqualTo(kinds.path("good").asLong() + badOuter(kinds) + badInner(kinds));
  }

  @ParameterizedTest
  @CsvSource({"vxlan, false", "geneve, true", "nvgre, false", "ipip, false", "ipip, true"})
  void congestionMarksAreCombined(String tunnel, boolean six) {
    GatewayCase gateway = GatewayCase.of(tunnel, six, true);
    JsonNode made = GatewayRun.json(Tool.python("ecn_frames.py", gateway.json(), folder));
    JsonNode summary = run(gateway, List.of());

    assertThat(differences(gateway, "out")).as("%s", summary).isEmpty();
    assertThat(GatewayRun.dropped(summary))
        .as(summary.toString())
        .isEqualTo(made.path("dropped").asLong());
    packets += made.path("frames").asLong();
  }

  /** tshark finds in scapy's frames what their kinds say: no bad sum, or one, and that one. */
  private void assertFramesAreWhatTheySay(GatewayCase gateway, JsonNode kinds) {
    JsonNode proof = GatewayRun.json(Tool.python("check_tunnel_frames.py", gateway.json(), folder));
    assertThat(GatewayRun.problems(proof)).isEmpty();
    assertThat(proof.path("proved").asLong())
        .isEqualTo(kinds.path("good").asLong() + badOuter(kinds) + badInner(kinds));
  }

  private JsonNode makeFrames(GatewayCase gateway, int seed) {
    JsonNode made = GatewayRun.json(Tool.python("tunnel_frames.py", gateway.json(), seed, folder));
    assertThat(made.path("frames").asLong()).isGreaterThan(100);
    packets += made.path("frames").asLong();
    return made.path("kinds");
  }

  private JsonNode run(GatewayCase gateway, List<String> more) {
    List<String> options = new ArrayList<>(gateway.options());
    options.addAll(more);
    List<String> eal = GatewayRun.eal(file("empty"), file("tenant"), file("in"), file("answers"));
    return GatewayRun.run(eal, options);
  }

  /** How what the tenant got differs from what it should have got. */
  private List<String> differences(GatewayCase gateway, String wanted) {
    String how = "ipip".equals(gateway.config().get("tunnel")) ? "ip" : "";
    return GatewayRun.problems(
        GatewayRun.json(Tool.python("compare.py", file(wanted), file("tenant"), how)));
  }

  private static long answeredOrConsumed(JsonNode summary) {
    return summary.path("answered").asLong() + summary.path("consumed").asLong();
  }

  private static long count(JsonNode kinds, String kind) {
    return kinds.path(kind).asLong();
  }

  private static long badOuter(JsonNode kinds) {
    return count(kinds, "bad outer ip") + count(kinds, "bad outer udp") + count(kinds, "bad gre");
  }

  private static long badInner(JsonNode kinds) {
    return count(kinds, "bad inner ip")
        + count(kinds, "bad inner tcp")
        + count(kinds, "bad inner udp");
  }

  private static long refused(JsonNode kinds) {
    long sum = 0;
    for (var kind : kinds.properties()) {
      if (kind.getKey().startsWith("drop ")) {
        sum += kind.getValue().asLong();
      }
    }
    return sum;
  }
}
