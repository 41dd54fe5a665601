package io.gatun.pmd.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.doctor.Finding.Status;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  private static final List<Finding> MIXED =
      List.of(
          Finding.ok("JDK", "Java 25"),
          Finding.warn("vfio", "not loaded", "modprobe vfio-pci"),
          Finding.fail("huge pages, node 0", "none reserved", "gatun doctor --fix"));

  @Test
  void onlyAFailureIsAFailure() {
    assertThat(Doctor.anyFailed(MIXED)).isTrue();
    assertThat(Doctor.anyFailed(MIXED.subList(0, 2))).isFalse();
  }

  @Test
  void textHasALineAFindingItsRemedyAndASum() {
    assertThat(Doctor.toText(MIXED))
        .isEqualTo(
            """
            OK    JDK                 Java 25
            WARN  vfio                not loaded
                  -> modprobe vfio-pci
            FAIL  huge pages, node 0  none reserved
                  -> gatun doctor --fix
            1 OK, 1 WARN, 1 FAIL
            """);
  }

  @Test
  void jsonIsAnArrayOfFindings() throws Exception {
    assertThat(new ObjectMapper().readTree(Json.text(Doctor.toJson(MIXED.subList(0, 2)))))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    [{"status": "OK", "subject": "JDK", "detail": "Java 25", "remedy": ""},
                     {"status": "WARN", "subject": "vfio", "detail": "not loaded",
                      "remedy": "modprobe vfio-pci"}]
                    """));
  }

  /** Every check must cope with a machine that shows nothing, as a strict container does. */
  @Test
  void anEmptyMachineIsReportedWithoutAnException(@TempDir Path root) {
    List<Finding> findings = Doctor.run(Doctor.checks(false), new HostFiles(root));
    assertThat(findings)
        .allSatisfy(
            finding -> {
              assertThat(finding.detail()).isNotBlank();
              assertThat(finding.remedy().isEmpty()).isEqualTo(finding.status() == Status.OK);
            });
    assertThat(findings).extracting(Finding::subject).contains("huge pages", "vfio", "CPUs");
    assertThat(Doctor.anyFailed(findings)).isTrue();
  }

  @Test
  void afterAFixTheRemedyIsAnotherOne(@TempDir Path root) {
    FakeHost host = new FakeHost(root).withPages(0, 2048, 0, 0);
    assertThat(hugePages(host, false).remedy()).isEqualTo("gatun doctor --fix");
    assertThat(hugePages(host, true).remedy()).doesNotContain("--fix");
  }

  private static Finding hugePages(FakeHost host, boolean fixed) {
    return Doctor.checks(fixed).stream()
        .filter(HugePagesCheck.class::isInstance)
        .flatMap(check -> check.run(host.files()).stream())
        .findFirst()
        .orElseThrow();
  }
}
