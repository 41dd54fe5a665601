package io.gatun.hw.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * 64 KB of TCP in VXLAN, cut to an MTU of 1500: {@code gatun gateway} against {@code segment.c},
 * which is rte_gso and then DPDK's checksum functions. Both get the packets from the same source,
 * {@code jumbo.h}, and give the segments to a net_null port. Rates are of TCP payload.
 */
final class SegmentationBench implements Bench {
  private static final String NAME = "vxlan segmentation 64 KB";
  private static final double WARM_UP_SECONDS = 0.5;

  /** JUMBO_PAYLOAD of jumbo.h. */
  private static final int PAYLOAD_BYTES = 2048 * 32 - 54;

  /** Outer IPv4, UDP, VXLAN, Ethernet, inner IPv4 and TCP take 90 of the MTU's 1500. */
  private static final int SEGMENTS = -Math.floorDiv(-PAYLOAD_BYTES, 1500 - 90);

  private static final List<String> DEVICES =
      List.of("--vdev=net_null0,no-rx=1", "--vdev=net_null1,no-rx=1");

  private final Effort effort;

  SegmentationBench(Effort effort) {
    this.effort = effort;
  }

  @Override
  public void run(Results results) throws IOException, InterruptedException {
    if (!results.wants(NAME)) {
      return;
    }
    try (Scratch scratch = Scratch.makeForLibraries()) {
      Path folder = scratch.folder();
      Path peer = Gcc.compile(folder, "segment", "segment.c", "-march=native");
      Path source = Gcc.compile(folder, "jumbo.so", "jumbo.c", "-march=native", "-shared", "-fPIC");
      results.measure(NAME, () -> measure(source, peer));
    }
  }

  private Ratio measure(Path source, Path peer) throws IOException, InterruptedException {
    Ratio.Collector collector = new Ratio.Collector();
    return collector
        .alternate(effort.pairs(), () -> gatun(source, collector), () -> peer(peer))
        .ofRates(NAME, "Gbit/s", "rte_gso");
  }

  private double gatun(Path source, Ratio.Collector collector)
      throws IOException, InterruptedException {
    JsonNode summary =
        GatunRun.measure(
            "gateway",
            List.of(
                "-l",
                "0-1",
                "--no-pci",
                "--in-memory",
                "-d",
                source.toString(),
                DEVICES.getFirst(),
                DEVICES.getLast()),
            List.of(
                "--tenant=0",
                "--underlay=1",
                "--tunnel=vxlan",
                "--vni=" + Tunnel.VNI,
                "--local=" + Tunnel.LOCAL + "/24",
                "--remote=" + Tunnel.REMOTE,
                "--remote-mac=" + Tunnel.REMOTE_MAC,
                "--mtu=1500",
                "--udp-checksum=off"),
            effort.seconds());
    collector.allocated(summary.path("allocated_bytes").asLong());
    long packets = summary.path("encapsulated").asLong();
    if (packets == 0 || summary.path("segments").asLong() < packets * (SEGMENTS - 1)) {
      throw new IOException("gatun gateway did not segment every packet: " + summary);
    }
    return summary.path("mpps").asDouble() * PAYLOAD_BYTES * 8 / 1000;
  }

  /** Its line: the word segment, packets, segments, bytes of payload, seconds. */
  private double peer(Path program) throws IOException, InterruptedException {
    try (EalPrefix prefix = EalPrefix.take()) {
      String output =
          Program.run(
              List.of(
                  program.toString(),
                  "-l",
                  "0-1",
                  "--no-pci",
                  "--in-memory",
                  prefix.argument(),
                  DEVICES.getFirst(),
                  DEVICES.getLast(),
                  "--",
                  Double.toString(WARM_UP_SECONDS),
                  Double.toString(effort.seconds())));
      String[] words = output.strip().split(" ", -1);
      if (words.length != 5 || Long.parseLong(words[2]) != Long.parseLong(words[1]) * SEGMENTS) {
        throw new IOException("the C peer did not segment every packet: " + output);
      }
      return Long.parseLong(words[3]) * 8 / Double.parseDouble(words[4]) / 1e9;
    }
  }
}
