package io.gatun.offload.plan;

import io.gatun.pmd.wire.TunnelType;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code gatun ports --self-test} found out about one NIC. Immutable.
 *
 * @param when the time of the test; null when there was none
 * @param outcomes by {@link #key}
 */
public record SelfTestResults(@Nullable Instant when, Map<String, Outcome> outcomes) {
  /** How a check ended. */
  public enum Status {
    /** The bytes that arrived are the expected ones. */
    PASSED,
    /** Other bytes arrived, or the driver refused the packet. */
    FAILED,
    /** The port does not claim it, so it was not tried. */
    NOT_OFFERED,
    /** A frame without any offload arrives, this one does not. */
    NOTHING_CAME_BACK
  }

  /**
   * How a check ended.
   *
   * @param status in a word
   * @param detail what differs; empty when passed
   */
  public record Outcome(Status status, String detail) {
    /** Whether the NIC claims it and does not do it. */
    public boolean isFailure() {
      return status == Status.FAILED || status == Status.NOTHING_CAME_BACK;
    }
  }

  /** No test was made. */
  public static final SelfTestResults NONE = new SelfTestResults(null, Map.of());

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneOffset.UTC);

  public SelfTestResults {
    outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes));
  }

  /** The name of a check: a feature, and the tunnel where it is about tunnels. */
  public static String key(Feature feature, @Nullable TunnelType tunnel) {
    return feature.isTunnelled() && tunnel != null
        ? feature.label() + "/" + tunnel.label()
        : feature.label();
  }

  /** These results, of that time. */
  public SelfTestResults at(Instant time) {
    return new SelfTestResults(time, outcomes);
  }

  /** These results with one more. */
  public SelfTestResults with(Feature feature, @Nullable TunnelType tunnel, Outcome outcome) {
    Map<String, Outcome> more = new LinkedHashMap<>(outcomes);
    more.put(key(feature, tunnel), outcome);
    return new SelfTestResults(when, more);
  }

  /** What {@code gatun ports --json} prints; null when there was no test. */
  public @Nullable Map<String, Object> toJson() {
    if (when == null) {
      return null;
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("when", when.toString());
    Map<String, Object> checks = new LinkedHashMap<>();
    outcomes.forEach(
        (check, outcome) -> {
          Map<String, Object> value = new LinkedHashMap<>();
          value.put("status", outcome.status().name());
          value.put("detail", outcome.detail());
          checks.put(check, value);
        });
    json.put("checks", checks);
    return json;
  }

  /** Whether the NIC was seen to do it. */
  public boolean passed(Feature feature, @Nullable TunnelType tunnel) {
    Outcome outcome = outcomes.get(key(feature, tunnel));
    return outcome != null && outcome.status() == Status.PASSED;
  }

  /** Why the NIC is not to be trusted with it, as a clause; null when nothing speaks against it. */
  public @Nullable String failure(Feature feature, @Nullable TunnelType tunnel) {
    Outcome outcome = outcomes.get(key(feature, tunnel));
    if (outcome == null || !outcome.isFailure()) {
      return null;
    }
    // A damaged frame may well be dropped by what lies between the ports: a bridge, a switch.
    if (feature.isReceive() && outcome.status() == Status.NOTHING_CAME_BACK) {
      return null;
    }
    return "the self-test of %s failed: %s: %s"
        .formatted(
            when == null ? "an unknown date" : DATE.format(when),
            key(feature, tunnel),
            outcome.status() == Status.NOTHING_CAME_BACK ? "nothing came back" : outcome.detail());
  }
}
