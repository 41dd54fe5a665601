package io.gatun.nest.vf.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.sysfs.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class VfBindTest extends VfCli {
  private static final PciAddress VF0 = PciAddress.parse("0000:01:10.0");

  @Test
  void aVfGoesToVfioAndBack() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "1");
    assertThat(states(json(0, "bind", "enp1s0/0"))).containsExactly("done", "done", "done");
    assertThat(fake.driver(VF0)).isEqualTo("vfio-pci");
    assertThat(json(0, "bind", "enp1s0/0").path("steps")).isEmpty();
    assertThat(states(json(0, "unbind", "enp1s0/0"))).containsExactly("done", "done", "done");
    assertThat(fake.driver(VF0)).isEqualTo("igbvf");
    assertThat(json(0, "unbind", "enp1s0/0").path("steps")).isEmpty();
  }

  @Test
  void aFunctionThatAnOuterHypervisorGaveIsBoundToo() throws IOException {
    fake.withPlain("0000:01:00.0", "eth0");
    json(0, "bind", "eth0");
    assertThat(json(0, "show", "01:00.0").path("driver").asText()).isEqualTo("vfio-pci");
    assertThat(json(0, "show", "01:00.0").path("kind").asText()).isEqualTo("plain");
  }

  @Test
  void aDriverThatIsNotLoadedIsLoaded() throws IOException {
    withPhysical().withModuleOnly("vfio-pci");
    vf("create", "enp1s0", "1");
    JsonNode json = json(0, "bind", "enp1s0/0");
    assertThat(json.path("steps").path(0).path("step").asText()).isEqualTo("modprobe vfio-pci");
    assertThat(vf("bind", "enp1s0/0", "--driver", "nonsense")).isEqualTo(1);
    assertThat(err).contains("no such module").contains("all is as before");
    assertThat(fake.driver(VF0)).isEqualTo("vfio-pci");
  }

  @Test
  void aDriverThatDoesNotTakeTheFunctionIsUndone() throws IOException {
    withPhysical().withDriver("mlx5_core");
    vf("create", "enp1s0", "1");
    String before = fake.snapshot();
    JsonNode json = json(1, "bind", "enp1s0/0", "--driver", "mlx5_core");
    assertThat(states(json)).containsExactly("undone", "undone", "failed");
    assertThat(json.path("error").asText()).contains("mlx5_core did not take it");
    assertThat(json.path("steps").path(0).path("detail").asText()).contains("not brought back");
    assertThat(fake.snapshot()).isEqualTo(before);
  }

  @Test
  void vfioNeedsAnIommu() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "1");
    Files.delete(root.resolve("sys/bus/pci/devices/0000:01:10.0/iommu_group"));
    assertThatThrownBy(() -> vf("bind", "enp1s0/0"))
        .hasMessageContaining("no IOMMU group")
        .hasMessageContaining("gatun doctor");
    fake.with("sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y");
    assertThat(json(0, "bind", "enp1s0/0").path("notes").path(0).asText())
        .contains("can write to any memory");
  }

  @Test
  void othersInTheGroupAreNamed() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "2");
    fake.inGroup("0000:01:10.0", 9).inGroup("0000:01:10.2", 9);
    assertThat(json(0, "bind", "enp1s0/0").path("notes").path(0).asText())
        .contains("group 9")
        .contains("0000:01:10.2");
  }

  @Test
  void aPhysicalFunctionKeepsItsDriverWhileItHasVfs() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "1");
    assertThatThrownBy(() -> vf("bind", "enp1s0", "--force"))
        .hasMessageContaining("gatun vf destroy 0000:01:00.0 first");
    vf("destroy", "enp1s0");
    json(0, "bind", "enp1s0");
    assertThatThrownBy(() -> vf("create", "01:00.0", "1"))
        .hasMessageContaining("only its kernel driver makes VFs");
    json(0, "unbind", "01:00.0");
    json(0, "create", "enp1s0", "1");
  }

  @Test
  void withoutAutoprobeTheKernelChoosesNoDriver() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "1", "--autoprobe", "off");
    vf("bind", "enp1s0/0");
    JsonNode json = json(0, "unbind", "enp1s0/0");
    assertThat(json.path("notes").path(0).asText()).contains("sriov_drivers_autoprobe");
    assertThat(fake.driver(VF0)).isNull();
    json(0, "bind", "enp1s0/0", "--driver", "igbvf");
    assertThat(fake.driver(VF0)).isEqualTo("igbvf");
  }

  @Test
  void aSignalLeavesAllAsBefore() throws IOException {
    withPhysical();
    String before = fake.snapshot();
    isStopped = true;
    assertThat(vf("create", "enp1s0", "2")).isEqualTo(1);
    assertThat(err).contains("stopped by a signal").contains("all is as before");
    assertThat(fake.snapshot()).isEqualTo(before);
  }

  @Test
  void everySubcommandExplainsItself() {
    CommandLine line = new CommandLine(new VfCommand());
    assertThat(line.getSubcommands().keySet())
        .containsExactly("list", "show", "create", "destroy", "set", "bind", "unbind");
    line.getSubcommands()
        .values()
        .forEach(
            subcommand ->
                assertThat(subcommand.getUsageMessage())
                    .contains("--json")
                    .doesNotContain("<isForced>"));
  }
}
