package io.gatun.pmd.cli.doctor;

import io.gatun.pmd.cli.Command;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.Main;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** {@code gatun doctor}. Ends with 1 when a finding is FAIL. */
@CommandLine.Command(
    name = "doctor",
    description = "Check that this machine is ready for DPDK, and say what to do where it is not.",
    sortOptions = false)
public final class DoctorCommand implements Command {
  @CommandLine.Option(
      names = "--fix",
      description = "Reserve huge pages and mount hugetlbfs on /dev/hugepages where they are short")
  private boolean fix;

  @CommandLine.Option(
      names = "--json",
      description = "Print a JSON array of objects with status, subject, detail and remedy")
  private boolean json;

  @Override
  public boolean usesEal() {
    return false;
  }

  @Override
  public int run(List<String> ealArguments) {
    HostFiles host = new HostFiles(Path.of("/"));
    List<Finding> findings = new ArrayList<>();
    if (fix) {
      findings.addAll(new HugePageFix(host, Programs::run).run());
    }
    findings.addAll(Doctor.run(Doctor.checks(fix), host));
    if (json) {
      System.out.println(Json.text(Doctor.toJson(findings)));
    } else {
      System.out.print(Doctor.toText(findings));
    }
    return Doctor.anyFailed(findings) ? Main.FAILED : Main.DONE;
  }
}
