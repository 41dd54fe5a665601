package io.gatun.pmd.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Does the IOMMU do what handing functions on needs: interrupts remapped, and, in a virtual
 * machine, its mappings seen by the hypervisor (caching mode)? Says nothing without an IOMMU.
 *
 * <p>Registers: Intel VT-d Specification 4.1, 11.4.2 (capability, bit 7: CM) and 11.4.3 (extended
 * capability, bit 3: IR).
 */
final class IommuModeCheck implements Check {
  private static final String UNITS = "sys/class/iommu";
  private static final int CACHING_MODE = 7;
  private static final int INTERRUPT_REMAPPING = 3;

  @Override
  public List<Finding> run(HostFiles host) {
    List<String> units =
        host.names(UNITS).stream()
            .filter(unit -> unit.startsWith("dmar") || unit.startsWith("ivhd"))
            .toList();
    if (units.isEmpty()) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    Finding caching = cachingMode(host, units);
    if (caching != null) {
      findings.add(caching);
    }
    findings.add(interruptRemapping(host, units));
    return findings;
  }

  /** Null where no unit says: AMD's have no such bit. */
  private static @Nullable Finding cachingMode(HostFiles host, List<String> units) {
    String subject = "IOMMU caching mode";
    String flags = host.field("proc/cpuinfo", "flags");
    boolean isVirtual = flags != null && flags.contains("hypervisor");
    List<String> intel = units.stream().filter(unit -> host.exists(register(unit, "cap"))).toList();
    if (intel.isEmpty()) {
      return null;
    }
    List<String> without =
        intel.stream().filter(unit -> !hasBit(host, unit, "cap", CACHING_MODE)).toList();
    if (without.isEmpty()) {
      return Finding.ok(subject, "on: an outer hypervisor sees what is mapped here");
    }
    if (!isVirtual) {
      return Finding.ok(subject, "off, as in hardware");
    }
    return Finding.warn(
        subject,
        "off (%s): the hypervisor cannot hand real functions into this virtual machine"
            .formatted(String.join(", ", without)),
        "QEMU: -device intel-iommu,intremap=on,caching-mode=on");
  }

  private static Finding interruptRemapping(HostFiles host, List<String> units) {
    String subject = "interrupt remapping";
    // Linux names the chips of remapped interrupts so, Intel's and AMD's (IR-PCI-MSI, IR-IO-APIC).
    boolean isUsed = host.lines("proc/interrupts").stream().anyMatch(line -> line.contains(" IR-"));
    if (isUsed) {
      return Finding.ok(subject, "on");
    }
    String unsafe =
        host.text("sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "N");
    if (unsafe.equals("Y") || unsafe.equals("1")) {
      return Finding.warn(
          subject,
          "off, and vfio allows that: a device can raise any interrupt of this machine",
          "echo N > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
    }
    boolean isOffered =
        units.stream().anyMatch(unit -> hasBit(host, unit, "ecap", INTERRUPT_REMAPPING));
    return Finding.warn(
        subject,
        "off%s: vfio opens no device".formatted(isOffered ? ", although the IOMMU has it" : ""),
        isOffered
            ? "boot without intremap=off, with x2APIC on in the firmware setup"
            : "in the firmware setup; in QEMU -device intel-iommu,intremap=on");
  }

  private static boolean hasBit(HostFiles host, String unit, String register, int bit) {
    try {
      long value = Long.parseUnsignedLong(host.text(register(unit, register), ""), 16);
      return (value >>> bit & 1) != 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String register(String unit, String name) {
    return "%s/%s/intel-iommu/%s".formatted(UNITS, unit, name);
  }
}
