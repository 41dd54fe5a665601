package io.gatun.hw.nest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.qemu.GuestCommand;
import io.gatun.hw.qemu.GuestConfig;
import io.gatun.hw.qemu.GuestGatun;
import io.gatun.hw.qemu.QemuTest;
import io.gatun.pmd.MacAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A virtual function goes through two hypervisors to a guest, works, and goes back. In order: the
 * machines boot once, for that takes a minute.
 */
@QemuTest
@TestMethodOrder(OrderAnnotation.class)
class NestIT {
  private static final int LEVELS = 3;
  private static final int FRAMES = 2000;
  private static final int STATION_SECONDS = 180;
  private static final int SPELLS = 5;
  private static final Duration SPELL = Duration.ofSeconds(2);

  private static Nest nest;
  private static LevelExtender guest;
  private static EchoPeer peer;

  @BeforeAll
  static void boot() throws Exception {
    nest = Nest.boot(LEVELS, NestIT::print);
    nest.startExtenders();
    guest = nest.startGuest();
    nest.awaitActive();
    JsonNode settings = nest.lease().path("settings");
    peer =
        new EchoPeer(
            nest.wire(),
            MacAddress.parse(settings.path("mac").asText()),
            settings.path("vlan").asInt());
    peer.awaitStation(STATION_SECONDS);
  }

  @AfterAll
  static void end() throws Exception {
    nest.close();
  }

  private static void print(String level, String words) {
    System.out.printf("nest: %s %s%n", level, words);
  }

  @Test
  @Order(1)
  void framesPassTheHypervisorsByAndCarryWhatTheOutermostGranted() {
    JsonNode lease = nest.lease();
    assertThat(Nest.chain(lease)).hasSize(LEVELS).containsEntry("l0", "0000:01:10.0");
    assertThat(lease.at("/settings/mac").asText()).isEqualTo(Nest.MAC);
    assertThat(lease.at("/settings/vlan").asInt()).isEqualTo(Nest.VLAN);
    // The kernel's driver takes it, and the emulated NIC does not act on it.
    assertThat(lease.path("unenforced")).extracting(JsonNode::asText).contains("spoofCheck");

    Map<String, Long> before = packets();
    peer.exchange(FRAMES); // compares every byte: the addresses, and the tag with the VLAN
    assertThat(packets()).isEqualTo(before);

    print(
        "line 3:",
        "%s: %d of %d frames from %s in VLAN %d, none of them on another interface; unenforced: %s"
            .formatted(
                Nest.chain(lease),
                peer.received(),
                peer.sent(),
                Nest.MAC,
                Nest.VLAN,
                lease.path("unenforced")));
  }

  private static Map<String, Long> packets() {
    Map<String, Long> all = new TreeMap<>();
    for (NestLevel level : nest.levels().subList(0, LEVELS - 1)) {
      level.packets().forEach((name, count) -> all.put(level.name() + " " + name, count));
    }
    return all;
  }

  @Test
  @Order(2)
  void trafficCostsTheHypervisorsNoExits() {
    List<NestLevel> hypervisors = nest.levels().subList(0, LEVELS - 1);

    Map<String, ExitCount.Result> exits = ExitCount.of(hypervisors, peer, SPELLS, SPELL);

    print("line 3b:", exits.toString());
    assertThat(exits).hasSize(LEVELS - 1);
    assertThat(exits.values())
        .allSatisfy(
            result -> {
              assertThat(result.interrupts()).isZero();
              assertThat(result.isFlat()).as(result.toString()).isTrue();
            });
  }

  @Test
  @Order(3)
  void revocationFromTheOutermostLevelEndsInOrderUnderTraffic() {
    GuestCommand release =
        nest.extenders().getFirst().startRelease(nest.levels().get(1).name(), "l2/eth0");
    while (release.isRunning()) {
      peer.isAnswered(1);
    }
    release.orFail();

    guest.awaitSaid("ended with 0");
    JsonNode summary = guest.summary();
    assertThat(summary.path("lost_mbufs").asInt(-1)).isZero();
    assertThat(summary.at("/ports/0/driver").asText()).isEqualTo("net_e1000_igb_vf");
    assertThat(summary.at("/ports/0/rx_packets").asLong()).isGreaterThanOrEqualTo(peer.received());
    guest.stop(); // or it would ask again
    JsonNode physical =
        GuestGatun.startWithoutEal(nest.server(), "vf", "list", "--json")
            .json()
            .path("physical_functions")
            .path(0);
    assertThat(physical.path("address").asText()).isEqualTo(GuestConfig.address(0));
    assertThat(physical.path("virtual_functions")).hasSize(Nest.FUNCTIONS);
    assertThat(physical.path("virtual_functions"))
        .allSatisfy(vf -> assertThat(vf.path("driver").asText()).isEqualTo("igbvf"));
    print("line 5:", "revoked by l0 under traffic: Gatun ended with 0, %s".formatted(summary));
  }
}
