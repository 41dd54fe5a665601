package io.gatun.mirror.session;

import io.gatun.mirror.engine.LaneCounters;
import io.gatun.mirror.engine.LatencyHistogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counters of several lanes, added up. One thread. */
final class LaneTotals {
  private static final double NANOS_PER_MICRO = 1e3;

  private long matched;
  private long mirrored;
  private long bytes;
  private long truncated;
  private long copied;
  private long chained;
  private long segments;
  private long dropped;
  private long longestNanos;
  private long[] latency = new long[0];
  private final Map<String, Long> reasons = new LinkedHashMap<>();
  private final List<LaneCounters> open = new ArrayList<>();

  /** Adds a lane that still counts: see {@link #fold}. */
  void addOpen(LaneCounters lane) {
    open.add(lane);
  }

  /** Adds a lane that {@link #addOpen} was given, and that counts no more. */
  void fold(LaneCounters lane) {
    open.remove(lane);
    add(lane);
  }

  /** Takes over what {@code other} has, and its lanes that still count. */
  void takeOver(LaneTotals other) {
    addFolded(other);
    open.addAll(other.open);
  }

  void add(LaneCounters lane) {
    matched += lane.matched();
    mirrored += lane.mirrored();
    bytes += lane.bytes();
    truncated += lane.truncated();
    copied += lane.copied();
    chained += lane.chained();
    segments += lane.extraSegments();
    longestNanos = Math.max(longestNanos, lane.longestNanos());
    addLatency(lane.latency().snapshot());
    Map<String, Long> more = lane.droppedByReason();
    more.forEach(this::addDropped);
  }

  /** Adds what {@code other} has now. */
  void add(LaneTotals other) {
    addFolded(other);
    other.open.forEach(this::add);
  }

  private void addFolded(LaneTotals other) {
    matched += other.matched;
    mirrored += other.mirrored;
    bytes += other.bytes;
    truncated += other.truncated;
    copied += other.copied;
    chained += other.chained;
    segments += other.segments;
    longestNanos = Math.max(longestNanos, other.longestNanos);
    addLatency(other.latency);
    other.reasons.forEach(this::addDropped);
  }

  private void addDropped(String reason, long packets) {
    reasons.merge(reason, packets, Long::sum);
    dropped += packets;
  }

  private void addLatency(long[] more) {
    if (latency.length < more.length) {
      latency = Arrays.copyOf(latency, more.length);
    }
    for (int i = 0; i < more.length; i++) {
      latency[i] += more[i];
    }
  }

  long mirrored() {
    return mirrored;
  }

  long bytes() {
    return bytes;
  }

  long dropped() {
    return dropped;
  }

  /** Matched, mirrored, dropped by reason. */
  void putCounts(Map<String, Object> into) {
    into.put("matched", matched);
    into.put("mirrored", mirrored);
    into.put("dropped", reasons);
  }

  /** Everything else that a session's summary has of its lanes. */
  void putDetails(Map<String, Object> into) {
    into.put("bytes", bytes);
    into.put("truncated", truncated);
    into.put("copied", copied);
    into.put("chained", chained);
    into.put("segments", segments);
  }

  double longestMicros() {
    return longestNanos / NANOS_PER_MICRO;
  }

  /** p50, p90, p99 and the longest, in microseconds. */
  Map<String, Object> latencyMicros() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("p50", percentile(0.50));
    map.put("p90", percentile(0.90));
    map.put("p99", percentile(0.99));
    map.put("max", longestMicros());
    return map;
  }

  /** A bucket's upper end, which is not longer than the longest of all. */
  private double percentile(double share) {
    return Math.min(LatencyHistogram.percentile(latency, share), longestNanos) / NANOS_PER_MICRO;
  }
}
