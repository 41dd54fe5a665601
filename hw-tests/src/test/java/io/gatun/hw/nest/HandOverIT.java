package io.gatun.hw.nest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.hw.qemu.GuestCommand;
import io.gatun.hw.qemu.GuestGatun;
import io.gatun.hw.qemu.QemuTest;
import io.gatun.pmd.MacAddress;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What can go otherwise than planned when functions are handed out and taken back, between a server
 * and two machines in it.
 */
@QemuTest
@TestMethodOrder(OrderAnnotation.class)
class HandOverIT {
  private static final String SECOND = "l1b";
  private static final int FRAMES = 1000;
  private static final int STATION_SECONDS = 120;
  private static final int PEER_PORT = 47001;
  private static final int NIC_PORT = 47002;

  private static Nest nest;
  private static LevelExtender server;

  @BeforeAll
  static void boot() throws Exception {
    nest = Nest.boot(2, List.of(SECOND), HandOverIT::print);
    server = startServer();
  }

  @AfterAll
  static void end() throws Exception {
    nest.close();
  }

  private static void print(String level, String words) {
    System.out.printf("nest: %s %s%n", level, words);
  }

  /** A guest that wants one interface, and starts nothing on it. */
  private static ObjectNode wanted() {
    ObjectNode config = Nest.outwards(1);
    config.putArray("interfaces").addObject().put("name", "eth0").put("fallback", false);
    return config;
  }

  private static LevelExtender startServer() {
    return LevelExtender.start(nest.outermost(), "extender", nest.extenderConfig(0)).awaitUp();
  }

  private static JsonNode physical() {
    return GuestGatun.startWithoutEal(nest.server(), "vf", "list", "--json")
        .json()
        .path("physical_functions")
        .path(0);
  }

  private static void assertEveryFunctionIsBack() {
    assertThat(physical().path("virtual_functions")).hasSize(Nest.FUNCTIONS);
    assertThat(physical().path("virtual_functions"))
        .allSatisfy(vf -> assertThat(vf.path("driver").asText()).isEqualTo("igbvf"));
  }

  @Test
  @Order(1)
  void withoutAnExtenderAroundAnEmulatedNicTakesTheFunctionsPlace() {
    server.stop();
    ObjectNode config = nest.extenderConfig(0);
    config.remove("functions");
    config.put("outer", LevelExtender.OUTWARDS); // where nobody answers
    ObjectNode netdev = ((ObjectNode) config.path("machines").path(0)).putObject("netdev");
    netdev.put("type", "socket").put("udp", "127.0.0.1:" + PEER_PORT);
    netdev.put("localaddr", "127.0.0.1:" + NIC_PORT);
    LevelExtender around = LevelExtender.start(nest.outermost(), "extender", config);
    ObjectNode inside = wanted();
    ((ObjectNode) inside.path("interfaces").path(0)).put("fallback", true).put("mac", Nest.MAC);
    inside.remove("run");
    Nest.echo().forEach(inside.withArray("run")::add);
    LevelExtender guest = LevelExtender.start(nest.innermost(), "guest", inside);
    guest.awaitSaid("eth0 active");

    String exchanged =
        GuestGatun.startClass(
                nest.server(),
                EmulatedPeer.class,
                Integer.toString(PEER_PORT),
                Integer.toString(NIC_PORT),
                Nest.MAC,
                Integer.toString(FRAMES))
            .orFail()
            .strip();
    JsonNode lease = around.status().path("leases").path(0).path("assignment");

    assertThat(exchanged).isEqualTo(FRAMES + " of " + FRAMES);
    assertThat(lease.path("kind").asText()).isEqualTo("EMULATED");
    assertThat(lease.path("reason").asText())
        .contains("l0: nobody answers on the channel outwards");
    guest.stop();
    assertThat(guest.summary().at("/ports/0/driver").asText()).isEqualTo("net_e1000_em");
    around.stop();
    server = startServer();
    print("line 6:", "%s frames over an emulated NIC: %s".formatted(exchanged, lease));
  }

  @Test
  @Order(2)
  void whatIsNotGrantedIsRefusedByName() {
    ObjectNode greedy = wanted();
    ((ObjectNode) greedy.path("interfaces").path(0)).put("mac", "02:00:00:00:00:77");
    LevelExtender guest = LevelExtender.start(nest.innermost(), "guest", greedy);
    guest.awaitSaid("mac: 02:00:00:00:00:77 is not granted to l1");
    guest.stop();
    ObjectNode trusting = wanted();
    ((ObjectNode) trusting.path("interfaces").path(0)).put("trust", true);
    guest = LevelExtender.start(nest.innermost(), "guest", trusting);
    guest.awaitSaid("trust: true is not granted to l1");
    guest.stop();
    print("line 3:", "refused by name: another MAC address, trust");
  }

  @Test
  @Order(3)
  void killedAtAnyStepItConverges() {
    List<String> steps = List.of("configuring", "active");
    for (String step : steps) {
      LevelExtender guest = LevelExtender.start(nest.innermost(), "guest", wanted());
      server.awaitSaid("l1/eth0 " + step);
      killServer();
      guest.awaitSaid("self/eth0 active");
      server.awaitSaid("l1/eth0 active");
      guest.command().signal("TERM");
      server.awaitSaid("l1/eth0 " + (step.equals("active") ? "unbinding" : "unplugging"));
      killServer();
      assertThat(guest.command().exitStatus()).isZero();
      server.stop();
      assertEveryFunctionIsBack();
      server = startServer();
    }
    print(
        "kills:", "l0's extender, on the way in at %s, on the way out: all back".formatted(steps));
  }

  private static void killServer() {
    server.command().signal("KILL");
    server.command().exitStatus();
    server = startServer();
  }

  @Test
  @Order(4)
  void aFunctionUnplugsUnderTrafficAndGoesToAnotherGuest() {
    LevelExtender guest = LevelExtender.start(nest.innermost(), "guest", wanted());
    guest.awaitSaid("self/eth0 active");
    JsonNode lease = guest.newestLease();
    String address = lease.path("address").asText();
    List<String> forward =
        Nest.echo().stream().map(word -> word.replace("{address}", address)).toList();
    GuestCommand gatun = nest.innermost().shell().start(forward.toArray(String[]::new));
    EchoPeer peer = peer(lease);
    peer.awaitStation(STATION_SECONDS);
    peer.exchange(FRAMES);
    // Nobody inside can be asked now: what is left is to ask the machine to let go of the device.
    guest.command().signal("KILL");

    GuestCommand release = server.startRelease("l1", "eth0");
    while (release.isRunning()) {
      peer.isAnswered(1);
    }

    release.orFail();
    JsonNode summary = gatun.json(); // exit status 0
    assertThat(gatun.errors()).contains("port 0: link down, port removed");
    assertThat(summary.path("lost_mbufs").asInt(-1)).isZero();
    assertEveryFunctionIsBack();
    print("line 5:", "hot-unplugged under traffic: Gatun ended with 0, %s".formatted(summary));

    NestLevel second = nest.bootLater(SECOND);
    ObjectNode config = wanted();
    Nest.echo().forEach(config.putArray("run")::add);
    LevelExtender other = LevelExtender.start(second, "guest", config);
    other.awaitSaid("self/eth0 active");
    EchoPeer again = peer(other.newestLease());
    again.awaitStation(STATION_SECONDS);
    again.exchange(FRAMES);
    other.stop();
    assertEveryFunctionIsBack();
    print(
        "line 4:",
        "%s was l1's, then %s's: %d of %d frames; all functions are back"
            .formatted(address, SECOND, again.received(), again.sent()));
    server.stop();
  }

  private static EchoPeer peer(JsonNode lease) {
    return new EchoPeer(
        nest.wire(),
        MacAddress.parse(lease.at("/settings/mac").asText()),
        lease.at("/settings/vlan").asInt());
  }
}
