package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.hw.tool.GatunProcess;
import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as destinations, {@code gatun run}'s section, and sessions that come and go. */
@Tag("dpdk")
@Tag("slow")
class MirrorFileIT {
  private static final int ROUNDS = 15;

  @TempDir static Path inputs;
  private static Path in;
  private static List<byte[]> packets;

  @TempDir Path folder;
  private final String prefix = GatunProcess.uniquePrefix();

  @BeforeAll
  static void makePackets() {
    Tool.assumeScapy();
    Tool.assumeTshark();
    in = inputs.resolve("in.pcap");
    MirrorRun.writePackets(in);
    packets = Pcap.read(in);
  }

  /** Nothing may be left out under {@code hold}, however slow the disk is. */
  @ParameterizedTest
  @ValueSource(strings = {"0:rx", "1:tx"})
  void theFileHasWhatPassed(String source) {
    MirrorRun run = new MirrorRun(in, folder, 0);
    Path file = folder.resolve("mirror.pcapng");
    JsonNode summary = run.run("--source", source, "--to", "pcapng:" + file, "--policy", "hold");

    assertThat(summary.path("mirror_file").asText()).isEqualTo(file.toString());
    assertThat(summary.path("mirrored").asLong()).isEqualTo(packets.size());
    assertThat(summary.path("mirror_dropped").asLong(-1)).isZero();
    MirrorRun.assertSame(run.forwarded(), packets);
    MirrorRun.assertSame(Tshark.bytes(file), packets);
    // 1 is inbound, 2 outbound (pcapng's epb_flags).
    String direction = source.endsWith("rx") ? "0x00000001" : "0x00000002";
    assertThat(Tshark.packets(file, "frame.interface_name", "frame.packet_flags_direction"))
        .allSatisfy(line -> assertThat(line).contains("port " + source.charAt(0)))
        .allSatisfy(line -> assertThat(line).endsWith(direction));
  }

  @Test
  void twoSessionsShareAFileAndOneCuts() {
    MirrorRun run = new MirrorRun(in, folder, 0);
    Path file = folder.resolve("shared.pcapng");
    JsonNode summary =
        run.run(
            "--session", "name=a source=0:rx policy=hold filter='tcp' to=pcapng:" + file,
            "--session", "name=b source=1:tx policy=hold snaplen=60 to=pcapng:" + file);

    assertThat(summary.path("mirror_files")).hasSize(1);
    List<String> rows = Tshark.packets(file, "frame.interface_id", "frame.cap_len");
    assertThat(rows).hasSize((int) summary.path("mirrored").asLong());
    assertThat(rows.stream().filter(row -> row.startsWith("1|"))).hasSize(packets.size());
    assertThat(rows.stream().filter(row -> row.startsWith("1|")))
        .allSatisfy(row -> assertThat(Integer.parseInt(row.substring(2))).isLessThanOrEqualTo(60));
  }

  // ---- gatun run --------------------------------------------------------------------------------

  private GatunProcess runFile(String yaml, String... devices) throws IOException {
    Path file = folder.resolve("run.yaml");
    Files.writeString(file, yaml);
    List<String> line = new ArrayList<>(List.of("run", "--no-pci", "--in-memory", "-l", "0-1"));
    line.add("--file-prefix=" + prefix);
    line.addAll(List.of(devices));
    line.addAll(List.of("--", "--config", file.toString()));
    return GatunProcess.start(line.toArray(String[]::new));
  }

  private String pcap(int number, Path rx, String tx) {
    return "--vdev=net_pcap%d,rx_pcap=%s,tx_pcap=%s".formatted(number, rx, folder.resolve(tx));
  }

  /** The section stands before the one whose ports it mirrors. */
  @Test
  void aFileMirrorsWhatItForwards() throws IOException {
    Path capture = folder.resolve("run.pcapng");
    String yaml =
        """
        mirror:
          sessions:
            - {name: all, source: ["left:rx"], to: ["port:monitor", "pcapng:%s"], policy: hold}
            - {source: [right], to: ["vxlan:port=monitor,local=192.0.2.1,remote=192.0.2.2,vni=5"],
               filter: "arp"}
        ports: {left: {id: 0}, right: {id: 1}, monitor: {id: 2}}
        forward: [{from: left, to: right}, {from: right, to: left}]
        session: {json: true, until-idle: 1s, stats-period: 0}
        """
            .formatted(capture);
    Path empty = Pcap.writeEmpty(folder.resolve("empty.pcap"));
    try (GatunProcess gatun =
        runFile(yaml, pcap(0, in, "a.pcap"), pcap(1, empty, "b.pcap"), pcap(2, empty, "m.pcap"))) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      JsonNode summary = gatun.json();
      MirrorRun.assertSound(summary);
      assertThat(summary.path("mirror_file").asText()).isEqualTo(capture.toString());
      long arps = packets.stream().filter(p -> p[12] == 8 && p[13] == 6).count();
      assertThat(arps).isPositive();
      assertThat(summary.path("mirrored").asLong()).isEqualTo(2L * packets.size() + arps);
    }
    MirrorRun.assertSame(Pcap.read(folder.resolve("b.pcap")), packets);
    MirrorRun.assertSame(Tshark.bytes(capture), packets);
  }

  /** A gateway drops what has no tenant: the capture has it, with the reason. */
  @Test
  void droppedPacketsAreMirroredWithTheirReason() throws IOException {
    Path capture = folder.resolve("drops.pcapng");
    Path frames = folder.resolve("frames.pcap");
    Tool.scapy(
        """
        wrpcap(sys.argv[1], [Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b")
                             /Dot1Q(vlan=vlan)/IP(dst="10.0.0.2")/UDP(dport=2000)/Raw(b"x" * 30)
                             for vlan in (100, 300, 300)])
        """,
        frames);
    String yaml =
        """
        ports: {tenants: {id: 0}, underlay: {id: 1}}
        session: {until-idle: 1s, json: true, stats-period: 0}
        gateway:
          underlay: underlay
          tunnel: vxlan
          local: 192.0.2.1
          tenants: [{port: tenants, vlan: 100, vni: 42}]
          remotes: [{address: 192.0.2.2, mac: "02:00:00:00:00:12"}]
        mirror:
          sessions: [{name: lost, source: [drops], to: ["pcapng:%s"], policy: hold}]
        """
            .formatted(capture);
    Path empty = Pcap.writeEmpty(folder.resolve("empty.pcap"));
    try (GatunProcess gatun = runFile(yaml, pcap(0, frames, "a.pcap"), pcap(1, empty, "b.pcap"))) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      MirrorRun.assertSound(gatun.json());
      assertThat(gatun.json().path("mirrored").asLong()).as("%s", gatun.json()).isEqualTo(2);
    }
    assertThat(Tshark.packets(capture, "vlan.id", "frame.interface_name", "frame.comment"))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith("300|drops|").contains("vlan_unknown"));
  }

  // ---- run time ---------------------------------------------------------------------------------

  private JsonNode ask(String command) {
    try {
      Process process =
          new ProcessBuilder("dpdk-telemetry.py", "-f", prefix).redirectErrorStream(true).start();
      process.getOutputStream().write((command + "\nquit\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      String name = command.split(",", 2)[0];
      for (String line : text.lines().toList()) {
        int brace = line.indexOf("{\"" + name + "\"");
        if (brace >= 0) {
          return new ObjectMapper().readTree(line.substring(brace)).path(name);
        }
      }
      throw new AssertionError(command + " has no answer: " + text);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private long mirroredOf(String name) {
    return ask("/gatun/mirror").path("sessions").path(name).path("mirrored").asLong(-1);
  }

  private void assertDone(String command) {
    assertThat(ask(command).has("done")).as("%s: %s", command, ask("/gatun/mirror")).isTrue();
  }

  /** Sessions come, change and go under full load; the primary notices nothing of it. */
  @Test
  void sessionsComeChangeAndGoWithoutLosingAPacket() {
    Path capture = folder.resolve("late.pcapng");
    GatunProcess gatun =
        GatunProcess.start(
            "mirror",
            "-l",
            "0-1",
            "--no-pci",
            "--no-huge",
            "-m",
            "256",
            "--file-prefix=" + prefix,
            "--vdev=net_null0",
            "--vdev=net_null1",
            "--vdev=net_null2",
            "--",
            "--ports",
            "0,1",
            "--monitors",
            "2",
            "--stats-period",
            "0.2",
            "--json");
    try (gatun) {
      gatun.awaitFirstTable();
      for (int i = 0; i < ROUNDS; i++) {
        String name = "s" + i;
        String to =
            i % 3 == 0 ? "erspan2:port=2,local=192.0.2.1,remote=192.0.2.2,session=1" : "port:2";
        String source = i % 2 == 0 ? "0:rx" : "1:tx";
        assertDone(
            "/gatun/mirror/add,{\"name\":\"%s\",\"source\":\"%s\",\"to\":\"%s\"}"
                .formatted(name, source, to));
        gatun.await("mirrored packets of " + name, () -> mirroredOf(name) > 0);
        assertDone(
            "/gatun/mirror/change,{\"name\":\"%s\",\"sample\":100,\"filter\":\"ip\"}"
                .formatted(name));
        assertDone(
            "/gatun/mirror/change,{\"name\":\"%s\",\"sample\":1000,\"filter\":null,\"to\":[\"pcapng:%s\"],\"snaplen\":64}"
                .formatted(name, capture));
        long before = mirroredOf(name);
        gatun.await("packets in the file", () -> mirroredOf(name) > before);
        assertDone("/gatun/mirror/remove," + name);
        assertThat(mirroredOf(name)).isEqualTo(-1);
      }
      assertThat(ask("/gatun/mirror/remove,s0").path("error").asText()).contains("s0");
      assertThat(
              ask("/gatun/mirror/add,{\"name\":\"x\",\"source\":\"0:rx\",\"to\":\"port:1\"}")
                  .path("error")
                  .asText())
          .contains("port 1");
      gatun.signal("TERM");
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      JsonNode summary = gatun.json();
      MirrorRun.assertSound(summary);
      assertThat(summary.path("mirror").path("sessions")).isEmpty();
      assertThat(summary.path("mirrored").asLong()).isPositive();
      assertThat(summary.path("dropped").asLong(-1)).isZero();
      // Not rx against tx: the counters of a port are read one after the other, under traffic.
      assertThat(summary.path("rx_missed").asLong(-1)).isZero();
    }
    assertThat(Tshark.packets(capture, "frame.cap_len")).isNotEmpty();
  }

  /** SIGTERM with everything in flight: lossless, to a file, at full speed. */
  @Test
  void aSignalUnderLoadLeavesNothingBehind() {
    Path capture = folder.resolve("load.pcapng");
    GatunProcess gatun =
        GatunProcess.start(
            "mirror",
            "-l",
            "0-1",
            "--no-pci",
            "--in-memory",
            "-m",
            "256",
            "--file-prefix=" + prefix,
            "--vdev=net_null0",
            "--vdev=net_null1",
            "--vdev=net_null2",
            "--",
            "--ports",
            "0,1",
            "--source",
            "0",
            "--to",
            "pcapng:" + capture,
            "--to",
            "port:2",
            "--policy",
            "hold",
            "--snaplen",
            "64",
            "--stats-period",
            "0.2",
            "--json");
    try (gatun) {
      gatun.awaitFirstTable();
      gatun.signal("TERM");
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      JsonNode summary = gatun.json();
      MirrorRun.assertSound(summary);
      JsonNode file = summary.path("mirror").path("sessions").path(0).path("destinations").path(0);
      assertThat(file.path("mirrored").asLong()).isPositive();
      assertThat(summary.path("mirror").path("files").path(0).path("packets").asLong())
          .isEqualTo(file.path("mirrored").asLong());
    }
  }
}
