package io.gatun.hw.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Forwarding against {@code dpdk-testpmd}. */
final class ForwardBench implements Bench {
  private final Effort effort;

  /**
   * One line of the result.
   *
   * @param vdevs EAL arguments that make the devices
   * @param lcores EAL's {@code -l}
   * @param queues of each port
   * @param seeded whether packets must be put in at the start, as a ring makes none
   */
  private record Setting(
      String mode,
      int burst,
      String device,
      List<String> vdevs,
      String lcores,
      int queues,
      boolean seeded) {
    String name() {
      return "%s burst %d %s%s".formatted(mode, burst, device, queues > 1 ? " 2 queues" : "");
    }
  }

  ForwardBench(Effort effort) {
    this.effort = effort;
  }

  @Override
  public void run(Results results) throws IOException, InterruptedException {
    for (Setting setting : settings(results)) {
      results.measure(setting.name(), () -> measure(setting));
    }
    if (results.wants("start-up to first packet")) {
      results.add(new StartUpBench(effort.pairs()).run());
    }
    if (results.wants("mbuf alloc/free of 32") || results.wants("burst call of nothing")) {
      try (CPeer peer = CPeer.compile()) {
        results.add(new CallBench(effort.pairs()).run(peer));
        results.add(new MbufBench(effort.pairs()).run(peer));
      }
    }
  }

  private static List<Setting> settings(Results results) {
    List<String> plain = List.of("--vdev=net_null0", "--vdev=net_null1");
    List<String> copy = List.of("--vdev=net_null0,copy=1", "--vdev=net_null1,copy=1");
    List<String> rings = List.of("--vdev=net_ring0", "--vdev=net_ring1");
    List<Setting> settings = new ArrayList<>();
    for (String mode : List.of("io", "macswap")) {
      for (int burst : List.of(32, 64, 128)) {
        settings.add(new Setting(mode, burst, "net_null", plain, "0-1", 1, false));
        settings.add(new Setting(mode, burst, "net_null copy=1", copy, "0-1", 1, false));
        settings.add(new Setting(mode, burst, "net_ring", rings, "0-1", 1, true));
      }
      if (Runtime.getRuntime().availableProcessors() >= 3) {
        settings.add(new Setting(mode, 32, "net_null", plain, "0-2", 2, false));
      } else {
        results.skip(
            mode + " burst 32 net_null 2 queues",
            "two worker lcores and the main one need 3 CPUs, here are "
                + Runtime.getRuntime().availableProcessors());
      }
    }
    return settings;
  }

  private Ratio measure(Setting setting) throws IOException, InterruptedException {
    Ratio.Collector collector = new Ratio.Collector();
    return collector
        .alternate(effort.pairs(), () -> gatun(setting, collector), () -> testpmd(setting))
        .ofRates(setting.name(), "Mpps", "testpmd");
  }

  private static List<String> eal(Setting setting) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("-l", setting.lcores(), "--no-pci", "--in-memory"));
    arguments.addAll(setting.vdevs());
    return arguments;
  }

  /** Millions of packets a second over all ports, received. */
  private double gatun(Setting setting, Ratio.Collector collector)
      throws IOException, InterruptedException {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--mode=" + setting.mode(),
                "--burst=" + setting.burst(),
                "--rxq=" + setting.queues()));
    if (setting.seeded()) {
      options.add("--tx-first");
    }
    JsonNode summary = GatunRun.measure("forward", eal(setting), options, effort.seconds());
    collector.allocated(summary.path("allocated_bytes").asLong());
    return summary.path("mpps").asDouble();
  }

  private double testpmd(Setting setting) throws IOException, InterruptedException {
    return Testpmd.mpps(
        eal(setting),
        List.of(
            "--forward-mode=" + setting.mode(),
            "--burst=" + setting.burst(),
            "--rxq=" + setting.queues(),
            "--txq=" + setting.queues(),
            "--nb-cores=" + setting.queues(),
            "--rxd=512",
            "--txd=512"),
        List.of(setting.seeded() ? "start tx_first" : "start"),
        effort.seconds());
  }
}
