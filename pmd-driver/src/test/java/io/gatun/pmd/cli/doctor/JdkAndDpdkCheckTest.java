package io.gatun.pmd.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.InstalledDpdk;
import io.gatun.pmd.cli.doctor.Finding.Status;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class JdkAndDpdkCheckTest {
  private static final HostFiles NOTHING = new HostFiles(Path.of("/nonexistent"));

  private static Finding run(Check check) {
    return check.run(NOTHING).getFirst();
  }

  @Test
  void theJdkOfTheProjectIsFine() {
    assertThat(run(new JdkCheck(Runtime.Version.parse("25.0.3+9-LTS"), true)))
        .isEqualTo(Finding.ok("JDK", "Java 25.0.3+9-LTS, native access enabled"));
  }

  @Test
  void anOldJdkFails() {
    Finding finding = run(new JdkCheck(Runtime.Version.parse("21.0.2"), true));
    assertThat(finding.status()).isEqualTo(Status.FAIL);
    assertThat(finding.detail()).contains("21.0.2", "25");
  }

  @Test
  void noNativeAccessIsAWarningWithTheOption() {
    Finding finding = run(new JdkCheck(Runtime.Version.parse("26"), false));
    assertThat(finding.status()).isEqualTo(Status.WARN);
    assertThat(finding.remedy()).contains("--enable-native-access=io.gatun.bindings");
  }

  @Test
  void whatTheLoaderSaysOfDpdkIsShown() {
    assertThat(run(new DpdkCheck(() -> "DPDK 24.11.3, ABI 25, in /lib")))
        .isEqualTo(Finding.ok("DPDK", "DPDK 24.11.3, ABI 25, in /lib"));
  }

  @Test
  void noDpdkFailsWithTheLoadersMessage() {
    Check check =
        new DpdkCheck(
            () -> {
              throw new IllegalStateException("DPDK not found: apt-get install dpdk");
            });
    Finding finding = run(check);
    assertThat(finding.status()).isEqualTo(Status.FAIL);
    assertThat(finding.detail()).isEqualTo("DPDK not found: apt-get install dpdk");
  }

  @Test
  void aLibraryThatCannotBeLinkedFailsToo() {
    Check check =
        new DpdkCheck(
            () -> {
              throw new UnsatisfiedLinkError("librte_gso.so.23: undefined symbol");
            });
    assertThat(run(check).status()).isEqualTo(Status.FAIL);
  }

  @Test
  @Tag("dpdk")
  void describesTheInstalledDpdk() {
    InstalledDpdk.loadOrSkip();
    assertThat(run(new DpdkCheck(DpdkCheck::describeLoaded)).detail())
        .matches("DPDK \\d\\d\\.\\d\\d\\S*, ABI \\d+, in /.*");
  }
}
