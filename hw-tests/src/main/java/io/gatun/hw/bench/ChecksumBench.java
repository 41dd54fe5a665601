package io.gatun.hw.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * GB/s of the checksum alone, by JMH ({@link ChecksumBenchmark}), against the faster of
 * rte_raw_cksum and a plain loop ({@code checksum.c}), compiled by gcc for this CPU, and for the
 * one that Debian compiles DPDK for.
 */
final class ChecksumBench implements Bench {
  private static final List<Integer> SIZES = List.of(64, 128, 256, 576, 1500, 9000);

  /** The compiler's view of a CPU by the peer's name. */
  private static final Map<String, String> PEERS =
      new TreeMap<>(Map.of("gcc native", "-march=native", "gcc corei7", "-march=corei7"));

  private final Effort effort;

  ChecksumBench(Effort effort) {
    this.effort = effort;
  }

  private static String name(int bytes, String peer) {
    return "checksum %d B to %s".formatted(bytes, peer);
  }

  @Override
  public void run(Results results) throws IOException, InterruptedException {
    List<Integer> sizes = SIZES.stream().filter(size -> isWanted(size, results)).toList();
    if (sizes.isEmpty()) {
      return;
    }
    Map<String, Ratio.Collector> collectors = new LinkedHashMap<>();
    try (Scratch scratch = Scratch.make()) {
      Map<String, Path> programs = new LinkedHashMap<>();
      for (Map.Entry<String, String> peer : PEERS.entrySet()) {
        String output = peer.getKey().replace(' ', '-');
        Path program = Gcc.compile(scratch.folder(), output, "checksum.c", peer.getValue());
        programs.put(peer.getKey(), program);
      }
      for (int pair = 0; pair < effort.pairs(); pair++) {
        measurePair(sizes, programs, collectors, pair % 2 == 0);
      }
    }
    for (int bytes : sizes) {
      for (String peer : PEERS.keySet()) {
        Ratio.Collector collector = collectors.get(name(bytes, peer));
        if (collector != null && results.wants(name(bytes, peer))) {
          results.add(collector.ofRates(name(bytes, peer), "GB/s", peer));
        }
      }
    }
  }

  private static boolean isWanted(int bytes, Results results) {
    return PEERS.keySet().stream().anyMatch(peer -> results.wants(name(bytes, peer)));
  }

  private static void measurePair(
      List<Integer> sizes,
      Map<String, Path> programs,
      Map<String, Ratio.Collector> collectors,
      boolean peersFirst)
      throws IOException, InterruptedException {
    Map<String, Map<Integer, Double>> theirs = new LinkedHashMap<>();
    Map<Integer, JsonNode> ours = peersFirst ? Map.of() : jmh(sizes);
    for (Map.Entry<String, Path> program : programs.entrySet()) {
      theirs.put(program.getKey(), peer(program.getValue(), sizes));
    }
    if (peersFirst) {
      ours = jmh(sizes);
    }
    for (int bytes : sizes) {
      JsonNode score = ours.getOrDefault(bytes, MISSING);
      for (Map.Entry<String, Map<Integer, Double>> peer : theirs.entrySet()) {
        Ratio.Collector collector =
            collectors.computeIfAbsent(name(bytes, peer.getKey()), absent -> new Ratio.Collector());
        collector.add(
            bytes / score.path("primaryMetric").path("score").asDouble(),
            bytes / peer.getValue().getOrDefault(bytes, Double.NaN));
        collector.allocated(allocated(score));
      }
    }
  }

  private static final JsonNode MISSING = new ObjectMapper().missingNode();

  /** Whole bytes that a checksum allocated; JMH's own harness accounts for less than one. */
  private static long allocated(JsonNode score) throws IOException {
    double bytes =
        score.path("secondaryMetrics").path("gc.alloc.rate.norm").path("score").asDouble(1);
    if (!(bytes < 0.5)) {
      throw new IOException("the checksum allocates memory, or JMH did not measure it: " + score);
    }
    return 0;
  }

  private static Map<Integer, Double> peer(Path program, List<Integer> sizes)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(program.toString()));
    sizes.forEach(size -> line.add(size.toString()));
    Map<Integer, Double> nanos = new LinkedHashMap<>();
    for (String row : Program.run(line).lines().toList()) {
      String[] words = row.split(" ", -1);
      double best = Math.min(Double.parseDouble(words[1]), Double.parseDouble(words[2]));
      nanos.put(Integer.parseInt(words[0]), best);
    }
    return nanos;
  }

  /** JMH's results by size. */
  private static Map<Integer, JsonNode> jmh(List<Integer> sizes)
      throws IOException, InterruptedException {
    Path result = Files.createTempFile("gatun-jmh", ".json");
    try {
      String parameter = sizes.stream().map(String::valueOf).collect(Collectors.joining(","));
      Program.run(
          Program.jmh(
              List.of(
                  "ChecksumBenchmark.sum",
                  "-p",
                  "bytes=" + parameter,
                  "-prof",
                  "gc",
                  "-v",
                  "SILENT",
                  "-rf",
                  "json",
                  "-rff",
                  result.toString())));
      Map<Integer, JsonNode> scores = new LinkedHashMap<>();
      for (JsonNode score : new ObjectMapper().readTree(result.toFile())) {
        scores.put(score.path("params").path("bytes").asInt(), score);
      }
      return scores;
    } finally {
      Files.delete(result);
    }
  }
}
