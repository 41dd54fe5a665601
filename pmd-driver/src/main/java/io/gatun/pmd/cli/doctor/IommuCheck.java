package io.gatun.pmd.cli.doctor;

import java.util.List;

/** Is there an IOMMU, which vfio-pci needs to keep a device inside this process's memory? */
final class IommuCheck implements Check {
  private static final String SUBJECT = "IOMMU";
  private static final String GROUPS = "sys/kernel/iommu_groups";

  @Override
  public List<Finding> run(HostFiles host) {
    long groups =
        host.names(GROUPS).stream()
            // Groups that vfio makes up in its no-IOMMU mode (drivers/vfio/group.c).
            .filter(name -> !host.text(GROUPS + "/" + name + "/name", "").equals("vfio-noiommu"))
            .count();
    if (groups > 0) {
      return List.of(Finding.ok(SUBJECT, groups + " groups of devices"));
    }
    return List.of(
        Finding.warn(
            SUBJECT,
            "none in use%s: vfio-pci cannot bind a NIC safely (virtual devices need none)"
                .formatted(asked(host) ? " although the kernel's command line asks for it" : ""),
            remedy(host)));
  }

  private static boolean asked(HostFiles host) {
    String line = host.text("proc/cmdline", "");
    return line.contains("intel_iommu=on") || line.contains("amd_iommu=on");
  }

  private static String remedy(HostFiles host) {
    String flags = host.field("proc/cpuinfo", "flags");
    if (flags != null && flags.contains("hypervisor")) {
      return "give the virtual machine an IOMMU (QEMU: -device intel-iommu,intremap=on)";
    }
    boolean amd = "AuthenticAMD".equals(host.field("proc/cpuinfo", "vendor_id"));
    if (asked(host) || amd) {
      // Linux uses an AMD IOMMU without being asked.
      return "switch " + (amd ? "AMD-Vi" : "VT-d") + " on in the firmware setup";
    }
    return "intel_iommu=on iommu=pt on the kernel's command line";
  }
}
