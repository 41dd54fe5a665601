package io.gatun.hw.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Devices that are taken away while Gatun drives them under traffic. The kernel does not unbind a
 * function before its user has let go of it, so each removal comes about only if Gatun hears of it.
 * In order, because what is gone does not come back.
 */
@QemuTest
@TestMethodOrder(OrderAnnotation.class)
class IgbRemovalIT {
  private static final int NICS = 3;
  private static final int FRAMES_BEFORE = 200;
  private static final String DEVICES = "/sys/bus/pci/devices/";

  /** The first virtual function of NIC 1. */
  private static final String VIRTUAL = "0000:02:10.0";

  private static QemuGuest guest;
  private static GuestQmp qmp;

  @BeforeAll
  static void boot() {
    guest = QemuGuest.start(GuestConfig.DEFAULT.withNics(NICS));
    guest.bindNicsToVfio();
    qmp = new GuestQmp(guest);
  }

  @AfterAll
  static void end() {
    qmp.close();
    guest.close();
  }

  @Test
  @Order(1)
  void aMirrorThatLosesItsDestinationGoesOn() {
    GuestCommand mirror =
        start(List.of(), "mirror", "--ports=0-1", "--session=source=0:rx policy=hold to=port:2");
    pass(0, 1);

    qmp.askFor("nic2");
    qmp.awaitDeleted("nic2");
    mirror.await("the port's end", () -> mirror.errors().contains("goes on without it"));
    pass(0, 1);
    mirror.signal("TERM");

    JsonNode summary = mirror.json();
    assertReleased(summary, "2");
    assertThat(summary.get("mirrored").asInt()).isEqualTo(FRAMES_BEFORE);
    assertThat(summary.get("mirror_dropped").asInt()).isEqualTo(FRAMES_BEFORE);
    assertThat(summary.at("/mirror/held").asInt(-1)).isZero();
    assertThat(summary.at("/mirror/faults").asInt(-1)).isZero();
    assertNobodyWaited();
  }

  @Test
  @Order(2)
  void aPairThatLosesAPortEndsInOrder() {
    GuestCommand forward = forward(List.of());
    pass(1, 0);

    qmp.askFor("nic0");
    pumpUntilDeleted("nic0", 1);

    JsonNode summary = forward.json(); // exit status 0
    assertReleased(summary, "0");
    assertThat(forward.errors()).contains("port 0: link down, port removed");
    assertThat(summary.at("/ports/0/tx_packets").asInt()).isGreaterThanOrEqualTo(FRAMES_BEFORE);
    assertNobodyWaited();
  }

  @Test
  @Order(3)
  void aVirtualFunctionThatIsDestroyedIsGivenBack() {
    // The NIC goes from vfio-pci back to the kernel, which makes a virtual function of it.
    String physical = DEVICES + GuestConfig.address(1);
    guest.run("modprobe", "-d", GuestImage.fromEnvironment().modules().toString(), "igb");
    guest.write(physical + "/driver/unbind", GuestConfig.address(1));
    bind(GuestConfig.address(1), "igb");
    guest.write(physical + "/sriov_drivers_autoprobe", "0");
    guest.write(physical + "/sriov_numvfs", "1");
    guest.run("ip", "link", "set", "up", "dev", guest.run("ls", physical + "/net").strip());
    bind(VIRTUAL, "vfio-pci");
    GuestCommand generate = forward(List.of("--allow=" + VIRTUAL), "--mode=txonly");
    assertThat(guest.wire(1).receive(QemuGuest.PATIENCE_SECONDS * 1000)).isNotNull();

    guest.write(physical + "/sriov_numvfs", "0");

    JsonNode summary = generate.json();
    assertReleased(summary, "0");
    assertThat(summary.at("/ports/0/driver").asText()).isEqualTo("net_e1000_igb_vf");
    assertNobodyWaited();
  }

  private static GuestCommand forward(List<String> eal, String... options) {
    return start(eal, "forward", options);
  }

  private static GuestCommand start(List<String> eal, String command, String... options) {
    List<String> words = new ArrayList<>(List.of(options));
    words.addAll(List.of("--stats-period=0.2", "--json"));
    GuestCommand running = GuestGatun.start(guest, eal, command, words.toArray(String[]::new));
    // From the live table on packets flow.
    running.await("the live table", () -> running.errors().contains("Mpps"));
    return running;
  }

  private static void bind(String function, String driver) {
    guest.write(DEVICES + function + "/driver_override", driver);
    guest.write("/sys/bus/pci/drivers_probe", function);
    guest.run("test", "-e", DEVICES + function + "/driver");
  }

  private static void pass(int in, int out) {
    NumberedFrames.assertSame(
        NumberedFrames.of(FRAMES_BEFORE),
        guest.wire(in).sendThrough(guest.wire(out), NumberedFrames.of(FRAMES_BEFORE)));
  }

  /** Frames keep coming while the port goes. */
  private static void pumpUntilDeleted(String device, int nic) {
    List<byte[]> frames = NumberedFrames.of(FRAMES_BEFORE);
    for (int i = 0; !qmp.isDeleted(device) && i < 1_000_000; i++) {
      guest.wire(nic).send(frames.get(i % frames.size()));
      guest.wire(0).receive(1);
    }
    qmp.awaitDeleted(device);
  }

  private static void assertReleased(JsonNode summary, String ports) {
    List<String> removed = new ArrayList<>();
    for (JsonNode port : summary.get("ports")) {
      if (port.get("removed").asBoolean()) {
        removed.add(port.get("port").asText());
      }
    }
    assertThat(String.join(",", removed)).isEqualTo(ports);
    assertThat(summary.get("lost_mbufs").asInt()).isZero();
  }

  /** The kernel complains after ten seconds of waiting, and names who has the device. */
  private static void assertNobodyWaited() {
    assertThat(guest.run("dmesg")).doesNotContain("currently in use");
  }
}
