package io.gatun.pmd.session;

import io.gatun.pmd.observe.LcoreSample;
import io.gatun.pmd.observe.LiveTable;
import io.gatun.pmd.observe.PortSample;
import io.gatun.pmd.observe.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What every command says at its end. Control thread.
 *
 * <p>Packet counts are of the whole run; rates, idle time and allocation are of the time after the
 * first second, in which the JIT compiles the loop, unless too little is left after it.
 */
public final class SessionSummary implements AutoCloseable {
  private static final long MIN_MEASURED_NANOS = 500_000_000L;
  private static final long WARM_UP_NANOS = 1_000_000_000L;

  private final PortSession session;
  private final long start = System.nanoTime();
  private final Sample first;
  private Sample warm;
  private boolean isWarm;
  private Sample last;
  private long lostMbufs;
  private boolean ended;

  /** Takes the first readings of a session that has just started. */
  SessionSummary(PortSession session) {
    this.session = session;
    this.first = session.sample();
    this.warm = first;
    this.last = warm;
  }

  /** Called often while the session runs. */
  void tick(long elapsedNanos) {
    if (!isWarm && elapsedNanos >= WARM_UP_NANOS) {
      warm = session.sample();
      isWarm = true;
    }
  }

  /** Takes the last readings and ends the session. Idempotent. */
  void end() {
    if (!ended) {
      ended = true;
      last = session.sample();
      if (last.nanos() - warm.nanos() < MIN_MEASURED_NANOS) {
        warm = first;
      }
      lostMbufs = session.stop();
    }
  }

  /** Ends a session that failed before it came to {@link #end}. */
  @Override
  public void close() {
    end();
  }

  /** The readings at the end of the session. */
  public Sample last() {
    return last;
  }

  /** Seconds that rates are over: since the warm-up, more than 0. */
  public double measuredSeconds() {
    return Math.max((last.nanos() - warm.nanos()) / 1e9, 1e-9);
  }

  /**
   * What {@code --json} prints of any command, in its order: seconds, packets, mpps, tx_gbit_per_s,
   * dropped, rx_missed, lost_mbufs, allocated_bytes, ports, lcores. The map is the caller's, to put
   * its own values into.
   */
  public Map<String, Object> values() {
    double seconds = measuredSeconds();
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("seconds", round((last.nanos() - start) / 1e9));
    values.put("packets", session.packets());
    values.put("mpps", round(sumPackets(warm, last) / seconds / 1e6));
    values.put("tx_gbit_per_s", round(sumTxBytes(warm, last) * 8 / seconds / 1e9));
    values.put("dropped", last.ports().stream().mapToLong(PortSample::txDropped).sum());
    values.put("rx_missed", last.ports().stream().mapToLong(PortSample::rxMissed).sum());
    values.put("lost_mbufs", lostMbufs);
    values.put("allocated_bytes", allocated(warm, last));
    values.put("ports", ports());
    values.put("lcores", lcores(seconds));
    return values;
  }

  private List<Map<String, Object>> ports() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (PortSample port : last.ports()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("port", port.port());
      row.put("name", port.name());
      row.put("driver", port.driver());
      row.put("rx_packets", port.rxPackets());
      row.put("tx_packets", port.txPackets());
      row.put("rx_bytes", port.rxBytes());
      row.put("tx_bytes", port.txBytes());
      row.put("rx_missed", port.rxMissed());
      row.put("tx_dropped", port.txDropped());
      row.put("removed", session.isReleased(port.port()));
      rows.add(row);
    }
    return rows;
  }

  private List<Map<String, Object>> lcores(double seconds) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (LcoreSample lcore : last.lcores()) {
      LcoreSample before = before(lcore);
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("lcore", lcore.lcore());
      row.put("cpu", lcore.cpu());
      row.put("packets", lcore.packets());
      row.put("mpps", round((lcore.packets() - before.packets()) / seconds / 1e6));
      row.put("idle_percent", round(LiveTable.idlePercent(before, lcore)));
      rows.add(row);
    }
    return rows;
  }

  private LcoreSample before(LcoreSample now) {
    for (LcoreSample lcore : warm.lcores()) {
      if (lcore.lcore() == now.lcore()) {
        return lcore;
      }
    }
    return now;
  }

  private static double sumPackets(Sample before, Sample now) {
    return (double) now.lcores().stream().mapToLong(LcoreSample::packets).sum()
        - before.lcores().stream().mapToLong(LcoreSample::packets).sum();
  }

  private static double sumTxBytes(Sample before, Sample now) {
    return (double) now.ports().stream().mapToLong(PortSample::txBytes).sum()
        - before.ports().stream().mapToLong(PortSample::txBytes).sum();
  }

  private static long allocated(Sample before, Sample now) {
    return now.lcores().stream().mapToLong(LcoreSample::allocatedBytes).sum()
        - before.lcores().stream().mapToLong(LcoreSample::allocatedBytes).sum();
  }

  /**
   * The common values in one line for people.
   *
   * @param name key of {@code values} whose value the line starts with
   * @param values as {@link #values} gives them, and that one
   */
  public static String text(String name, Map<String, Object> values) {
    String line =
        String.format(
            Locale.ROOT,
            "%s: %s packets in %s s, %s Mpps, %s Gbit/s sent, %s dropped, %s missed, %s mbufs lost, %s bytes allocated",
            values.get(name),
            values.get("packets"),
            values.get("seconds"),
            values.get("mpps"),
            values.get("tx_gbit_per_s"),
            values.get("dropped"),
            values.get("rx_missed"),
            values.get("lost_mbufs"),
            values.get("allocated_bytes"));
    return line + removed(values);
  }

  private static String removed(Map<String, Object> values) {
    StringBuilder text = new StringBuilder();
    if (values.get("ports") instanceof List<?> rows) {
      for (Object row : rows) {
        if (row instanceof Map<?, ?> port && Boolean.TRUE.equals(port.get("removed"))) {
          text.append(", port ").append(port.get("port")).append(" removed");
        }
      }
    }
    return text.toString();
  }

  /** Three digits behind the point: as exact as anything here is. */
  public static double round(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
