package io.gatun.nest.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.nest.cli.NestCommand;
import io.gatun.nest.rpc.Kind;
import io.gatun.nest.rpc.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * {@code gatun nest plan}, {@code apply}, {@code status} and {@code release} over a real control
 * socket, at a model nest: l0 has l1 in it, and that has the guests g1 and g2.
 */
class NestTopologyTest {
  private static final String TWO_GUESTS =
      """
      machines:
        - name: l1
          limits: {vlans: [100-104], max-rate: 400}
          machines:
            - name: g1
              interfaces: [{name: eth0, vlan: 101}]
            - name: g2
              interfaces: [{name: eth0, fallback: true}]
      """;

  @TempDir private Path folder;
  private final AtomicBoolean ended = new AtomicBoolean();
  private SimNest nest = new SimNest(new Random(1), 2, 2, 0);
  private Thread world = new Thread(() -> {});
  private String out = "";

  /** The model's time goes on while somebody waits for an answer. */
  private void start(int functions, String... dead) throws Exception {
    nest = new SimNest(new Random(1), 2, functions, 0);
    for (String name : dead) {
      node(name).kill();
      node(name).restartNanos = Long.MAX_VALUE;
    }
    nest.run(10 * SimNest.SECOND);
    ControlLoop control = new ControlLoop();
    Extender outermost = Objects.requireNonNull(nest.outermost.extender);
    AdminSocket socket = AdminSocket.open(control(), control, outermost);
    world =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (socket) {
                    control.run(
                        () -> {
                          nest.run(SimNest.SECOND / 20);
                          return true;
                        },
                        ended::get);
                  } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
  }

  @AfterEach
  void stop() throws InterruptedException {
    ended.set(true);
    world.join();
    assertThat(nest.violations).isEmpty();
  }

  private SimNode node(String name) {
    return nest.nodes.stream().filter(one -> one.name.equals(name)).findFirst().orElseThrow();
  }

  private Path control() {
    return folder.resolve("control");
  }

  private int nest(String command, String topology, String... options) throws Exception {
    Path file = folder.resolve("topology.yaml");
    Files.writeString(file, "control: %s%n".formatted(control()) + topology);
    NestCommand nestCommand = new NestCommand();
    CommandLine line = new CommandLine(nestCommand);
    List<String> words = new ArrayList<>(List.of(command, "--config", file.toString()));
    words.addAll(List.of(options));
    line.parseArgs(words.toArray(String[]::new));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      return nestCommand.run(List.of());
    } finally {
      System.setOut(before);
      out = bytes.toString(StandardCharsets.UTF_8);
    }
  }

  private JsonNode json() throws IOException {
    assertThat(out.lines()).hasSize(1);
    return new ObjectMapper().readTree(out);
  }

  @Test
  void aPlanSaysEachLevelsStepsInTheirOrderAndChangesNothing() throws Exception {
    start(2);

    assertThat(nest("plan", TWO_GUESTS)).as(out).isZero();

    assertThat(out)
        .contains(
            """
            l1/g1/eth0: assign
              l0: set 0000:01:10.0 to {"vlan":101,"maxRate":400,"trust":false}
              l0: give 0000:01:10.0 to vfio-pci
              l0: plug it into l1
              l1: wait for the function and give it to vfio-pci
              l1: plug it into g1
              g1: wait for the function, give it to vfio-pci and start the program on it
            """
                .replace("{\"vlan\"", "{\"mac\":\"52:54:00:01:00:00\",\"vlan\""))
        .contains("set 0000:01:10.1 to")
        .doesNotContain("nothing to do");
    assertThat(nest("status", TWO_GUESTS)).as(out).isZero();
    assertThat(out).isEqualTo("no guest wants anything\n");
    assertThat(nest.outermost.functions.present.values())
        .allMatch(one -> one.silicon != null && one.silicon.settings.equals(Settings.NONE));
  }

  @Test
  void whatIsAppliedIsConvergedToAndReleased() throws Exception {
    start(2);
    assertThat(nest("apply", TWO_GUESTS)).as(out).isZero();
    assertThat(out)
        .containsPattern(
            "0000:01:00.0 VF (.) -> l0 0000:01:10.\\1 -> l1 0000:0.:00.0 -> g1 0000:01:00.0"
                + " -> l1/g1/eth0: ready, mac 52:54:00:01:00:0., vlan 101, maxRate 400")
        .contains("not counted: ");

    assertThat(nest("apply", TWO_GUESTS)).as(out).isZero();
    assertThat(out).contains("l1/g1/eth0: keep", "nothing to do");

    // Another VLAN is set in place; a limit that is not asked for any more needs a new start.
    String changed = TWO_GUESTS.replace("vlan: 101", "vlan: 102").replaceAll("- name: g2\n.*", "");
    assertThat(nest("apply", changed)).as(out).isZero();
    assertThat(out)
        .contains("l1/g1/eth0: configure\n  l0: set 0000:01:10.")
        .contains("l1/g2/eth0: release\n  g2: end the program")
        .contains("l1: take it out of g2 and give it back to the level outside\n  l0: take it out");
    assertThat(nest("apply", changed.replace("vlan: 102", "max-rate: 50"))).as(out).isZero();
    assertThat(out).contains("l1/g1/eth0: reassign: its settings cannot be changed in place");

    assertThat(nest("status", changed, "--json")).as(out).isZero();
    JsonNode one = json().path("interfaces").path(0);
    assertThat(one.path("name").asText()).isEqualTo("l1/g1/eth0");
    assertThat(one.path("assignment").path("settings").path("vlan").asInt()).isEqualTo(100);
    assertThat(one.path("assignment").path("settings").path("maxRate").asInt()).isEqualTo(50);
    assertThat(one.path("function").path("parent").asText()).isEqualTo("0000:01:00.0");

    assertThat(nest("release", changed)).as(out).isZero();
    assertThat(out).isEqualTo("everything of the topology is back\n");
    assertThat(nest("release", changed)).as(out).isZero();
    ended.set(true);
    world.join();
    nest.checks.empty();
  }

  @Test
  void whoGetsNoFunctionIsToldWhy() throws Exception {
    start(1);

    assertThat(nest("plan", TWO_GUESTS)).as(out).isZero();
    assertThat(out)
        .contains(
            "l1/g2/eth0: assign (emulated NIC): l0: no virtual function is free: 1 are there\n"
                + "  l1: plug an emulated NIC into the guest");
    assertThat(nest("apply", TWO_GUESTS, "--json")).as(out).isEqualTo(1);
    assertThat(json().path("done").asBoolean()).isFalse();
    JsonNode interfaces = json().path("status").path("interfaces");
    assertThat(interfaces.findValuesAsText("kind"))
        .as("whoever asked first")
        .containsExactlyInAnyOrder("FUNCTION", "EMULATED");
    assertThat(interfaces.findValuesAsText("problem"))
        .containsExactly("l0: no virtual function is free: 1 of 1 are in use");
  }

  @Test
  void twoGuestsThatAskForTheLastFunctionAtOnceAreToldApart() throws Exception {
    start(1);
    String without = TWO_GUESTS.replace("vlan: 101", "fallback: false").replace("true", "false");

    assertThat(nest("apply", without, "--json")).as(out).isEqualTo(1);

    List<String> states = json().path("status").path("interfaces").findValuesAsText("state");
    assertThat(states).containsExactlyInAnyOrder("READY", "REFUSED");
    assertThat(out).contains("no virtual function is free: 1 of 1 are in use");
  }

  @Test
  void moreThanIsGrantedIsRefusedInPlanAndApply() throws Exception {
    start(2);
    String more = TWO_GUESTS.replace("vlan: 101", "vlan: 108");

    assertThat(nest("plan", more)).as(out).isZero();
    assertThat(out).contains("l1/g1/eth0: refuse: vlan: 108 is not granted to");
    assertThat(nest("apply", more)).as(out).isEqualTo(1);
    assertThat(out).contains("l1/g1/eth0: refused\n").contains("vlan: 108 is not granted to");
    assertThat(nest("apply", TWO_GUESTS.replace("name: g2", "name: g3"))).as(out).isEqualTo(1);
    assertThat(out).contains("l1 has no machine g3; there are [g1, g2]");
    assertThat(nest("apply", TWO_GUESTS.replace("100-104", "200-209"))).as(out).isEqualTo(1);
    assertThat(out).contains("nothing of 200-209, which the topology grants, is in 100-109");
  }

  @Test
  void aLevelWithoutExtenderGetsEmulatedNicsUntilOneIsThere() throws Exception {
    start(2, "l1");

    assertThat(nest("plan", TWO_GUESTS)).as(out).isZero();
    assertThat(out)
        .startsWith("l1: l0: no extender answers in l1\n")
        .contains("l0: plug an emulated NIC into l1");
    assertThat(nest("apply", TWO_GUESTS)).as(out).isEqualTo(1);
    assertThat(out)
        .contains("l1/g2/eth0: ready, emulated NIC")
        .contains("  l0: no extender answers in l1\n");

    node("l1").restartNanos = 0;
    assertThat(nest("apply", TWO_GUESTS)).as(out).isBetween(0, 1); // it may be just starting
    assertThat(nest("apply", TWO_GUESTS)).as(out).isZero();
    Extender guest = Objects.requireNonNull(node("g2").extender);
    assertThat(guest.status().getFirst().assignment().kind()).isEqualTo(Kind.FUNCTION);
  }

  @Test
  void aStandInStaysBeyondTheTimeOfGrace() throws Exception {
    SimNode dead = node("l1");
    dead.kill();
    dead.restartNanos = Long.MAX_VALUE;
    Path file = folder.resolve("topology.yaml");
    Files.writeString(file, "control: /x\n" + TWO_GUESTS);
    nest.apply(TopologyConfig.read(file).topology());
    nest.run(10 * SimNest.SECOND);

    for (int second = 0; second < 60; second++) {
      nest.run(SimNest.SECOND);
      assertThat(Objects.requireNonNull(nest.outermost.extender).status())
          .hasSize(2)
          .allMatch(one -> one.phase().equals("active"));
    }
  }

  @Test
  void theControlSocketNamesWhatItDoesNotKnow() throws Exception {
    start(1);
    assertThat(
            AdminSocket.ask(control(), new ObjectMapper().createObjectNode().put("command", "x"))
                .path("error")
                .asText())
        .isEqualTo("command: \"x\" is not known; known are status, release, plan, apply, chain");
    assertThatThrownBy(
            () -> AdminSocket.ask(folder.resolve("none"), new ObjectMapper().createObjectNode()))
        .hasMessageContaining("no extender answers there");
  }
}
