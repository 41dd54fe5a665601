package io.gatun.nest.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.nest.rpc.AssignRequest;
import io.gatun.nest.rpc.Grant;
import io.gatun.nest.rpc.Settings;
import io.gatun.nest.rpc.Topology;
import io.gatun.pmd.run.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopologyConfigTest {
  private static final String TEXT =
      """
      control: /run/gatun/nest.sock
      machines:
        - name: l1
          limits: {interfaces: 2, vlans: [100-109], max-rate: 1000}
          machines:
            - name: l2
              interfaces:
                - {name: eth0, vlan: 100, max-rate: 500}
                - {name: eth1, fallback: false}
        - name: l3
          interfaces: [{name: eth0}]
      """;

  @TempDir private Path directory;

  private TopologyConfig read(String text) throws IOException {
    return TopologyConfig.read(Files.writeString(directory.resolve("nest.yaml"), text));
  }

  @Test
  void machinesAreReadInTheirMachines() throws IOException {
    Topology topology = read(TEXT).topology();

    assertThat(topology.flat())
        .containsExactly(
            new AssignRequest(
                "l1/l2/eth0", new Settings(null, 100, null, null, 500, null, null, null), true),
            new AssignRequest("l1/l2/eth1", Settings.NONE, false),
            new AssignRequest("l3/eth0", Settings.NONE, true));
    assertThat(topology.machine("l1").limits())
        .as("what is not said is as the level's own file says")
        .isEqualTo(new Grant(2, List.of(), List.of("100-109"), 1000, null, null, null));
    assertThat(topology.machine("l3").limits()).isEqualTo(Grant.ALL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "control: /run | contrl: /run | 1: key \"contrl\": is not known",
        "name: l3 | name: l1 | 10: key \"machines[1].name\": l1 stands there twice",
        "name: eth1 | name: eth0 | 9: key \"machines[0].machines[0].interfaces[1].name\": eth0",
        "name: eth1 | name: a/b | interfaces[1].name\": name \"a/b\": 1 to 32",
        "100-109 | 109-100 | limits.vlans[0]\": vlans: 109-100: a range in",
        "max-rate: 1000 | max-rate: -1 | limits.max-rate\": -1 is not an integer in",
        "interfaces: [{name: eth0}] | limits: {} | 10: key \"machines[1]\": either interfaces",
        "vlan: 100 | vlan: 4095 | interfaces[0].vlan\": 4095 is not an integer in [0, 4094]",
        "vlan: 100 | vlna: 100 | interfaces[0].vlna\": is not known",
      })
  void mistakesAreNamed(String good, String bad, String words) {
    assertThatThrownBy(() -> read(TEXT.replaceFirst(Pattern.quote(good), bad)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("nest.yaml:")
        .hasMessageContaining(words);
  }

  @Test
  void tooManyLevelsAreRefused() {
    StringBuilder text = new StringBuilder("control: /run/x\n");
    for (int depth = 0; depth < 8; depth++) {
      text.append("%smachines:%n%s- name: m%n".formatted("  ".repeat(depth), "  ".repeat(depth)));
    }
    text.append("                interfaces: []\n");

    assertThatThrownBy(() -> read(text.toString()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("8 levels of machines are too many; allowed are 7");
  }
}
