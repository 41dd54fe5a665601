package io.gatun.pmd.cli.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * What this process may do ({@code /proc/self/status}).
 *
 * @param userId effective user; 0 is root, -1 where it cannot be read
 * @param groupId effective group
 * @param effective bits of the effective capabilities
 */
record ProcessRights(long userId, long groupId, long effective) {
  /** Capabilities that DPDK makes use of; the numbers are those of linux/capability.h. */
  enum Capability {
    NET_ADMIN(12, "net_tap makes interfaces"),
    IPC_LOCK(14, "memory is locked beyond the limit"),
    SYS_NICE(23, "memory is placed on NUMA nodes"),
    DAC_OVERRIDE(1, "files of root are opened: hugetlbfs, /dev/vfio"),
    SYS_RAWIO(17, "a NIC is driven without IOMMU"),
    SYS_ADMIN(21, "physical addresses are read: NICs without IOMMU, --iova-mode=pa");

    private final int number;
    private final String purpose;

    Capability(int number, String purpose) {
      this.number = number;
      this.purpose = purpose;
    }

    /** Such as {@code CAP_NET_ADMIN (net_tap makes interfaces)}. */
    String describe() {
      return "CAP_" + name() + " (" + purpose + ")";
    }
  }

  static ProcessRights of(HostFiles host) {
    return new ProcessRights(
        effectiveId(host, "Uid"), effectiveId(host, "Gid"), capabilities(host));
  }

  /** Four numbers: real, effective, saved, file system (proc(5)). */
  private static long effectiveId(HostFiles host, String name) {
    String field = host.field("proc/self/status", name);
    String[] ids = field == null ? new String[0] : field.split("\\s+");
    return ids.length < 2 ? -1 : Long.parseLong(ids[1]);
  }

  private static long capabilities(HostFiles host) {
    String field = host.field("proc/self/status", "CapEff");
    return field == null ? 0 : Long.parseUnsignedLong(field, 16);
  }

  boolean root() {
    return userId == 0;
  }

  boolean has(Capability capability) {
    return (effective >>> capability.number & 1) != 0;
  }

  /** Those of {@code wanted} that the process has not got. */
  List<Capability> missing(List<Capability> wanted) {
    List<Capability> missing = new ArrayList<>();
    for (Capability capability : wanted) {
      if (!has(capability)) {
        missing.add(capability);
      }
    }
    return missing;
  }
}
