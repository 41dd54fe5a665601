package io.gatun.hw.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.hw.tool.GatunProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * dpdk-dumpcap attached to a Gatun that already forwards: the callbacks of a queue are seen at
 * every burst. The traffic is sparse, since a dumpcap that detaches frees what a callback may still
 * use (testpmd dies of it too, at full rate).
 */
@Tag("dpdk")
class CaptureIT {
  private static final String SENDER =
      """
      import socket, sys, time
      s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
      s.bind((sys.argv[1], 0))
      while True:
          s.send(bytes.fromhex("020000000001" "020000000002" "88b5") + b"gatun capture " * 6)
          time.sleep(0.01)
      """;

  private static final String TAP = "gtcp" + ProcessHandle.current().pid() % 100000;

  @Test
  void lateCaptureHoldsWhatIsForwarded(@TempDir Path folder)
      throws IOException, InterruptedException {
    FaultsIT.assumeHugetlbfs();
    assumeTrue(Files.exists(Path.of("/usr/bin/tshark")), "tshark is not installed");
    String prefix = GatunProcess.uniquePrefix();
    try (GatunProcess gatun = start(prefix)) {
      gatun.awaitFirstTable();
      Process sender =
          new ProcessBuilder("/usr/bin/python3", "-c", SENDER, TAP + "a")
              .redirectErrorStream(true)
              .start();
      try {
        capture(prefix, 0, folder.resolve("in.pcapng"), "02:00:00:00:00:01");
        capture(prefix, 1, folder.resolve("out.pcapng"), "02:00:00:00:00:02");
      } finally {
        sender.destroy();
        sender.waitFor();
      }
      gatun.signal("TERM");
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      assertThat(gatun.json().path("lost_mbufs").asLong(-1)).isZero();
      FaultsIT.assertNothingLeft(prefix);
    }
  }

  private static GatunProcess start(String prefix) {
    return GatunProcess.start(
        "forward",
        "-l",
        "0-1",
        "--no-pci",
        "-m",
        "256",
        "--file-prefix=" + prefix,
        "--vdev=net_tap0,iface=" + TAP + "a",
        "--vdev=net_tap1,iface=" + TAP + "b",
        "--",
        "--mode=macswap",
        "--stats-period=0.2",
        "--json");
  }

  /** Captures ten packets at a port; tshark must find the frame with the expected destination. */
  private static void capture(String prefix, int port, Path file, String destination) {
    String said =
        GatunProcess.run(
            "timeout",
            "--signal=INT",
            "60",
            "dpdk-dumpcap",
            "--file-prefix=" + prefix,
            "-i",
            Integer.toString(port),
            "-c",
            "10",
            "-w",
            file.toString());
    assertThat(file).as(said).exists();
    String packets =
        GatunProcess.run(
            "tshark",
            "-r",
            file.toString(),
            "-Y",
            "eth.type == 0x88b5 && frame contains \"gatun capture\"",
            "-T",
            "fields",
            "-e",
            "eth.dst");
    List<String> destinations =
        packets.lines().filter(line -> line.startsWith("02:")).distinct().toList();
    assertThat(destinations).as(said + packets).contains(destination);
  }
}
