package io.gatun.nest.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.pmd.MacAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainXmlTest {
  private static final DomainXml.Port PORT = new DomainXml.Port("pci.2", 2, "01.1/00.0");

  /** As libvirt 9.0 shows a machine with two root ports, of which the first is taken. */
  private static final String DUMP =
      """
      <domain type='kvm' id='7'>
        <name>l1</name>
        <devices>
          <controller type='pci' index='0' model='pcie-root'><alias name='pcie.0'/></controller>
          <controller type='pci' index='1' model='pcie-root-port'>
            <model name='pcie-root-port'/><target chassis='1' port='0x8'/><alias name='pci.1'/>
            <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0'/>
          </controller>
          <controller type='pci' index='2' model='pcie-root-port'>
            <model name='pcie-root-port'/><target chassis='2' port='0x9'/><alias name='pci.2'/>
            <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x1'/>
          </controller>
          <interface type='user'>
            <alias name='ua-gatun_-l2_-eth0'/>
            <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
          </interface>
        </devices>
      </domain>
      """;

  @ParameterizedTest
  @ValueSource(strings = {"gatun.l2.eth0", "gatun.l_2.e-th0", "gatun.l__.e_", "gatun._-.-_-"})
  void anAliasStandsForOneIdAndIsWhatLibvirtTakes(String id) {
    assertThat(DomainXml.alias(id)).matches("ua-[A-Za-z0-9_-]+");
    assertThat(DomainXml.id(DomainXml.alias(id))).isEqualTo(id);
  }

  @Test
  void aliasesOfOthersAreNotOurs() {
    assertThat(DomainXml.id("net0")).isNull();
    assertThat(DomainXml.id("ua-mine")).isNull();
  }

  @Test
  void aDomainSaysWhatIsPluggedAndWhatIsFree() throws Exception {
    DomainXml.Domain domain = DomainXml.parse(DUMP);

    assertThat(domain.id()).isEqualTo("7");
    assertThat(domain.aliases()).contains("ua-gatun_-l2_-eth0", "pci.1");
    assertThat(domain.freePorts()).isEqualTo(List.of(PORT));
    assertThat(DomainXml.parse(DUMP.replace(" id='7'", "")).id()).as("it does not run").isNull();
  }

  @Test
  void whatIsNoDomainIsRefused() {
    assertThatThrownBy(() -> DomainXml.parse("<domain")).hasMessageContaining("no XML came");
    assertThatThrownBy(
            () -> DomainXml.parse("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:/etc/passwd'>]><a>&e;</a>"))
        .as("nothing from outside is read")
        .hasMessageContaining("DOCTYPE");
    assertThatThrownBy(() -> DomainXml.parse(DUMP.replace("bus='0x01'", "bus='x'")))
        .hasMessageContaining("bus=\"x\" is no number");
    assertThatThrownBy(() -> DomainXml.hostdev("gatun.a", "enp1s0", PORT))
        .hasMessageContaining("enp1s0 is no PCI address");
  }

  @Test
  void whatIsWrittenIsEscaped() {
    String xml =
        DomainXml.nic(
            "gatun.l1.eth0",
            MacAddress.parse("52:54:00:00:01:00"),
            "e1000e",
            Map.of("type", "bridge", "br", "a'<&\"b"),
            PORT);

    assertThat(xml)
        .startsWith("<interface type=\"bridge\"><mac address=\"52:54:00:00:01:00\"")
        .contains("<source bridge=\"a'&lt;&amp;&quot;b\"")
        .contains("<alias name=\"ua-gatun_-l1_-eth0\"")
        .contains("bus=\"0x02\"");
  }
}
