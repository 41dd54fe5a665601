package io.gatun.pmd.cli;

import io.gatun.pmd.Eal;
import io.gatun.pmd.Port;
import java.util.List;
import picocli.CommandLine;

/** {@code gatun ports}: what every port is and can do. Changes nothing and starts no port. */
@CommandLine.Command(
    name = "ports",
    description = "Show every port: driver, address, link, queues, limits, RSS, offloads.",
    sortOptions = false)
public final class PortsCommand implements Command {
  @CommandLine.Option(names = "--json", description = "Print a JSON array with one object a port")
  private boolean json;

  /** For ServiceLoader. */
  public PortsCommand() {}

  @Override
  public boolean usesEal() {
    return true;
  }

  @Override
  public int run(List<String> ealArguments) {
    try (Eal eal = Eal.start(ealArguments)) {
      List<PortReport> reports = eal.ports().stream().map(PortsCommand::report).toList();
      if (json) {
        System.out.println(Json.text(reports.stream().map(PortReport::toJson).toList()));
      } else if (!reports.isEmpty()) {
        System.out.print(PortReport.toText(reports));
      }
      if (reports.isEmpty()) {
        System.err.println(
            "gatun ports: EAL found no port: bind a NIC to vfio-pci (gatun doctor lists them), or"
                + " add a virtual one, as in --vdev=net_tap0");
      }
    }
    return Main.DONE;
  }

  private static PortReport report(Port port) {
    return PortReport.of(port.id(), port.info(), port.link(), port.mtu());
  }
}
