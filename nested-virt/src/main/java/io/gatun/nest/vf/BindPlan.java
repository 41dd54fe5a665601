package io.gatun.nest.vf;

import io.gatun.nest.link.IpLink;
import io.gatun.nest.sysfs.IommuGroup;
import io.gatun.nest.sysfs.PciAddress;
import io.gatun.nest.sysfs.PciBus;
import io.gatun.nest.sysfs.PciFunction;
import io.gatun.nest.sysfs.Sriov;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Plans for the driver of a function: a VF, or a function that an outer hypervisor gave. */
public final class BindPlan {
  private final Inventory inventory;
  private final PciFunction function;
  private final PciBus bus;
  private final Changes changes;
  private final List<Step> steps = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private BindPlan(Inventory inventory, PciFunction function, PciBus bus, IpLink ip) {
    this.inventory = inventory;
    this.function = function;
    this.bus = bus;
    this.changes = new Changes(bus, ip);
  }

  /**
   * A function goes to {@code driver}, which alone may have it from then on.
   *
   * @throws IllegalArgumentException if {@code driver} cannot be the name of one
   * @throws IllegalStateException if it cannot be done now, the function being in use for one
   */
  public static Plan bind(
      Inventory inventory,
      PciFunction function,
      String driver,
      boolean isForced,
      PciBus bus,
      IpLink ip) {
    if (!driver.matches("[A-Za-z0-9_.-]{1,63}")) {
      throw new IllegalArgumentException("driver: \"%s\" is no name of a driver".formatted(driver));
    }
    BindPlan plan = new BindPlan(inventory, function, bus, ip);
    boolean isBound = driver.equals(function.driver());
    if (!isBound) {
      plan.checkGroup(driver);
      if (!bus.hasDriver(driver)) {
        plan.steps.add(plan.changes.load(driver));
      }
      plan.release(isForced);
    }
    if (!driver.equals(function.driverOverride())) {
      plan.steps.add(plan.changes.override(function, driver));
    }
    if (!isBound) {
      plan.steps.add(plan.changes.bind(function.address(), driver));
    }
    return new Plan(plan.steps, plan.notes);
  }

  /**
   * A function goes back to the kernel's own driver, or, with {@code isLeftFree}, to none.
   *
   * @throws IllegalStateException if it cannot be done now, the function being in use for one
   */
  public static Plan unbind(
      Inventory inventory,
      PciFunction function,
      boolean isLeftFree,
      boolean isForced,
      PciBus bus,
      IpLink ip) {
    BindPlan plan = new BindPlan(inventory, function, bus, ip);
    boolean isKept = !isLeftFree && function.isKernelDriven();
    if (!isKept && function.driver() != null) {
      plan.release(isForced);
    }
    if (function.driverOverride() != null) {
      plan.steps.add(plan.changes.override(function, null));
    }
    if (!isKept && !isLeftFree) {
      plan.probe();
    }
    return new Plan(plan.steps, plan.notes);
  }

  /** The kernel's choice of a driver for a function without one. */
  private void probe() {
    PhysicalFunction physical = inventory.physicalOf(function);
    if (physical != null && !physical.sriov().isAutoprobed()) {
      notes.add(
          ("sriov_drivers_autoprobe of %s is 0, so the kernel binds no driver to its VFs: gatun vf"
                  + " bind --driver NAME does")
              .formatted(physical.function().describe()));
      return;
    }
    steps.add(changes.bindKernelDriver(function.address()));
  }

  /** Takes the function from the driver that it has. */
  private void release(boolean isForced) {
    String driver = function.driver();
    if (driver == null) {
      return;
    }
    Sriov sriov = bus.sriov(function.address());
    if (sriov != null && sriov.numVfs() > 0) {
      throw new IllegalStateException(
          "%s: its %d VFs would go with its driver: gatun vf destroy %s first"
              .formatted(function.describe(), sriov.numVfs(), function.address()));
    }
    Usage usage = inventory.usage(function);
    if (!usage.isFree()) {
      if (!isForced) {
        throw new IllegalStateException(
            "%s: in use by %s; end that first, or take it away with --force"
                .formatted(function.describe(), usage.text()));
      }
      notes.add("taken away by force from " + usage.text());
    }
    steps.add(changes.unbind(function, driver));
  }

  private void checkGroup(String driver) {
    if (!PciFunction.isVfio(driver)) {
      return;
    }
    PciAddress address = function.address();
    if (function.iommuGroup() < 0) {
      if (!bus.isNoIommuMode()) {
        throw new IllegalStateException(
            "%s has no IOMMU group, which %s needs: gatun doctor says how to get an IOMMU"
                .formatted(function.describe(), driver));
      }
      notes.add("without an IOMMU whoever gets %s can write to any memory".formatted(address));
      return;
    }
    IommuGroup group = bus.iommuGroup(function.iommuGroup());
    List<PciFunction> obstacles = bus.obstacles(group, address);
    if (!obstacles.isEmpty()) {
      notes.add(
          "nobody can open group %d before %s are taken from their drivers too"
              .formatted(
                  group.number(),
                  obstacles.stream().map(PciFunction::describe).collect(Collectors.joining(", "))));
    }
  }
}
