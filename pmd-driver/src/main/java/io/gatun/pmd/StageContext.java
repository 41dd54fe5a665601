package io.gatun.pmd;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a stage will work, and what the user said about it.
 *
 * @param lcore the lcore that will run it
 * @param rxPort where its packets come from; null where they come from several ports or are made
 * @param txPort where its packets go to; null where that is decided for each packet
 * @param pool the lcore's side of the pool that packets are received into
 * @param options what stood behind the name, as in {@code NAME:key=value,key=value}
 */
public record StageContext(
    Lcore lcore,
    @Nullable Port rxPort,
    @Nullable Port txPort,
    MempoolCache pool,
    Map<String, String> options) {
  public StageContext {
    options = Map.copyOf(options);
  }

  /** For a stage between two ports, without options. */
  public static StageContext between(Port rx, Port tx, Lcore lcore, MempoolCache pool) {
    return new StageContext(lcore, rx, tx, pool, Map.of());
  }

  /** The same place with these options. */
  public StageContext withOptions(Map<String, String> other) {
    return new StageContext(lcore, rxPort, txPort, pool, other);
  }

  /** The value of an option, or {@code otherwise} where the user has not given it. */
  public String option(String key, String otherwise) {
    return options.getOrDefault(key, otherwise);
  }

  /**
   * Refuses options that the stage does not know.
   *
   * @param stage name of the stage, for the message
   * @param known keys that it knows
   * @throws IllegalArgumentException naming the option and those that there are
   */
  public void allowOnly(String stage, String... known) {
    for (String key : options.keySet().stream().sorted().toList()) {
      if (!Arrays.asList(known).contains(key)) {
        throw new IllegalArgumentException(
            "stage %s: option \"%s\" is not known; %s"
                .formatted(
                    stage,
                    key,
                    known.length == 0 ? "it has none" : "there are " + String.join(", ", known)));
      }
    }
  }
}
