package io.gatun.pmd.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers are those that scapy's layers put into the header before them. */
class ProtocolTest {
  static Stream<Arguments> numbers() {
    return Stream.of(
        arguments(Protocol.ICMP, "ICMP()", 1),
        arguments(Protocol.IPV4, "IP()", 4),
        arguments(Protocol.TCP, "TCP()", 6),
        arguments(Protocol.UDP, "UDP()", 17),
        arguments(Protocol.IPV6, "IPv6()", 41),
        arguments(Protocol.GRE, "GRE()", 47),
        arguments(Protocol.ESP, "ESP()", 50),
        arguments(Protocol.AUTHENTICATION, "AH()", 51),
        arguments(Protocol.SCTP, "SCTP()", 132),
        arguments(Protocol.MPLS, "MPLS()", 137),
        arguments(Protocol.HOP_BY_HOP, "IPv6ExtHdrHopByHop()", 0),
        arguments(Protocol.ROUTING, "IPv6ExtHdrRouting()", 43),
        arguments(Protocol.FRAGMENT, "IPv6ExtHdrFragment()", 44),
        arguments(Protocol.DESTINATION_OPTIONS, "IPv6ExtHdrDestOpt()", 60),
        arguments(Protocol.ICMPV6, "ICMPv6EchoRequest()", 58));
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void itIsTheNumberThatScapyWrites(int protocol, String layer, int written) {
    assertThat(protocol).as(layer).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 43, 44, 51, 60})
  void theseAreExtensionHeaders(int protocol) {
    assertThat(Protocol.isIpv6Extension(protocol)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 6, 17, 41, 47, 50, 58, 59, 132, 135, 137, 139, 140, 253, 255})
  void theseAreNot(int protocol) {
    assertThat(Protocol.isIpv6Extension(protocol)).isFalse();
  }
}
