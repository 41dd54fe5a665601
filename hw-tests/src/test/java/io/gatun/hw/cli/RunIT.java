package io.gatun.hw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.GatunProcess;
import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code gatun run} and {@code --stage} as users start them. */
@Tag("dpdk")
@Tag("slow")
class RunIT {
  private static final int PACKETS = 100;
  private static final String BOTH_WAYS =
      """
      forward:
        - {from: left, to: right}
        - {from: right, to: left, mode: macswap}
      session: {json: true, seconds: 0.3, stats-period: 0}
      ports:
        right: {device: net_null1}
        left: {id: 0, mtu: 1400, rxd: 256}
      """;

  @TempDir Path folder;
  private final String prefix = GatunProcess.uniquePrefix();

  @AfterEach
  void nothingIsLeft() throws IOException {
    FaultsIT.assertNothingLeft(prefix);
  }

  private GatunProcess start(String command, List<String> devices, String... options) {
    List<String> line = new ArrayList<>(List.of(command, "-l", "0-1", "--no-pci", "--in-memory"));
    line.addAll(List.of("-m", "128", "--file-prefix=" + prefix));
    line.addAll(devices);
    line.add("--");
    line.addAll(List.of(options));
    return GatunProcess.start(line.toArray(String[]::new));
  }

  private GatunProcess run(String yaml, String... options) throws IOException {
    return run(yaml, List.of("--vdev=net_null0", "--vdev=net_null1"), options);
  }

  private GatunProcess run(String yaml, List<String> devices, String... options)
      throws IOException {
    Files.writeString(folder.resolve("run.yaml"), yaml);
    List<String> all = new ArrayList<>(List.of("--config", "" + folder.resolve("run.yaml")));
    all.addAll(List.of(options));
    return start("run", devices, all.toArray(String[]::new));
  }

  @Test
  void aFileForwardsBothWays() throws IOException {
    try (GatunProcess gatun = run(BOTH_WAYS)) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      JsonNode summary = gatun.json();
      assertThat(summary.path("command").asText()).isEqualTo("run");
      assertThat(summary.path("packets").asLong()).isPositive();
      assertThat(summary.path("lost_mbufs").asLong(-1)).isZero();
      assertThat(summary.path("seconds").asDouble()).isBetween(0.3, 5.0);
      assertThat(summary.path("ports")).hasSize(2);
      for (JsonNode port : summary.path("ports")) {
        assertThat(port.path("rx_packets").asLong()).as(port.toString()).isPositive();
        assertThat(port.path("tx_packets").asLong()).as(port.toString()).isPositive();
      }
      assertThat(summary.path("lcores").path(0).path("lcore").asInt()).isEqualTo(1);
    }
  }

  @Test
  void theCommandLineOverridesTheFile() throws IOException {
    String yaml = BOTH_WAYS.replace("seconds: 0.3", "seconds: 300");
    try (GatunProcess gatun = run(yaml, "--seconds", "1", "--stats-period", "0.1")) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      assertThat(gatun.errors()).contains("rx Mpps");
      assertThat(gatun.json().path("seconds").asDouble()).isBetween(1.0, 30.0);
    }
  }

  @Test
  void aPortThatNobodyUsesIsMentioned() throws IOException {
    String yaml =
        """
        ports: {a: {id: 0}, b: {id: 1}}
        forward: [{from: a, to: a}]
        session: {seconds: 0.1}
        """;
    try (GatunProcess gatun = run(yaml)) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      assertThat(gatun.errors()).contains("gatun run: no section uses port \"b\"");
      assertThat(gatun.output()).startsWith("run: ");
    }
  }

  /** Files in, files out: the run ends by itself, and every packet went through both stages. */
  @Test
  void stagesOfTheFileChangePacketsUntilNoMoreCome() throws IOException {
    Tool.assumeScapy();
    writePackets();
    String yaml =
        """
        ports: {in: {id: 0}, out: {id: 1}}
        session: {until-idle: 300ms, json: true, stats-period: 0}
        forward:
          - from: in
            to: out
            stages: [{mac: {peer: "02:00:00:00:00:09"}}, macswap]
          - {from: out, to: in}
        """;
    try (GatunProcess gatun = run(yaml, pcapDevices())) {
      assertSwapped(gatun);
    }
  }

  @Test
  void stagesOfTheCommandLineDoTheSame() throws IOException {
    Tool.assumeScapy();
    writePackets();
    String[] options = {
      "--stage", "mac:peer=02:00:00:00:00:09", "--stage=macswap", "--until-idle=300ms", "--json"
    };
    try (GatunProcess gatun = start("forward", pcapDevices(), options)) {
      assertSwapped(gatun);
    }
  }

  private void writePackets() {
    Tool.scapy(
        """
        wrpcap(sys.argv[1], [Ether(dst="02:00:00:00:00:01", src="02:00:00:00:00:02") / IP()
                             / UDP(sport=i) / ("x" * i) for i in range(int(sys.argv[2]))])
        PcapWriter(sys.argv[3], linktype=1).write_header(None)
        """,
        folder.resolve("in.pcap"),
        PACKETS,
        folder.resolve("empty.pcap"));
  }

  private List<String> pcapDevices() {
    return List.of(
        "--vdev=net_pcap0,rx_pcap=%s/in.pcap,tx_pcap=%s/back.pcap".formatted(folder, folder),
        "--vdev=net_pcap1,rx_pcap=%s/empty.pcap,tx_pcap=%s/out.pcap".formatted(folder, folder));
  }

  private void assertSwapped(GatunProcess gatun) {
    assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
    assertThat(gatun.json().path("packets").asLong()).isEqualTo(PACKETS);
    assertThat(gatun.json().path("lost_mbufs").asLong(-1)).isZero();
    assertThat(gatun.json().path("seconds").asDouble()).isBetween(0.3, 5.0);
    String seen =
        Tool.scapy(
            """
            came, went = rdpcap(sys.argv[1]), rdpcap(sys.argv[2])
            same = [bytes(a)[12:] == bytes(b)[12:] for a, b in zip(came, went)]
            print(len(went), all(same), sorted({p.src for p in went}), len({p.dst for p in went}))
            """,
            folder.resolve("in.pcap"),
            folder.resolve("out.pcap"));
    assertThat(seen.strip()).isEqualTo(PACKETS + " True ['02:00:00:00:00:09'] 1");
  }

  static Stream<Arguments> wrongFiles() {
    String ports = "ports: {a: {id: 0}, b: {id: 1}}\n";
    return Stream.of(
        Arguments.of("", "run.yaml:1: is empty"),
        Arguments.of("ports: [", "run.yaml:1: is not YAML"),
        Arguments.of("forward: []\n", "run.yaml:1: key \"ports\": is missing"),
        Arguments.of(ports, "run.yaml:1: nothing is to be done: add one of forward"),
        Arguments.of(ports + "forward: []\n", "nothing is to be done"),
        Arguments.of(
            ports + "foward: []\n",
            "run.yaml:2: key \"foward\": is not known (did you mean \"forward\"?); allowed are"
                + " ports, session, forward"),
        Arguments.of(
            "ports: {a: {id: 0, mac: x}}\n", "run.yaml:1: key \"ports.a.mac\": MAC address \"x\""),
        Arguments.of(
            "ports: {a: {id: 0, mac: \"01:00:00:00:00:01\"}}\n",
            "run.yaml:1: key \"ports.a.mac\": port 0"),
        Arguments.of(
            ports + "session: {burst: 513}\n",
            "run.yaml:2: key \"session.burst\": 513 is not an integer in [1, 512]"),
        Arguments.of(
            ports + "forward: [{from: a, to: x}]\n",
            "run.yaml:2: key \"forward[0].to\": x is no port; section ports has a, b"),
        Arguments.of(
            ports + "forward: [{from: a, to: b, stages: [macswpa]}]\n",
            "key \"forward[0].stages[0]\": stage \"macswpa\" does not exist; there are"),
        Arguments.of(
            ports + "forward:\n  - {from: a, to: b, stages: ['mac:peer=x']}\n",
            "run.yaml:3: key \"forward[0]\": stage mac: peer: MAC address \"x\""),
        Arguments.of(
            ports + "forward: [{from: b, to: a}]\nsession: {mbcache: 5000}\n",
            "mempool cache: 5000 is not in [0, 512]"));
  }

  @ParameterizedTest
  @MethodSource("wrongFiles")
  void aWrongFileIsOneLineWithTheLineAndTheKey(String yaml, String message) throws IOException {
    try (GatunProcess gatun = run(yaml)) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isEqualTo(2);
      assertThat(gatun.messages()).as(gatun.errors()).hasSize(1);
      assertThat(gatun.messages().getFirst()).startsWith("gatun run: ").contains(message);
      assertThat(gatun.output()).isEmpty();
    }
  }

  static Stream<Arguments> wrongStages() {
    return Stream.of(
        Arguments.of("macswpa", "stage \"macswpa\" does not exist; there are"),
        Arguments.of("macswap:a=b", "stage macswap: option \"a\" is not known; it has none"),
        Arguments.of("mac:peer", "\"peer\" is no option: write NAME:key=value,key=value"),
        Arguments.of("mac:pear=x", "option \"pear\" is not known; there are peer"));
  }

  @ParameterizedTest
  @MethodSource("wrongStages")
  void aWrongStageIsWrongUsage(String stage, String message) {
    List<String> devices = List.of("--vdev=net_null0");
    try (GatunProcess gatun = start("forward", devices, "--stage", stage)) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isEqualTo(2);
      assertThat(gatun.messages()).as(gatun.errors()).hasSize(1);
      assertThat(gatun.messages().getFirst()).startsWith("gatun forward: ").contains(message);
    }
  }

  @Test
  void aStageThatNothingPassesIsWrongUsage() {
    try (GatunProcess gatun =
        start("forward", List.of(), "--mode=rxonly", "--stage=macswap", "--seconds=1")) {
      assertThat(gatun.exitStatus()).isEqualTo(2);
      assertThat(gatun.messages()).singleElement().asString().contains("use io, mac or macswap");
    }
  }

  @Test
  void withoutAWorkerTheRemedyIsNamed() throws IOException {
    Files.writeString(folder.resolve("run.yaml"), BOTH_WAYS);
    try (GatunProcess gatun =
        GatunProcess.start(
            "run",
            "-l",
            "0",
            "--no-pci",
            "--in-memory",
            "--file-prefix=" + prefix,
            "--vdev=net_null0",
            "--",
            "--config=" + folder.resolve("run.yaml"))) {
      assertThat(gatun.exitStatus()).isEqualTo(2);
      assertThat(gatun.messages())
          .singleElement()
          .asString()
          .contains("no worker lcore", "use -l 0-1");
    }
  }

  @Test
  void withoutAFileTheOptionIsNamed() {
    try (GatunProcess gatun = start("run", List.of())) {
      assertThat(gatun.exitStatus()).isEqualTo(2);
      assertThat(gatun.messages()).singleElement().asString().contains("--config=FILE");
    }
  }
}
