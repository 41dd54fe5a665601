package io.gatun.pmd.cli.doctor;

import java.util.List;

/** Is vfio-pci there, the kernel driver that hands a NIC to DPDK? */
final class VfioCheck implements Check {
  private static final String SUBJECT = "vfio";
  private static final List<String> MODULES = List.of("vfio", "vfio_pci", "vfio_iommu_type1");

  @Override
  public List<Finding> run(HostFiles host) {
    boolean driver =
        host.exists("sys/module/vfio_pci") || host.exists("sys/bus/pci/drivers/vfio-pci");
    if (!driver) {
      return List.of(
          Finding.warn(
              SUBJECT,
              "vfio-pci is not loaded: a NIC cannot be handed to DPDK (virtual devices need none)",
              kernelHasModule(host) ? "modprobe vfio-pci" : "boot a kernel with CONFIG_VFIO_PCI"));
    }
    if (!host.exists("dev/vfio/vfio")) {
      return List.of(
          Finding.warn(
              SUBJECT,
              "vfio-pci is loaded, but there is no /dev/vfio/vfio (a container?)",
              "docker run --device /dev/vfio"));
    }
    String noIommu = host.text("sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "N");
    if (noIommu.equals("Y") || noIommu.equals("1")) {
      return List.of(
          Finding.warn(
              SUBJECT,
              "the unsafe no-IOMMU mode is on: a device can write to any memory",
              "echo N > /sys/module/vfio/parameters/enable_unsafe_noiommu_mode"));
    }
    return List.of(Finding.ok(SUBJECT, "vfio-pci loaded, /dev/vfio/vfio there"), modules(host));
  }

  /** Vfio opens a group only with a module for the IOMMU; the kernel loads it then, if it can. */
  private static Finding modules(HostFiles host) {
    List<String> missing =
        MODULES.stream()
            .filter(module -> !host.exists("sys/module/" + module) && !isBuiltIn(host, module))
            .toList();
    if (missing.isEmpty()) {
      return Finding.ok(SUBJECT + " modules", String.join(", ", MODULES));
    }
    return Finding.warn(
        SUBJECT + " modules",
        "not loaded: %s; the kernel tries when a device is opened"
            .formatted(String.join(", ", missing)),
        "modprobe -a " + String.join(" ", missing));
  }

  private static boolean isBuiltIn(HostFiles host, String module) {
    return host.lines(modulesFolder(host) + "/modules.builtin").stream()
        .anyMatch(line -> line.replace('-', '_').endsWith("/" + module + ".ko"));
  }

  private static boolean kernelHasModule(HostFiles host) {
    return host.lines(modulesFolder(host) + "/modules.dep").stream()
        .anyMatch(line -> line.contains("/vfio-pci.ko"));
  }

  private static String modulesFolder(HostFiles host) {
    return "lib/modules/" + host.text("proc/sys/kernel/osrelease", "");
  }
}
