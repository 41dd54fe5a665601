package io.gatun.pmd.cli.doctor;

import io.gatun.pmd.cli.doctor.ProcessRights.Capability;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * May this process do what DPDK does? In two findings: what virtual devices need too, and what only
 * some NICs and hugetlbfs need.
 */
final class CapabilityCheck implements Check {
  private static final List<Capability> ALWAYS =
      List.of(Capability.NET_ADMIN, Capability.IPC_LOCK, Capability.SYS_NICE);
  private static final List<Capability> FOR_SOME =
      List.of(Capability.DAC_OVERRIDE, Capability.SYS_RAWIO, Capability.SYS_ADMIN);

  @Override
  public List<Finding> run(HostFiles host) {
    ProcessRights rights = ProcessRights.of(host);
    return List.of(
        finding("capabilities", rights, ALWAYS),
        finding("capabilities, some NICs", rights, FOR_SOME));
  }

  private static Finding finding(String subject, ProcessRights rights, List<Capability> wanted) {
    List<Capability> missing = rights.missing(wanted);
    if (missing.isEmpty()) {
      String names =
          wanted.stream().map(capability -> "CAP_" + capability).collect(Collectors.joining(", "));
      return Finding.ok(subject, (rights.root() ? "root with " : "") + names);
    }
    String list = missing.stream().map(Capability::describe).collect(Collectors.joining(", "));
    return Finding.warn(subject, "missing " + list, remedy(rights, missing));
  }

  /** Root without a capability is root in a container; anybody else can be given them. */
  private static String remedy(ProcessRights rights, List<Capability> missing) {
    if (rights.root()) {
      return missing.stream()
          .map(capability -> "--cap-add=" + capability)
          .collect(Collectors.joining(" ", "docker run ", ""));
    }
    String list =
        missing.stream()
            .map(capability -> "+" + capability.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(","));
    return "sudo setpriv --reuid=%d --regid=%d --init-groups --inh-caps=%s --ambient-caps=%s gatun"
        .formatted(rights.userId(), rights.groupId(), list, list);
  }
}
