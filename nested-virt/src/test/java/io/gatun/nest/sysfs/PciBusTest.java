package io.gatun.nest.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PciBusTest {
  private static final PciAddress PF = PciAddress.parse("0000:01:00.0");
  private static final PciAddress VF = PciAddress.parse("0000:01:10.0");

  @TempDir Path root;
  private FakeMachine fake;
  private PciBus bus;

  @BeforeEach
  void makeMachine() {
    fake = new FakeMachine(root).withPhysical("0000:01:00.0", "enp1s0", 7);
    bus = new PciBus(fake.tree());
  }

  private Sriov sriov() {
    return Objects.requireNonNull(bus.sriov(PF));
  }

  @Test
  void addressesAreReadWithAndWithoutDomain() {
    assertThat(PciAddress.parse("01:1f.7")).isEqualTo(new PciAddress(0, 1, 31, 7));
    assertThat(PciAddress.parse("10000:E1:00.0")).hasToString("10000:e1:00.0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "enp1s0",
        "01:00",
        "01:20.0",
        "01:00.8",
        "1:0.0",
        "0000:01:00.0/0",
        "../01:00.0"
      })
  void whatIsNoAddressIsNone(String text) {
    assertThat(PciAddress.ofText(text)).isNull();
    assertThatThrownBy(() -> PciAddress.parse(text)).hasMessageContaining("0000:01:10.0");
  }

  @Test
  void aPhysicalFunctionIsSeenWithItsLimits() {
    PciFunction function = bus.function(PF);
    assertThat(function.describe()).isEqualTo("enp1s0 (0000:01:00.0, igb)");
    assertThat(function.id()).hasToString("8086:10c9");
    assertThat(function.driverOverride()).isNull();
    Sriov sriov = sriov();
    assertThat(sriov.totalVfs()).isEqualTo(7);
    assertThat(sriov.vfDevice()).isEqualTo(0x10ca);
    assertThat(sriov.virtualFunctions()).isEmpty();
  }

  @Test
  void virtualFunctionsAppearWhereOffsetAndStridePutThem() throws IOException {
    bus.numVfs(PF, 3);
    assertThat(sriov().virtualFunctions())
        .containsExactly(VF, PciAddress.parse("0000:01:10.2"), PciAddress.parse("0000:01:10.4"));
    assertThat(bus.function(VF).physicalFunction()).isEqualTo(PF);
    assertThat(bus.function(VF).interfaces()).containsExactly("enp1s0v0");
    assertThat(bus.sriov(VF)).isNull();
  }

  @Test
  void anOverrideIsSetAndCleared() throws IOException {
    bus.override(PF, "vfio-pci");
    assertThat(bus.function(PF).driverOverride()).isEqualTo("vfio-pci");
    bus.override(PF, null);
    assertThat(bus.function(PF).driverOverride()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "Device or resource busy,gatun vf destroy",
    "No such file or directory,creates no VFs",
    "Cannot allocate memory,pci=realloc",
    "No space left on device,pci=realloc",
    "Operation not permitted,sudo",
    "Read-only file system,container",
  })
  void errorsOfTheKernelComeWithARemedy(String words, String remedy) {
    fake.failing(change -> FakeMachine.Fault.BEFORE, words);
    assertThatThrownBy(() -> bus.numVfs(PF, 2))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageContaining("0000:01:00.0: writing \"2\" to /sys/bus/pci/devices/")
        .hasMessageContaining(words)
        .hasMessageContaining(remedy);
  }

  @Test
  void javasOwnExceptionsAreReadToo() {
    PciBus denied =
        new PciBus(
            new HostTree(
                root,
                (file, text) -> {
                  throw new AccessDeniedException(file.toString());
                }));
    assertThatThrownBy(() -> denied.probe(PF)).hasMessageContaining("Permission denied (run it");
    PciBus absent = new PciBus(new HostTree(root, new KernelWriter()));
    assertThatThrownBy(() -> absent.unbind(PF, "nobody"))
        .hasMessageContaining("No such file or directory");
  }

  @Test
  void theRealWriterWritesTheWholeTextAtOnce() throws IOException {
    Path file = Files.writeString(root.resolve("attribute"), "");
    new KernelWriter().write(file, "0000:01:10.0");
    assertThat(file).hasContent("0000:01:10.0");
  }

  @Test
  void anInterfaceOfAnotherNamespaceIsNotTakenForNone() throws IOException {
    bus.numVfs(PF, 1);
    Files.delete(root.resolve("sys/bus/pci/devices/0000:01:10.0/net/enp1s0v0"));
    assertThat(bus.function(VF).isInterfaceElsewhere()).isTrue();
  }

  @Test
  void representorsOfVirtualFunctionsAreNotThePhysicalFunctionsInterface() {
    String net = "sys/bus/pci/devices/0000:01:00.0/net/";
    fake.with(net + "eth0/phys_port_name", "pf0vf0").with(net + "enp1s0/phys_port_name", "p0");
    assertThat(bus.function(PF).interfaces()).containsExactly("enp1s0");
  }

  @Test
  void whoElseIsInAGroupIsSeen() throws IOException {
    bus.numVfs(PF, 3);
    fake.inGroup("0000:01:10.0", 9).inGroup("0000:01:10.2", 9).inGroup("0000:01:10.4", 9);
    bus.unbind(PciAddress.parse("0000:01:10.4"), "igbvf");
    IommuGroup group = bus.iommuGroup(9);
    assertThat(group.members()).hasSize(3);
    assertThat(group.type()).isEqualTo("DMA");
    assertThat(bus.obstacles(group, VF))
        .extracting(function -> function.address().toString())
        .containsExactly("0000:01:10.2");
  }

  @Test
  void bridgesAboveAreThoseOnTheWay() throws IOException {
    Path real = root.resolve("sys/devices/pci0000:00/0000:00:1c.0/0000:05:00.0");
    Files.createDirectories(real);
    Files.createSymbolicLink(
        root.resolve("sys/bus/pci/devices/0000:05:00.0"),
        Path.of("../../../devices/pci0000:00/0000:00:1c.0/0000:05:00.0"));
    assertThat(bus.bridgesAbove(PciAddress.parse("05:00.0")))
        .containsExactly(PciAddress.parse("00:1c.0"));
  }

  @Test
  void processesWithAGroupOpenAreFoundWithTheirGuests() throws IOException {
    bus.numVfs(PF, 1);
    fake.heldBy("0000:01:10.0", 4242, "qemu-system-x86", "l1");
    OpenDevices open = OpenDevices.scan(fake.tree());
    int group = bus.function(VF).iommuGroup();
    assertThat(open.of("/dev/vfio/" + group))
        .containsExactly(new OpenDevices.Holder(4242, "qemu-system-x86", "l1"));
    assertThat(open.of("/dev/vfio/vfio")).isEmpty();
    assertThat(open.isComplete()).isTrue();
    assertThat(bus.deviceFiles(bus.function(VF))).contains("/dev/vfio/" + group);
  }
}
