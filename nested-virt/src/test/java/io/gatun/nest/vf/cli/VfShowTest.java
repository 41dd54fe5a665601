package io.gatun.nest.vf.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.pmd.cli.UsageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What is shown, and by which names. */
class VfShowTest extends VfCli {
  @Test
  void withoutAnyPciDeviceTheListIsEmptyWithAReason() throws IOException {
    JsonNode json = json(0, "list");
    assertThat(names(json)).containsExactly("physical_functions", "reason");
    assertThat(json.path("physical_functions")).isEmpty();
    assertThat(json.path("reason").asText()).isEqualTo("there is no PCI device on this machine");
    Files.delete(root.resolve("sys/bus/pci/devices"));
    for (String driver : List.of("igb", "igbvf", "vfio-pci")) {
      Files.delete(root.resolve("sys/bus/pci/drivers/" + driver));
    }
    Files.delete(root.resolve("sys/bus/pci/drivers"));
    Files.delete(root.resolve("sys/bus/pci"));
    assertThat(json(0, "list").path("reason").asText()).contains("no PCI bus");
  }

  @Test
  void aMachineWithoutSriovHasAReason() throws IOException {
    fake.withPlain("0000:00:03.0", "eth0");
    assertThat(json(0, "list").path("reason").asText())
        .startsWith("none of the 1 PCI devices has SR-IOV")
        .contains("virtual machine");
    vf("list");
    assertThat(out).startsWith("no physical function: none of the 1");
  }

  @Test
  void aKernelWithoutSriovIsToldFromADeviceWithout() throws IOException {
    fake.withPlain("0000:00:03.0", "eth0");
    ByteBuffer config = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    config.putInt(0x100, 1 << 16 | 0x10);
    Files.write(root.resolve("sys/bus/pci/devices/0000:00:03.0/config"), config.array());
    assertThat(json(0, "list").path("reason").asText()).contains("CONFIG_PCI_IOV");
  }

  @Test
  void anotherDeviceWithSriovIsNamed() throws IOException {
    String device = "sys/bus/pci/devices/0000:03:00.0/";
    fake.with(device + "class", "0x010802").with(device + "sriov_totalvfs", "16");
    assertThat(json(0, "list").path("reason").asText())
        .isEqualTo("0000:03:00.0 has SR-IOV, but is no network controller");
  }

  @Test
  void theListHasEveryFunctionWithEveryKey() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "2");
    vf("bind", "enp1s0/1");
    fake.heldBy("0000:01:10.2", 4242, "qemu-system-x86", "l1");
    JsonNode json = json(0, "list");
    assertThat(names(json)).containsExactly("physical_functions");
    JsonNode physical = json.path("physical_functions").path(0);
    assertThat(names(physical))
        .containsExactly(
            "address",
            "interface",
            "id",
            "driver",
            "driver_override",
            "iommu_group",
            "numa_node",
            "up",
            "carrier",
            "mtu",
            "speed_mbps",
            "problem",
            "total_vfs",
            "num_vfs",
            "offset",
            "stride",
            "vf_device",
            "autoprobe",
            "virtual_functions");
    assertThat(physical.path("total_vfs").asInt()).isEqualTo(7);
    assertThat(physical.path("vf_device").asText()).isEqualTo("8086:10ca");
    JsonNode virtual = physical.path("virtual_functions").path(1);
    assertThat(names(virtual))
        .containsExactly(
            "index",
            "address",
            "interface",
            "id",
            "driver",
            "driver_override",
            "iommu_group",
            "numa_node",
            "mac",
            "vlan",
            "qos",
            "vlan_protocol",
            "spoof_check",
            "trust",
            "link_state",
            "min_tx_rate",
            "max_tx_rate",
            "in_use_by",
            "in_use_known");
    assertThat(virtual.path("driver").asText()).isEqualTo("vfio-pci");
    assertThat(virtual.path("interface").isNull()).isTrue();
    assertThat(virtual.path("in_use_by").path(0).path("pid").asInt()).isEqualTo(4242);
    assertThat(virtual.path("in_use_by").path(0).path("guest").asText()).isEqualTo("l1");
    vf("list");
    assertThat(out)
        .contains("enp1s0 (0000:01:00.0, igb), 8086:10c9: 2 of 7 VFs, down, MTU 1500")
        .contains("process 4242 (qemu-system-x86, guest l1)");
  }

  @Test
  void withoutIpTheListSaysSoAndShowsTheRest() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "1");
    fake.withoutIp();
    JsonNode physical = json(0, "list").path("physical_functions").path(0);
    assertThat(physical.path("problem").asText()).contains("iproute2");
    assertThat(physical.path("virtual_functions").path(0).path("mac").isNull()).isTrue();
    assertThatThrownBy(() -> vf("set", "enp1s0/0", "--vlan", "1")).hasMessageContaining("iproute2");
  }

  @Test
  void showHasTheGroupAndTheWay() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "2");
    fake.inGroup("0000:01:10.0", 9).inGroup("0000:01:10.2", 9);
    JsonNode json = json(0, "show", "enp1s0v0");
    assertThat(json.path("kind").asText()).isEqualTo("virtual");
    assertThat(json.path("physical_function").asText()).isEqualTo("0000:01:00.0");
    assertThat(json.path("group").path("members")).hasSize(2);
    assertThat(json.path("group").path("obstacles").path(0).asText()).isEqualTo("0000:01:10.2");
    assertThat(json.path("acs").asText()).isEqualTo("unknown");
    assertThat(json(0, "show", "01:00.0").path("kind").asText()).isEqualTo("physical");
    vf("show", "enp1s0/0");
    assertThat(out).contains("0000:01:10.2, driver igbvf").contains("physical function");
  }

  // ---- names ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"0000:01:10.2", "01:10.2", "enp1s0v1", "enp1s0/1", "01:00.0/1"})
  void aVfHasManyNames(String name) throws IOException {
    withPhysical();
    vf("create", "enp1s0", "2");
    assertThat(json(0, "show", name).path("index").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "enp9s0,\"enp9s0\" is no interface of a PCI device here; physical functions here: enp1s0",
    "07:00.0,there is no PCI device 0000:07:00.0",
    "enp1s0/2,'index: 2 is not in [0, 1]: enp1s0 (0000:01:00.0, igb) has 2 VFs'",
    "enp1s0/x,'index: x is not in [0, 1]'",
    "enp1s0v0/0,enp1s0v0: enp1s0v0 (0000:01:10.0, igbvf) is no physical function",
    "03:00.0,0000:03:00.0 is no network controller (class 0x010802)",
  })
  void aWrongNameIsNamedWithWhatThereIs(String name, String message) throws IOException {
    withPhysical().with("sys/bus/pci/devices/0000:03:00.0/class", "0x010802");
    vf("create", "enp1s0", "2");
    assertThatThrownBy(() -> vf("show", name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aMissingSubcommandIsWrongUsage() {
    assertThatThrownBy(this::vf).isInstanceOf(UsageException.class).hasMessageContaining("create");
    assertThatThrownBy(() -> vf("creat", "x", "1"))
        .isInstanceOf(CommandLine.ParameterException.class);
    assertThatThrownBy(() -> vf("create", "enp1s0", "many"))
        .isInstanceOf(CommandLine.ParameterException.class);
    assertThatThrownBy(() -> vf("set", "x", "--trust", "maybe"))
        .isInstanceOf(CommandLine.ParameterException.class);
  }
}
