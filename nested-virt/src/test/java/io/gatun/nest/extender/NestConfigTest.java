package io.gatun.nest.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.nest.machine.QmpMachine;
import io.gatun.nest.rpc.Settings;
import io.gatun.pmd.run.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NestConfigTest {
  private static final String OUTERMOST =
      """
      level: l0
      journal: /var/lib/gatun/nest.journal
      control: /run/gatun/nest.sock
      functions:
        - {physical: enp1s0, number: 7}
      machines:
        - name: l1
          qmp: /run/l1.qmp
          channel: /run/l1.extender
          ports: [rp1, rp2]
          nic: virtio-net-pci
          netdev: {type: bridge, br: br0}
          force: reset
          limits:
            interfaces: 2
            macs: ["52:54:00:00:01:00-52:54:00:00:01:0f", "52:54:00:00:02:00"]
            vlans: [100-109, 200]
            max-rate: 1000
            mtu: 1500
      """;
  private static final String GUEST =
      """
      level: l2
      journal: /run/gatun/nest.journal
      control: /run/gatun/nest.sock
      outer: /dev/virtio-ports/io.gatun.extender
      interfaces:
        - {name: eth0, vlan: 100, max-rate: 500, fallback: false}
      run: [gatun, forward, -a, "{address}"]
      """;

  @TempDir private Path directory;

  private NestConfig read(String text) throws IOException {
    return NestConfig.read(Files.writeString(directory.resolve("nest.yaml"), text));
  }

  @Test
  void theOutermostLevelIsRead() throws IOException {
    NestConfig config = read(OUTERMOST);

    assertThat(config.functions()).containsExactly(new NestConfig.Physical("enp1s0", 7));
    NestConfig.Vm vm = config.machines().getFirst();
    assertThat(vm.options().force()).isEqualTo(QmpMachine.Force.RESET);
    assertThat(vm.options().netdev()).hasToString("{\"type\":\"bridge\",\"br\":\"br0\"}");
    assertThat(vm.limits().macs()).hasSize(2);
    assertThat(vm.limits().vlans())
        .containsExactly(new Limits.Vlans(100, 109), new Limits.Vlans(200, 200));
    assertThat(vm.limits().trust()).as("unless said").isFalse();
  }

  @Test
  void aGuestIsRead() throws IOException {
    NestConfig config = read(GUEST);

    assertThat(config.outer()).isEqualTo(Path.of("/dev/virtio-ports/io.gatun.extender"));
    assertThat(config.interfaces().getFirst().settings())
        .isEqualTo(new Settings(null, 100, null, null, 500, null, null, null));
    assertThat(config.interfaces().getFirst().fallback()).isFalse();
    assertThat(config.run()).containsExactly("gatun", "forward", "-a", "{address}");
  }

  @Test
  void aDomainOfLibvirtIsRead() throws IOException {
    String text =
        OUTERMOST
            .replace("qmp: /run/l1.qmp", "manager: libvirt")
            .replace("{type: bridge, br: br0}", "{type: network, network: default}");

    NestConfig.Vm vm = read(text).machines().getFirst();
    assertThat(vm.libvirt()).isEqualTo(new NestConfig.Libvirt("l1", "qemu:///system"));
    assertThat(vm.qmp()).isNull();
    Path file =
        Files.writeString(
            directory.resolve("b.yaml"), text.replace("manager: libvirt", "domain: d"));
    assertThat(NestConfig.read(file, NestConfig.Manager.LIBVIRT).machines().getFirst().libvirt())
        .isEqualTo(new NestConfig.Libvirt("d", "qemu:///system"));
    assertThatThrownBy(() -> read(text.replace("manager: libvirt", "domain: d")))
        .hasMessageContaining("machines[0].domain\": is not for machines of QEMU");
    assertThatThrownBy(
            () -> read(text.replace("manager: libvirt", "manager: libvirt\n    qmp: /x")))
        .hasMessageContaining("machines[0].qmp\": is not for machines of libvirt");
    assertThatThrownBy(() -> read(text.replace("type: network", "type: tap")))
        .hasMessageContaining("netdev\": type tap: allowed with libvirt are user, bridge, network");
    assertThatThrownBy(() -> read(text.replace(", network: default", "")))
        .hasMessageContaining("netdev\": network: is missing, but needed for type network");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "number: 7 | number: 0 | functions[0].number\": 0 is not an integer in [1, 256]",
        "100-109 | 109-100 | machines[0].limits.vlans[0]\": vlans: 109-100: a range in",
        "100-109 | x | machines[0].limits.vlans[0]\": \"x\" is no VLAN",
        "force: reset | force: hard | force\": hard is not allowed; allowed are keep, reset, quit",
        "name: l1 | name: a/b | machines[0].name\": name \"a/b\": 1 to 32",
        "qmp: /run | qpm: /run | qpm\": is not known",
        "level: l0 | levle: l0 | levle\": is not known",
        "interfaces: 2 | interfaces: -1 | limits.interfaces\": -1 is not an integer",
        "02:00\" | 02\" | macs[1]\": MAC address \"52:54:00:00:02\": six octets",
      })
  void mistakesAreNamed(String good, String bad, String words) {
    assertThatThrownBy(() -> read(OUTERMOST.replaceFirst(java.util.regex.Pattern.quote(good), bad)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("nest.yaml:")
        .hasMessageContaining(words);
  }

  @Test
  void rolesDoNotMix() {
    assertThatThrownBy(() -> read(OUTERMOST + "outer: /dev/x\n"))
        .hasMessageContaining("only the outermost level has them");
    assertThatThrownBy(() -> read(OUTERMOST + "interfaces: [{name: eth0}]\n"))
        .hasMessageContaining("either machines (a hypervisor) or interfaces (a guest;");
    assertThatThrownBy(() -> read(GUEST.replaceAll("outer:.*\n", "")))
        .hasMessageContaining("one of functions (the outermost level) and outer");
  }
}
