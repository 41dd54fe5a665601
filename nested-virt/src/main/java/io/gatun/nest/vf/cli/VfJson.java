package io.gatun.nest.vf.cli;

import io.gatun.nest.link.VfLink;
import io.gatun.nest.sysfs.IommuGroup;
import io.gatun.nest.sysfs.PciAddress;
import io.gatun.nest.sysfs.PciBus;
import io.gatun.nest.sysfs.PciFunction;
import io.gatun.nest.vf.Inventory;
import io.gatun.nest.vf.PhysicalFunction;
import io.gatun.nest.vf.Readback;
import io.gatun.nest.vf.Usage;
import io.gatun.nest.vf.VirtualFunction;
import io.gatun.pmd.PciConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON documents of {@code gatun vf}; keys are never left out, and null where nothing is. */
final class VfJson {
  private VfJson() {}

  static Map<String, @Nullable Object> list(Inventory inventory) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put(
        "physical_functions",
        inventory.physicalFunctions().stream().map(VfJson::physical).toList());
    if (inventory.physicalFunctions().isEmpty()) {
      json.put("reason", inventory.reason());
    }
    return json;
  }

  static Map<String, @Nullable Object> physical(PhysicalFunction physical) {
    Map<String, @Nullable Object> json = function(physical.function());
    json.put("up", physical.link() == null ? null : physical.link().isUp());
    json.put("carrier", physical.link() == null ? null : physical.link().hasCarrier());
    json.put("mtu", physical.link() == null ? null : physical.link().mtu());
    json.put("speed_mbps", physical.speedMbps() == 0 ? null : physical.speedMbps());
    json.put("problem", physical.linkProblem());
    json.put("total_vfs", physical.sriov().totalVfs());
    json.put("num_vfs", physical.sriov().numVfs());
    json.put("offset", physical.sriov().offset());
    json.put("stride", physical.sriov().stride());
    json.put("vf_device", physical.sriov().vfDevice() < 0 ? null : vfId(physical));
    json.put("autoprobe", physical.sriov().isAutoprobed());
    json.put(
        "virtual_functions", physical.virtualFunctions().stream().map(VfJson::virtual).toList());
    return json;
  }

  private static String vfId(PhysicalFunction physical) {
    return "%04x:%04x"
        .formatted(physical.function().id().vendor() & 0xffff, physical.sriov().vfDevice());
  }

  static Map<String, @Nullable Object> virtual(VirtualFunction virtual) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("index", virtual.index());
    json.putAll(function(virtual.function()));
    VfLink link = virtual.link();
    for (String key : PROPERTIES) {
      json.put(key, link == null ? null : Readback.values(link).get(key));
    }
    putUsage(json, virtual.usage());
    return json;
  }

  private static final List<String> PROPERTIES =
      List.of(
          "mac",
          "vlan",
          "qos",
          "vlan_protocol",
          "spoof_check",
          "trust",
          "link_state",
          "min_tx_rate",
          "max_tx_rate");

  private static void putUsage(Map<String, @Nullable Object> json, Usage usage) {
    List<Map<String, @Nullable Object>> uses = new ArrayList<>();
    for (Usage.Use use : usage.uses()) {
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("kind", use.kind().name().toLowerCase(java.util.Locale.ROOT));
      entry.put("text", use.text());
      entry.put("pid", use.holder() == null ? null : use.holder().pid());
      entry.put("command", use.holder() == null ? null : use.holder().command());
      entry.put("guest", use.holder() == null ? null : use.holder().guest());
      uses.add(entry);
    }
    json.put("in_use_by", uses);
    json.put("in_use_known", usage.isKnown());
  }

  private static Map<String, @Nullable Object> function(PciFunction function) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("address", function.address().toString());
    json.put(
        "interface", function.interfaces().isEmpty() ? null : function.interfaces().getFirst());
    json.put("id", function.id().toString());
    json.put("driver", function.driver());
    json.put("driver_override", function.driverOverride());
    json.put("iommu_group", function.iommuGroup() < 0 ? null : function.iommuGroup());
    json.put("numa_node", function.numaNode() < 0 ? null : function.numaNode());
    return json;
  }

  /** One function, whatever it is, with its group and the way to it. */
  static Map<String, @Nullable Object> show(Inventory inventory, PciFunction function, PciBus bus) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    PhysicalFunction physical = inventory.physical(function.address());
    PhysicalFunction parent = inventory.physicalOf(function);
    if (physical != null) {
      json.put("kind", "physical");
      json.putAll(physical(physical));
    } else if (parent != null) {
      json.put("kind", "virtual");
      json.put("physical_function", parent.function().address().toString());
      parent.virtualFunctions().stream()
          .filter(virtual -> virtual.function().address().equals(function.address()))
          .forEach(virtual -> json.putAll(virtual(virtual)));
    } else {
      json.put("kind", "plain");
      json.putAll(function(function));
      putUsage(json, inventory.usage(function));
    }
    json.put("group", function.iommuGroup() < 0 ? null : group(function, bus));
    json.put("acs", acs(function.address(), bus));
    json.put(
        "bridges",
        bus.bridgesAbove(function.address()).stream()
            .map(address -> Map.of("address", address.toString(), "acs", acs(address, bus)))
            .toList());
    return json;
  }

  private static Map<String, Object> group(PciFunction function, PciBus bus) {
    IommuGroup group = bus.iommuGroup(function.iommuGroup());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("number", group.number());
    json.put("type", group.type());
    json.put("no_iommu", group.isMadeUp());
    json.put(
        "members",
        group.members().stream()
            .map(
                address -> {
                  Map<String, @Nullable Object> member = new LinkedHashMap<>();
                  member.put("address", address.toString());
                  member.put("driver", bus.driver(address));
                  return member;
                })
            .toList());
    json.put(
        "obstacles",
        bus.obstacles(group, function.address()).stream()
            .map(obstacle -> obstacle.address().toString())
            .toList());
    return json;
  }

  /**
   * Of a function or a bridge: {@code isolating}, {@code partial}, {@code none}, {@code unknown}.
   */
  private static String acs(PciAddress address, PciBus bus) {
    PciConfig config = bus.config(address);
    if (!config.isReadable()) {
      return "unknown";
    }
    PciConfig.Acs acs = config.acs();
    if (acs == null) {
      return "none";
    }
    return acs.isIsolating() ? "isolating" : "partial";
  }
}
