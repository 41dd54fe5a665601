package io.gatun.hw.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A command of this installation's {@code gatun} that ends by itself and says how it went as JSON,
 * its last line.
 */
final class GatunRun {
  /** The first second is the JIT's, and the commands do not count it. */
  private static final double WARM_UP_SECONDS = 1;

  /**
   * The JVM itself may allocate some hundred bytes once, when it throws compiled code away. A path
   * that allocates for packets needs an object a burst at least: hundreds of times as much.
   */
  private static final long PACKETS_PER_BYTE = 100;

  private GatunRun() {}

  /**
   * Runs it for a warm-up and {@code seconds} more.
   *
   * @param eal arguments for EAL, without a file prefix
   * @param options of the command, without {@code --seconds} and {@code --json}
   * @throws IOException if it failed, allocated memory for its packets or lost a packet buffer:
   *     such a rate is not worth comparing
   */
  static JsonNode measure(String command, List<String> eal, List<String> options, double seconds)
      throws IOException, InterruptedException {
    List<String> timed = new ArrayList<>(options);
    timed.add("--seconds=" + (seconds + WARM_UP_SECONDS));
    JsonNode summary = run(command, eal, timed);
    if (summary.path("lost_mbufs").asLong(-1) != 0) {
      throw new IOException("gatun %s: lost_mbufs is not 0: %s".formatted(command, summary));
    }
    long allocated = summary.path("allocated_bytes").asLong(Long.MAX_VALUE);
    if (allocated > summary.path("packets").asLong() / PACKETS_PER_BYTE) {
      throw new IOException("gatun %s allocates for its packets: %s".formatted(command, summary));
    }
    return summary;
  }

  /**
   * Runs it until it ends by itself.
   *
   * @param command such as forward
   * @param eal arguments for EAL, without a file prefix
   * @param options of the command, without {@code --json}
   */
  static JsonNode run(String command, List<String> eal, List<String> options)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(eal);
    try (EalPrefix prefix = EalPrefix.take()) {
      arguments.add(prefix.argument());
      arguments.add("--");
      arguments.addAll(options);
      arguments.addAll(List.of("--stats-period=0", "--json"));
      List<String> lines = Program.run(Program.gatun(arguments)).strip().lines().toList();
      if (lines.isEmpty()) {
        throw new IOException("gatun " + String.join(" ", arguments) + " printed nothing");
      }
      return new ObjectMapper().readTree(lines.getLast());
    }
  }
}
