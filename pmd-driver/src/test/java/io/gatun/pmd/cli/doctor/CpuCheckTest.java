package io.gatun.pmd.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.cli.doctor.Finding.Status;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuCheckTest {
  private static final String CPU = "sys/devices/system/cpu/";

  @TempDir Path root;
  private FakeHost host;

  @BeforeEach
  void makeHost() {
    host = new FakeHost(root).with(CPU + "online", "0-7");
  }

  private Finding finding(String subject) {
    return new CpuCheck()
        .run(host.files()).stream()
            .filter(finding -> finding.subject().equals(subject))
            .findFirst()
            .orElseThrow();
  }

  private void allowed(String cpus) {
    host.with("proc/self/status", "Cpus_allowed:\tff\nCpus_allowed_list:\t" + cpus);
  }

  @Test
  void twoCpusAreEnough() {
    allowed("2,5");
    assertThat(finding("CPUs"))
        .isEqualTo(Finding.ok("CPUs", "online 0-7, this process may use 2,5"));
  }

  @Test
  void oneCpuIsAWarning() {
    allowed("3");
    assertThat(finding("CPUs").status()).isEqualTo(Status.WARN);
    assertThat(finding("CPUs").remedy()).startsWith("--lcores=0@3,1@3");
  }

  @Test
  void cpusThatAreNotOnlineDoNotCount() {
    allowed("7-63");
    assertThat(finding("CPUs").detail())
        .endsWith("may use 7: one for the main lcore and one for" + " each poll loop are needed");
  }

  @Test
  void isolatedCpusWithoutTickAreOk() {
    allowed("0-7");
    host.with(CPU + "isolated", "4-7").with(CPU + "nohz_full", "4-7");
    assertThat(finding("CPU isolation").status()).isEqualTo(Status.OK);
  }

  @Test
  void noIsolationIsAWarningThatProposesHalfOfTheCpus() {
    allowed("0-7");
    host.with(CPU + "isolated", "").with(CPU + "nohz_full", "(null)");
    assertThat(finding("CPU isolation").status()).isEqualTo(Status.WARN);
    assertThat(finding("CPU isolation").remedy())
        .startsWith("isolcpus=4-7 nohz_full=4-7 rcu_nocbs=4-7");
  }

  @Test
  void isolatedCpusWithATickAreAWarningAboutThose() {
    allowed("0-7");
    host.with(CPU + "isolated", "6-7").with(CPU + "nohz_full", "");
    assertThat(finding("CPU isolation").status()).isEqualTo(Status.WARN);
    assertThat(finding("CPU isolation").remedy()).startsWith("isolcpus=6-7 nohz_full=6-7");
  }

  @Test
  void aLoneCpuCannotBeIsolated() {
    allowed("0");
    assertThat(finding("CPU isolation").remedy()).doesNotContain("isolcpus");
  }

  @ParameterizedTest
  @CsvSource({"performance,performance,OK", "performance,schedutil,WARN"})
  void theGovernorOfEveryCpuCounts(String first, String second, Status status) {
    host.with(CPU + "cpu0/cpufreq/scaling_governor", first);
    host.with(CPU + "cpu10/cpufreq/scaling_governor", second);
    assertThat(finding("CPU frequency").status()).isEqualTo(status);
    assertThat(finding("CPU frequency").detail()).contains(second);
  }

  @Test
  void noGovernorIsOk() {
    host.withFolder(CPU + "cpu0/cpufreq").withFolder(CPU + "cpuidle");
    assertThat(finding("CPU frequency").status()).isEqualTo(Status.OK);
  }

  @ParameterizedTest
  @CsvSource({"0,OK", "1,WARN"})
  void smt(String active, Status status) {
    host.with(CPU + "smt/active", active);
    assertThat(finding("SMT").status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "'0-3,8', '0-3,8'",
    "'3', '3'",
    "'1,2,3', '1-3'",
    "'', 'none'",
    "'(null)', 'none'",
    "'4-2', 'none'",
    "'0-', 'none'",
  })
  void listsAreReadAndWritten(String list, String normal) {
    assertThat(CpuSet.format(CpuSet.parse(list))).isEqualTo(normal);
  }
}
