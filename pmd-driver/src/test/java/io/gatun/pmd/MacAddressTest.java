package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
  @ParameterizedTest
  @ValueSource(strings = {"00:00:00:00:00:00", "02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff"})
  void itsTextIsReadAndWritten(String text) {
    assertThat(MacAddress.parse(text)).hasToString(text);
  }

  @Test
  void upperCaseIsRead() {
    assertThat(MacAddress.parse("AB:CD:EF:01:23:45"))
        .isEqualTo(new MacAddress(0xabcdef012345L))
        .hasToString("ab:cd:ef:01:23:45");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "02:00:00:00:00",
        "02:00:00:00:00:01:02",
        "2:0:0:0:0:1",
        "02-00-00-00-00-01",
        "02:00:00:00:00:0g",
        " 02:00:00:00:00:01",
        "020000000001",
      })
  void otherTextsAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MacAddress.parse(text))
        .withMessageContaining("\"" + text + "\"")
        .withMessageContaining("02:00:00:00:00:01");
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 48, -1, Long.MIN_VALUE})
  void moreThan48BitsAreRefused(long value) {
    assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(value));
  }

  @Test
  void littleEndianIsTheOrderOfTheWire() {
    MacAddress mac = MacAddress.parse("02:13:24:35:46:57");

    byte[] memory =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(mac.littleEndian()).array();

    assertThat(memory).containsExactly(0x02, 0x13, 0x24, 0x35, 0x46, 0x57, 0, 0);
    assertThat(MacAddress.ofLittleEndian(mac.littleEndian())).isEqualTo(mac);
    // What lies behind the six octets in memory does not count.
    assertThat(MacAddress.ofLittleEndian(mac.littleEndian() | 0xffffL << 48)).isEqualTo(mac);
  }
}
