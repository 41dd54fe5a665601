package io.gatun.hw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.hw.tool.GatunProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * DPDK's own tools on a running Gatun under full load, without {@code --in-memory}: telemetry,
 * proc-info; and a port restarted. For dumpcap see {@link CaptureIT}.
 */
@Tag("dpdk")
class ObserveIT {
  private final String prefix = GatunProcess.uniquePrefix();
  private GatunProcess gatun;

  @BeforeEach
  void start() {
    FaultsIT.assumeHugetlbfs();
    gatun =
        GatunProcess.start(
            "forward",
            "-l",
            "0-1",
            "--no-pci",
            "-m",
            "256",
            "--file-prefix=" + prefix,
            "--vdev=net_null0",
            "--vdev=net_null1",
            "--",
            "--mode=macswap",
            "--stats-period=0.2",
            "--json");
    gatun.awaitFirstTable();
  }

  @AfterEach
  void endsInOrderWithEveryPoolFull() throws IOException {
    if (gatun != null) {
      gatun.signal("TERM");
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      assertThat(gatun.json().path("lost_mbufs").asLong(-1)).isZero();
      FaultsIT.assertNothingLeft(prefix);
      gatun.close();
    }
  }

  private JsonNode ask(String command) {
    try {
      Process process =
          new ProcessBuilder("dpdk-telemetry.py", "-f", prefix).redirectErrorStream(true).start();
      process.getOutputStream().write((command + "\nquit\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      for (String line : text.lines().toList()) {
        int brace = line.indexOf("{\"" + command.split(",", 2)[0] + "\"");
        if (brace >= 0) {
          return new ObjectMapper().readTree(line.substring(brace)).path(command.split(",", 2)[0]);
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

  private long received(String port) {
    return ask("/gatun/ports").path(port).path("rx_packets").asLong();
  }

  @Test
  void telemetryListsAndAnswersGatunsCommands() {
    List<String> commands = new ArrayList<>();
    ask("/").forEach(command -> commands.add(command.asText()));
    assertThat(commands).contains("/gatun/info", "/gatun/ports", "/gatun/lcores", "/ethdev/stats");

    assertThat(ask("/gatun/info").path("pid").asLong()).isEqualTo(gatun.pid());
    JsonNode port = ask("/gatun/ports").path("1");
    assertThat(port.path("name").asText()).isEqualTo("net_null1");
    assertThat(port.path("driver").asText()).isEqualTo("net_null");
    // DPDK counts for itself: its numbers are the oracle for ours, taken before and after them.
    long before = ask("/ethdev/stats,0").path("ipackets").asLong();
    long ours = received("0");
    long after = ask("/ethdev/stats,0").path("ipackets").asLong();
    assertThat(ours).isBetween(before, after);
    assertThat(ask("/gatun/lcores").path("1").path("packets").asLong()).isPositive();
  }

  @Test
  void topShowsWhatRunsInTheOtherProcess() {
    try (GatunProcess top =
        GatunProcess.start("top", "--file-prefix", prefix, "--count", "2", "--period", "0.1")) {
      assertThat(top.exitStatus()).as(top.errors()).isZero();
      assertThat(top.output()).contains("0 net_null0", "1 net_null1", "lcore 1");
    }
  }

  @Test
  void procInfoReadsTheStatistics() {
    String text = GatunProcess.run("dpdk-proc-info", "--file-prefix=" + prefix, "--", "--stats");
    assertThat(text).containsPattern("RX-packets: [1-9]\\d*").contains("port 1");
  }

  @Test
  void aPortRestartedUnderLoadGoesOn() {
    for (int round = 0; round < 5; round++) {
      assertThat(ask("/gatun/port/restart,0").path("accepted").asText()).contains("net_null0");
      long before = received("0");
      gatun.await("packets after the restart", () -> received("0") > before);
    }
    assertThat(ask("/gatun/port/restart,9").path("error").asText()).contains("\"9\" is no port");
  }

  @Test
  void everyWorkerReportsItsTime() throws InterruptedException {
    long before = ask("/gatun/lcores").path("1").path("busy_ns").asLong();
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(ask("/gatun/lcores").path("1").path("busy_ns").asLong()).isGreaterThan(before);
  }
}
