package io.gatun.offload.plan;

import io.gatun.pmd.cli.TextTable;
import io.gatun.pmd.wire.TunnelType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The plans that a port gets for ordinary requests: what {@code gatun ports --offload} prints.
 * Needs no EAL, so that it can be made for a port that is not there.
 *
 * @param port whose
 * @param plans one for each request
 */
public record OffloadReport(PortCapabilities port, List<OffloadPlan> plans) {
  // Greatest widths of the columns of one plan.
  private static final int[] REASONS = {7, 18, 9, 66};
  private static final int FIRST_COLUMN = 26;
  private static final int CELL = 5;

  public OffloadReport {
    plans = List.copyOf(plans);
  }

  /**
   * Plans for packets without a tunnel, and for every tunnel over IPv4 and IPv6: MTU 1500, DF set,
   * the outer UDP checksum off over IPv4 and on over IPv6, as Linux has it.
   *
   * @param only the only tunnel to plan for; null for all
   */
  public static OffloadReport of(
      PortCapabilities port,
      @Nullable TunnelType only,
      OffloadPreference preference,
      Quirks quirks,
      SelfTestResults tests) {
    List<OffloadPlan> plans = new ArrayList<>();
    for (OffloadRequest request : requests(only, preference)) {
      plans.add(OffloadPlan.of(request, port, quirks, tests));
    }
    return new OffloadReport(port, plans);
  }

  /** As the former, for all tunnels, with automatic choice and the known quirks. */
  public static OffloadReport of(PortCapabilities port) {
    return of(port, null, OffloadPreference.AUTO, Quirks.KNOWN, SelfTestResults.NONE);
  }

  private static List<OffloadRequest> requests(
      @Nullable TunnelType only, OffloadPreference preference) {
    List<OffloadRequest> requests = new ArrayList<>();
    if (only == null) {
      requests.add(OffloadRequest.plain().preference(preference).build());
    }
    for (TunnelType tunnel : TunnelType.values()) {
      for (int version = 4; version <= 6 && (only == null || only == tunnel); version += 2) {
        requests.add(
            OffloadRequest.tunnel(tunnel)
                .outerIpVersion(version)
                .outerDontFragment(true)
                .outerUdpChecksum(tunnel.isUdp() && version == 6)
                .preference(preference)
                .build());
      }
    }
    return requests;
  }

  /** An array with one object for each plan. */
  public List<Map<String, Object>> toJson() {
    List<Map<String, Object>> json = new ArrayList<>();
    for (OffloadPlan plan : plans) {
      Map<String, Object> object = new LinkedHashMap<>();
      TunnelType tunnel = plan.request().tunnel();
      object.put("tunnel", tunnel == null ? "none" : tunnel.label());
      object.put("outer_ip", tunnel == null ? null : plan.request().outerIpVersion());
      object.putAll(plan.toJson());
      json.add(object);
    }
    return json;
  }

  /**
   * One plan as a table with reasons; several as a table of {@code hw}, {@code sw} and {@code -}
   * with the numbers of the reasons below it.
   */
  public String toText() {
    return plans.size() <= 2 ? details() : overview();
  }

  private String details() {
    StringBuilder out = new StringBuilder();
    for (OffloadPlan plan : plans) {
      out.append("  %s: %s%n".formatted(title(plan), plan.shape()));
      TextTable table = new TextTable(REASONS);
      for (Direction direction : Direction.values()) {
        for (Pass pass : Pass.values()) {
          plan.decisions(pass, direction)
              .forEach(
                  (operation, decision) ->
                      table.row(
                          pass.name().toLowerCase(Locale.ROOT),
                          operation.label(),
                          decision.placement().name(),
                          decision.reason()));
        }
      }
      out.append(table.render("    "));
    }
    return out.toString();
  }

  private String overview() {
    int[] widths = new int[plans.size() + 1];
    Arrays.fill(widths, CELL);
    widths[0] = FIRST_COLUMN;
    TextTable table = new TextTable(widths);
    String[] head = new String[widths.length];
    head[0] = "";
    for (int i = 0; i < plans.size(); i++) {
      head[i + 1] = shortTitle(plans.get(i));
    }
    table.row(head);
    Set<String> reasons = new LinkedHashSet<>();
    List<String> numbered = new ArrayList<>();
    for (Direction direction : Direction.values()) {
      for (Pass pass : Pass.values()) {
        for (Operation operation : Operation.of(pass, direction)) {
          table.row(row(direction, pass, operation, reasons, numbered));
        }
      }
    }
    StringBuilder out = new StringBuilder(table.render("  "));
    out.append("  hw: the NIC, sw: Gatun, -: nobody. The numbers are reasons:\n");
    TextTable list = new TextTable(4, 100);
    for (int i = 0; i < numbered.size(); i++) {
      list.row(Integer.toString(i + 1), numbered.get(i));
    }
    return out.append(list.render("  ")).toString();
  }

  private String[] row(
      Direction direction,
      Pass pass,
      Operation operation,
      Set<String> known,
      List<String> numbered) {
    String[] row = new String[plans.size() + 1];
    row[0] =
        (direction == Direction.TRANSMIT ? "tx " : "rx ")
            + pass.name().toLowerCase(Locale.ROOT)
            + " "
            + operation.label();
    for (int i = 0; i < plans.size(); i++) {
      Decision decision = plans.get(i).decision(pass, operation);
      if (known.add(decision.reason())) {
        numbered.add(decision.reason());
      }
      String who =
          switch (decision.placement()) {
            case HARDWARE -> "hw ";
            case SOFTWARE -> "sw ";
            case NONE -> "- ";
          };
      row[i + 1] = who + (numbered.indexOf(decision.reason()) + 1);
    }
    return row;
  }

  private static String title(OffloadPlan plan) {
    TunnelType tunnel = plan.request().tunnel();
    return tunnel == null
        ? "no tunnel"
        : "%s over IPv%d".formatted(tunnel.label(), plan.request().outerIpVersion());
  }

  /** At most two words of {@link #CELL} characters, one below the other. */
  private static String shortTitle(OffloadPlan plan) {
    TunnelType tunnel = plan.request().tunnel();
    if (tunnel == null) {
      return "none";
    }
    String name =
        switch (tunnel) {
          case VXLAN_GPE -> "gpe";
          case GENEVE -> "genev";
          case VXLAN, NVGRE, GRE, IPIP -> tunnel.label();
        };
    return name + " IPv" + plan.request().outerIpVersion();
  }
}
