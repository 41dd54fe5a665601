package io.gatun.pmd.cli.doctor;

import io.gatun.bindings.DpdkLibrary;
import io.gatun.pmd.cli.TextTable;
import io.gatun.pmd.cli.doctor.Finding.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The checks in the order of the report, and the report. */
final class Doctor {
  // With the gaps no line has more than 110 characters; a remedy is one line, for copying.
  private static final int[] COLUMNS = {4, 23, 79};
  private static final String REMEDY = "      -> ";

  private Doctor() {}

  /**
   * All checks of this machine.
   *
   * @param fixed whether {@code --fix} has just been tried, so that the remedy is another one
   */
  static List<Check> checks(boolean fixed) {
    boolean nativeAccess = DpdkLibrary.class.getModule().isNativeAccessEnabled();
    return List.of(
        new JdkCheck(Runtime.version(), nativeAccess),
        new DpdkCheck(DpdkCheck::describeLoaded),
        new HugePagesCheck(
            fixed ? "hugepages=512 on the kernel's command line" : "gatun doctor --fix"),
        new HugetlbfsCheck(
            fixed ? "mount -t hugetlbfs hugetlbfs /dev/hugepages" : "gatun doctor --fix"),
        new IommuCheck(),
        new IommuModeCheck(),
        new IommuGroupCheck(),
        new VfioCheck(),
        new NicCheck(),
        new TunCheck(),
        new CapabilityCheck(),
        new LockedMemoryCheck(),
        new CpuCheck());
  }

  static List<Finding> run(List<Check> checks, HostFiles host) {
    List<Finding> findings = new ArrayList<>();
    for (Check check : checks) {
      findings.addAll(check.run(host));
    }
    return findings;
  }

  static boolean anyFailed(List<Finding> findings) {
    return count(findings, Status.FAIL) > 0;
  }

  static List<Map<String, String>> toJson(List<Finding> findings) {
    List<Map<String, String>> json = new ArrayList<>();
    for (Finding finding : findings) {
      Map<String, String> entry = new LinkedHashMap<>();
      entry.put("status", finding.status().name());
      entry.put("subject", finding.subject());
      entry.put("detail", finding.detail());
      entry.put("remedy", finding.remedy());
      json.add(entry);
    }
    return json;
  }

  static String toText(List<Finding> findings) {
    TextTable table = new TextTable(COLUMNS);
    for (Finding finding : findings) {
      table.row(finding.status().name(), finding.subject(), finding.detail());
      if (!finding.remedy().isEmpty()) {
        table.line(REMEDY + finding.remedy());
      }
    }
    return table.render("")
        + "%d OK, %d WARN, %d FAIL%n"
            .formatted(
                count(findings, Status.OK),
                count(findings, Status.WARN),
                count(findings, Status.FAIL));
  }

  private static long count(List<Finding> findings, Status status) {
    return findings.stream().filter(finding -> finding.status() == status).count();
  }
}
