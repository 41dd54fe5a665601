package io.gatun.nest.vf;

import io.gatun.nest.link.IpLink;
import io.gatun.nest.link.LinkInfo;
import io.gatun.nest.sysfs.HostTree;
import io.gatun.nest.sysfs.OpenDevices;
import io.gatun.nest.sysfs.PciAddress;
import io.gatun.nest.sysfs.PciBus;
import io.gatun.nest.sysfs.PciFunction;
import io.gatun.nest.sysfs.Sriov;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The network functions of this machine at one moment. Immutable; any thread.
 *
 * <p>A function is named by its PCI address, with or without the domain; by its interface; or, a
 * VF, by its physical function and its index, as in {@code enp1s0/0}.
 */
public final class Inventory {
  private final PciBus bus;
  private final UsageFinder usages;
  private final Map<PciAddress, PciFunction> functions = new TreeMap<>();
  private final List<PhysicalFunction> physicalFunctions = new ArrayList<>();

  private Inventory(PciBus bus, UsageFinder usages) {
    this.bus = bus;
    this.usages = usages;
  }

  /** Looks at the machine. Control thread. */
  public static Inventory read(HostTree tree, IpLink ip) {
    PciBus bus = new PciBus(tree);
    Inventory inventory = new Inventory(bus, new UsageFinder(bus, ip, OpenDevices.scan(tree)));
    for (PciAddress address : bus.addresses()) {
      PciFunction function = bus.function(address);
      if (function.isNetwork()) {
        inventory.functions.put(address, function);
      }
    }
    for (PciFunction function : inventory.functions.values()) {
      Sriov sriov = bus.sriov(function.address());
      if (sriov != null) {
        inventory.physicalFunctions.add(inventory.physical(function, sriov, ip));
      }
    }
    return inventory;
  }

  private PhysicalFunction physical(PciFunction function, Sriov sriov, IpLink ip) {
    LinkInfo link = null;
    String problem = "it has no interface (%s)".formatted(function.driverText());
    int speed = 0;
    if (!function.interfaces().isEmpty()) {
      String name = function.interfaces().getFirst();
      speed = bus.speed(name);
      try {
        link = ip.show(name);
        problem = "";
      } catch (IOException e) {
        problem = String.valueOf(e.getMessage());
      }
    }
    List<VirtualFunction> virtual = new ArrayList<>();
    for (int index = 0; index < sriov.virtualFunctions().size(); index++) {
      PciFunction vf = bus.function(sriov.virtualFunctions().get(index));
      virtual.add(
          new VirtualFunction(
              vf, index, link == null ? null : link.virtualFunction(index), usages.of(vf)));
    }
    return new PhysicalFunction(function, sriov, link, problem, speed, List.copyOf(virtual));
  }

  /** All physical functions with SR-IOV, by address. */
  public List<PhysicalFunction> physicalFunctions() {
    return List.copyOf(physicalFunctions);
  }

  /** Why there is no physical function, in words; empty where there is one. */
  public String reason() {
    if (!physicalFunctions.isEmpty()) {
      return "";
    }
    List<PciAddress> all = bus.addresses();
    if (all.isEmpty()) {
      return bus.isPresent()
          ? "there is no PCI device on this machine"
          : "no PCI bus is shown here (/sys/bus/pci is absent, as in some containers)";
    }
    List<PciAddress> hidden =
        all.stream().filter(at -> bus.sriov(at) == null && bus.config(at).hasSriov()).toList();
    if (!hidden.isEmpty()) {
      return "%s has SR-IOV, but the kernel has not: boot one with CONFIG_PCI_IOV"
          .formatted(hidden.getFirst());
    }
    String virtual =
        functions.isEmpty() ? "" : " (in a virtual machine also a VF looks like a plain device)";
    List<PciAddress> others = all.stream().filter(at -> bus.sriov(at) != null).toList();
    if (!others.isEmpty()) {
      return "%s has SR-IOV, but is no network controller".formatted(others.getFirst());
    }
    return "none of the %d PCI devices has SR-IOV%s".formatted(all.size(), virtual);
  }

  /** Who uses a function. */
  public Usage usage(PciFunction function) {
    return usages.of(function);
  }

  /**
   * The physical function of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public PhysicalFunction physical(String name) {
    return physical(function(name), name);
  }

  private PhysicalFunction physical(PciFunction function, String name) {
    PhysicalFunction found = physical(function.address());
    if (found == null) {
      throw new IllegalArgumentException(
          "%s: %s is no physical function with SR-IOV; %s"
              .formatted(name, function.describe(), offer()));
    }
    return found;
  }

  /** The physical function at an address; null where there is none. */
  public @Nullable PhysicalFunction physical(PciAddress address) {
    return physicalFunctions.stream()
        .filter(physical -> physical.function().address().equals(address))
        .findFirst()
        .orElse(null);
  }

  /** The physical function that a VF belongs to; null for another function. */
  public @Nullable PhysicalFunction physicalOf(PciFunction virtual) {
    PciAddress address = virtual.physicalFunction();
    return address == null ? null : physical(address);
  }

  /**
   * The network function of that name, physical, virtual or plain.
   *
   * @throws IllegalArgumentException if there is none
   */
  public PciFunction function(String name) {
    int slash = name.lastIndexOf('/');
    if (slash >= 0) {
      String physical = name.substring(0, slash);
      return virtual(physical(function(physical), physical), name.substring(slash + 1)).function();
    }
    PciAddress address = PciAddress.ofText(name);
    Stream<PciFunction> all = functions.values().stream();
    if (address == null) {
      return all.filter(function -> function.interfaces().contains(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "\"%s\" is no interface of a PCI device here; %s".formatted(name, offer())));
    }
    PciFunction function = functions.get(address);
    if (function == null) {
      throw new IllegalArgumentException(
          bus.exists(address)
              ? "%s is no network controller (class 0x%06x)"
                  .formatted(address, bus.classCode(address))
              : "there is no PCI device %s; %s".formatted(address, offer()));
    }
    return function;
  }

  private static VirtualFunction virtual(PhysicalFunction physical, String text) {
    int count = physical.virtualFunctions().size();
    int index = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : -1;
    if (index >= 0 && index < count) {
      return physical.virtualFunctions().get(index);
    }
    throw new IllegalArgumentException(
        count == 0
            ? "index: %s has no VFs: gatun vf create %s %d"
                .formatted(
                    physical.function().describe(), physical.name(), physical.sriov().totalVfs())
            : "index: %s is not in [0, %d]: %s has %d VFs"
                .formatted(text, count - 1, physical.function().describe(), count));
  }

  private String offer() {
    return physicalFunctions.isEmpty()
        ? reason()
        : "physical functions here: "
            + String.join(
                ", ", physicalFunctions.stream().map(p -> p.function().describe()).toList());
  }
}
