package io.gatun.hw.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code gatun vf} on an emulated SR-IOV NIC: the kernel's igb, sysfs, VFIO and iproute2. */
@QemuTest
class VfIT {
  private static final String PHYSICAL = GuestConfig.address(0);
  private static final String NAME = PHYSICAL + "/0";
  private static final String MAC = "02:00:00:00:00:05";
  private static final int FAILED = 1;

  private static QemuGuest guest;

  /** The guest's kernel finds no modules of its own in this machine's root. */
  @BeforeAll
  static void boot() {
    guest = QemuGuest.start(GuestConfig.DEFAULT.withNics(1));
    String modules = GuestImage.fromEnvironment().modules().toString();
    for (String module : List.of("igb", "igbvf", "vfio-pci", "vfio_iommu_type1")) {
      guest.run("modprobe", "-d", modules, module);
    }
  }

  @AfterAll
  static void end() {
    guest.close();
  }

  /** Runs {@code gatun vf} in the guest; it starts no EAL. */
  private static JsonNode vf(int status, String... arguments) throws IOException {
    List<String> options = new ArrayList<>(List.of(arguments));
    options.add("--json");
    GuestCommand command = GuestGatun.startWithoutEal(guest, "vf", options.toArray(String[]::new));
    int ended = command.exitStatus();
    assertThat(ended).as(command.errors() + command.output()).isEqualTo(status);
    return new ObjectMapper().readTree(command.output());
  }

  private static JsonNode physical() throws IOException {
    JsonNode physical = vf(0, "list").path("physical_functions").path(0);
    assertThat(physical.path("address").asText()).isEqualTo(PHYSICAL);
    return physical;
  }

  private static JsonNode virtual() throws IOException {
    return physical().path("virtual_functions").path(0);
  }

  @Test
  void vfsAreMadeConfiguredHandedToVfioAndTakenAway() throws IOException {
    JsonNode physical = physical();
    assertThat(physical.path("driver").asText()).isEqualTo("igb");
    assertThat(physical.path("total_vfs").asInt()).isEqualTo(7);
    assertThat(physical.path("num_vfs").asInt()).isZero();
    assertThat(physical.path("vf_device").asText()).isEqualTo("8086:10ca");

    String[] create = {"create", PHYSICAL, "2", "--autoprobe", "off", "--up"};
    assertThat(vf(0, create).path("done").asBoolean()).isTrue();
    assertThat(vf(0, create).path("steps")).isEmpty();

    setProperties();

    assertThat(vf(0, "bind", NAME).path("done").asBoolean()).isTrue();
    JsonNode bound = virtual();
    assertThat(bound.path("driver").asText()).isEqualTo("vfio-pci");
    assertThat(bound.path("in_use_by")).isEmpty();
    guest.run("test", "-e", "/dev/vfio/" + bound.path("iommu_group").asInt());
    vf(0, "bind", NAME, "--driver", "igbvf");
    JsonNode back = virtual();
    assertThat(back.path("driver").asText()).isEqualTo("igbvf");
    // Its driver started after the address was set, so it has it.
    String own = "/sys/class/net/" + back.path("interface").asText() + "/address";
    assertThat(guest.run("cat", own).strip()).isEqualTo(MAC);

    vf(0, "destroy", PHYSICAL);
    assertThat(physical().path("num_vfs").asInt()).isZero();
  }

  private static void setProperties() throws IOException {
    JsonNode set = vf(0, "set", NAME, "--mac", MAC, "--vlan", "100", "--qos", "3");
    assertThat(set.path("steps")).hasSize(2);
    JsonNode shown = virtual();
    assertThat(shown.path("mac").asText()).isEqualTo(MAC);
    assertThat(shown.path("vlan").asInt()).isEqualTo(100);
    assertThat(shown.path("qos").asInt()).isEqualTo(3);
    // Accepted and shown, but the emulated NIC does not act on it.
    vf(0, "set", NAME, "--spoof-check", "off");
    JsonNode spoof = vf(FAILED, "set", NAME, "--spoof-check", "on").path("properties").path(0);
    assertThat(spoof.path("status").asText()).isEqualTo("unenforced");
    // The kernel's igb cannot set a VF's link state: refused, and the VLAN is as before.
    JsonNode refused = vf(FAILED, "set", NAME, "--vlan", "7", "--link-state", "disable");
    assertThat(refused.path("error").asText()).contains("driver cannot do that");
    assertThat(virtual().path("vlan").asInt()).isEqualTo(100);
  }
}
