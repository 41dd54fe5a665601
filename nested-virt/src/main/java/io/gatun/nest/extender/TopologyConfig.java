package io.gatun.nest.extender;

import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Grant;
import io.gatun.nest.rpc.MachineTopology;
import io.gatun.nest.rpc.Names;
import io.gatun.nest.rpc.Topology;
import io.gatun.pmd.run.ConfigNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A topology, as {@code gatun nest apply} reads it: which machine at which level is to have which
 * interfaces.
 *
 * @param control the outermost extender's control socket
 * @param topology what the outermost level is told
 */
public record TopologyConfig(Path control, Topology topology) {
  /** An interface's name has at most 8 words: the guest's own, and one for each machine. */
  private static final int MAX_DEPTH = 7;

  /**
   * Reads a file.
   *
   * @throws io.gatun.pmd.run.ConfigException naming line, key, value and what is allowed
   */
  public static TopologyConfig read(Path file) {
    ConfigNode node = ConfigNode.read(file).allow("control", "machines");
    return new TopologyConfig(
        Path.of(node.required("control").string()),
        new Topology(List.of(), machines(node.required("machines"), 1)));
  }

  private static List<MachineTopology> machines(ConfigNode list, int depth) {
    if (depth > MAX_DEPTH) {
      throw list.error(
          "%d levels of machines are too many; allowed are %d".formatted(depth, MAX_DEPTH));
    }
    Set<String> names = new HashSet<>();
    return list.list().stream()
        .map(
            one -> {
              MachineTopology machine = machine(one, depth);
              once(one.required("name"), machine.name(), names);
              return machine;
            })
        .toList();
  }

  private static void once(ConfigNode node, String name, Set<String> names) {
    if (!names.add(name)) {
      throw node.error(name + " stands there twice: each may be there once");
    }
  }

  private static MachineTopology machine(ConfigNode node, int depth) {
    node.allow("name", "limits", "interfaces", "machines");
    if (node.find("interfaces").isPresent() == node.find("machines").isPresent()) {
      throw node.error("either interfaces (a guest) or machines (a hypervisor) are needed");
    }
    Set<String> names = new HashSet<>();
    List<AssignRequest> interfaces =
        node.find("interfaces").map(ConfigNode::list).orElse(List.of()).stream()
            .map(
                one -> {
                  AssignRequest request = NestConfig.wanted(one);
                  ConfigNode name = one.required("name");
                  name.as(Names::machine);
                  once(name, request.name(), names);
                  return request;
                })
            .toList();
    return new MachineTopology(
        node.required("name").as(Names::machine),
        node.find("limits").map(TopologyConfig::grant).orElse(Grant.ALL),
        interfaces,
        node.find("machines").map(list -> machines(list, depth + 1)).orElse(List.of()));
  }

  /** The same keys as in a level's own file; what is not there is as that grants it. */
  private static Grant grant(ConfigNode node) {
    Limits limits = NestConfig.limits(node);
    return new Grant(
        node.find("interfaces").map(one -> limits.interfaces()).orElse(null),
        limits.macs().stream().map(Limits.Macs::toString).toList(),
        limits.vlans().stream().map(Limits.Vlans::toString).toList(),
        node.find("max-rate").map(one -> limits.maxRate()).orElse(null),
        node.find("qos").map(one -> limits.qos()).orElse(null),
        node.find("trust").map(one -> limits.trust()).orElse(null),
        node.find("mtu").map(one -> limits.mtu()).orElse(null));
  }
}
