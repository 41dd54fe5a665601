package io.gatun.nest.vf.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.pmd.cli.UsageException;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VfSetTest extends VfCli {
  @Test
  void propertiesAreSetReadBackAndNotSetAgain() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "1", "--autoprobe", "off");
    String[] line = {
      "set",
      "enp1s0/0",
      "--mac",
      "02:00:00:00:00:05",
      "--vlan",
      "100",
      "--qos",
      "3",
      "--vlan-protocol",
      "802.1ad",
      "--spoof-check",
      "off",
      "--trust",
      "on",
      "--link-state",
      "enable",
      "--min-rate",
      "10",
      "--max-rate",
      "200"
    };
    JsonNode json = json(0, line);
    assertThat(states(json)).hasSize(6).containsOnly("done");
    assertThat(json.path("properties")).hasSize(9);
    assertThat(json.path("properties"))
        .allSatisfy(
            property -> assertThat(property.path("status").asText()).isEqualTo("confirmed"));
    assertThat(fake.snapshot())
        .contains("02:00:00:00:00:05 vlan 100/3/802.1ad spoof false trust true enable rate 10-200");
    json = json(0, line);
    assertThat(json.path("steps")).isEmpty();
    assertThat(json.path("properties")).hasSize(9);
    // Without a VLAN there is no priority left, and no protocol.
    json(0, "set", "enp1s0/0", "--vlan", "0");
    assertThat(fake.snapshot()).contains("vlan 0/0/802.1Q");
  }

  @Test
  void whatTheDeviceForgetsIsNotConfirmed() throws IOException {
    withPhysical().ignoring("trust");
    vf("create", "enp1s0", "1");
    JsonNode json = json(1, "set", "enp1s0/0", "--trust", "on", "--vlan", "5");
    JsonNode trust = json.path("properties").path(1);
    assertThat(trust.path("status").asText()).isEqualTo("not_confirmed");
    assertThat(trust.path("shown").asBoolean()).isFalse();
    assertThat(json.path("done").asBoolean()).isFalse();
    assertThat(json.path("properties").path(0).path("status").asText()).isEqualTo("confirmed");
  }

  @Test
  void whatTheModelOfTheNicDoesNotDoIsUnenforced() throws IOException {
    withPhysical();
    String device = "sys/bus/pci/devices/0000:01:00.0/";
    fake.with(device + "subsystem_vendor", "0x1af4").with(device + "subsystem_device", "0x1100");
    vf("create", "enp1s0", "1");
    JsonNode json = json(1, "set", "enp1s0/0", "--spoof-check", "on", "--vlan", "3");
    assertThat(json.path("properties").path(1).path("status").asText()).isEqualTo("unenforced");
    assertThat(json.path("properties").path(1).path("detail").asText()).contains("QEMU");
    json(0, "set", "enp1s0/0", "--spoof-check", "off");
  }

  @Test
  void aMacThatTheVfsDriverHasNotTakenYetIsNotConfirmed() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "1");
    JsonNode json = json(1, "set", "enp1s0/0", "--mac", "02:00:00:00:00:05");
    assertThat(json.path("properties").path(0).path("detail").asText())
        .contains("until its driver starts again");
    vf("unbind", "enp1s0/0", "--no-driver");
    vf("unbind", "enp1s0/0");
    json(0, "set", "enp1s0/0", "--mac", "02:00:00:00:00:05");
  }

  @Test
  void theMtuIsThatOfTheFunctionsOwnInterface() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "1");
    assertThat(json(0, "set", "enp1s0", "--mtu", "9000").path("steps")).hasSize(1);
    assertThat(json(0, "set", "enp1s0/0", "--mtu", "1400").path("steps")).hasSize(1);
    assertThat(json(0, "set", "enp1s0/0", "--mtu", "1400").path("steps")).isEmpty();
    assertThatThrownBy(() -> vf("set", "enp1s0", "--mtu", "60"))
        .hasMessageContaining("mtu: 60 is not in [68, 9216]");
    vf("bind", "enp1s0/0");
    assertThatThrownBy(() -> vf("set", "enp1s0/0", "--mtu", "1500"))
        .hasMessageContaining("has no interface");
  }

  @ParameterizedTest
  @CsvSource({
    "--vlan,4095,'vlan: 4095 is not in [0, 4094]'",
    "--qos,8,'qos: 8 is not in [0, 7]'",
    "--qos,3,'qos: 3 needs a VLAN'",
    "--max-rate,-1,'max-rate: -1 is not in'",
    "--max-rate,1001,'max-rate: 1001 is not in [0, 1000]: the link of enp1s0'",
    "--mac,01:00:5e:00:00:01,'is a group address'",
    "--mac,nonsense,'six octets'",
    "--vlan-protocol,802.1x,'is neither 802.1q nor 802.1ad'",
  })
  void aWrongValueIsNamedWithItsRange(String option, String value, String message)
      throws IOException {
    withPhysical().with("sys/class/net/enp1s0/speed", "1000");
    vf("create", "enp1s0", "1");
    int changes = fake.changes();
    assertThatThrownBy(() -> vf("set", "enp1s0/0", option, value)).hasMessageContaining(message);
    assertThat(fake.changes()).isEqualTo(changes);
  }

  @Test
  void ratesMustFitEachOther() throws IOException {
    withPhysical();
    vf("create", "enp1s0", "1");
    assertThatThrownBy(() -> vf("set", "enp1s0/0", "--min-rate", "30", "--max-rate", "20"))
        .hasMessageContaining("min-rate: 30 is not in [0, 20]");
    assertThatThrownBy(() -> vf("set", "enp1s0/0")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> vf("set", "enp1s0", "--vlan", "3"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("only --mtu");
  }
}
