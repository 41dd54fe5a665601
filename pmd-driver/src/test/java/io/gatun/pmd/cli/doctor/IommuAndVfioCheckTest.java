package io.gatun.pmd.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.cli.doctor.Finding.Status;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IommuAndVfioCheckTest {
  private static final String INTEL = "vendor_id\t: GenuineIntel\nflags\t\t: fpu vmx sse2";
  private static final String AMD = "vendor_id\t: AuthenticAMD\nflags\t\t: fpu svm sse2";

  @TempDir Path root;
  private FakeHost host;

  @BeforeEach
  void makeHost() {
    host = new FakeHost(root);
  }

  private Finding iommu() {
    return new IommuCheck().run(host.files()).getFirst();
  }

  private Finding vfio() {
    return new VfioCheck().run(host.files()).getFirst();
  }

  @Test
  void groupsMeanAnIommu() {
    host.withFolder("sys/kernel/iommu_groups/0").withFolder("sys/kernel/iommu_groups/17");
    assertThat(iommu()).isEqualTo(Finding.ok("IOMMU", "2 groups of devices"));
  }

  @Test
  void groupsThatVfioMadeUpDoNotCount() {
    host.with("sys/kernel/iommu_groups/0/name", "vfio-noiommu");
    assertThat(iommu().status()).isEqualTo(Status.WARN);
  }

  @Test
  void anIntelMachineNeedsTheKernelOption() {
    host.with("proc/cpuinfo", INTEL).with("proc/cmdline", "quiet");
    assertThat(iommu().status()).isEqualTo(Status.WARN);
    assertThat(iommu().remedy()).startsWith("intel_iommu=on");
  }

  @Test
  void anOptionThatHasNoEffectPointsAtTheFirmware() {
    host.with("proc/cpuinfo", INTEL).with("proc/cmdline", "quiet intel_iommu=on");
    assertThat(iommu().detail()).contains("asks for it");
    assertThat(iommu().remedy()).contains("VT-d");
  }

  @Test
  void anAmdMachineNeedsOnlyTheFirmware() {
    host.with("proc/cpuinfo", AMD);
    assertThat(iommu().remedy()).contains("AMD-Vi");
  }

  @Test
  void aVirtualMachineNeedsAVirtualIommu() {
    host.with("proc/cpuinfo", INTEL + " hypervisor");
    assertThat(iommu().remedy()).contains("virtual machine");
  }

  @Test
  void vfioIsOk() {
    host.withFolder("sys/module/vfio_pci").with("dev/vfio/vfio", "");
    host.with("sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "N");
    assertThat(vfio().status()).isEqualTo(Status.OK);
  }

  @Test
  void vfioBuiltIntoTheKernelIsOk() {
    host.withFolder("sys/bus/pci/drivers/vfio-pci").with("dev/vfio/vfio", "");
    assertThat(vfio().status()).isEqualTo(Status.OK);
  }

  @Test
  void theUnsafeModeIsAWarning() {
    host.withFolder("sys/module/vfio_pci").with("dev/vfio/vfio", "");
    host.with("sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y");
    assertThat(vfio().status()).isEqualTo(Status.WARN);
    assertThat(vfio().remedy()).startsWith("echo N >");
  }

  @Test
  void aModuleThatIsNotLoadedIsToBeLoaded() {
    host.with("proc/sys/kernel/osrelease", "6.1.0-9-amd64");
    host.with(
        "lib/modules/6.1.0-9-amd64/modules.dep",
        "kernel/drivers/vfio/pci/vfio-pci.ko.xz: kernel/drivers/vfio/vfio.ko.xz");
    assertThat(vfio().status()).isEqualTo(Status.WARN);
    assertThat(vfio().remedy()).isEqualTo("modprobe vfio-pci");
  }

  @Test
  void aKernelWithoutTheModuleIsToBeReplaced() {
    host.with("proc/sys/kernel/osrelease", "6.1.0-9-cloud");
    host.with("lib/modules/6.1.0-9-cloud/modules.dep", "kernel/drivers/net/tun.ko:");
    assertThat(vfio().remedy()).contains("CONFIG_VFIO_PCI");
  }

  @Test
  void aContainerWithoutTheDeviceIsToBeGivenIt() {
    host.withFolder("sys/module/vfio_pci");
    assertThat(vfio().status()).isEqualTo(Status.WARN);
    assertThat(vfio().remedy()).contains("--device /dev/vfio");
  }

  @Test
  void modulesThatAreNotLoadedAreNamed() {
    host.withFolder("sys/module/vfio_pci").withFolder("sys/module/vfio");
    host.with("dev/vfio/vfio", "");
    Finding modules = new VfioCheck().run(host.files()).getLast();
    assertThat(modules.status()).isEqualTo(Status.WARN);
    assertThat(modules.remedy()).isEqualTo("modprobe -a vfio_iommu_type1");
  }

  @Test
  void aModuleBuiltIntoTheKernelCountsAsLoaded() {
    host.withFolder("sys/module/vfio_pci").withFolder("sys/module/vfio_iommu_type1");
    host.with("dev/vfio/vfio", "").with("proc/sys/kernel/osrelease", "6.1.0-9-amd64");
    host.with("lib/modules/6.1.0-9-amd64/modules.builtin", "kernel/drivers/vfio/vfio.ko");
    assertThat(new VfioCheck().run(host.files()).getLast().status()).isEqualTo(Status.OK);
  }
}
