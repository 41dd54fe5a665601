package io.gatun.nest.vf.cli;

import io.gatun.nest.link.VfLink;
import io.gatun.nest.vf.Inventory;
import io.gatun.nest.vf.PhysicalFunction;
import io.gatun.nest.vf.VirtualFunction;
import io.gatun.pmd.cli.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code gatun vf} prints for people. */
final class VfText {
  private static final int[] COLUMNS = {3, 16, 12, 17, 12, 10, 5, 28, 40};

  private VfText() {}

  static String list(Inventory inventory) {
    if (inventory.physicalFunctions().isEmpty()) {
      return "no physical function: " + inventory.reason() + System.lineSeparator();
    }
    StringBuilder text = new StringBuilder();
    for (PhysicalFunction physical : inventory.physicalFunctions()) {
      text.append(physical(physical));
    }
    return text.toString();
  }

  static String physical(PhysicalFunction physical) {
    String link =
        physical.link() == null
            ? physical.linkProblem()
            : "%s, MTU %d".formatted(physical.link().isUp() ? "up" : "down", physical.link().mtu());
    String head =
        "%s, %s: %d of %d VFs, %s%s%n"
            .formatted(
                physical.function().describe(),
                physical.function().id(),
                physical.sriov().numVfs(),
                physical.sriov().totalVfs(),
                link,
                physical.sriov().isAutoprobed() ? "" : ", no driver for new VFs");
    if (physical.virtualFunctions().isEmpty()) {
      return head;
    }
    TextTable table = new TextTable(COLUMNS);
    table.row("VF", "address", "interface", "MAC", "VLAN", "driver", "group", "set", "in use by");
    physical.virtualFunctions().forEach(virtual -> table.row(row(virtual)));
    return head + table.render("  ");
  }

  private static String[] row(VirtualFunction virtual) {
    VfLink link = virtual.link();
    List<String> interfaces = virtual.function().interfaces();
    int group = virtual.function().iommuGroup();
    return new String[] {
      Integer.toString(virtual.index()),
      virtual.function().address().toString(),
      interfaces.isEmpty() ? "-" : interfaces.getFirst(),
      link == null || link.mac().value() == 0 ? "-" : link.mac().toString(),
      link == null || link.vlan() == 0 ? "-" : vlan(link),
      virtual.function().driver() == null ? "-" : virtual.function().driverText(),
      group < 0 ? "-" : Integer.toString(group),
      link == null ? "-" : settings(link),
      virtual.usage().text().isEmpty() ? "-" : virtual.usage().text()
    };
  }

  private static String vlan(VfLink link) {
    return "%d%s%s"
        .formatted(
            link.vlan(),
            link.qos() == 0 ? "" : " qos " + link.qos(),
            link.vlanProtocol().equals(VfLink.DOT1AD) ? " 802.1ad" : "");
  }

  /** What differs from how VFs usually are. */
  private static String settings(VfLink link) {
    List<String> words = new ArrayList<>();
    if (Boolean.TRUE.equals(link.trust())) {
      words.add("trust");
    }
    if (Boolean.FALSE.equals(link.spoofCheck())) {
      words.add("no spoof check");
    }
    if (link.linkState() != null && !link.linkState().equals("auto")) {
      words.add("link " + link.linkState());
    }
    if (link.minTxRate() != 0) {
      words.add("min " + link.minTxRate() + " Mbit/s");
    }
    if (link.maxTxRate() != 0) {
      words.add("max " + link.maxTxRate() + " Mbit/s");
    }
    return words.isEmpty() ? "-" : String.join(", ", words);
  }

  /** A document of {@code show}: a line a value, what is nested indented. */
  static String document(Map<String, ? extends @Nullable Object> json, String indent) {
    StringBuilder text = new StringBuilder();
    json.forEach((key, value) -> append(text, indent, key.replace('_', ' '), value));
    return text.toString();
  }

  private static void append(
      StringBuilder text, String indent, String key, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      text.append(indent).append(key).append(System.lineSeparator());
      map.forEach((name, inner) -> append(text, indent + "  ", String.valueOf(name), inner));
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      text.append(indent).append(key).append(System.lineSeparator());
      list.forEach(inner -> text.append(indent).append("  ").append(line(inner)).append('\n'));
    } else {
      String shown =
          value == null || value.equals("") || value.equals(List.of()) ? "-" : value + "";
      text.append("%s%-18s %s%n".formatted(indent, key, shown));
    }
  }

  /** One entry of a list in a line. */
  private static String line(@Nullable Object entry) {
    if (!(entry instanceof Map<?, ?> map)) {
      return String.valueOf(entry);
    }
    if (map.containsKey("text")) {
      return String.valueOf(map.get("text"));
    }
    List<String> words = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          if (value != null && !value.equals(List.of())) {
            words.add(key + " " + value);
          }
        });
    return String.join(", ", words);
  }
}
