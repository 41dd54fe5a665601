package io.gatun.hw.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.hw.tool.GatunProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The gateway over files: what a tenant and the underlay send is read, what they get is written.
 */
final class GatewayRun {
  private GatewayRun() {}

  /** What stands before the {@code --}: a tenant port and an underlay port, each file to file. */
  static List<String> eal(Path tenantIn, Path tenantOut, Path underlayIn, Path underlayOut) {
    String device = "--vdev=net_pcap%d,rx_pcap=%s,tx_pcap=%s";
    return List.of(
        "--no-pci",
        "--in-memory",
        "--file-prefix=" + GatunProcess.uniquePrefix(),
        device.formatted(0, tenantIn, tenantOut),
        device.formatted(1, underlayIn, underlayOut));
  }

  /** Runs until nothing arrives any more; returns the summary, which has been checked. */
  static JsonNode run(List<String> eal, List<String> options) {
    List<String> line = new ArrayList<>(List.of("gateway"));
    line.addAll(eal);
    line.add("--");
    line.addAll(options);
    line.addAll(List.of("--until-idle", "1s", "--json"));
    try (GatunProcess gatun = GatunProcess.start(line.toArray(String[]::new))) {
      assertThat(gatun.exitStatus()).as("%s: %s", line, gatun.errors()).isZero();
      JsonNode summary = gatun.json();
      assertThat(summary.path("command").asText()).isEqualTo("gateway");
      assertThat(summary.path("lost_mbufs").asLong(-1)).as(summary.toString()).isZero();
      assertThat(summary.path("rx_missed").asLong(-1)).as(summary.toString()).isZero();
      assertAccounted(summary);
      return summary;
    }
  }

  /** Every received packet is encapsulated, decapsulated, answered, or dropped for a reason. */
  static void assertAccounted(JsonNode summary) {
    long sum =
        summary.path("encapsulated").asLong(-1)
            + summary.path("decapsulated").asLong(-1)
            + summary.path("answered").asLong(-1)
            + summary.path("consumed").asLong(-1)
            + dropped(summary);
    assertThat(sum).as(summary.toString()).isEqualTo(summary.path("packets").asLong(-1));
  }

  /** Dropped packets over all reasons. */
  static long dropped(JsonNode summary) {
    long sum = 0;
    for (JsonNode count : summary.path("dropped")) {
      sum += count.asLong(-1);
    }
    return sum;
  }

  /** The last line that a program of {@code src/test/python} printed. */
  static JsonNode json(String output) {
    try {
      return new ObjectMapper().readTree(output.lines().toList().getLast());
    } catch (IOException e) {
      throw new AssertionError(output, e);
    }
  }

  /** The {@code problems} of such a program's answer. */
  static List<String> problems(JsonNode answer) {
    List<String> problems = new ArrayList<>();
    answer.path("problems").forEach(problem -> problems.add(problem.asText()));
    return problems;
  }

  /** Every tunnel type over IPv4 and IPv6. */
  static Stream<GatewayCase> plainCases() {
    return Stream.of(false, true)
        .flatMap(
            six ->
                Stream.of("vxlan", "vxlan-gpe", "geneve", "nvgre", "gre", "ipip")
                    .map(tunnel -> GatewayCase.of(tunnel, six, true)));
  }
}
