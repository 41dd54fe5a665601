package io.gatun.nest.extender;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.nest.machine.LibvirtMachine;
import io.gatun.nest.machine.QmpMachine;
import io.gatun.nest.qmp.QmpSession;
import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Names;
import io.gatun.nest.rpc.Settings;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.run.ConfigNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an extender is told in its file; docs/nest.md explains it.
 *
 * @param level its name
 * @param journal the file that survives it
 * @param control the socket at which {@code gatun nest status} and {@code release} ask
 * @param outer the port outwards; null in the outermost level
 * @param functions physical functions that it owns; none but in the outermost level
 * @param machines it hands functions to
 * @param interfaces that a guest wants for itself
 * @param run what a guest starts on each, with {@code {address}} for the function
 * @param isGuest whether it takes interfaces for itself, here or by a topology
 */
public record NestConfig(
    String level,
    Path journal,
    Path control,
    @Nullable Path outer,
    List<Physical> functions,
    List<Vm> machines,
    List<AssignRequest> interfaces,
    List<String> run,
    boolean isGuest) {
  private static final int MAX_RATE = 1_000_000;

  /**
   * A physical function.
   *
   * @param name interface or PCI address
   * @param number how many virtual functions it is to have
   */
  public record Physical(String name, int number) {}

  /**
   * A virtual machine.
   *
   * @param name its name
   * @param qmp its QMP socket, which must be the extender's own; null: libvirt's
   * @param libvirt its domain; null: QEMU's
   * @param channel the socket of its port {@code io.gatun.extender}
   * @param options how it is plugged into
   * @param limits what it may have
   */
  public record Vm(
      String name,
      @Nullable Path qmp,
      @Nullable Libvirt libvirt,
      Path channel,
      QmpMachine.Options options,
      Limits limits) {}

  /**
   * A domain of libvirt.
   *
   * @param domain its name, number or UUID
   * @param uri libvirt's
   */
  public record Libvirt(String domain, String uri) {}

  /** What plugs into machines. */
  public enum Manager {
    /** QEMU itself, by QMP. */
    QEMU,
    /** libvirt, by virsh. */
    LIBVIRT
  }

  /**
   * Reads a file.
   *
   * @throws io.gatun.pmd.run.ConfigException naming line, key, value and what is allowed
   */
  public static NestConfig read(Path file) {
    return read(file, Manager.QEMU);
  }

  /**
   * As above.
   *
   * @param manager of machines that do not say
   */
  public static NestConfig read(Path file, Manager manager) {
    ConfigNode node = ConfigNode.read(file);
    node.allow(
        "level", "journal", "control", "outer", "functions", "machines", "interfaces", "run");
    NestConfig config =
        new NestConfig(
            node.required("level").as(Names::machine),
            Path.of(node.required("journal").string()),
            Path.of(node.required("control").string()),
            node.find("outer").map(one -> Path.of(one.string())).orElse(null),
            list(node, "functions", NestConfig::physical),
            list(node, "machines", one -> vm(one, manager)),
            list(node, "interfaces", NestConfig::wanted),
            list(node, "run", ConfigNode::string),
            node.find("interfaces").isPresent());
    if (config.outer() != null && !config.functions().isEmpty()) {
      throw node.required("functions")
          .error("only the outermost level has them: remove them, or \"outer\"");
    }
    if (config.outer() == null && config.functions().isEmpty()) {
      throw node.error("one of functions (the outermost level) and outer (any other) is needed");
    }
    if (config.machines().isEmpty() != config.isGuest()) {
      throw node.error(
          "either machines (a hypervisor) or interfaces (a guest; [] when only a topology says"
              + " which) are needed");
    }
    Set<String> names = new HashSet<>();
    for (Vm vm : config.machines()) {
      if (!names.add(vm.name())) {
        throw node.required("machines").error("%s stands there twice".formatted(vm.name()));
      }
    }
    return config;
  }

  private static <T> List<T> list(ConfigNode node, String key, Function<ConfigNode, T> reader) {
    Optional<ConfigNode> found = node.find(key);
    List<T> all = new ArrayList<>();
    found.ifPresent(items -> items.list().forEach(item -> all.add(reader.apply(item))));
    return List.copyOf(all);
  }

  private static Physical physical(ConfigNode node) {
    node.allow("physical", "number");
    return new Physical(
        node.required("physical").string(), node.required("number").integer(1, 256));
  }

  private static Vm vm(ConfigNode node, Manager usual) {
    node.allow(
        "name", "manager", "qmp", "domain", "uri", "channel", "ports", "nic", "netdev", "force",
        "limits");
    String name = node.required("name").as(Names::machine);
    Manager manager =
        node.find("manager").map(one -> one.oneOf(List.of(Manager.values()))).orElse(usual);
    boolean libvirt = manager == Manager.LIBVIRT;
    for (String other : libvirt ? List.of("qmp") : List.of("domain", "uri")) {
      node.find(other)
          .ifPresent(
              one -> {
                throw one.error("is not for machines of " + (libvirt ? "libvirt" : "QEMU"));
              });
    }
    ObjectNode netdev = netdev(node, libvirt);
    QmpMachine.Options options =
        new QmpMachine.Options(
            name,
            list(node, "ports", ConfigNode::string),
            node.find("nic").map(ConfigNode::string).orElse("e1000e"),
            netdev,
            node.find("force")
                .map(one -> one.oneOf(List.of(QmpMachine.Force.values())))
                .orElse(QmpMachine.Force.KEEP));
    return new Vm(
        name,
        libvirt ? null : Path.of(node.required("qmp").string()),
        libvirt ? domain(node, name) : null,
        Path.of(node.required("channel").string()),
        options,
        node.find("limits").map(NestConfig::limits).orElse(Limits.NONE));
  }

  private static Libvirt domain(ConfigNode node, String name) {
    return new Libvirt(
        node.find("domain").map(ConfigNode::string).orElse(name),
        node.find("uri").map(ConfigNode::string).orElse("qemu:///system"));
  }

  private static ObjectNode netdev(ConfigNode node, boolean libvirt) {
    ObjectNode netdev = QmpSession.arguments();
    node.find("netdev")
        .ifPresent(
            values -> {
              Map<String, String> all = new LinkedHashMap<>();
              values.map().forEach((key, value) -> all.put(key, value.string()));
              try {
                (libvirt ? LibvirtMachine.checkNetdev(all) : all).forEach(netdev::put);
              } catch (IllegalArgumentException e) {
                throw values.error(String.valueOf(e.getMessage()));
              }
            });
    return netdev.isEmpty() ? netdev.put("type", "user") : netdev;
  }

  /** Reads what a machine may have. */
  static Limits limits(ConfigNode node) {
    node.allow("interfaces", "macs", "vlans", "max-rate", "qos", "trust", "mtu");
    Limits none = Limits.NONE;
    return new Limits(
        node.find("interfaces").map(one -> one.integer(0, 256)).orElse(none.interfaces()),
        list(node, "macs", one -> one.as(Limits.Macs::parse)),
        list(node, "vlans", one -> one.as(Limits.Vlans::parse)),
        node.find("max-rate").map(one -> one.integer(0, MAX_RATE)).orElse(none.maxRate()),
        node.find("qos").map(one -> one.integer(0, 7)).orElse(none.qos()),
        node.find("trust").map(ConfigNode::flag).orElse(false),
        node.find("mtu").map(one -> one.integer(68, 9710)).orElse(none.mtu()));
  }

  /** Reads an interface that is wanted. */
  static AssignRequest wanted(ConfigNode node) {
    node.allow(
        "name",
        "mac",
        "vlan",
        "qos",
        "min-rate",
        "max-rate",
        "trust",
        "spoof-check",
        "mtu",
        "fallback");
    Settings settings =
        new Settings(
            node.find("mac").map(one -> one.as(MacAddress::parse).toString()).orElse(null),
            node.find("vlan").map(one -> one.integer(0, 4094)).orElse(null),
            node.find("qos").map(one -> one.integer(0, 7)).orElse(null),
            node.find("min-rate").map(one -> one.integer(0, MAX_RATE)).orElse(null),
            node.find("max-rate").map(one -> one.integer(0, MAX_RATE)).orElse(null),
            node.find("trust").map(ConfigNode::flag).orElse(null),
            node.find("spoof-check").map(ConfigNode::flag).orElse(null),
            node.find("mtu").map(one -> one.integer(68, 9710)).orElse(null));
    return new AssignRequest(
        node.required("name").as(Names::networkInterface),
        settings,
        node.find("fallback").map(ConfigNode::flag).orElse(true));
  }
}
