package io.gatun.hw.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a mirror costs the packets that it mirrors: {@code gatun mirror} beside {@code gatun
 * forward} without one, the same mirror made of copies, and Open vSwitch with DPDK with and without
 * its own. One lcore; a source that never ends, two sinks.
 */
final class MirrorBench implements Bench {
  private static final int BURST = 32;

  private static final List<String> PORTS = List.of("--ports=0,1", "--mode=io");

  /**
   * Of the frames. No port that never ends makes chains: a stage of Gatun's does, behind where
   * received packets are mirrored.
   */
  private enum Size {
    SMALL("64 B", 64, 1),
    MEDIUM("512 B", 512, 1),
    LARGE("1500 B", 1500, 1),
    CHAIN("9000 B in 6 segments", 1500, 6);

    final String title;
    final int segmentBytes;
    final int segments;

    Size(String title, int segmentBytes, int segments) {
      this.title = title;
      this.segmentBytes = segmentBytes;
      this.segments = segments;
    }

    boolean wants(MirrorWay way) {
      return segments == 1 || !way.isOvs() && way != MirrorWay.INGRESS;
    }
  }

  private final Effort effort;

  MirrorBench(Effort effort) {
    this.effort = effort;
  }

  @Override
  public void run(Results results) throws IOException, InterruptedException {
    MirrorFindings findings = new MirrorFindings(ProcessorClock.hertz());
    try (Scratch scratch = Scratch.make()) {
      for (Size size : Size.values()) {
        if (results.wants(size.title)) {
          Path file = Traffic.marked(scratch.folder(), size.segmentBytes);
          MirrorRounds rounds = new MirrorRounds(size.title, size.segments);
          try {
            measure(size, file, rounds);
          } catch (IOException e) {
            results.fail(size.title, String.valueOf(e.getMessage()));
            continue;
          }
          findings.report(rounds, results);
        }
      }
    }
    findings.judge(results);
  }

  /** Every round runs each way once; every other one backwards, so that a drift favours nobody. */
  private void measure(Size size, Path file, MirrorRounds rounds)
      throws IOException, InterruptedException {
    List<MirrorWay> ways = new ArrayList<>();
    for (MirrorWay way : MirrorWay.values()) {
      if (size.wants(way)) {
        ways.add(way);
      }
    }
    for (int round = 0; round < effort.pairs(); round++) {
      for (MirrorWay way : round % 2 == 0 ? ways : ways.reversed()) {
        double rate = way.isOvs() ? ovs(way, file) : gatun(size, way, file, rounds);
        rounds.add(way, round, rate);
      }
    }
  }

  private double gatun(Size size, MirrorWay way, Path file, MirrorRounds rounds)
      throws IOException, InterruptedException {
    List<String> eal =
        List.of(
            "-l",
            "0-1",
            "--no-pci",
            "--in-memory",
            "--vdev=" + source(file),
            "--vdev=" + sink(0),
            "--vdev=" + sink(1));
    List<String> options = new ArrayList<>(PORTS);
    options.add("--burst=" + BURST);
    if (size.segments > 1) {
      options.add("--stage=" + ChainStageProvider.NAME + ":segments=" + size.segments);
    }
    options.addAll(way.options());
    String command = way == MirrorWay.NONE ? "forward" : "mirror";
    JsonNode summary = GatunRun.measure(command, eal, options, effort.seconds());
    rounds.allocated(summary.path("allocated_bytes").asLong());
    requireWork(way, summary);
    return summary.path("mpps").asDouble();
  }

  /** Everything that should have been mirrored was, but for what came between two readings. */
  private static void requireWork(MirrorWay way, JsonNode summary) throws IOException {
    if (way.options().isEmpty()) {
      return;
    }
    double packets = summary.path("packets").asDouble();
    double wanted = way.oneIn() == 0 ? 0 : packets / way.oneIn();
    double mirrored = summary.path("mirrored").asDouble(-1);
    if (Math.abs(mirrored - wanted) > wanted * 0.01
        || summary.path("mirror_dropped").asLong(-1) != 0) {
      throw new IOException("gatun mirror did not mirror what it should have: " + summary);
    }
  }

  private static String source(Path file) {
    return "net_pcap0,rx_pcap=%s,infinite_rx=1".formatted(file);
  }

  private static String sink(int index) {
    return "net_null%d,no-rx=1".formatted(index);
  }

  private double ovs(MirrorWay way, Path file) throws IOException, InterruptedException {
    try (OvsPeer ovs = OvsPeer.withoutTunnels()) {
      ovs.forward(source(file), sink(0));
      if (way == MirrorWay.OVS_PORT) {
        ovs.mirror(sink(1));
      }
      return ovs.mpps(effort.seconds());
    }
  }
}
