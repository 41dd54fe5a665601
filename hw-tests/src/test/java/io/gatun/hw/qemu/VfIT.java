package io.gatun.hw.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code gatun vf} on an emulated SR-IOV NIC: the kernel's igb, sysfs, VFIO and iproute2. */
@QemuTest
class VfIT {
  private static final String PHYSICAL = GuestConfig.address(0);
  private static final String NAME = PHYSICAL + "/0";
  private static final String SYSFS = "/sys/bus/pci/devices/" + PHYSICAL;
  private static final String MAC = "02:00:00:00:00:05";
  private static final String CREATE = "create " + PHYSICAL + " 2 --autoprobe off --up";
  private static final String LIST = "list";
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

  /** What several commands printed, and whether they ended as they should. */
  private static final class Batch {
    private final ObjectMapper mapper = new ObjectMapper();
    private final Queue<JsonNode> results = new ArrayDeque<>();

    Batch(String... commands) throws IOException {
      String[] words = Stream.of(commands).map(word -> word + " --json").toArray(String[]::new);
      for (String line :
          GuestGatun.startClass(guest, VfBatch.class, words).orFail().lines().toList()) {
        results.add(mapper.readTree(line));
      }
      assertThat(results).hasSameSizeAs(commands);
    }

    JsonNode next(int status) throws IOException {
      JsonNode result = results.remove();
      String output = result.get("output").asText();
      assertThat(result.get("status").asInt()).as(output).isEqualTo(status);
      return mapper.readTree(output);
    }

    JsonNode physical() throws IOException {
      JsonNode physical = next(0).path("physical_functions").path(0);
      assertThat(physical.path("address").asText()).isEqualTo(PHYSICAL);
      return physical;
    }

    JsonNode virtual() throws IOException {
      return physical().path("virtual_functions").path(0);
    }
  }

  @Test
  void vfsAreMadeConfiguredHandedToVfioAndTakenAway() throws IOException {
    Batch batch =
        new Batch(
            LIST,
            CREATE,
            CREATE,
            "set " + NAME + " --mac " + MAC + " --vlan 100 --qos 3",
            LIST,
            "set " + NAME + " --spoof-check off",
            "set " + NAME + " --spoof-check on",
            "set " + NAME + " --vlan 7 --link-state disable",
            LIST,
            "bind " + NAME,
            LIST);
    JsonNode physical = batch.physical();
    assertThat(physical.path("driver").asText()).isEqualTo("igb");
    assertThat(physical.path("total_vfs").asInt()).isEqualTo(7);
    assertThat(physical.path("num_vfs").asInt()).isZero();
    assertThat(physical.path("vf_device").asText()).isEqualTo("8086:10ca");
    assertThat(batch.next(0).path("done").asBoolean()).isTrue();
    assertThat(batch.next(0).path("steps")).isEmpty();

    assertProperties(batch);

    assertThat(batch.next(0).path("done").asBoolean()).isTrue();
    JsonNode bound = batch.virtual();
    assertThat(bound.path("driver").asText()).isEqualTo("vfio-pci");
    assertThat(bound.path("in_use_by")).isEmpty();
    guest.run("test", "-e", "/dev/vfio/" + bound.path("iommu_group").asInt());

    batch = new Batch("bind " + NAME + " --driver igbvf", LIST);
    batch.next(0);
    JsonNode back = batch.virtual();
    assertThat(back.path("driver").asText()).isEqualTo("igbvf");
    // Its driver started after the address was set, so it has it.
    String own = "/sys/class/net/" + back.path("interface").asText() + "/address";
    assertThat(guest.run("cat", own).strip()).isEqualTo(MAC);

    batch = new Batch("destroy " + PHYSICAL, LIST);
    batch.next(0);
    assertThat(batch.physical().path("num_vfs").asInt()).isZero();
  }

  private static void assertProperties(Batch batch) throws IOException {
    assertThat(batch.next(0).path("steps")).hasSize(2);
    JsonNode shown = batch.virtual();
    assertThat(shown.path("mac").asText()).isEqualTo(MAC);
    assertThat(shown.path("vlan").asInt()).isEqualTo(100);
    assertThat(shown.path("qos").asInt()).isEqualTo(3);
    // Accepted and shown, but the emulated NIC does not act on it.
    batch.next(0);
    JsonNode spoof = batch.next(FAILED).path("properties").path(0);
    assertThat(spoof.path("status").asText()).isEqualTo("unenforced");
    // The kernel's igb cannot set a VF's link state: refused, and the VLAN is as before.
    assertThat(batch.next(FAILED).path("error").asText()).contains("driver cannot do that");
    assertThat(batch.virtual().path("vlan").asInt()).isEqualTo(100);
  }

  /** The signal comes while the kernel makes seven functions; it is heard when they are made. */
  @Test
  void anInterruptedPlanIsUndone() throws IOException {
    guest.write(SYSFS + "/sriov_drivers_autoprobe", "1");
    String before = guest.run("cat", SYSFS + "/sriov_numvfs", SYSFS + "/sriov_drivers_autoprobe");
    GuestCommand create =
        GuestGatun.startWithoutEal(guest, "vf", "create", PHYSICAL, "7", "--up", "--json");
    create.await("the first function", () -> exists(SYSFS + "/virtfn0"));
    create.signal("INT");

    assertThat(create.exitStatus()).as(create.errors() + create.output()).isEqualTo(FAILED);
    JsonNode json = new ObjectMapper().readTree(create.output());
    assertThat(json.path("error").asText()).isEqualTo("stopped by a signal");
    assertThat(json.path("steps").findValuesAsText("state")).doesNotContain("done", "not_undone");
    assertThat(guest.run("cat", SYSFS + "/sriov_numvfs", SYSFS + "/sriov_drivers_autoprobe"))
        .isEqualTo(before);
    assertThat(exists(SYSFS + "/virtfn0")).isFalse();
  }

  private static boolean exists(String file) {
    return guest.start("test", "-e", file).exitStatus() == 0;
  }
}
