package io.gatun.mirror.session;

import io.gatun.mirror.engine.BufferTable;
import io.gatun.mirror.engine.IngressTap;
import io.gatun.pmd.Port;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What users see of a mirror: summary, telemetry, table. */
public final class MirrorReport {
  private final List<BufferTable> tables;
  private final List<TapSite> taps;
  private final LaneTotals totals;
  private final List<Map<String, Object>> sessions;
  private final List<SharedFile> files;

  MirrorReport(
      List<BufferTable> tables,
      List<TapSite> taps,
      LaneTotals totals,
      List<Map<String, Object>> sessions,
      List<SharedFile> files) {
    this.tables = tables;
    this.taps = taps;
    this.totals = totals;
    this.sessions = sessions;
    this.files = files;
  }

  /**
   * Frames that destinations took, of all sessions that are and were; without those that a file
   * lost.
   */
  public long mirrored() {
    return totals.mirrored() - lost();
  }

  /** Packets that sessions wanted and no destination has. */
  public long dropped() {
    return totals.dropped() + lost();
  }

  private long lost() {
    return files.stream().mapToLong(shared -> shared.file.lost()).sum();
  }

  /** Bytes of the mirrored frames, without what was put before them. */
  public long bytes() {
    return totals.bytes();
  }

  /** Every file that was written and kept, the oldest first. */
  public List<String> files() {
    List<String> names = new ArrayList<>();
    for (SharedFile shared : files) {
      for (Path path : shared.file.files()) {
        String name = path.toString();
        if (!names.contains(name)) {
          names.add(name);
        }
      }
    }
    return names;
  }

  /** Numbers of the mirror as a whole, taps, sessions and files. */
  public Map<String, Object> values() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("held", tables.stream().mapToLong(BufferTable::held).sum());
    map.put("held_most", tables.stream().mapToLong(BufferTable::highWater).max().orElse(0));
    map.put("faults", tables.stream().mapToLong(BufferTable::faults).sum());
    map.put("taps", taps.stream().map(MirrorReport::tap).toList());
    map.put("sessions", sessions);
    map.put("files", files.stream().map(SharedFile::values).toList());
    return map;
  }

  private static Map<String, Object> tap(TapSite site) {
    Map<String, Object> row = new LinkedHashMap<>();
    Port port = site.port();
    if (port != null) {
      row.put("port", port.id());
      row.put("queue", site.queue());
    }
    row.put("direction", site.direction());
    row.put("completion", site.completion());
    row.put("first_depth", site.depth());
    row.put("first_most", site.most());
    if (site.tap() instanceof IngressTap ingress) {
      row.put("copies", ingress.copies());
    }
    return row;
  }

  /** The same as DPDK's telemetry takes it: lists only of texts, whole numbers. */
  public Map<String, Object> telemetry() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("mirrored", mirrored());
    map.put("dropped", dropped());
    map.put("bytes", bytes());
    values()
        .forEach(
            (key, value) -> {
              switch (key) {
                case "sessions" -> map.put(key, sessionsByName());
                case "taps", "files" -> map.put(key, byNumber((List<?>) value));
                default -> map.put(key, value);
              }
            });
    return map;
  }

  private Map<String, Object> sessionsByName() {
    Map<String, Object> byName = new LinkedHashMap<>();
    for (Map<String, Object> session : sessions) {
      byName.put(String.valueOf(session.get("name")), plain(session));
    }
    return byName;
  }

  private static Map<String, Object> byNumber(List<?> list) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < list.size(); i++) {
      map.put(Integer.toString(i), plain(list.get(i)));
    }
    return map;
  }

  private static Object plain(Object value) {
    return switch (value) {
      case Double number -> Math.round(number);
      case Map<?, ?> map -> {
        Map<String, Object> plain = new LinkedHashMap<>();
        map.forEach((key, item) -> plain.put(String.valueOf(key), plain(item)));
        yield plain;
      }
      case List<?> list when !list.isEmpty() && list.getFirst() instanceof Map -> byNumber(list);
      default -> value;
    };
  }

  /** Lines below the live table: one for each session. */
  public String table() {
    StringBuilder text = new StringBuilder();
    for (Map<String, Object> session : sessions) {
      text.append(
          String.format(
              Locale.ROOT,
              "mirror %s: %s matched, %s mirrored, dropped %s, held now %s, longest %s us%n",
              session.get("name"),
              session.get("matched"),
              session.get("mirrored"),
              session.get("dropped"),
              session.get("held_now"),
              session.get("held_longest_us")));
    }
    return text.toString();
  }
}
