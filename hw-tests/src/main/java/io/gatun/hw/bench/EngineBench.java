package io.gatun.hw.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checksums of every packet computed anew: {@code gatun forward --stage checksum} against testpmd's
 * csum engine, both in software and both looking into tunnels. Neither computes a UDP checksum that
 * is zero, as the outer ones are here.
 */
final class EngineBench implements Bench {
  private static final int BURST = 32;

  private final Effort effort;

  EngineBench(Effort effort) {
    this.effort = effort;
  }

  @Override
  public void run(Results results) throws IOException, InterruptedException {
    try (Scratch scratch = Scratch.make()) {
      for (Traffic traffic : Traffic.values()) {
        String name = "checksums " + traffic.title();
        Path file = traffic.plain(scratch.folder());
        results.measure(name, () -> measure(name, file));
      }
      for (Traffic traffic : Traffic.values()) {
        String name = "checksums vxlan " + traffic.title();
        Path file = traffic.tunnelled(scratch.folder(), Tunnel.VXLAN, 0);
        results.measure(name, () -> measure(name, file));
      }
    }
  }

  private Ratio measure(String name, Path file) throws IOException, InterruptedException {
    Ratio.Collector collector = new Ratio.Collector();
    return collector
        .alternate(effort.pairs(), () -> gatun(file, collector), () -> testpmd(file))
        .ofRates(name, "Mpps", "testpmd csum");
  }

  private static List<String> eal(Path file) {
    return List.of(
        "-l",
        "0-1",
        "--no-pci",
        "--in-memory",
        "--vdev=net_pcap0,rx_pcap=%s,infinite_rx=1".formatted(file),
        "--vdev=net_null0,no-rx=1");
  }

  private double gatun(Path file, Ratio.Collector collector)
      throws IOException, InterruptedException {
    JsonNode summary =
        GatunRun.measure(
            "forward",
            eal(file),
            List.of("--stage=checksum:parse-tunnel=on", "--burst=" + BURST),
            effort.seconds());
    collector.allocated(summary.path("allocated_bytes").asLong());
    return summary.path("mpps").asDouble();
  }

  private double testpmd(Path file) throws IOException, InterruptedException {
    List<String> commands = new ArrayList<>();
    for (int port = 0; port < 2; port++) {
      for (String layer : List.of("ip", "udp", "tcp", "outer-ip", "outer-udp")) {
        commands.add("csum set %s sw %d".formatted(layer, port));
      }
      commands.add("csum parse-tunnel on " + port);
      commands.add("csum mac-swap off " + port); // the stage does not touch addresses either
    }
    commands.addAll(List.of("port start all", "start"));
    return Testpmd.mpps(
        eal(file),
        List.of(
            "--forward-mode=csum",
            "--disable-device-start", // who computes is set on a stopped port
            "--burst=" + BURST,
            "--rxd=512",
            "--txd=512"),
        commands,
        effort.seconds());
  }
}
