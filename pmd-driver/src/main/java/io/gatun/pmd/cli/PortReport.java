package io.gatun.pmd.cli;

import io.gatun.pmd.LinkStatus;
import io.gatun.pmd.OffloadNames;
import io.gatun.pmd.PortInfo;
import io.gatun.pmd.RssType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A port as {@code gatun ports} prints it.
 *
 * @param port DPDK's number
 * @param info what the driver says
 * @param link state of the link now
 * @param mtu MTU now, in bytes
 * @param rxOffloads names of {@link PortInfo#rxOffloads}
 * @param txOffloads names of {@link PortInfo#txOffloads}
 */
record PortReport(
    int port,
    PortInfo info,
    LinkStatus link,
    int mtu,
    OffloadNames rxOffloads,
    OffloadNames txOffloads) {
  // Greatest widths of the columns; with the gaps no line has more than 110 characters.
  private static final int[] OVERVIEW = {5, 18, 16, 17, 12, 4, 9, 13};
  private static final int[] DETAILS = {11, 95};
  private static final int[] OFFLOADS = {11, 30, 30, 30};
  private static final String INDENT = "  ";

  /** Looks the names of the offloads up, for which DPDK must be loaded. */
  static PortReport of(int port, PortInfo info, LinkStatus link, int mtu) {
    return new PortReport(
        port,
        info,
        link,
        mtu,
        OffloadNames.ofRx(info.rxOffloads()),
        OffloadNames.ofTx(info.txOffloads()));
  }

  /** What becomes an object of the array that {@code --json} prints. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("port", port);
    json.put("name", info.name());
    json.put("driver", info.driver());
    json.put("mac", info.mac().toString());
    json.put("link", linkJson());
    json.put("numa_node", info.socket());
    json.put("max_rx_queues", info.maxRxQueues());
    json.put("max_tx_queues", info.maxTxQueues());
    json.put("rx_descriptors", descriptorsJson(info.rxDescriptors()));
    json.put("tx_descriptors", descriptorsJson(info.txDescriptors()));
    json.put("mtu", mtu);
    json.put("min_mtu", info.minMtu());
    json.put("max_mtu", info.maxMtu());
    json.put("rss", rssJson());
    json.put("rx_offloads", offloadsJson(rxOffloads));
    json.put("tx_offloads", offloadsJson(txOffloads));
    json.put("link_interrupt", info.linkInterrupt());
    json.put("removal_interrupt", info.removalInterrupt());
    return json;
  }

  private Map<String, Object> linkJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("up", link.up());
    json.put("speed_mbps", link.speedMbps() < 0 ? null : link.speedMbps());
    json.put("full_duplex", link.fullDuplex());
    return json;
  }

  private static Map<String, Object> descriptorsJson(PortInfo.Descriptors limits) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("min", limits.min());
    json.put("max", limits.max());
    json.put("align", limits.align());
    return json;
  }

  private Map<String, Object> rssJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("types", RssType.names(info.rssTypes()));
    json.put("key_bytes", info.rssKeyLength());
    json.put("table_entries", info.rssTableSize());
    return json;
  }

  private static Map<String, Object> offloadsJson(OffloadNames names) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("inner", names.inner());
    json.put("outer", names.outer());
    json.put("other", names.other());
    return json;
  }

  /** An overview with one line a port, then the details of each. */
  static String toText(List<PortReport> reports) {
    TextTable overview = new TextTable(OVERVIEW);
    overview.row("port", "name", "driver", "MAC", "link", "NUMA", "rxq/txq", "MTU");
    for (PortReport report : reports) {
      overview.row(report.overview());
    }
    StringBuilder out = new StringBuilder(overview.render(""));
    for (PortReport report : reports) {
      out.append('\n').append(report.details());
    }
    return out.toString();
  }

  private String[] overview() {
    return new String[] {
      Integer.toString(port),
      info.name(),
      info.driver(),
      info.mac().toString(),
      linkText(),
      info.socket() < 0 ? "-" : Integer.toString(info.socket()),
      info.maxRxQueues() + "/" + info.maxTxQueues(),
      info.minMtu() + " to " + info.maxMtu()
    };
  }

  /** Such as {@code up 2.5G full}: bit/s and duplex. */
  private String linkText() {
    if (!link.up()) {
      return "down";
    }
    String speed;
    if (link.speedMbps() < 0) {
      speed = "?";
    } else if (link.speedMbps() < 1000) {
      speed = link.speedMbps() + "M";
    } else {
      speed = String.format(Locale.ROOT, "%.1fG", link.speedMbps() / 1000.0).replace(".0G", "G");
    }
    return "up " + speed + (link.fullDuplex() ? " full" : " half");
  }

  private String details() {
    TextTable limits = new TextTable(DETAILS);
    limits.row(
        "descriptors",
        "rx %s; tx %s".formatted(limits(info.rxDescriptors()), limits(info.txDescriptors())));
    limits.row("RSS", rssText());
    TextTable offloads = new TextTable(OFFLOADS);
    offloads.row("", "inner", "outer", "other");
    addOffloads(offloads, "rx offloads", rxOffloads);
    addOffloads(offloads, "tx offloads", txOffloads);
    return "port %d, %s (%s), MTU now %d%n".formatted(port, info.name(), info.driver(), mtu)
        + limits.render(INDENT)
        + offloads.render(INDENT);
  }

  private static void addOffloads(TextTable table, String title, OffloadNames names) {
    table.row(title, words(names.inner()), words(names.outer()), words(names.other()));
  }

  private static String limits(PortInfo.Descriptors limits) {
    return "%d to %d%s"
        .formatted(
            limits.min(), limits.max(), limits.align() > 1 ? " in steps of " + limits.align() : "");
  }

  private String rssText() {
    if (info.rssTypes() == 0) {
      return "none";
    }
    return "key of %d bytes, table of %d entries: %s"
        .formatted(info.rssKeyLength(), info.rssTableSize(), words(RssType.names(info.rssTypes())));
  }

  private static String words(List<String> names) {
    return names.isEmpty() ? "-" : String.join(" ", names);
  }
}
