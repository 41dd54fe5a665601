package io.gatun.hw.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a receive burst from an empty ring costs, by JMH ({@link DowncallBenchmark}), beside {@code
 * rte_eth_rx_burst} inlined by gcc. C is faster here by what a downcall costs; over a burst of 32
 * packets that is what counts in the forwarding ratios.
 */
final class CallBench {
  private final int pairs;

  CallBench(int pairs) {
    this.pairs = pairs;
  }

  Ratio run(CPeer peer) throws IOException, InterruptedException {
    Ratio.Collector collector = new Ratio.Collector();
    for (int pair = 0; pair < pairs; pair++) {
      double theirs = peer.run().getOrDefault("receive_nothing", Double.NaN);
      collector.add(jmh(), theirs);
    }
    return collector.ofTimes("burst call of nothing (jmh)", "ns", "C");
  }

  private static double jmh() throws IOException, InterruptedException {
    Path result = Files.createTempFile("gatun-jmh", ".json");
    try {
      Program.run(
          Program.jmh(
              List.of(
                  "DowncallBenchmark.receiveNothing",
                  "-v",
                  "SILENT",
                  "-rf",
                  "json",
                  "-rff",
                  result.toString())));
      JsonNode scores = new ObjectMapper().readTree(result.toFile());
      if (scores.isEmpty()) {
        throw new IOException("JMH gave no result for DowncallBenchmark");
      }
      return scores.get(0).path("primaryMetric").path("score").asDouble();
    } finally {
      Files.delete(result);
    }
  }
}
