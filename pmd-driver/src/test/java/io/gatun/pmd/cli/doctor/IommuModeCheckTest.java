package io.gatun.pmd.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.cli.doctor.Finding.Status;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IommuModeCheckTest {
  private static final String UNIT = "sys/class/iommu/dmar0/intel-iommu/";
  private static final String REMAPPED = " 24:  0  IR-PCI-MSI-0000:01:00.0  0-edge  enp1s0";

  @TempDir Path root;
  private FakeHost host;

  @BeforeEach
  void makeHost() {
    host = new FakeHost(root);
  }

  private List<Finding> run() {
    return new IommuModeCheck().run(host.files());
  }

  /** QEMU's intel-iommu: caching mode is bit 7 of one register, interrupt remapping bit 3. */
  private void intel(boolean cachingMode, boolean remapping) {
    host.with(UNIT + "cap", cachingMode ? "d2008c222f0686" : "d2008c222f0606");
    host.with(UNIT + "ecap", remapping ? "f00f4a" : "f00f42");
  }

  @Test
  void withoutAnIommuThereIsNothingToSay() {
    assertThat(run()).isEmpty();
  }

  @Test
  void aVirtualMachineWithBothIsOk() {
    intel(true, true);
    host.with("proc/cpuinfo", "flags : fpu hypervisor").with("proc/interrupts", REMAPPED);
    assertThat(run()).extracting(Finding::status).containsExactly(Status.OK, Status.OK);
  }

  @Test
  void aVirtualMachineWithoutCachingModeCannotTakeRealFunctions() {
    intel(false, true);
    host.with("proc/cpuinfo", "flags : fpu hypervisor").with("proc/interrupts", REMAPPED);
    assertThat(run().getFirst().status()).isEqualTo(Status.WARN);
    assertThat(run().getFirst().detail()).contains("dmar0");
    assertThat(run().getFirst().remedy()).contains("caching-mode=on");
  }

  @Test
  void hardwareHasNoCachingMode() {
    intel(false, true);
    host.with("proc/cpuinfo", "flags : fpu vmx").with("proc/interrupts", REMAPPED);
    assertThat(run().getFirst()).isEqualTo(Finding.ok("IOMMU caching mode", "off, as in hardware"));
  }

  @Test
  void interruptsThatAreNotRemappedAreAWarning() {
    intel(true, true);
    host.with("proc/interrupts", " 24:  0  PCI-MSI-0000:01:00.0  0-edge  enp1s0");
    assertThat(run().getLast().status()).isEqualTo(Status.WARN);
    assertThat(run().getLast().detail()).contains("although");
    intel(true, false);
    assertThat(run().getLast().remedy()).contains("intremap=on");
  }

  @Test
  void unsafeInterruptsAreNamed() {
    intel(true, false);
    host.with("sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y");
    assertThat(run().getLast().remedy()).startsWith("echo N >");
  }

  @Test
  void anAmdIommuHasNoCachingMode() {
    host.withFolder("sys/class/iommu/ivhd0/amd-iommu").with("proc/interrupts", REMAPPED);
    assertThat(run()).containsExactly(Finding.ok("interrupt remapping", "on"));
  }

  @Test
  void aRegisterThatIsNoNumberIsNoBit() {
    host.with(UNIT + "cap", "what").with("proc/cpuinfo", "flags : hypervisor");
    assertThat(run().getFirst().status()).isEqualTo(Status.WARN);
  }
}
