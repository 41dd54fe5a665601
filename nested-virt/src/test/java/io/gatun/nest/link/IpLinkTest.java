package io.gatun.nest.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.pmd.MacAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpLinkTest {
  private final List<List<String>> commands = new ArrayList<>();

  private IpLink ip(int code, String output, String errors) {
    return new IpLink(
        command -> {
          commands.add(command);
          return new CommandRunner.Result(code, output, errors);
        });
  }

  @Test
  void aPhysicalFunctionAndItsVfsAreRead() throws IOException {
    String json =
        """
        [{},{"ifname":"enp1s0","flags":["BROADCAST","UP","LOWER_UP"],"mtu":1500,"min_mtu":68,
          "max_mtu":9216,"master":"br0","address":"52:54:00:00:00:01","vfinfo_list":[
           {"vf":0,"link_type":"ether","address":"02:00:00:00:00:01",
            "vlan_list":[{"vlan":100,"qos":3,"protocol":"802.1AD"}],
            "rate":{"max_tx":200,"min_tx":10},"spoofchk":true,"link_state":"enable","trust":false},
           {"vf":1,"mac":"02:00:00:00:00:02","vlan":7,"tx_rate":50}]}]
        """;
    LinkInfo link = ip(0, json, "").show("enp1s0");
    assertThat(commands)
        .containsExactly(List.of("ip", "-j", "-d", "link", "show", "dev", "enp1s0"));
    assertThat(link.isUp()).isTrue();
    assertThat(link.hasCarrier()).isTrue();
    assertThat(link.master()).isEqualTo("br0");
    assertThat(link.maxMtu()).isEqualTo(9216);
    assertThat(link.virtualFunctions())
        .containsExactly(
            new VfLink(
                0,
                MacAddress.parse("02:00:00:00:00:01"),
                100,
                3,
                VfLink.DOT1AD,
                true,
                false,
                "enable",
                10,
                200),
            // An older iproute2, and a driver that says little.
            new VfLink(
                1,
                MacAddress.parse("02:00:00:00:00:02"),
                7,
                0,
                VfLink.DOT1Q,
                null,
                null,
                null,
                0,
                50));
  }

  @Test
  void anInterfaceWithoutEthernetAddressIsRead() throws IOException {
    LinkInfo link = ip(0, "[{\"ifname\":\"wg0\",\"flags\":[]}]", "").show("wg0");
    assertThat(link.mac()).isNull();
    assertThat(link.isUp()).isFalse();
  }

  @Test
  void linkLocalAddressesAreNobodysUse() throws IOException {
    String json =
        """
        [{"ifname":"e","addr_info":[
          {"local":"fe80::1","prefixlen":64,"scope":"link"},
          {"local":"10.0.0.1","prefixlen":24,"scope":"global"}]}]
        """;
    assertThat(ip(0, json, "").addresses("e")).containsExactly("10.0.0.1/24");
  }

  @Test
  void argumentsAreHandedOnAsTheyAre() throws IOException {
    ip(0, "", "").setVf("enp1s0", 3, List.of("vlan", "5", "qos", "1"));
    assertThat(commands.getFirst())
        .containsExactly("ip", "link", "set", "dev", "enp1s0", "vf", "3", "vlan", "5", "qos", "1");
  }

  @ParameterizedTest
  @CsvSource({
    "RTNETLINK answers: Operation not supported,the interface's driver cannot do that",
    "RTNETLINK answers: Operation not permitted,CAP_NET_ADMIN",
    "RTNETLINK answers: Network is down,ip link set dev enp1s0 up",
    "RTNETLINK answers: Invalid argument,does not take this value",
    "Cannot find device \"enp1s0\",ip link lists",
    "Error: argument \"trust\" is unknown,newer package iproute2",
  })
  void errorsOfIpComeWithARemedy(String words, String remedy) {
    assertThatThrownBy(() -> ip(2, "", words + "\n").set("enp1s0", List.of("up")))
        .hasMessageStartingWith("ip link set dev enp1s0 up: ")
        .hasMessageContaining(remedy)
        .hasMessageNotContaining("RTNETLINK");
  }

  @Test
  void anOtherErrorIsHandedOn() {
    assertThatThrownBy(() -> ip(2, "", "Error: igb: no such thing.").show("enp1s0"))
        .hasMessageEndingWith("igb: no such thing.");
  }

  @Test
  void anIpWithoutJsonIsTooOld() {
    assertThatThrownBy(() -> ip(0, "2: enp1s0: <BROADCAST>", "").show("enp1s0"))
        .hasMessageContaining("iproute2");
    assertThatThrownBy(() -> ip(0, "[]", "").show("enp1s0")).hasMessageContaining("did not show");
  }

  @Test
  void theLoopbackOfThisMachineIsRead() throws IOException {
    // The real ip: its JSON is what the parser must know.
    LinkInfo link = new IpLink(new SystemCommands()).show("lo");
    assertThat(link.name()).isEqualTo("lo");
    assertThat(link.mtu()).isPositive();
    assertThat(link.virtualFunctions()).isEmpty();
    assertThatThrownBy(() -> new IpLink(new SystemCommands()).show("gatun-none"))
        .hasMessageContaining("ip link lists the interfaces");
  }

  @Test
  void aProgramThatIsNotThereIsNamedWithItsPackage(@TempDir Path empty) {
    SystemCommands none = new SystemCommands(List.of(empty));
    assertThatThrownBy(() -> none.run(List.of("ip", "link")))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("there is no program ip: install the package iproute2");
    assertThatThrownBy(() -> none.run(List.of("modprobe"))).hasMessageContaining("kmod");
  }

  @Test
  void bothStreamsOfAProgramAreReadToTheEnd() throws IOException {
    CommandRunner.Result result =
        new SystemCommands()
            .run(List.of("sh", "-c", "seq 100000; seq 100000 >&2; exit 3; $0", "a b; exit 4"));
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.output()).hasSize(588_895).isEqualTo(result.errors());
  }
}
