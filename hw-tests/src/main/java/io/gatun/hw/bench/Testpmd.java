package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code dpdk-testpmd} between two ports. */
final class Testpmd {
  private static final Pattern RX_PPS = Pattern.compile("Rx-pps:\\s+(\\d+)");
  private static final int PORTS = 2;

  private Testpmd() {}

  /**
   * Starts it, forwards for a second and {@code seconds} more.
   *
   * @param eal arguments for EAL, without a file prefix
   * @param options of testpmd
   * @param commands that end with the one that starts forwarding
   * @return millions of packets a second received by both ports in the {@code seconds}
   */
  static double mpps(List<String> eal, List<String> options, List<String> commands, double seconds)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("dpdk-testpmd"));
    line.addAll(eal);
    try (EalPrefix prefix = EalPrefix.take()) {
      line.addAll(List.of(prefix.argument(), "--", "--interactive"));
      line.addAll(options);
      try (Program program = Program.start(line, Path.of(""))) {
        for (String command : commands) {
          program.say(command);
        }
        Thread.sleep(1000);
        program.say("show port stats all");
        Thread.sleep((long) (seconds * 1000));
        program.say("show port stats all");
        program.say("quit");
        double rate = lastRates(program.finish());
        if (rate == 0) {
          throw program.failed("forwarded nothing");
        }
        return rate;
      }
    }
  }

  private static double lastRates(String output) throws IOException {
    Matcher matcher = RX_PPS.matcher(output);
    List<Double> rates = new ArrayList<>();
    while (matcher.find()) {
      rates.add(Double.parseDouble(matcher.group(1)) / 1e6);
    }
    if (rates.size() < 2 * PORTS) {
      throw new IOException("dpdk-testpmd printed no rates: is it of another version?");
    }
    // Rates are since the last time that they were asked for; the last two are the two ports'.
    return rates.getLast() + rates.get(rates.size() - 2);
  }
}
