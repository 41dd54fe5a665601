package io.gatun.nest.vf;

import io.gatun.nest.link.IpLink;
import io.gatun.nest.link.LinkInfo;
import io.gatun.nest.link.VfLink;
import io.gatun.nest.sysfs.PciAddress;
import io.gatun.nest.sysfs.PciBus;
import io.gatun.nest.sysfs.PciFunction;
import io.gatun.nest.sysfs.Sriov;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the {@link Step}s that there are. A step's undo is {@link Restorer}'s. */
final class Changes {
  private static final String LOST_INTERFACE =
      "addresses, MTU and state of the kernel's interfaces on them";

  private final PciBus bus;
  private final IpLink ip;
  private final Restorer restorer;

  Changes(PciBus bus, IpLink ip) {
    this.bus = bus;
    this.ip = ip;
    this.restorer = new Restorer(bus, ip);
  }

  /**
   * The number of VFs, from 0 or to 0.
   *
   * @param from what it is before the step
   */
  Step numVfs(PhysicalFunction physical, int from, int to) {
    PciAddress address = physical.function().address();
    // Those of the beginning are brought back; a step that makes some starts from none.
    List<VirtualFunction> before = from == 0 ? List.of() : physical.virtualFunctions();
    return new Step(
        "%s: sriov_numvfs %d -> %d".formatted(physical.function().describe(), from, to),
        () -> {
          bus.numVfs(address, to);
          Sriov now = bus.sriov(address);
          if (now == null || now.numVfs() != to || now.virtualFunctions().size() != to) {
            throw new IOException(
                "%s: the kernel took %d VFs and shows %s: dmesg may say why"
                    .formatted(address, to, now == null ? "none" : now.numVfs()));
          }
        },
        () -> restorer.virtualFunctions(physical, before),
        before.isEmpty() ? "" : LOST_INTERFACE);
  }

  /** Whether the kernel binds a driver to new VFs. */
  Step autoprobe(PhysicalFunction physical, boolean to) {
    PciAddress address = physical.function().address();
    return Step.of(
        "%s: sriov_drivers_autoprobe %d -> %d"
            .formatted(physical.function().describe(), to ? 0 : 1, to ? 1 : 0),
        () -> bus.autoprobe(address, to),
        () -> bus.autoprobe(address, !to));
  }

  /** Switches an interface on that is off. */
  Step up(String name) {
    return Step.of(
        IpLink.describeSet(name, List.of("up")),
        () -> ip.set(name, List.of("up")),
        () -> ip.set(name, List.of("down")));
  }

  Step mtu(LinkInfo link, int mtu) {
    String name = link.name();
    return Step.of(
        "%s (it is %d)".formatted(IpLink.describeSet(name, mtuArguments(mtu)), link.mtu()),
        () -> ip.set(name, mtuArguments(mtu)),
        () -> {
          if (ip.show(name).mtu() != link.mtu()) {
            ip.set(name, mtuArguments(link.mtu()));
          }
        });
  }

  private static List<String> mtuArguments(int mtu) {
    return List.of("mtu", Integer.toString(mtu));
  }

  /** One property of a VF. */
  Step property(String physical, VfProperty property, VfLink from, VfLink to) {
    List<String> before = property.arguments(from);
    List<String> after = property.arguments(to);
    String was = before.isEmpty() ? "not shown" : String.join(" ", before);
    return new Step(
        "%s (it is: %s)".formatted(IpLink.describeSetVf(physical, to.index(), after), was),
        () -> ip.setVf(physical, to.index(), after),
        () -> restorer.property(physical, property, from),
        before.isEmpty() ? "the %s, which the driver does not show".formatted(property) : "");
  }

  /** Loads the module of a driver that is not there. */
  Step load(String driver) {
    return new Step(
        "modprobe " + driver,
        () -> {
          ip.loadModule(driver);
          if (!bus.hasDriver(driver)) {
            throw new IOException(
                "modprobe %s: done, but there is no PCI driver of that name".formatted(driver));
          }
        },
        () -> {},
        "the module stays loaded, which changes nothing");
  }

  /** Takes a function from its driver. */
  Step unbind(PciFunction function, String driver) {
    PciAddress address = function.address();
    return new Step(
        "%s: unbind from %s".formatted(address, driver),
        () -> {
          bus.unbind(address, driver);
          if (bus.driver(address) != null) {
            throw new IOException("%s: %s still has it".formatted(address, driver));
          }
        },
        () -> restorer.binding(address, driver, function.driverOverride()),
        function.interfaces().isEmpty() ? "" : LOST_INTERFACE);
  }

  /** Says which driver alone may have a function; null for any. */
  Step override(PciFunction function, @Nullable String driver) {
    PciAddress address = function.address();
    return Step.of(
        "%s: driver_override %s -> %s"
            .formatted(address, text(function.driverOverride()), text(driver)),
        () -> bus.override(address, driver),
        () -> bus.override(address, function.driverOverride()));
  }

  private static String text(@Nullable String override) {
    return override == null ? "none" : override;
  }

  /** Has a driver take a function that has none; it is the only one that may. */
  Step bind(PciAddress address, String driver) {
    return Step.of(
        "%s: bind to %s (drivers_probe)".formatted(address, driver),
        () -> restorer.probe(address, driver),
        () -> restorer.free(address));
  }

  /** Has the kernel choose a driver for a function that has none. */
  Step bindKernelDriver(PciAddress address) {
    return Step.of(
        "%s: bind to the kernel's own driver (drivers_probe)".formatted(address),
        () -> {
          bus.probe(address);
          String alias = bus.moduleAlias(address);
          if (bus.driver(address) == null && !alias.isEmpty()) {
            // Modules are loaded when a device appears; this one appeared long ago.
            ip.loadModule(alias);
            bus.probe(address);
          }
          String driver = bus.driver(address);
          if (driver == null || PciFunction.handsOut(driver)) {
            throw new IOException(
                "%s: no driver of the kernel took it (%s): gatun vf unbind --no-driver leaves it"
                    .formatted(address, driver == null ? "none" : driver));
          }
        },
        () -> restorer.free(address));
  }
}
