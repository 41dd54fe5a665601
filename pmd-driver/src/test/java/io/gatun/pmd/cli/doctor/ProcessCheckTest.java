package io.gatun.pmd.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.cli.doctor.Finding.Status;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks of what this process may do and open. */
class ProcessCheckTest {
  private static final String ALL = "000001ffffffffff";
  // NET_ADMIN (12), IPC_LOCK (14), SYS_NICE (23).
  private static final String LEAST = "0000000000805000";
  private static final String NONE = "0000000000000000";

  @TempDir Path root;
  private FakeHost host;

  @BeforeEach
  void makeHost() {
    host = new FakeHost(root);
  }

  private void user(int id, String capabilities) {
    host.with(
        "proc/self/status",
        "Name:\tjava\nUid:\t0\t%d\t0\t0\nGid:\t0\t%d\t0\t0\nCapEff:\t%s"
            .formatted(id, id, capabilities));
  }

  private List<Finding> capabilities() {
    return new CapabilityCheck().run(host.files());
  }

  private Finding lockedMemory() {
    return new LockedMemoryCheck().run(host.files()).getFirst();
  }

  private Finding tun() {
    return new TunCheck().run(host.files()).getFirst();
  }

  @Test
  void rootHasAll() {
    user(0, ALL);
    assertThat(capabilities())
        .containsExactly(
            Finding.ok("capabilities", "root with CAP_NET_ADMIN, CAP_IPC_LOCK, CAP_SYS_NICE"),
            Finding.ok(
                "capabilities, some NICs",
                "root with CAP_DAC_OVERRIDE, CAP_SYS_RAWIO, CAP_SYS_ADMIN"));
  }

  @Test
  void theLeastSetIsOkAndTheRestAWarning() {
    user(1000, LEAST);
    assertThat(capabilities()).extracting(Finding::status).containsExactly(Status.OK, Status.WARN);
    assertThat(capabilities().getFirst().detail()).doesNotContain("root");
  }

  @Test
  void aUserWithoutCapabilitiesIsToldHowToGetThem() {
    user(1000, NONE);
    Finding finding = capabilities().getFirst();
    assertThat(finding.status()).isEqualTo(Status.WARN);
    assertThat(finding.detail()).contains("CAP_NET_ADMIN", "CAP_IPC_LOCK", "CAP_SYS_NICE");
    assertThat(finding.remedy())
        .contains("--reuid=1000", "--ambient-caps=+net_admin,+ipc_lock,+sys_nice");
  }

  @Test
  void eachCapabilityIsReadFromItsOwnBit() {
    user(1000, "0000000000804000"); // all of the least set but NET_ADMIN
    assertThat(capabilities().getFirst().detail())
        .contains("CAP_NET_ADMIN")
        .doesNotContain("CAP_IPC_LOCK", "CAP_SYS_NICE");
    user(0, "00000000002a5002"); // SYS_NICE is missing; SYS_ADMIN, SYS_RAWIO, DAC_OVERRIDE are not
    assertThat(capabilities().getFirst().detail()).startsWith("missing CAP_SYS_NICE (");
    assertThat(capabilities().get(1).status()).isEqualTo(Status.OK);
  }

  @Test
  void rootInAContainerIsToBeStartedWithThem() {
    user(0, LEAST);
    assertThat(capabilities().get(1).remedy())
        .isEqualTo("docker run --cap-add=DAC_OVERRIDE --cap-add=SYS_RAWIO --cap-add=SYS_ADMIN");
  }

  @Test
  void anUnreadableStatusIsNotTakenForRights() {
    assertThat(capabilities()).extracting(Finding::status).containsOnly(Status.WARN);
  }

  private void limit(String soft) {
    host.with(
        "proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max locked memory         %s              unlimited              bytes     "
                .formatted(soft));
  }

  @Test
  void unlimitedLockedMemoryIsOk() {
    user(1000, NONE);
    limit("unlimited");
    assertThat(lockedMemory()).isEqualTo(Finding.ok("locked memory", "unlimited"));
  }

  @Test
  void aLimitIsAWarning() {
    user(1000, NONE);
    limit("8388608");
    assertThat(lockedMemory().status()).isEqualTo(Status.WARN);
    assertThat(lockedMemory().detail()).startsWith("limit 8192 kB");
    assertThat(lockedMemory().remedy()).isEqualTo("ulimit -l unlimited");
  }

  @Test
  void aLimitThatACapabilityLiftsIsOk() {
    user(1000, LEAST);
    limit("8388608");
    assertThat(lockedMemory().status()).isEqualTo(Status.OK);
  }

  @Test
  void anUnknownLimitIsAWarning() {
    assertThat(lockedMemory().status()).isEqualTo(Status.WARN);
  }

  @Test
  void theTunDeviceIsOk() {
    host.with("dev/net/tun", "");
    assertThat(tun().status()).isEqualTo(Status.OK);
  }

  @Test
  void noTunDeviceIsAWarning() {
    assertThat(tun().status()).isEqualTo(Status.WARN);
    assertThat(tun().remedy()).isEqualTo("modprobe tun");
    host.with(".dockerenv", "");
    assertThat(tun().remedy()).isEqualTo("docker run --device /dev/net/tun");
  }
}
