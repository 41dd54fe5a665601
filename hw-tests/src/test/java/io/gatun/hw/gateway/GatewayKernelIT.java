package io.gatun.hw.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.hw.tool.Tool;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gateway talks to the Linux kernel's own VXLAN end point. */
@Tag("dpdk")
@Tag("slow")
class GatewayKernelIT {
  private static final Pattern RECEIVED = Pattern.compile("(\\d+) received");
  private static final String REMOTE = "192.168.77.2";
  private static final String REMOTE_SIX = "2001:db8:77::2";

  private static KernelPeer start(boolean six, boolean checksum) {
    return KernelPeer.start(six, checksum, six ? REMOTE_SIX : REMOTE);
  }

  /** How many of {@code count} pings were answered. */
  private static int ping(Namespace from, int count, String... arguments) {
    String[] line = new String[6 + arguments.length];
    System.arraycopy(
        new String[] {"ping", "-n", "-c", Integer.toString(count), "-i0.05", "-W2"}, 0, line, 0, 6);
    System.arraycopy(arguments, 0, line, 6, arguments.length);
    Matcher received = RECEIVED.matcher(from.run(line).output());
    return received.find() ? Integer.parseInt(received.group(1)) : -1;
  }

  /** Ends the gateway as an operator does; nothing bad, nothing lost, all counted. */
  private static JsonNode end(KernelPeer peer) {
    peer.gatun().signal("TERM");
    assertThat(peer.gatun().exitStatus()).as(peer.gatun().errors()).isZero();
    JsonNode summary = peer.gatun().json();
    String text = summary.toString();
    assertThat(summary.path("bad_outer").asLong(-1)).as(text).isZero();
    assertThat(summary.path("bad_inner").asLong(-1)).as(text).isZero();
    assertThat(summary.path("lost_mbufs").asLong(-1)).as(text).isZero();
    GatewayRun.assertAccounted(summary);
    return summary;
  }

  @ParameterizedTest
  @CsvSource({"false, true", "false, false", "true, true", "true, false"})
  void pingAndTcpReachTheKernelsEndPoint(boolean six, boolean checksum) throws IOException {
    try (KernelPeer peer = start(six, checksum)) {
      // The first one of each finds the way: two address resolutions, one inside, one outside.
      assertThat(ping(peer.tenant(), 1, KernelPeer.PEER)).isEqualTo(1);
      assertThat(ping(peer.tenant(), 20, KernelPeer.PEER)).isEqualTo(20);
      assertThat(ping(peer.tenant(), 20, KernelPeer.PEER_SIX)).isEqualTo(20);
      assertThat(ping(peer.underlay(), 20, "-s", "1400", KernelPeer.TENANT)).isEqualTo(20);
      // Fragments, both ways: the tenant's MTU is larger than the tunnel's.
      assertThat(ping(peer.tenant(), 5, "-M", "dont", "-s", "4000", KernelPeer.PEER)).isEqualTo(5);
      tcp(peer);

      JsonNode summary = end(peer);
      assertThat(summary.path("encapsulated").asLong()).isGreaterThan(60);
      assertThat(summary.path("decapsulated").asLong()).isGreaterThan(60);
    }
  }

  private static void tcp(KernelPeer peer) throws IOException {
    if (Tool.run("iperf3", "--version").status() != 0) {
      return;
    }
    for (String direction : new String[] {"--bitrate=0", "--reverse"}) {
      Process server =
          peer.underlay()
              .start("iperf3", "-s", "-1", "-B", KernelPeer.PEER)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        peer.gatun()
            .await(
                "iperf3's server",
                () ->
                    peer.underlay().run("ss", "-Hltn", "sport = :5201").output().contains("5201"));
        Tool.Result result =
            peer.tenant()
                .run("timeout", "20", "iperf3", "-c", KernelPeer.PEER, "-t", "2", "-J", direction);
        JsonNode said = new ObjectMapper().readTree(result.output());
        assertThat(said.at("/end/sum_received/bits_per_second").asDouble())
            .as(result.output())
            .isGreaterThan(1e6);
      } finally {
        server.destroy();
      }
    }
  }

  // ---- receive coalescing -----------------------------------------------------------------------

  private static final long STREAM_BYTES = 20_000_000;

  /** Listens, says so, then prints how many bytes came and their hash. */
  private static final String SINK =
      """
      import hashlib, socket
      server = socket.create_server(('10.42.0.1', 7007))
      print('ready', flush=True)
      stream, _ = server.accept()
      digest, count = hashlib.sha256(), 0
      while data := stream.recv(1 << 16):
          digest.update(data)
          count += len(data)
      print(count, digest.hexdigest())
      """;

  /** Sends bytes from a random generator; prints their hash. */
  private static final String SOURCE =
      """
      import hashlib, random, socket, sys
      stream = socket.create_connection(('10.42.0.1', 7007), timeout=30)
      data = random.Random(1).randbytes(int(sys.argv[1]))
      stream.sendall(data)
      stream.shutdown(socket.SHUT_WR)
      print(len(data), hashlib.sha256(data).hexdigest())
      """;

  /** Merged by Gatun, taken apart by the kernel: every byte arrives once and in its place. */
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void aStreamArrivesWholeInMergedPackets(boolean six) throws Exception {
    String remote = six ? REMOTE_SIX : REMOTE;
    try (KernelPeer peer = KernelPeer.startJumbo(six, remote, "--gro=9000")) {
      assertThat(ping(peer.tenant(), 1, KernelPeer.PEER)).isEqualTo(1);
      Process sink = peer.tenant().start("timeout", "60", Tool.PYTHON, "-c", SINK).start();
      try (BufferedReader said = sink.inputReader()) {
        assertThat(said.readLine()).isEqualTo("ready");
        String sent =
            peer.underlay().run(Tool.PYTHON, "-c", SOURCE, Long.toString(STREAM_BYTES)).orFail();
        assertThat(said.readLine()).isEqualTo(sent.strip()).startsWith(STREAM_BYTES + " ");
      } finally {
        sink.destroy();
      }
      JsonNode summary = end(peer);
      long coalesced = summary.path("coalesced").asLong();
      assertThat(coalesced).as(summary.toString()).isGreaterThan(STREAM_BYTES / 1398 / 4);
      assertThat(summary.path("decapsulated").asLong())
          .as(summary.toString())
          .isEqualTo(toTenant(summary) + coalesced);
    }
  }

  /** Packets that went to the tenant's port, or did not fit its ring. */
  private static long toTenant(JsonNode summary) {
    for (JsonNode port : summary.path("ports")) {
      if (port.path("port").asInt(-1) == 0) {
        return port.path("tx_packets").asLong() + port.path("tx_dropped").asLong();
      }
    }
    throw new AssertionError(summary.toString());
  }

  /** Without {@code --gro} nothing is merged. */
  @Test
  void segmentsStayAsTheyAreUnlessSomebodyAsks() throws Exception {
    try (KernelPeer peer = KernelPeer.startJumbo(false, REMOTE)) {
      assertThat(ping(peer.tenant(), 1, KernelPeer.PEER)).isEqualTo(1);
      tcp(peer);
      assertThat(end(peer).path("coalesced").asLong(-1)).isZero();
    }
  }

  // ---- what goes wrong --------------------------------------------------------------------------

  @Test
  void aPacketThatMustNotBeCutIsAnsweredWithTheMtu() {
    try (KernelPeer peer = start(false, true)) {
      assertThat(ping(peer.tenant(), 1, KernelPeer.PEER)).isEqualTo(1);
      String said =
          peer.tenant()
              .run("ping", "-n", "-c1", "-W1", "-M", "do", "-s", "1472", KernelPeer.PEER)
              .output();
      assertThat(said).contains("mtu = 1450").doesNotContain("1 received");
      String six =
          peer.tenant()
              .run("ping", "-n", "-c1", "-W1", "-M", "do", "-s", "1452", KernelPeer.PEER_SIX)
              .output();
      assertThat(six).contains("mtu=1450").doesNotContain("1 received");
      end(peer);
    }
  }

  @Test
  void theGatewayAnswersForItself() {
    try (KernelPeer peer = start(false, true)) {
      assertThat(ping(peer.underlay(), 5, "192.168.77.1")).isEqualTo(5);
      end(peer);
    }
  }

  @Test
  void anUnderlayThatWasDownIsUsedAgain() {
    try (KernelPeer peer = start(false, true)) {
      assertThat(ping(peer.tenant(), 3, KernelPeer.PEER)).isEqualTo(3);
      peer.underlay().ip("link set " + peer.underlayTap() + " down");
      assertThat(ping(peer.tenant(), 3, KernelPeer.PEER)).isZero();
      peer.underlay().ip("link set " + peer.underlayTap() + " up");
      peer.gatun().await("the way back", () -> ping(peer.tenant(), 1, KernelPeer.PEER) == 1);
      assertThat(ping(peer.tenant(), 10, KernelPeer.PEER)).isEqualTo(10);
      end(peer);
    }
  }

  @Test
  void aRemoteThatDoesNotAnswerCostsNothingButItsPackets() {
    try (KernelPeer peer = KernelPeer.start(false, true, "192.168.77.99")) {
      peer.tenant()
          .ip("neigh add " + KernelPeer.PEER + " lladdr 02:00:00:00:00:0c dev " + peer.tenantTap());
      // Longer than all tries to resolve it.
      assertThat(ping(peer.tenant(), 100, "-w5", KernelPeer.PEER)).isZero();
      JsonNode summary = end(peer);
      assertThat(summary.at("/dropped/unresolved").asLong())
          .as(summary.toString())
          .isGreaterThan(50);
      assertThat(summary.path("encapsulated").asLong(-1)).as(summary.toString()).isZero();
    }
  }

  @Test
  void aDeletedUnderlayEndsTheRun() {
    assumeTrue(Tool.run("ip", "netns", "list").status() == 0, "no right to make namespaces");
    try (KernelPeer peer = start(false, true)) {
      assertThat(ping(peer.tenant(), 1, KernelPeer.PEER)).isEqualTo(1);
      peer.underlay().ip("link delete " + peer.underlayTap());
      assertThat(peer.gatun().exitStatus()).as(peer.gatun().errors()).isEqualTo(1);
      assertThat(peer.gatun().messages().getLast()).contains("net_tap1", "is gone");
    }
  }
}
