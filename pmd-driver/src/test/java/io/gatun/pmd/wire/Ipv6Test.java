package io.gatun.pmd.wire;

import java.util.List;

class Ipv6Test extends HeaderTest {
  Ipv6Test() {
    super(Ipv6::length, Ipv6.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample(
                "IPv6(tc=0xb9, fl=0xabcde, plen=1460, nh=6, hlim=64, "
                    + "src='2001:db8:1:2:f3:e4:d5:c6', dst='fe80::8001')",
                "6b9abcde05b4064020010db80001000200f300e400d500c6fe800000000000000000000000008001")
            .reads("version", Ipv6::version, 6)
            .field(
                "versionClassFlow",
                Ipv6::versionClassFlow,
                Ipv6::versionClassFlow,
                Ipv6.versionClassFlowOf(0xb9, 0xabcde))
            .field("trafficClass", Ipv6::trafficClass, Ipv6::trafficClass, 0xb9)
            .field("dscp", Ipv6::dscp, Ipv6::dscp, 46)
            .field("ecn", Ipv6::ecn, Ipv6::ecn, Ipv4.ECN_CAPABLE_1)
            .field("flowLabel", Ipv6::flowLabel, Ipv6::flowLabel, 0xabcde)
            .field("payloadLength", Ipv6::payloadLength, Ipv6::payloadLength, 1460)
            .field("nextHeader", Ipv6::nextHeader, Ipv6::nextHeader, Protocol.TCP)
            .field("hopLimit", Ipv6::hopLimit, Ipv6::hopLimit, 64)
            .wide(
                "sourceHigh",
                Ipv6::sourceHigh,
                (at, v) -> Ipv6.source(at, v, Ipv6.sourceLow(at)),
                0x2001_0db8_0001_0002L)
            .wide(
                "sourceLow",
                Ipv6::sourceLow,
                (at, v) -> Ipv6.source(at, Ipv6.sourceHigh(at), v),
                0x00f3_00e4_00d5_00c6L)
            .wide(
                "destinationHigh",
                Ipv6::destinationHigh,
                (at, v) -> Ipv6.destination(at, v, Ipv6.destinationLow(at)),
                0xfe80L << 48)
            .wide(
                "destinationLow",
                Ipv6::destinationLow,
                (at, v) -> Ipv6.destination(at, Ipv6.destinationHigh(at), v),
                0x8001),
        sample(
                "IPv6(tc=0x46, fl=0x80001, plen=65535, nh=58, hlim=255, src='::', "
                    + "dst='ff02::1:ff00:1')",
                "64680001ffff3aff00000000000000000000000000000000ff0200000000000000000001ff000001")
            .reads("version", Ipv6::version, 6)
            .field("versionClassFlow", Ipv6::versionClassFlow, Ipv6::versionClassFlow, 0x6468_0001)
            .field("dscp", Ipv6::dscp, Ipv6::dscp, 17)
            .field("ecn", Ipv6::ecn, Ipv6::ecn, Ipv4.ECN_CAPABLE_0)
            .field("flowLabel", Ipv6::flowLabel, Ipv6::flowLabel, 0x80001)
            .field("payloadLength", Ipv6::payloadLength, Ipv6::payloadLength, 65535)
            .field("nextHeader", Ipv6::nextHeader, Ipv6::nextHeader, Protocol.ICMPV6)
            .field("hopLimit", Ipv6::hopLimit, Ipv6::hopLimit, 255)
            .reads("sourceHigh", Ipv6::sourceHigh, 0)
            .reads("sourceLow", Ipv6::sourceLow, 0)
            .wide(
                "destinationHigh",
                Ipv6::destinationHigh,
                (at, v) -> Ipv6.destination(at, v, Ipv6.destinationLow(at)),
                0xff02L << 48)
            .wide(
                "destinationLow",
                Ipv6::destinationLow,
                (at, v) -> Ipv6.destination(at, Ipv6.destinationHigh(at), v),
                0x1_ff00_0001L));
  }

  /** Another version. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample(
            "IPv6(version=4)",
            "4000000000003b400000000000000000000000000000000100000000000000000000000000000001"),
        sample(
            "IPv6(version=7)",
            "7000000000003b400000000000000000000000000000000100000000000000000000000000000001"),
        sample(
            "IPv6(version=14)",
            "e000000000003b400000000000000000000000000000000100000000000000000000000000000001"),
        sample(
            "IPv6(version=0)",
            "0000000000003b400000000000000000000000000000000100000000000000000000000000000001"));
  }
}
