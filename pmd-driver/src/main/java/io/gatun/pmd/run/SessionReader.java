package io.gatun.pmd.run;

import io.gatun.pmd.Burst;
import io.gatun.pmd.session.SessionOptions;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The built-in section {@code session}: the options that every command has, by their names without
 * the hyphens. The command line has the last word.
 */
final class SessionReader {
  private static final List<String> KEYS =
      List.of(
          "rxd",
          "txd",
          "burst",
          "seconds",
          "until-idle",
          "stats-period",
          "mbufs",
          "mbcache",
          "idle",
          "promiscuous",
          "metrics",
          "json");

  private final ConfigNode node;
  private final Predicate<String> isOnCommandLine;

  /**
   * @param isOnCommandLine tells of an option such as {@code --burst} whether the user typed it
   */
  SessionReader(ConfigNode node, Predicate<String> isOnCommandLine) {
    this.node = node.allow(KEYS);
    this.isOnCommandLine = isOnCommandLine;
  }

  /** Writes into {@code options} what the file says and the command line does not. */
  void into(SessionOptions options) {
    int descriptors = SessionOptions.MAX_DESCRIPTORS;
    set("rxd", "--rxd", n -> options.rxDescriptors = n.integer(1, descriptors));
    set("txd", "--txd", n -> options.txDescriptors = n.integer(1, descriptors));
    set("burst", "--burst", n -> options.burst = n.integer(1, Burst.MAX_CAPACITY));
    set("seconds", "--seconds", n -> options.seconds = n.decimal(0));
    set("until-idle", "--until-idle", n -> options.untilIdle = n.duration());
    set("stats-period", "--stats-period", n -> options.statsPeriod = n.decimal(0));
    set("mbufs", "--mbufs", n -> options.mbufs = n.integer(0, SessionOptions.MAX_MBUFS));
    set("mbcache", "--mbcache", n -> options.mbufCache = n.integer(0, SessionOptions.MAX_MBUFS));
    set("idle", "--idle", n -> options.idle = n.oneOf(List.of(SessionOptions.Idle.values())));
    set("promiscuous", "--no-promiscuous", n -> options.noPromiscuous = !n.flag());
    set("metrics", "--metrics", n -> options.metrics = n.string());
    set("json", "--json", n -> options.json = n.flag());
  }

  private void set(String key, String option, Consumer<ConfigNode> setter) {
    node.find(key)
        .ifPresent(
            value -> {
              if (!isOnCommandLine.test(option)) {
                setter.accept(value);
              }
            });
  }
}
