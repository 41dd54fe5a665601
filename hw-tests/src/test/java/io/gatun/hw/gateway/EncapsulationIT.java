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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a tenant sends arrives on the underlay: frames made by scapy (tenant_frames.py) go through
 * the gateway, and what leaves it is judged by tshark, byte by byte by check_encapsulation.py.
 */
@Tag("dpdk")
@Tag("slow")
class EncapsulationIT {
  private static final int SEED = 20260;

  @TempDir static Path folder;

  private static long frames;
  private static long packets;

  @BeforeAll
  static void makeFrames() {
    Tool.assumeScapy();
    Tool.assumeTshark();
    Pcap.writeEmpty(folder.resolve("empty.pcap"));
    JsonNode made = GatewayRun.json(Tool.python("tenant_frames.py", SEED, file("in")));
    Tool.python("tenant_frames.py", SEED, file("few"), "few");
    assertThat(made.path("frames").asLong()).isGreaterThan(300);
    assertThat(made.path("kinds").size()).isGreaterThan(30);
  }

  @AfterAll
  static void say() {
    System.out.printf(
        "gatun: %d packets encapsulated from %d frames of tenants%n", packets, frames);
  }

  private static Path file(String name) {
    return folder.resolve(name + ".pcap");
  }

  static Stream<GatewayCase> cases() {
    List<GatewayCase> cases = new ArrayList<>(GatewayRun.plainCases().toList());
    for (boolean six : List.of(false, true)) {
      for (String tunnel : List.of("vxlan", "vxlan-gpe", "geneve")) {
        cases.add(GatewayCase.of(tunnel, six, false));
      }
      GatewayCase geneve = GatewayCase.of("geneve", six, true);
      GatewayCase gre = GatewayCase.of("gre", six, true);
      cases.add(
          geneve.withGeneveOptions(
              List.of(
                  new GatewayCase.Option(0x0102, 0x01, "deadbeef"),
                  new GatewayCase.Option(0xffff, 0x85, ""),
                  new GatewayCase.Option(0x0100, 0x7f, "a5".repeat(124)))));
      cases.add(gre.with("csum", true, "--option", "csum").with("seq", true, "--option", "seq"));
      cases.add(gre.without("vni", "--vni").with("csum", true, "--option", "csum"));
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyFrameArrives(GatewayCase gateway) {
    assertArrives(gateway);
  }

  static Stream<GatewayCase> outerHeaders() {
    return Stream.of(false, true)
        .flatMap(
            six -> {
              GatewayCase vxlan = GatewayCase.of("vxlan", six, true);
              GatewayCase ipip = GatewayCase.of("ipip", six, true);
              return Stream.of(
                  vxlan
                      .with("dscp", 10, "--dscp", "10")
                      .with("ttl", 33, "--ttl", "33")
                      .with("df", true, "--df", "on")
                      .with("port", 4799, "--port", "4799"),
                  vxlan
                      .with("dscp", "copy", "--dscp", "copy")
                      .with("ttl", 255, "--ttl", "255")
                      .with("df", false, "--df", "off")
                      .with("vlan", List.of(5 << 13 | 100), "--vlan", "100:5"),
                  ipip.with("dscp", "copy", "--dscp", "copy").with("df", true, "--df", "on"));
            });
  }

  @ParameterizedTest
  @MethodSource("outerHeaders")
  void theOuterHeaderIsAsAskedFor(GatewayCase gateway) {
    assertArrives(gateway);
  }

  @ParameterizedTest
  @ValueSource(ints = {1280, 4000})
  void anotherMtuHolds(int mtu) {
    String value = Integer.toString(mtu);
    assertArrives(
        GatewayCase.of("vxlan", false, true)
            .without("mtu", "--mtu")
            .with("mtu", mtu, "--mtu", value));
  }

  private static void assertArrives(GatewayCase gateway) {
    List<String> eal = GatewayRun.eal(file("in"), file("back"), file("empty"), file("out"));
    JsonNode summary = GatewayRun.run(eal, gateway.options());
    JsonNode answer = judge(gateway, "in");
    JsonNode counts = answer.path("counts");

    assertThat(GatewayRun.problems(answer)).as("%s %s", gateway, summary).isEmpty();
    assertThat(summary.path("packets").asLong()).isEqualTo(count(counts, "frames"));
    long carried = count(counts, "whole") + count(counts, "segments") + count(counts, "fragments");
    assertThat(count(counts, "segments")).isPositive();
    assertThat(count(counts, "fragments")).isPositive();
    assertThat(count(counts, "too big")).isPositive();
    assertThat(summary.path("encapsulated").asLong()).as(summary.toString()).isEqualTo(carried);
    assertThat(summary.path("segments").asLong())
        .as(summary.toString())
        .isEqualTo(count(counts, "segment packets"));
    assertThat(summary.path("decapsulated").asLong(-1)).isZero();
    assertThat(summary.path("bad_outer").asLong(-1)).isZero();
    assertThat(summary.path("bad_inner").asLong(-1)).isZero();
    frames += count(counts, "frames");
    packets += count(counts, "out");
  }

  private static long count(JsonNode counts, String name) {
    return counts.path(name).asLong();
  }

  private static JsonNode judge(GatewayCase gateway, String sent) {
    return GatewayRun.json(
        Tool.python(
            "check_encapsulation.py", gateway.json(), file(sent), file("out"), file("back")));
  }

  // ---- the judge itself -------------------------------------------------------------------------

  static Stream<GatewayCase> modelled() {
    return cases().filter(c -> !c.name().contains("IPv6") || c.config().containsKey("csum"));
  }

  /** What scapy encapsulates passes, so the judge does not ask for what only Gatun does. */
  @ParameterizedTest
  @MethodSource("modelled")
  void theJudgeAcceptsWhatScapyEncapsulates(GatewayCase gateway) {
    model(gateway, "");

    assertThat(GatewayRun.problems(judge(gateway, "few"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "outer ip checksum",
        "outer udp checksum",
        "inner tcp checksum",
        "inner udp checksum",
        "payload",
        "vni",
        "lost",
        "order",
        "cut",
        "mac"
      })
  void theJudgeSeesOneDamagedPacket(String damage) {
    GatewayCase gateway = GatewayCase.of("vxlan", false, true);
    model(gateway, damage);

    assertThat(GatewayRun.problems(judge(gateway, "few"))).isNotEmpty();
  }

  @Test
  void theJudgeSeesAnotherOptionThanAskedFor() {
    model(GatewayCase.of("geneve", false, true), "");

    GatewayCase asked =
        GatewayCase.of("geneve", false, true)
            .withGeneveOptions(List.of(new GatewayCase.Option(1, 1, "00000000")));
    assertThat(GatewayRun.problems(judge(asked, "few"))).isNotEmpty();
  }

  private static void model(GatewayCase gateway, String damage) {
    Tool.python("model_gateway.py", gateway.json(), file("few"), file("out"), file("back"), damage);
  }
}
