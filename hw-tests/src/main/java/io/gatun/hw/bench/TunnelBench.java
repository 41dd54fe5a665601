package io.gatun.hw.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code gatun gateway} against Open vSwitch with DPDK, both with zero outer UDP checksums. */
final class TunnelBench implements Bench {
  /** Which of the two ports is a source. */
  private enum Direction {
    ENCAPSULATION,
    DECAPSULATION,
    BOTH;

    boolean encapsulates() {
      return this != DECAPSULATION;
    }

    boolean decapsulates() {
      return this != ENCAPSULATION;
    }
  }

  private record Setting(Tunnel tunnel, Direction direction, Traffic traffic) {
    String name() {
      return "%s %s %s"
          .formatted(tunnel.option(), direction.name().toLowerCase(Locale.ROOT), traffic.title());
    }

    /** Device arguments of the tenant's port: a source that never ends, or a sink. */
    String tenant(Path folder) throws IOException {
      return direction.encapsulates()
          ? "net_pcap0,rx_pcap=%s,infinite_rx=1".formatted(traffic.plain(folder))
          : "net_null0,no-rx=1";
    }

    /** The same for the underlay's. */
    String underlay(Path folder) throws IOException {
      return direction.decapsulates()
          ? "net_pcap1,rx_pcap=%s,infinite_rx=1"
              .formatted(traffic.tunnelled(folder, tunnel, pcapIndex()))
          : "net_null1,no-rx=1";
    }

    /** Of the underlay's port among the net_pcap ports. */
    int pcapIndex() {
      return direction == Direction.BOTH ? 1 : 0;
    }
  }

  private final Effort effort;

  TunnelBench(Effort effort) {
    this.effort = effort;
  }

  @Override
  public void run(Results results) throws IOException, InterruptedException {
    for (Tunnel tunnel : Tunnel.values()) {
      List<Setting> wanted =
          settings(tunnel).stream().filter(setting -> results.wants(setting.name())).toList();
      if (!wanted.isEmpty()) {
        try (Scratch scratch = Scratch.make()) {
          new TunnelCheck(tunnel, scratch.folder()).run();
          for (Setting setting : wanted) {
            results.measure(setting.name(), () -> measure(setting, scratch.folder()));
          }
        }
      }
    }
  }

  private static List<Setting> settings(Tunnel tunnel) {
    List<Setting> settings = new ArrayList<>();
    for (Direction direction : Direction.values()) {
      for (Traffic traffic : Traffic.values()) {
        settings.add(new Setting(tunnel, direction, traffic));
      }
    }
    return settings;
  }

  private Ratio measure(Setting setting, Path folder) throws IOException, InterruptedException {
    Ratio.Collector collector = new Ratio.Collector();
    return collector
        .alternate(
            effort.pairs(), () -> gatun(setting, folder, collector), () -> ovs(setting, folder))
        .ofRates(setting.name(), "Mpps", "OVS-DPDK");
  }

  private double gatun(Setting setting, Path folder, Ratio.Collector collector)
      throws IOException, InterruptedException {
    List<String> eal = gatunEal(setting.tenant(folder), setting.underlay(folder));
    JsonNode summary =
        GatunRun.measure("gateway", eal, gatunOptions(setting.tunnel()), effort.seconds());
    collector.allocated(summary.path("allocated_bytes").asLong());
    requireWork(summary, setting.direction());
    return summary.path("mpps").asDouble();
  }

  static List<String> gatunEal(String tenant, String underlay) {
    return List.of(
        "-l", "0-1", "--no-pci", "--in-memory", "--vdev=" + tenant, "--vdev=" + underlay);
  }

  static List<String> gatunOptions(Tunnel tunnel) {
    return List.of(
        "--tenant=0",
        "--underlay=1",
        "--tunnel=" + tunnel.option(),
        "--vni=" + Tunnel.VNI,
        "--local=" + Tunnel.LOCAL + "/24",
        "--remote=" + Tunnel.REMOTE,
        "--remote-mac=" + Tunnel.REMOTE_MAC,
        "--mtu=1600",
        "--udp-checksum=off");
  }

  /** Every packet was worth its place in the rate, but for those between two readings. */
  private static void requireWork(JsonNode summary, Direction direction) throws IOException {
    long encapsulated = summary.path("encapsulated").asLong();
    long decapsulated = summary.path("decapsulated").asLong();
    long packets = 0; // of the same reading as the two: the total is read after the end
    for (JsonNode lcore : summary.path("lcores")) {
      packets += lcore.path("packets").asLong();
    }
    boolean both = direction.encapsulates() && direction.decapsulates();
    long least = both ? Math.min(encapsulated, decapsulated) : encapsulated + decapsulated;
    if (least == 0 || encapsulated + decapsulated < packets * 0.99) {
      throw new IOException("gatun gateway did not work on all packets: " + summary);
    }
  }

  private double ovs(Setting setting, Path folder) throws IOException, InterruptedException {
    try (OvsPeer ovs = new OvsPeer(Traffic.pcapMac(setting.pcapIndex()))) {
      ovs.connect(setting.tunnel(), setting.tenant(folder), setting.underlay(folder));
      return ovs.mpps(effort.seconds());
    }
  }
}
