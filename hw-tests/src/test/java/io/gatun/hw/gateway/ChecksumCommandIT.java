package io.gatun.hw.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.GatunProcess;
import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gatun's software checksums against those of testpmd's csum engine: the same random packets, half
 * of their sums wrong, go through both, and both write the same bytes. What the engine does, and
 * which packets are left out because of it, is said and counted in checksum_frames.py.
 */
@Tag("dpdk")
@Tag("slow")
class ChecksumCommandIT {
  private static final int SEED = 1071;
  private static final int PACKETS = 20_000;
  private static final int PATIENCE_SECONDS = 60;

  /**
   * {@code csumonly.c} keeps what it knows of a packet for the rest of its burst; so bursts of 1.
   */
  private static final List<String> TESTPMD =
      List.of("-i", "--no-flush-rx", "--burst=1", "--port-topology=loop", "--total-num-mbufs=4096");

  @BeforeAll
  static void needsTools() {
    Tool.assumeScapy();
    Tool.assumeTshark();
    Tool.assume("dpdk-testpmd", "which", "dpdk-testpmd");
  }

  @Test
  void theSameBytesAsTestpmd(@TempDir Path folder) throws IOException, InterruptedException {
    JsonNode made = GatewayRun.json(Tool.python("checksum_frames.py", SEED, PACKETS, folder));
    long frames = made.path("frames").asLong();
    assertThat(frames).isGreaterThanOrEqualTo(PACKETS);
    Path in = folder.resolve("in.pcap");
    Path theirs = folder.resolve("testpmd.pcap");
    Path ours = folder.resolve("gatun.pcap");

    testpmd(in, theirs, frames);
    gatun(in, ours, frames);

    JsonNode answer = GatewayRun.json(Tool.python("compare.py", theirs, ours));
    assertThat(GatewayRun.problems(answer)).isEmpty();
    assertThat(answer.path("packets").asLong()).isEqualTo(frames);
    // The input's sums matter: testpmd itself changed many packets.
    JsonNode changed = GatewayRun.json(Tool.python("compare.py", in, theirs));
    assertThat(GatewayRun.problems(changed)).hasSizeGreaterThan(10);
    System.out.printf(
        "gatun: %d packets through testpmd's csum engine and the checksum stage; left out: %s%n",
        frames, made.path("excluded"));
  }

  private static void gatun(Path in, Path out, long frames) {
    try (GatunProcess gatun =
        GatunProcess.start(
            "forward",
            "--no-pci",
            "--in-memory",
            "--file-prefix=" + GatunProcess.uniquePrefix(),
            "--vdev=net_pcap0,rx_pcap=" + in + ",tx_pcap=" + out,
            "--",
            "--mode=io",
            "--stage=checksum:parse-tunnel=on",
            "--until-idle=1s",
            "--json")) {
      assertThat(gatun.exitStatus()).as(gatun.errors()).isZero();
      JsonNode summary = gatun.json();
      assertThat(summary.path("packets").asLong()).as(summary.toString()).isEqualTo(frames);
      assertThat(summary.path("lost_mbufs").asLong(-1)).isZero();
    }
  }

  /** Runs the engine interactively: there is no other way to know that it is through. */
  private static void testpmd(Path in, Path out, long frames)
      throws IOException, InterruptedException {
    String prefix = GatunProcess.uniquePrefix();
    Path said = Files.createTempFile(in.getParent(), "testpmd", ".txt");
    List<String> line =
        new java.util.ArrayList<>(
            List.of(
                "dpdk-testpmd",
                "--lcores=0@0,1@0",
                "--no-pci",
                "--in-memory",
                "-m",
                "192",
                "--file-prefix=" + prefix,
                "--vdev=net_pcap0,rx_pcap=" + in + ",tx_pcap=" + out,
                "--"));
    line.addAll(TESTPMD);
    Process process =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try (OutputStream commands = process.getOutputStream()) {
      commands.write(
          """
          port stop 0
          set fwd csum
          csum set ip sw 0
          csum set udp sw 0
          csum set tcp sw 0
          csum set outer-ip sw 0
          csum set outer-udp sw 0
          csum parse-tunnel on 0
          csum mac-swap off 0
          set verbose 0
          port start 0
          start
          """
              .getBytes(UTF_8));
      String done = "RX-packets: " + frames;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!Files.readString(said).contains(done)) {
        assertThat(System.nanoTime()).as(Files.readString(said)).isLessThan(deadline);
        commands.write("show port stats 0\n".getBytes(UTF_8));
        commands.flush();
        TimeUnit.MILLISECONDS.sleep(200);
      }
      commands.write("stop\nquit\n".getBytes(UTF_8));
      commands.flush();
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly().waitFor();
      removeRuntimeFolder(prefix);
    }
    assertThat(process.exitValue()).as(Files.readString(said)).isZero();
  }

  /** EAL leaves it behind. */
  private static void removeRuntimeFolder(String prefix) throws IOException {
    Path runtime = Path.of(System.getenv().getOrDefault("RUNTIME_DIRECTORY", "/var/run"));
    Path folder = runtime.resolve("dpdk").resolve(prefix);
    if (Files.isDirectory(folder)) {
      try (var files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }
}
