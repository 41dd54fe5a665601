package io.gatun.pmd.cli;

import io.gatun.pmd.Eal;
import io.gatun.pmd.Port;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import picocli.CommandLine;

/**
 * {@code gatun ports}: what every port is and can do. Changes nothing and starts no port, unless
 * the options of a {@link PortSection} ask for that.
 */
@CommandLine.Command(
    name = "ports",
    description = "Show every port: driver, address, link, queues, limits, RSS, offloads.",
    sortOptions = false)
public final class PortsCommand implements Command {
  @CommandLine.Option(names = "--json", description = "Print a JSON array with one object a port")
  private boolean json;

  private final List<PortSection> sections =
      ServiceLoader.load(PortSection.class).stream().map(ServiceLoader.Provider::get).toList();

  /** For ServiceLoader. */
  public PortsCommand() {}

  /** What other modules add; picocli fills their options. */
  List<PortSection> sections() {
    return sections;
  }

  @Override
  public boolean usesEal() {
    return true;
  }

  @Override
  public int run(List<String> ealArguments) throws Exception {
    List<PortSection> asked = sections.stream().filter(PortSection::isAsked).toList();
    try (Eal eal = Eal.start(ealArguments)) {
      for (PortSection section : asked) {
        section.prepare(eal);
      }
      List<Port> ports = eal.ports();
      if (json) {
        System.out.println(Json.text(ports.stream().map(port -> json(port, asked)).toList()));
      } else if (!ports.isEmpty()) {
        System.out.print(PortReport.toText(ports.stream().map(PortsCommand::report).toList()));
        ports.forEach(port -> printSections(port, asked));
      }
      if (ports.isEmpty()) {
        System.err.println(
            "gatun ports: EAL found no port: bind a NIC to vfio-pci (gatun doctor lists them), or"
                + " add a virtual one, as in --vdev=net_tap0");
      }
    }
    return Main.DONE;
  }

  private static Map<String, Object> json(Port port, List<PortSection> asked) {
    Map<String, Object> json = report(port).toJson();
    for (PortSection section : asked) {
      json.put(section.key(), section.toJson(port));
    }
    return json;
  }

  private static void printSections(Port port, List<PortSection> asked) {
    for (PortSection section : asked) {
      System.out.printf("%nport %d, %s: %s%n", port.id(), port.info().name(), section.key());
      System.out.print(section.toText(port));
    }
  }

  private static PortReport report(Port port) {
    return PortReport.of(port.id(), port.info(), port.link(), port.mtu());
  }
}
