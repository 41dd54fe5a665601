package io.gatun.nest.vf;

import io.gatun.nest.link.IpLink;
import io.gatun.nest.link.VfLink;
import io.gatun.nest.sysfs.PciAddress;
import io.gatun.nest.sysfs.PciBus;
import io.gatun.nest.sysfs.Sriov;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes things as they were. Every method looks first, and does nothing where they are: a step may
 * have failed before it changed anything.
 */
final class Restorer {
  private final PciBus bus;
  private final IpLink ip;

  Restorer(PciBus bus, IpLink ip) {
    this.bus = bus;
    this.ip = ip;
  }

  /** The VFs of a physical function with their properties and drivers. */
  void virtualFunctions(PhysicalFunction physical, List<VirtualFunction> before)
      throws IOException {
    PciAddress address = physical.function().address();
    Sriov now = bus.sriov(address);
    if (now == null) {
      throw new IOException(address + " is gone");
    }
    try {
      if (now.numVfs() != before.size()) {
        renew(address, now.numVfs(), before.size());
      }
    } finally {
      if (!before.isEmpty()) {
        // As at the beginning; a try before this one may have left it off.
        bus.autoprobe(address, physical.sriov().isAutoprobed());
      }
    }
    // Each for itself, so that one that cannot be restored does not keep the others from it.
    List<String> problems = new ArrayList<>();
    for (VirtualFunction function : before) {
      try {
        VfLink link = function.link();
        if (link != null && !physical.function().interfaces().isEmpty()) {
          properties(physical.function().interfaces().getFirst(), link);
        }
        binding(
            function.function().address(),
            function.function().driver(),
            function.function().driverOverride());
      } catch (IOException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    if (!problems.isEmpty()) {
      throw new IOException(String.join("; ", problems));
    }
  }

  /** A VF's kernel driver takes the MAC when it starts: so first the properties, then drivers. */
  private void renew(PciAddress address, int from, int to) throws IOException {
    if (from != 0) {
      bus.numVfs(address, 0);
    }
    if (to != 0) {
      bus.autoprobe(address, false);
      bus.numVfs(address, to);
    }
  }

  private void properties(String physical, VfLink before) throws IOException {
    for (VfProperty property : VfProperty.values()) {
      property(physical, property, before);
    }
  }

  /** One property of a VF. One whose value the driver did not show is left as it is. */
  void property(String physical, VfProperty property, VfLink before) throws IOException {
    VfLink now = ip.show(physical).virtualFunction(before.index());
    List<String> arguments = property.arguments(before);
    if (now != null && !arguments.isEmpty() && !property.isSame(now, before)) {
      ip.setVf(physical, before.index(), arguments);
    }
  }

  /** The driver and the override of a function. */
  void binding(PciAddress address, @Nullable String driver, @Nullable String override)
      throws IOException {
    if (!Objects.equals(bus.driver(address), driver)) {
      free(address);
      if (driver != null) {
        // It alone may take it, also where the kernel binds no driver to VFs by itself.
        bus.override(address, driver);
        probe(address, driver);
      }
    }
    if (!Objects.equals(bus.function(address).driverOverride(), override)) {
      bus.override(address, override);
    }
  }

  /** Takes a function from whatever driver it has. */
  void free(PciAddress address) throws IOException {
    String driver = bus.driver(address);
    if (driver != null) {
      bus.unbind(address, driver);
    }
  }

  /** Has a driver take a function; it is the only one that may. */
  void probe(PciAddress address, String driver) throws IOException {
    bus.probe(address);
    String now = bus.driver(address);
    if (!driver.equals(now)) {
      // The kernel keeps a driver's refusal to itself.
      throw new IOException(
          "%s: %s did not take it (%s has it): dmesg says why"
              .formatted(address, driver, now == null ? "nobody" : now));
    }
  }
}
