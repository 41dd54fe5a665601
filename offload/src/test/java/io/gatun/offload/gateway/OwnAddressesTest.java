package io.gatun.offload.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatun.pmd.wire.IpAddress;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnAddressesTest {
  private final OwnAddresses own = new OwnAddresses();
  private final long memory = Arena.global().allocate(16).address();

  OwnAddressesTest() {
    own.add(IpAddress.parse("192.0.2.1"), 24);
    own.add(IpAddress.parse("2001:db8::1"), 64);
    own.add(IpAddress.parse("203.0.113.5"), 31);
  }

  private long at(String text) {
    IpAddress.parse(text).write(memory);
    return memory;
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.2, true",
    "192.0.2.254, true",
    "192.0.2.255, false",
    "192.0.3.255, true",
    "203.0.113.4, true", // RFC 3021: a /31 has no broadcast address
    "203.0.113.5, false",
    "192.0.2.1, false",
    "0.0.0.0, false",
    "0.1.2.3, false",
    "127.0.0.1, false",
    "223.255.255.254, true",
    "224.0.0.1, false",
    "240.0.0.1, false",
    "255.255.255.255, false",
    "2001:db8::2, true",
    "2001:db8::1, false",
    "fe80::1, true",
    "::, false",
    "::1, false",
    "ff02::1, false",
  })
  void answersGoToSingleHosts(String address, boolean answerable) {
    int version = IpAddress.parse(address).version();
    assertThat(own.isAnswerable(at(address), version)).isEqualTo(answerable);
  }

  @Test
  void versionsAreNotMixedUp() {
    assertThat(own.isOwn(at("192.0.2.1"), 4)).isTrue();
    assertThat(own.isOwn(at("2001:db8::1"), 6)).isTrue();
    assertThat(own.isOwn(at("::c000:201"), 6)).isFalse();
    assertThat(own.isOwn(at("192.0.2.3"), 4)).isFalse();
  }

  @Test
  void wrongAddressesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> own.add(IpAddress.parse("192.0.2.1"), 33))
        .withMessage("own address 192.0.2.1/33: the prefix is not in [0, 32]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> own.add(IpAddress.parse("ff02::1"), 64))
        .withMessageContaining("own address ff02::1");
  }
}
