package io.gatun.offload.flow;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One function of a tunnel and where it runs: what {@code gatun ports --offload} and the telemetry
 * show.
 *
 * @param name the rule and the function, such as {@code vxlan 42: mark}
 * @param placement where it runs
 * @param reason in words: who took it, or why not
 */
public record RuleReport(String name, Placement placement, String reason) {
  /** Where a function runs. */
  public enum Placement {
    HARDWARE,
    SOFTWARE
  }

  /** An object with {@code rule}, {@code placement} and {@code reason}. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rule", name);
    json.put("placement", placement.name());
    json.put("reason", reason);
    return json;
  }

  @Override
  public String toString() {
    return "%s: %s: %s".formatted(name, placement, reason);
  }
}
