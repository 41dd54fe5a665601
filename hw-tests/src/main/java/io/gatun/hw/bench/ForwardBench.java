package io.gatun.hw.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Forwarding against {@code dpdk-testpmd}. */
final class ForwardBench {
  private static final Pattern RX_PPS = Pattern.compile("Rx-pps:\\s+(\\d+)");
  private static final long PORT = 2;

  private final int pairs;
  private final double seconds;
  private final String only;
  private final List<Ratio> ratios = new ArrayList<>();
  private final Map<String, String> skipped = new LinkedHashMap<>();

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

  ForwardBench(int pairs, double seconds, String only) {
    this.pairs = pairs;
    this.seconds = seconds;
    this.only = only;
  }

  List<Ratio> ratios() {
    return List.copyOf(ratios);
  }

  /** What was not measured, with the reason. */
  Map<String, String> skipped() {
    return skipped;
  }

  void run(Consumer<Ratio> progress) throws IOException, InterruptedException {
    for (Setting setting : settings()) {
      if (wanted(setting.name())) {
        report(measure(setting), progress);
      }
    }
    if (wanted("start-up to first packet")) {
      report(new StartUpBench(pairs).run(), progress);
    }
    if (wanted("mbuf alloc/free of 32") || wanted("burst call of nothing")) {
      try (CPeer peer = CPeer.compile()) {
        report(new CallBench(pairs).run(peer), progress);
        report(new MbufBench(pairs).run(peer), progress);
      }
    }
  }

  private boolean wanted(String name) {
    return name.contains(only);
  }

  private void report(Ratio ratio, Consumer<Ratio> progress) {
    ratios.add(ratio);
    progress.accept(ratio);
  }

  private List<Setting> settings() {
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
        skipped.put(
            mode + " burst 32 net_null 2 queues",
            "two worker lcores and the main one need 3 CPUs, here are "
                + Runtime.getRuntime().availableProcessors());
      }
    }
    return settings;
  }

  private Ratio measure(Setting setting) throws IOException, InterruptedException {
    Ratio.Collector collector = new Ratio.Collector();
    for (int pair = 0; pair < pairs; pair++) {
      // Who goes first changes, so that a drift of the machine favours nobody.
      if (pair % 2 == 0) {
        double peer = testpmd(setting);
        collector.add(gatun(setting), peer);
      } else {
        double gatun = gatun(setting);
        collector.add(gatun, testpmd(setting));
      }
    }
    return collector.ofRates(setting.name(), "Mpps", "testpmd");
  }

  private static List<String> eal(Setting setting) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("-l", setting.lcores(), "--no-pci", "--in-memory"));
    arguments.add("--file-prefix=gatun-bench-" + ProcessHandle.current().pid());
    arguments.addAll(setting.vdevs());
    arguments.add("--");
    return arguments;
  }

  /** Millions of packets a second over all ports, received. */
  private double gatun(Setting setting) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("forward"));
    arguments.addAll(eal(setting));
    arguments.addAll(
        List.of(
            "--mode=" + setting.mode(),
            "--burst=" + setting.burst(),
            "--rxq=" + setting.queues(),
            "--seconds=" + (seconds + 1), // the first second is the JIT's and not counted
            "--stats-period=0",
            "--json"));
    if (setting.seeded()) {
      arguments.add("--tx-first");
    }
    String summary = Program.run(Program.gatun(arguments));
    return new ObjectMapper().readTree(summary).path("mpps").asDouble();
  }

  private double testpmd(Setting setting) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("dpdk-testpmd"));
    line.addAll(eal(setting));
    line.addAll(
        List.of(
            "--interactive",
            "--forward-mode=" + setting.mode(),
            "--burst=" + setting.burst(),
            "--rxq=" + setting.queues(),
            "--txq=" + setting.queues(),
            "--nb-cores=" + setting.queues(),
            "--rxd=512",
            "--txd=512"));
    try (Program program = Program.start(line, Path.of(""))) {
      program.say(setting.seeded() ? "start tx_first" : "start");
      Thread.sleep(1000);
      program.say("show port stats all");
      Thread.sleep((long) (seconds * 1000));
      program.say("show port stats all");
      program.say("quit");
      return lastRates(program.finish());
    }
  }

  private static double lastRates(String output) throws IOException {
    Matcher matcher = RX_PPS.matcher(output);
    List<Double> rates = new ArrayList<>();
    while (matcher.find()) {
      rates.add(Double.parseDouble(matcher.group(1)) / 1e6);
    }
    if (rates.size() < 2 * PORT) {
      throw new IOException("dpdk-testpmd printed no rates: is it of another version?");
    }
    // Rates are since the last time that they were asked for; the last two are the two ports'.
    double rate = rates.getLast() + rates.get(rates.size() - 2);
    if (rate == 0) {
      throw new IOException("dpdk-testpmd forwarded nothing: " + output.strip());
    }
    return rate;
  }
}
