package io.gatun.mirror.encap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys of a destination. */
class EncapsulationSpecTest {
  private static final String ENDS = " local=192.0.2.1 remote=192.0.2.2";

  private static EncapsulationSpec parse(String text) {
    String kind = text.split(" ", -1)[0];
    return EncapsulationSpec.parse(kind, Edits.settings(text));
  }

  @Test
  void whatIsNotSaidHasADefault() {
    Endpoints ends =
        new Endpoints(
            IpAddress.parse("192.0.2.1"),
            IpAddress.parse("192.0.2.2"),
            null,
            MacAddress.parse("ff:ff:ff:ff:ff:ff"),
            0,
            64,
            -1);
    assertThat(parse("span")).isEqualTo(new EncapsulationSpec.Span());
    assertThat(parse("rspan vlan=5")).isEqualTo(new EncapsulationSpec.Rspan(5, 0));
    assertThat(parse("erspan1" + ENDS)).isEqualTo(new EncapsulationSpec.Erspan1(ends));
    assertThat(parse("erspan2 session=7" + ENDS))
        .isEqualTo(new EncapsulationSpec.Erspan2(ends, 7, 0));
    assertThat(parse("erspan3 session=0" + ENDS))
        .isEqualTo(new EncapsulationSpec.Erspan3(ends, 0, 0, 0));
    assertThat(parse("gre" + ENDS))
        .isEqualTo(new EncapsulationSpec.GreTeb(ends, OptionalLong.empty()));
    assertThat(parse("vxlan vni=1" + ENDS))
        .isEqualTo(new EncapsulationSpec.VxlanTunnel(ends, 1, 4789, false));
  }

  @Test
  void everyKeyIsRead() {
    String text =
        " local=2001:db8::1 remote=2001:db8::2 mac=02:00:00:00:00:01 src-mac=02:00:00:00:00:02"
            + " dscp=63 ttl=255 vlan=4094:7";
    Endpoints ends =
        new Endpoints(
            IpAddress.parse("2001:db8::1"),
            IpAddress.parse("2001:db8::2"),
            MacAddress.parse("02:00:00:00:00:02"),
            MacAddress.parse("02:00:00:00:00:01"),
            63,
            255,
            0xeffe);
    assertThat(parse("rspan vlan=4094 pcp=7")).isEqualTo(new EncapsulationSpec.Rspan(4094, 7));
    assertThat(parse("erspan2 session=1023 index=1048575" + text))
        .isEqualTo(new EncapsulationSpec.Erspan2(ends, 1023, 1_048_575));
    assertThat(parse("erspan3 session=1 hwid=63 sgt=0xFFFF" + text))
        .isEqualTo(new EncapsulationSpec.Erspan3(ends, 1, 63, 65_535));
    assertThat(parse("gre key=4294967295" + text))
        .isEqualTo(new EncapsulationSpec.GreTeb(ends, OptionalLong.of(0xffff_ffffL)));
    assertThat(parse("vxlan vni=16777215 port=65535 csum=on" + text))
        .isEqualTo(new EncapsulationSpec.VxlanTunnel(ends, 0xff_ffff, 65_535, true));
    assertThat(ends.from(Edits.PORT)).isEqualTo(ends);
  }

  @Test
  void theKindMayBeAmongTheKeys() {
    assertThat(EncapsulationSpec.parse(Map.of("kind", "rspan", "vlan", "9")))
        .isEqualTo(new EncapsulationSpec.Rspan(9, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EncapsulationSpec.parse(Map.of("vlan", "9")))
        .withMessage(
            "kind is missing: give one of span, rspan, erspan1, erspan2, erspan3, gre, vxlan");
  }

  @ParameterizedTest
  @ValueSource(strings = {"span", "rspan", "erspan1", "erspan2", "erspan3", "gre", "vxlan"})
  void aKindIsCalledAsItIsWritten(String kind) {
    String all = "vlan=3 session=1 vni=1 local=192.0.2.1 remote=192.0.2.2";
    Map<String, String> settings = Edits.settings(all);
    settings.keySet().retainAll(EncapsulationKeys.keys(kind));

    assertThat(EncapsulationSpec.parse(kind, settings).kind()).isEqualTo(kind);
    assertThat(EncapsulationKeys.kinds()).contains(kind);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          erspan4 | kind "erspan4" is none of span, rspan, erspan1, erspan2, erspan3, gre, vxlan
          span vlan=1 | span: it has no key "vlan", nor any other
          rspan | rspan: vlan is missing: give vlan=N in [1, 4094]
          rspan vlan=0 | rspan: vlan=0 is not in [1, 4094]
          rspan vlan=4095 | rspan: vlan=4095 is not in [1, 4094]
          rspan vlan=1 pcp=8 | rspan: pcp=8 is not in [0, 7]
          rspan vlan=one | rspan: vlan=one: a number in [1, 4094] is needed
          rspan vlan=-1 | rspan: vlan=-1: a number in [1, 4094] is needed
          rspan vlan=1 vid=2 | rspan: it has no key "vid"; it has vlan, pcp
          erspan1 remote=192.0.2.2 | erspan1: local is missing: give local=ADDR, the source of
          erspan1 local=192.0.2.2 | erspan1: remote is missing: give remote=ADDR, the collector
          erspan1 local=host remote=192.0.2.2 | erspan1: local: IP address "host": 192.0.2.1 or
          erspan1 local=192.0.2.1 remote=192.0.2.1 | remote=192.0.2.1 is local as well; give the
          erspan1 local=192.0.2.1 remote=2001:db8::1 | remote=2001:db8::1 is not of the IP version
          erspan1 local=224.0.0.1 remote=192.0.2.1 | local=224.0.0.1: the address of one host
          erspan1 local=192.0.2.1 remote=255.255.255.255 | remote=255.255.255.255: the address
          erspan1 local=:: remote=2001:db8::1 | local=::: the address of one host is needed
          """)
  void aWrongOneIsRefused(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(text.trim()))
        .withMessageContaining(message.trim());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          erspan2 | erspan2: session is missing: give session=N in [0, 1023]
          erspan2 session=1024 | erspan2: session=1024 is not in [0, 1023]
          erspan2 session=1 index=1048576 | index=1048576 is not in [0, 1048575]
          erspan2 sesion=1 | it has no key "sesion"; it has session, index, local, remote, mac,
          erspan3 session=1 hwid=64 | hwid=64 is not in [0, 63]
          erspan3 session=1 sgt=65536 | sgt=65536 is not in [0, 65535]
          gre key=4294967296 | key=4294967296 is not in [0, 4294967295]
          gre key=0x100000000 | key=4294967296 is not in [0, 4294967295]
          gre key=99999999999999999999 | a number in [0, 4294967295] is needed
          vxlan | vxlan: vni is missing: give vni=N in [0, 16777215]
          vxlan vni=16777216 | vni=16777216 is not in [0, 16777215]
          vxlan vni=1 port=0 | port=0 is not in [1, 65535]
          vxlan vni=1 port=65536 | port=65536 is not in [1, 65535]
          vxlan vni=1 csum=yes | csum=yes is neither on nor off
          gre dscp=64 | gre: dscp=64 is not in [0, 63]
          gre ttl=0 | gre: ttl=0 is not in [1, 255]
          gre ttl=256 | gre: ttl=256 is not in [1, 255]
          gre vlan=4095 | gre: vlan=4095 is not in [0, 4094]
          gre vlan=1:8 | gre: vlan=1:8: ID[:PCP] is the form, with an id in [0, 4094]
          gre mac=02:00 | gre: mac: MAC address "02:00": six octets in hexadecimal are needed
          gre src-mac=x | gre: src-mac: MAC address "x": six octets
          gre src-mac=01:00:00:00:00:00 | src-mac=01:00:00:00:00:00 is a group address
          """)
  void aWrongNumberIsRefused(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(text.trim() + ENDS))
        .withMessageContaining(message.trim());
  }

  /** What is built past the parser is checked as well. */
  @Test
  void recordsCheckThemselves() {
    Endpoints ends = Edits.endpoints(4);
    assertThatIllegalArgumentException().isThrownBy(() -> FrameEdits.rspan(0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> FrameEdits.erspan2(ends, -1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> FrameEdits.erspan3(ends, 0, 64, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrameEdits.greTeb(ends, OptionalLong.of(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrameEdits.vxlan(ends, 1 << 24, 4789, false));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Endpoints(
                    ends.local(), ends.remote(), null, Endpoints.BROADCAST, 0, 64, 0x10000))
        .withMessage("vlan TCI=65536 is not in [0, 65535]");
  }
}
