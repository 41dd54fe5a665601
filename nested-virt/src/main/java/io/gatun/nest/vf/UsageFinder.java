package io.gatun.nest.vf;

import io.gatun.nest.link.IpLink;
import io.gatun.nest.sysfs.OpenDevices;
import io.gatun.nest.sysfs.OpenDevices.Holder;
import io.gatun.nest.sysfs.PciBus;
import io.gatun.nest.sysfs.PciFunction;
import io.gatun.nest.vf.Usage.Kind;
import io.gatun.nest.vf.Usage.Use;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Finds out who uses functions, with one look at all processes. */
final class UsageFinder {
  private final PciBus bus;
  private final IpLink ip;
  private final OpenDevices open;

  UsageFinder(PciBus bus, IpLink ip, OpenDevices open) {
    this.bus = bus;
    this.ip = ip;
    this.open = open;
  }

  Usage of(PciFunction function) {
    String driver = function.driver();
    if (driver == null) {
      return new Usage(List.of(), true);
    }
    List<Use> uses = new ArrayList<>();
    if (PciFunction.handsOut(driver)) {
      List<String> files = bus.deviceFiles(function);
      for (String file : files) {
        open.of(file).forEach(holder -> uses.add(use(holder)));
      }
      if (driver.contains("pciback") || driver.equals("pci-stub")) {
        uses.add(new Use(Kind.DRIVER, driver + " keeps it for a guest", null));
      }
      return new Usage(List.copyOf(uses), open.isComplete());
    }
    if (function.isInterfaceElsewhere()) {
      uses.add(new Use(Kind.NAMESPACE, "its interface is in another network namespace", null));
    }
    function.interfaces().forEach(name -> addInterface(name, uses));
    return new Usage(List.copyOf(uses), true);
  }

  private static Use use(Holder holder) {
    String guest = holder.guest().isEmpty() ? "" : ", guest " + holder.guest();
    return new Use(
        Kind.PROCESS, "process %d (%s%s)".formatted(holder.pid(), holder.command(), guest), holder);
  }

  private void addInterface(String name, List<Use> uses) {
    List<String> above = bus.interfacesAbove(name);
    if (!above.isEmpty()) {
      uses.add(
          new Use(Kind.INTERFACE, "%s carries %s".formatted(name, String.join(", ", above)), null));
    }
    if (!bus.isInterfaceUp(name)) {
      return;
    }
    try {
      List<String> addresses = ip.addresses(name);
      if (!addresses.isEmpty()) {
        uses.add(
            new Use(
                Kind.INTERFACE, "%s has %s".formatted(name, String.join(", ", addresses)), null));
      }
    } catch (IOException e) {
      // Better to ask once too often than to cut somebody off.
      uses.add(
          new Use(
              Kind.INTERFACE,
              "%s is up (addresses unknown: %s)".formatted(name, e.getMessage()),
              null));
    }
  }
}
