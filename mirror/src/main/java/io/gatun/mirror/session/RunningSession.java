package io.gatun.mirror.session;

import io.gatun.mirror.engine.Program;
import io.gatun.mirror.engine.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A session with its lanes. Guarded by the {@link Mirror}. */
final class RunningSession {
  private final SessionConfig config;
  private final Map<EngineSite, Selector> selectors = new HashMap<>();
  private final List<LaneSite> lanes = new ArrayList<>();
  private final LaneTotals past;

  /**
   * @param past counters of lanes that it had before; it adds to them
   */
  RunningSession(SessionConfig config, LaneTotals past) {
    this.config = config;
    this.past = past;
  }

  SessionConfig config() {
    return config;
  }

  List<LaneSite> lanes() {
    return lanes;
  }

  LaneTotals past() {
    return past;
  }

  void add(EngineSite site, Selector selector) {
    selectors.put(site, selector);
  }

  void add(LaneSite lane) {
    lanes.add(lane);
  }

  boolean sees(TapSite tap, PortDirectory ports) {
    return config.sources().stream().anyMatch(source -> tap.isMeant(source, ports));
  }

  /** What the session does at the taps of {@code site}. */
  Program.Part part(EngineSite site) {
    Selector selector = selectors.get(site);
    if (selector == null) {
      throw new IllegalStateException(config.name() + " sees a tap of an lcore without lanes");
    }
    return new Program.Part(
        selector, lanes.stream().filter(l -> l.site() == site).map(LaneSite::lane).toList());
  }

  /** Counters of the lanes that it has and had. */
  LaneTotals totals() {
    LaneTotals sum = new LaneTotals();
    sum.add(past);
    lanes.forEach(lane -> sum.add(lane.lane().counters()));
    return sum;
  }

  Map<String, Object> values() {
    Map<String, Object> map = new LinkedHashMap<>();
    LaneTotals totals = totals();
    map.put("name", config.name());
    map.put("sources", config.sources().stream().map(Source::toString).toList());
    map.put("to", config.destinations().stream().map(Destination::text).toList());
    totals.putCounts(map);
    totals.putDetails(map);
    List<Map<String, Object>> rows = destinations();
    long held = 0;
    for (Map<String, Object> row : rows) {
      held += number(row, "waiting") + number(row, "in_flight");
    }
    map.put("held_now", held);
    map.put("held_longest_us", totals.longestMicros());
    map.put("latency_us", totals.latencyMicros());
    map.put("destinations", rows);
    return map;
  }

  private static long number(Map<String, Object> row, String key) {
    return row.get(key) instanceof Number number ? number.longValue() : 0;
  }

  private List<Map<String, Object>> destinations() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < config.destinations().size(); i++) {
      int index = i;
      rows.add(
          destination(
              config.destinations().get(i),
              lanes.stream().filter(lane -> lane.destination() == index).toList()));
    }
    return rows;
  }

  /** Queues are those of the port or file, which other sessions may use too. */
  private static Map<String, Object> destination(Destination what, List<LaneSite> mine) {
    LaneTotals totals = new LaneTotals();
    long waiting = 0;
    long mostWaiting = 0;
    long inFlight = 0;
    long mostInFlight = 0;
    for (LaneSite lane : mine) {
      totals.add(lane.lane().counters());
      waiting += lane.lane().waiting();
      mostWaiting = Math.max(mostWaiting, lane.lane().mostWaiting());
      inFlight += lane.outlet().outlet.depth();
      mostInFlight = Math.max(mostInFlight, lane.outlet().outlet.highWater());
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("to", what.text());
    row.put("completion", mine.isEmpty() ? "none" : mine.getFirst().outlet().outlet.completion());
    totals.putCounts(row);
    row.put("waiting", waiting);
    row.put("most_waiting", mostWaiting);
    row.put("in_flight", inFlight);
    row.put("most_in_flight", mostInFlight);
    return row;
  }
}
