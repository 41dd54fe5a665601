package io.gatun.pmd.cli.doctor;

import io.gatun.pmd.PciConfig;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Can each NIC be handed out alone, and do the ports above keep devices from reaching each other
 * past the IOMMU (ACS)? Says nothing without an IOMMU.
 */
final class IommuGroupCheck implements Check {
  private static final String DEVICES = "sys/bus/pci/devices/";
  private static final String GROUPS = "sys/kernel/iommu_groups/";
  private static final String NETWORK_CLASS = "0x02";
  private static final String BRIDGE_CLASS = "0x06";
  private static final String ADDRESS = "[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]";

  @Override
  public List<Finding> run(HostFiles host) {
    List<Finding> findings = new ArrayList<>();
    List<String> alone = new ArrayList<>();
    Set<String> ports = new LinkedHashSet<>();
    boolean isShared = false;
    for (String address : host.names(DEVICES)) {
      String group = host.linkedName(DEVICES + address + "/iommu_group");
      if (group == null || !isOfClass(host, address, NETWORK_CLASS)) {
        continue;
      }
      ports.addAll(portsAbove(host, address));
      List<String> others =
          host.names(GROUPS + group + "/devices").stream()
              .filter(other -> !other.equals(address) && !isOfClass(host, other, BRIDGE_CLASS))
              .toList();
      if (others.isEmpty()) {
        alone.add(address);
      } else {
        isShared = true;
        findings.add(shared(address, group, others));
      }
    }
    if (!alone.isEmpty()) {
      findings.addFirst(
          Finding.ok("IOMMU groups", "each alone in its group: " + String.join(", ", alone)));
    }
    if (!ports.isEmpty()) {
      findings.add(acs(host, ports, isShared));
    }
    return findings;
  }

  private static boolean isOfClass(HostFiles host, String address, String start) {
    return host.text(DEVICES + address + "/class", "").startsWith(start);
  }

  private static Finding shared(String address, String group, List<String> others) {
    return Finding.warn(
        "IOMMU group " + group,
        "NIC %s shares it with %s: only all of them together can be handed out"
            .formatted(address, String.join(", ", others)),
        "another slot, or VFs of a NIC with SR-IOV; gatun vf show %s says more".formatted(address));
  }

  private static List<String> portsAbove(HostFiles host, String address) {
    return host.realPath(DEVICES + address).stream()
        .filter(name -> name.matches(ADDRESS) && !name.equals(address))
        .toList();
  }

  private static Finding acs(HostFiles host, Set<String> ports, boolean isShared) {
    List<String> without = new ArrayList<>();
    for (String port : ports) {
      PciConfig config = new PciConfig(host.bytes(DEVICES + port + "/config"));
      if (!config.isReadable()) {
        return Finding.warn(
            "ACS", "only root can see it of the ports above NICs", "sudo gatun doctor");
      }
      PciConfig.Acs acs = config.acs();
      if (acs == null || !acs.isIsolating()) {
        without.add(port);
      }
    }
    if (without.isEmpty()) {
      return Finding.ok("ACS", "on at the ports above NICs: " + String.join(", ", ports));
    }
    String detail = "off or absent at " + String.join(", ", without);
    // Where every NIC is alone in its group, the kernel has found nothing that it could reach.
    return isShared
        ? Finding.warn(
            "ACS",
            detail + ": devices below can reach each other past the IOMMU",
            "switch ACS on in the firmware setup, or use a slot at a root port that has it")
        : Finding.ok("ACS", detail + ", with nothing else below it");
  }
}
