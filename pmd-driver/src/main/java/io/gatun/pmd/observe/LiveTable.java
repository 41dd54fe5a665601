package io.gatun.pmd.observe;

import java.util.Locale;

/**
 * The table that {@code forward} and {@code top} print every period: rates between two samples.
 *
 * <p>Mpps are million packets per second. Gbit/s count the bytes of the frame as the driver does
 * (without preamble, gap and, in most drivers, CRC).
 */
public final class LiveTable {
  private LiveTable() {}

  /** Renders the rates from {@code before} to {@code now}, one line a port and an lcore. */
  public static String render(Sample before, Sample now, double elapsedSeconds) {
    double seconds = Math.max((now.nanos() - before.nanos()) / 1e9, 1e-9);
    StringBuilder out = new StringBuilder(512);
    out.append(
        String.format(
            Locale.ROOT,
            "%7.1fs %-18s %-12s %4s %9s %9s %9s %9s %10s %10s%n",
            elapsedSeconds,
            "port",
            "driver",
            "link",
            "rx Mpps",
            "rx Gbit/s",
            "tx Mpps",
            "tx Gbit/s",
            "rx missed",
            "tx drops"));
    for (PortSample port : now.ports()) {
      PortSample old = before.port(port.port());
      out.append(
          String.format(
              Locale.ROOT,
              "         %-18s %-12s %4s %9.3f %9.3f %9.3f %9.3f %10d %10d%n",
              port.port() + " " + port.name(),
              port.driver(),
              port.up() ? "up" : "down",
              (port.rxPackets() - old.rxPackets()) / seconds / 1e6,
              (port.rxBytes() - old.rxBytes()) * 8 / seconds / 1e9,
              (port.txPackets() - old.txPackets()) / seconds / 1e6,
              (port.txBytes() - old.txBytes()) * 8 / seconds / 1e9,
              port.rxMissed() - old.rxMissed(),
              port.txDropped() - old.txDropped()));
    }
    for (LcoreSample lcore : now.lcores()) {
      LcoreSample old = before.lcore(lcore.lcore());
      out.append(
          String.format(
              Locale.ROOT,
              "         %-18s %-12s      %9.3f Mpps %7.1f %% idle%n",
              "lcore " + lcore.lcore(),
              lcore.cpu() < 0 ? "any cpu" : "cpu " + lcore.cpu(),
              (lcore.packets() - old.packets()) / seconds / 1e6,
              idlePercent(old, lcore)));
    }
    return out.toString();
  }

  /** Share of the time between two samples in which the lcore found nothing to do, 0 to 100. */
  public static double idlePercent(LcoreSample before, LcoreSample now) {
    long busy = now.busyNanos() - before.busyNanos();
    long idle = now.idleNanos() - before.idleNanos();
    long all = busy + idle;
    return all <= 0 ? 0 : 100.0 * idle / all;
  }
}
