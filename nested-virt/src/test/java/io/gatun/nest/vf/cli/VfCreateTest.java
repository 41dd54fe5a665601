package io.gatun.nest.vf.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.sysfs.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class VfCreateTest extends VfCli {
  private static final PciAddress VF0 = PciAddress.parse("0000:01:10.0");

  @Test
  void createMakesVfsAndASecondRunDoesNothing() throws IOException {
    withPhysical();
    JsonNode json = json(0, "create", "enp1s0", "2", "--up");
    assertThat(names(json))
        .containsExactly(
            "command",
            "target",
            "dry_run",
            "changed",
            "done",
            "error",
            "steps",
            "properties",
            "notes");
    assertThat(states(json)).containsExactly("done", "done");
    assertThat(json.path("changed").asBoolean()).isTrue();
    assertThat(fake.driver(VF0)).isEqualTo("igbvf");
    json = json(0, "create", "enp1s0", "2", "--up");
    assertThat(json.path("steps")).isEmpty();
    assertThat(json.path("changed").asBoolean()).isFalse();
    assertThat(json.path("done").asBoolean()).isTrue();
    vf("create", "enp1s0", "2", "--up");
    assertThat(out).isEqualTo("0000:01:00.0: nothing to do\n");
  }

  @Test
  void tooManyVfsAreRefusedWithTheRange() {
    withPhysical();
    assertThatThrownBy(() -> vf("create", "enp1s0", "9"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("numvfs: 9 is not in [0, 7]: enp1s0 (0000:01:00.0, igb) has 7");
    assertThatThrownBy(() -> vf("create", "enp1s0", "-1")).hasMessageContaining("-1");
  }

  @Test
  void aDryRunShowsTheStepsAndChangesNothing() throws IOException {
    withPhysical();
    String before = fake.snapshot();
    JsonNode json = json(0, "create", "enp1s0", "2", "--autoprobe", "off", "--dry-run");
    assertThat(states(json)).containsExactly("planned", "planned");
    assertThat(json.path("done").asBoolean()).isFalse();
    assertThat(json.path("notes").path(0).asText()).contains("--up");
    vf("create", "enp1s0", "2", "--dry-run");
    assertThat(out).contains("planned    enp1s0 (0000:01:00.0, igb): sriov_numvfs 0 -> 2");
    assertThat(fake.snapshot()).isEqualTo(before);
    assertThat(fake.changes()).isZero();
  }

  @Test
  void anotherNumberGoesThroughNone() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "2");
    JsonNode json = json(0, "create", "enp1s0", "3");
    assertThat(states(json)).containsExactly("done", "done");
    assertThat(json.path("notes").path(0).asText()).contains("changes the number only from 0");
    assertThat(fake.functions()).hasSize(4);
  }

  @Test
  void aVfInUseIsNotTakenAwayWithoutForce() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "2");
    vf("bind", "enp1s0/0");
    fake.heldBy("0000:01:10.0", 4242, "qemu-system-x86", "l1");
    for (String[] line :
        List.of(
            new String[] {"destroy", "enp1s0"},
            new String[] {"create", "enp1s0", "4"},
            new String[] {"unbind", "enp1s0/0"})) {
      assertThatThrownBy(() -> vf(line))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("process 4242 (qemu-system-x86, guest l1)")
          .hasMessageContaining("--force");
    }
    JsonNode json = json(0, "destroy", "enp1s0", "--force");
    assertThat(json.path("notes").path(0).asText()).contains("taken away by force: enp1s0/0");
    assertThat(fake.functions()).hasSize(1);
  }

  @Test
  void aVfWithAddressesOrInAnotherNamespaceIsInUse() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "2");
    fake.withAddress("enp1s0v0", "fe80::1/64", true);
    assertThat(vf("bind", "enp1s0v0", "--dry-run")).isZero();
    fake.withAddress("enp1s0v0", "10.0.0.1/24", true);
    assertThatThrownBy(() -> vf("bind", "enp1s0v0")).hasMessageContaining("has 10.0.0.1/24");
    fake.with("sys/class/net/enp1s0v0/upper_br0", "");
    assertThatThrownBy(() -> vf("bind", "enp1s0v0")).hasMessageContaining("carries br0");
    Files.delete(root.resolve("sys/bus/pci/devices/0000:01:10.2/net/enp1s0v1"));
    assertThatThrownBy(() -> vf("bind", "enp1s0/1"))
        .hasMessageContaining("another network namespace");
  }
}
