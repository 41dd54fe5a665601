package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code gatun mirror} as users start it; scapy makes the packets, tshark and tcpdump judge. */
@Tag("dpdk")
@Tag("slow")
class MirrorIT {
  private static final String ENDS = "local=192.0.2.10,remote=192.0.2.20";
  private static final String ENDS6 = "local=2001:db8::10,remote=2001:db8::20";
  private static final int ETHERNET = 14;
  private static final int TAG_AT = 12;
  private static final int TAG = 4;

  @TempDir static Path inputs;
  private static Path in;
  private static List<byte[]> packets;

  @TempDir Path folder;

  @BeforeAll
  static void makePackets() {
    Tool.assumeScapy();
    in = inputs.resolve("in.pcap");
    MirrorRun.writePackets(in);
    packets = Pcap.read(in);
    assertThat(packets).hasSize(MirrorRun.PACKETS);
    assertThat(packets).anyMatch(packet -> packet.length >= 9000);
  }

  private MirrorRun run(int monitors) {
    return new MirrorRun(in, folder, monitors);
  }

  /** A packet is mirrored as it was received, or as it left: nothing changes in between. */
  @ParameterizedTest
  @ValueSource(strings = {"0:rx", "1:tx", "0", "1:both"})
  void theMirrorHasWhatPassed(String source) {
    MirrorRun run = run(1);
    JsonNode summary = run.run("--source", source, "--to", "port:2");

    assertThat(summary.path("mirrored").asLong()).isEqualTo(packets.size());
    assertThat(summary.path("mirror_dropped").asLong(-1)).isZero();
    MirrorRun.assertSame(run.forwarded(), packets);
    MirrorRun.assertSame(run.mirrored(0), packets);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0:tx", "1:rx"})
  void theOtherDirectionHasNothing(String source) {
    MirrorRun run = run(1);
    JsonNode summary = run.run("--source", source, "--to", "port:2");

    assertThat(summary.path("mirrored").asLong(-1)).isZero();
    MirrorRun.assertSame(run.forwarded(), packets);
    assertThat(run.mirrored(0)).isEmpty();
  }

  /** However completions are seen, and whoever gives way: the result is the same. */
  @ParameterizedTest
  @CsvSource({
    "0:rx, burst, best-effort",
    "0:rx, refcnt, hold",
    "1:tx, refcnt, best-effort",
    "1:tx, refcnt, hold",
    "1:tx, burst, hold"
  })
  void completionAndPolicyDoNotShow(String source, String completion, String policy) {
    MirrorRun run = run(1);
    run.run(
        "--source",
        source,
        "--to",
        "port:2",
        "--completion",
        completion,
        "--policy",
        policy,
        "--hold-max",
        "1s");

    MirrorRun.assertSame(run.forwarded(), packets);
    MirrorRun.assertSame(run.mirrored(0), packets);
  }

  @Test
  void copiesAreTheSame() {
    MirrorRun run = run(1);
    JsonNode summary = run.run("--source", "1:tx", "--to", "port:2", "--copy");

    assertThat(summary.path("mirror").path("sessions").path(0).path("copied").asLong())
        .isEqualTo(packets.size());
    MirrorRun.assertSame(run.forwarded(), packets);
    MirrorRun.assertSame(run.mirrored(0), packets);
  }

  /** tshark finds the tunnel's header and its values, and behind it every byte of the original. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "erspan1:%s             | 38 | gre.proto == 0x88be && frame.protocols contains \"erspan:eth\"",
        "erspan2:%s,session=7   | 50 | erspan.version == 1 && erspan.spanid == 7",
        "erspan3:%s,session=7   | 54 | erspan.version == 2 && erspan.spanid == 7",
        "gre:%s,key=99          | 42 | gre.proto == 0x6558 && gre.key == 99",
        "vxlan:%s,vni=42        | 50 | vxlan.vni == 42 && udp.dstport == 4789"
      })
  void tunnelsCarryTheOriginal(String form, int header, String wireshark) {
    Tool.assumeTshark();
    for (boolean six : new boolean[] {false, true}) {
      String to = form.formatted(six ? ENDS6 : ENDS);
      String source = six ? "1:tx" : "0:rx";
      MirrorRun run = run(1);
      JsonNode summary = run.run("--source", source, "--to", to);

      assertThat(summary.path("mirrored").asLong()).as(to).isEqualTo(packets.size());
      MirrorRun.assertSame(run.forwarded(), packets);
      MirrorRun.assertSame(MirrorRun.without(run.mirrored(0), header + (six ? 20 : 0)), packets);
      assertThat(count(run.mirrorFile(0), wireshark)).as(to).isEqualTo(packets.size());
      assertThat(count(run.mirrorFile(0), "ip.checksum.status == 0")).isZero();
      // What is malformed is so in the original: port 53 with random bytes.
      assertThat(count(run.mirrorFile(0), "_ws.malformed")).isEqualTo(count(in, "_ws.malformed"));
    }
  }

  private static long count(Path file, String displayFilter) {
    return Tool.run(
            "tshark",
            "-n",
            "-r",
            file.toString(),
            "-Y",
            displayFilter,
            "-T",
            "fields",
            "-e",
            "frame.number",
            "-o",
            "ip.check_checksum:TRUE")
        .orFail()
        .lines()
        .count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0:rx", "1:tx"})
  void remoteSpanAddsATag(String source) {
    MirrorRun run = run(1);
    run.run("--source", source, "--to", "rspan:port=2,vlan=100,pcp=3");

    MirrorRun.assertSame(run.forwarded(), packets);
    List<byte[]> mirrored = run.mirrored(0);
    List<byte[]> untagged = new ArrayList<>();
    for (byte[] frame : mirrored) {
      assertThat(Arrays.copyOfRange(frame, TAG_AT, TAG_AT + TAG))
          .containsExactly((byte) 0x81, 0, 0x60, 100);
      byte[] plain = new byte[frame.length - TAG];
      System.arraycopy(frame, 0, plain, 0, TAG_AT);
      System.arraycopy(frame, TAG_AT + TAG, plain, TAG_AT, plain.length - TAG_AT);
      untagged.add(plain);
    }
    MirrorRun.assertSame(untagged, packets);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0:rx", "1:tx"})
  void framesAreCut(String source) {
    MirrorRun run = run(1);
    JsonNode summary = run.run("--source", source, "--to", "port:2", "--snaplen", "64");

    MirrorRun.assertSame(run.forwarded(), packets);
    MirrorRun.assertSame(run.mirrored(0), MirrorRun.cut(packets, 64));
    assertThat(summary.path("mirror").path("sessions").path(0).path("truncated").asLong())
        .isEqualTo(packets.stream().filter(packet -> packet.length > 64).count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0:rx", "1:tx"})
  void oneInTenIsTaken(String source) {
    MirrorRun run = run(1);
    run.run("--source", source, "--to", "port:2", "--sample", "10");

    List<byte[]> expected = new ArrayList<>();
    for (int i = 9; i < packets.size(); i += 10) {
      expected.add(packets.get(i));
    }
    MirrorRun.assertSame(run.forwarded(), packets);
    MirrorRun.assertSame(run.mirrored(0), expected);
  }

  /** All packets of some flows: what is there of a flow is there as a whole. */
  @Test
  void flowsAreTakenAsAWhole() {
    MirrorRun run = run(1);
    JsonNode summary = run.run("--source", "0:rx", "--to", "port:2", "--sample", "4:flow");

    assertThat(summary.path("mirrored").asLong()).isBetween(200L, packets.size() - 200L);
    Tool.assumeTshark();
    List<String> all = flows(in);
    List<String> some = flows(run.mirrorFile(0));
    assertThat(some).isEqualTo(all.stream().filter(new HashSet<>(some)::contains).toList());
  }

  /** Outermost addresses and ports of IP packets, in order. */
  private static List<String> flows(Path file) {
    return Tool.run(
            "tshark",
            "-n",
            "-r",
            file.toString(),
            "-Y",
            "tcp && ip && !vxlan",
            "-T",
            "fields",
            "-e",
            "ip.src",
            "-e",
            "tcp.srcport",
            "-e",
            "tcp.dstport")
        .orFail()
        .lines()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp port 80",
        "udp and not port 53",
        "ip6",
        "vlan and tcp",
        "greater 2000",
        "arp"
      })
  void filtersKeepWhatTcpdumpKeeps(String expression) {
    Tool.assume("tcpdump", "tcpdump", "--version");
    Path kept = folder.resolve("kept.pcap");
    Tool.run("tcpdump", "-n", "-r", in.toString(), "-w", kept.toString(), expression).orFail();
    List<byte[]> expected = Pcap.read(kept);
    assertThat(expected).isNotEmpty().hasSizeLessThan(packets.size());
    MirrorRun run = run(1);
    run.run("--source", "1:tx", "--to", "port:2", "--filter", expression);

    MirrorRun.assertSame(run.forwarded(), packets);
    MirrorRun.assertSame(run.mirrored(0), expected);
  }

  /** tcpdump on the inner frames alone says which tunnelled packets are meant. */
  @Test
  void innerFiltersLookIntoTunnels() {
    Tool.assume("tcpdump", "tcpdump", "--version");
    Tool.assumeTshark();
    MirrorRun run = run(1);
    run.run(
        "--source", "0:rx", "--to", "port:2", "--filter", "udp", "--filter-inner", "tcp port 80");

    assertThat(run.mirrored(0)).isNotEmpty();
    long all = count(in, "vxlan && tcp.port == 80");
    assertThat(run.mirrored(0)).hasSize((int) all);
    assertThat(count(run.mirrorFile(0), "vxlan && tcp.port == 80")).isEqualTo(all);
  }

  @Test
  void twoDestinationsAndTwoSessionsTakeTheirTurns() {
    MirrorRun run = run(3);
    JsonNode summary =
        run.run(
            "--source",
            "0:rx",
            "--to",
            "port:2",
            "--to",
            "erspan2:port=3," + ENDS + ",session=1",
            "--session",
            "name=out source=1:tx to=port:4 snaplen=100 sample=2");

    MirrorRun.assertSame(run.forwarded(), packets);
    MirrorRun.assertSame(run.mirrored(0), packets);
    MirrorRun.assertSame(MirrorRun.without(run.mirrored(1), 50), packets);
    assertThat(run.mirrored(2)).hasSize(packets.size() / 2);
    assertThat(summary.path("mirrored").asLong()).isEqualTo(packets.size() * 5L / 2);
    assertThat(summary.path("mirror").path("sessions").path(1).path("name").asText())
        .isEqualTo("out");
  }

  /** Outer MAC addresses, TTL and DSCP are those that were asked for. */
  @Test
  void theOuterHeaderIsAsAskedFor() {
    MirrorRun run = run(1);
    run.run(
        "--source",
        "0:rx",
        "--to",
        "gre:" + ENDS + ",mac=02:00:00:00:00:99,src-mac=02:00:00:00:00:98,ttl=9,dscp=10");

    byte[] first = run.mirrored(0).getFirst();
    assertThat(Arrays.copyOf(first, ETHERNET))
        .containsExactly(2, 0, 0, 0, 0, (byte) 0x99, 2, 0, 0, 0, 0, (byte) 0x98, 8, 0);
    assertThat(first[ETHERNET + 1]).isEqualTo((byte) (10 << 2));
    assertThat(first[ETHERNET + 8]).isEqualTo((byte) 9);
  }
}
