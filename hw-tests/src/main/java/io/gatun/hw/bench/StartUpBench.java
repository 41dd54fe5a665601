package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Time from the start of a process to its first packet, which the kernel sees on a net_tap: both
 * programs send as soon as they can.
 */
final class StartUpBench {
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final int pairs;
  private final String tap = "gtnb" + ProcessHandle.current().pid() % 100000;

  StartUpBench(int pairs) {
    this.pairs = pairs;
  }

  Ratio run() throws IOException, InterruptedException {
    return new Ratio.Collector()
        .alternate(pairs, this::gatun, this::testpmd)
        .ofTimes("start-up to first packet", "ms", "testpmd");
  }

  private List<String> eal(EalPrefix prefix) {
    return List.of(
        "-l",
        "0-1",
        "--no-pci",
        "--in-memory",
        prefix.argument(),
        "--vdev=net_tap0,iface=" + tap,
        "--");
  }

  private double testpmd() throws IOException, InterruptedException {
    try (EalPrefix prefix = EalPrefix.take()) {
      List<String> line = new ArrayList<>(List.of("dpdk-testpmd"));
      line.addAll(eal(prefix));
      line.addAll(List.of("--forward-mode=txonly", "--auto-start", "--interactive"));
      return toFirstPacket(line);
    }
  }

  private double gatun() throws IOException, InterruptedException {
    try (EalPrefix prefix = EalPrefix.take()) {
      List<String> arguments = new ArrayList<>(List.of("forward"));
      arguments.addAll(eal(prefix));
      arguments.addAll(List.of("--mode=txonly", "--stats-period=0"));
      return toFirstPacket(Program.gatun(arguments));
    }
  }

  /** Milliseconds; the process is ended. */
  private double toFirstPacket(List<String> line) throws IOException, InterruptedException {
    Path counter = Path.of("/sys/class/net", tap, "statistics", "rx_packets");
    long start = System.nanoTime();
    try (Program program = Program.start(line, Path.of(""))) {
      while (!hasPackets(counter)) {
        if (!program.isAlive() || System.nanoTime() - start > TIMEOUT_NANOS) {
          throw program.failed("sent nothing");
        }
        Thread.sleep(0, 200_000);
      }
      return (System.nanoTime() - start) / 1e6;
    }
  }

  private static boolean hasPackets(Path counter) {
    try {
      return !Files.readString(counter).strip().equals("0");
    } catch (IOException e) {
      return false; // the interface is not there yet
    }
  }
}
