package io.gatun.nest.sysfs;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function on the PCI bus as the kernel showed it at one moment.
 *
 * @param address its place
 * @param id vendor, device and their subsystem's
 * @param classCode 24 bits: base class, subclass, interface
 * @param driver the kernel driver that has it; null without one
 * @param driverOverride the only driver that may take it; null when any that knows it may
 * @param iommuGroup the number of its group; -1 without an IOMMU
 * @param numaNode the node it is near; -1 where there is one only, or none is known
 * @param interfaces the kernel's network interfaces on it, in this network namespace
 * @param isInterfaceElsewhere whether it has an interface in another network namespace instead
 * @param physicalFunction whose virtual function it is; null for any other function
 */
public record PciFunction(
    PciAddress address,
    Id id,
    int classCode,
    @Nullable String driver,
    @Nullable String driverOverride,
    int iommuGroup,
    int numaNode,
    List<String> interfaces,
    boolean isInterfaceElsewhere,
    @Nullable PciAddress physicalFunction) {
  private static final int NETWORK = 0x02;
  private static final int BRIDGE = 0x06;

  /** Drivers, beside vfio's, that hand a function to a process or a guest. */
  private static final Set<String> HANDING_OUT =
      Set.of("uio_pci_generic", "igb_uio", "pci-stub", "pciback", "xen-pciback");

  /**
   * Which device it is. -1 where the kernel does not say.
   *
   * @param vendor 16 bits
   * @param device 16 bits
   * @param subsystemVendor 16 bits
   * @param subsystemDevice 16 bits
   */
  public record Id(int vendor, int device, int subsystemVendor, int subsystemDevice) {
    /** As in {@code 8086:10c9}. */
    @Override
    public String toString() {
      return "%04x:%04x".formatted(vendor & 0xffff, device & 0xffff);
    }
  }

  /** Whether it is a network controller (PCI Code and ID Assignment Specification, class 02h). */
  public boolean isNetwork() {
    return classCode >>> 16 == NETWORK;
  }

  boolean isBridge() {
    return classCode >>> 16 == BRIDGE;
  }

  /** Whether a driver of the kernel drives it, and no process or guest through one. */
  public boolean isKernelDriven() {
    return driver != null && !handsOut(driver);
  }

  /** Whether a driver's purpose is to hand functions to processes or guests. */
  public static boolean handsOut(String driver) {
    return isVfio(driver) || HANDING_OUT.contains(driver);
  }

  /** Vfio-pci, and the variants that vendors make of it, such as mlx5_vfio_pci. */
  public static boolean isVfio(String driver) {
    return driver.equals("vfio-pci")
        || driver.endsWith("_vfio_pci")
        || driver.endsWith("-vfio-pci");
  }

  /** The driver's name, or {@code no driver}. */
  public String driverText() {
    return driver == null ? "no driver" : driver;
  }

  /**
   * As in {@code enp1s0 (0000:01:00.0, igb)}, or without an interface {@code 0000:01:00.0 (igb)}.
   */
  public String describe() {
    return interfaces.isEmpty()
        ? "%s (%s)".formatted(address, driverText())
        : "%s (%s, %s)".formatted(interfaces.getFirst(), address, driverText());
  }
}
