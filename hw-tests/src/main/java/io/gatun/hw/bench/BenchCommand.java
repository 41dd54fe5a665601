package io.gatun.hw.bench;

import io.gatun.pmd.cli.Command;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.Main;
import io.gatun.pmd.cli.UsageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** {@code gatun bench}. */
@CommandLine.Command(
    name = "bench",
    description = "Measure Gatun beside the C programs that people use and print the ratios.",
    sortOptions = false)
public final class BenchCommand implements Command {
  @CommandLine.Parameters(
      paramLabel = "WHAT",
      description = {
        "forward: io and macswap against dpdk-testpmd, allocation, calls, start-up;",
        "overlay: tunnels against OVS-DPDK, checksums against testpmd's csum engine, segmentation"
            + " against rte_gso, the checksum alone against gcc;",
        "mirror: what mirroring costs, beside OVS-DPDK's mirror and copies"
      })
  private String what = "";

  @CommandLine.Option(
      names = "--pairs",
      defaultValue = "7",
      description = "Alternating pairs of runs for each line (default: ${DEFAULT-VALUE})")
  private int pairs = 7;

  @CommandLine.Option(
      names = "--seconds",
      defaultValue = "2",
      description = "Measured time of each run, after warm-up (default: ${DEFAULT-VALUE})")
  private double seconds = 2;

  @CommandLine.Option(names = "--only", description = "Measure only lines whose name contains this")
  private String only = "";

  @CommandLine.Option(names = "--json", description = "Print one JSON object at the end")
  private boolean json;

  /** For ServiceLoader. */
  public BenchCommand() {}

  @Override
  public boolean usesEal() {
    return false;
  }

  @Override
  public int run(List<String> ealArguments) throws Exception {
    if (pairs < 1 || !(seconds >= 0.5 && seconds <= 600)) {
      throw new UsageException(
          "--pairs %d, --seconds %s: at least 1 pair and 0.5 to 600 seconds are needed"
              .formatted(pairs, seconds));
    }
    List<Bench> benches = benches(new Effort(pairs, seconds));
    Leftovers.removeAtExit();
    Results results =
        new Results(only, ratio -> (json ? System.err : System.out).println(ratio.toText()));
    for (Bench bench : benches) {
      bench.run(results);
    }
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("benchmark", what);
      result.put("ratios", results.ratios());
      if (!results.reaches().isEmpty()) {
        result.put("reaches", results.reaches());
      }
      result.put("skipped", results.skipped());
      result.put("failed", results.failed());
      System.out.println(Json.text(result));
    } else {
      results.reaches().forEach(reach -> System.out.println(reach.toText()));
      results
          .skipped()
          .forEach((name, reason) -> System.out.println(name + ": skipped, " + reason));
    }
    results.failed().forEach((name, reason) -> System.err.println(name + ": failed, " + reason));
    return results.failed().isEmpty() ? Main.DONE : Main.FAILED;
  }

  private List<Bench> benches(Effort effort) {
    return switch (what) {
      case "forward" -> List.of(new ForwardBench(effort));
      case "overlay" ->
          List.of(
              new TunnelBench(effort),
              new EngineBench(effort),
              new SegmentationBench(effort),
              new ChecksumBench(effort));
      case "mirror" -> List.of(new MirrorBench(effort));
      default ->
          throw new UsageException(
              "\"" + what + "\" is no benchmark; there are forward, overlay and mirror");
    };
  }
}
