package io.gatun.pmd.wire;

import java.util.List;

class Ipv4Test extends HeaderTest {
  Ipv4Test() {
    super(Ipv4::length, Ipv4.MIN_LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample(
                "IP(tos=0xb9, len=1500, id=0xbeef, flags='DF', ttl=64, proto=17, "
                    + "src='192.0.2.1', dst='10.1.2.254')",
                "45b905dcbeef40004011a668c00002010a0102fe")
            .reads("version", Ipv4::version, 4)
            .field("headerLength", Ipv4::headerLength, Ipv4::headerLength, 20)
            .field("typeOfService", Ipv4::typeOfService, Ipv4::typeOfService, 0xb9)
            .field("dscp", Ipv4::dscp, Ipv4::dscp, 46)
            .field("ecn", Ipv4::ecn, Ipv4::ecn, Ipv4.ECN_CAPABLE_1)
            .field("totalLength", Ipv4::totalLength, Ipv4::totalLength, 1500)
            .field("identification", Ipv4::identification, Ipv4::identification, 0xbeef)
            .field("flagsAndOffset", Ipv4::flagsAndOffset, Ipv4::flagsAndOffset, Ipv4.DONT_FRAGMENT)
            .flag("don't fragment", Ipv4::isDontFragment, true)
            .flag("more fragments", Ipv4::isMoreFragments, false)
            .reads("fragmentOffset", Ipv4::fragmentOffset, 0)
            .flag("fragment", Ipv4::isFragment, false)
            .field("timeToLive", Ipv4::timeToLive, Ipv4::timeToLive, 64)
            .field("protocol", Ipv4::protocol, Ipv4::protocol, Protocol.UDP)
            .field("checksum", Ipv4::checksum, Ipv4::checksum, 0xa668)
            .field("source", Ipv4::source, Ipv4::source, 0xc000_0201)
            .field("destination", Ipv4::destination, Ipv4::destination, 0x0a01_02fe),
        sample(
                "IP(tos=3, len=36, id=1, flags='MF', frag=0x1abc, ttl=255, proto=47, "
                    + "chksum=0x8001, src='224.0.0.1', dst='0.0.0.0', "
                    + "options=[IPOption_Router_Alert(), "
                    + "IPOption_Timestamp(timestamp=0x80000001)])",
                "4903002400013abcff2f8001e00000010000000094040000440c09010000000080000001")
            .optionsAt(Ipv4.OPTIONS)
            .field("headerLength", Ipv4::headerLength, Ipv4::headerLength, 36)
            .field("dscp", Ipv4::dscp, Ipv4::dscp, 0)
            .field("ecn", Ipv4::ecn, Ipv4::ecn, Ipv4.ECN_CONGESTION)
            .field("totalLength", Ipv4::totalLength, Ipv4::totalLength, 36)
            .field("identification", Ipv4::identification, Ipv4::identification, 1)
            .field("flagsAndOffset", Ipv4::flagsAndOffset, Ipv4::flagsAndOffset, 0x3abc)
            .flag("don't fragment", Ipv4::isDontFragment, false)
            .flag("more fragments", Ipv4::isMoreFragments, true)
            .reads("fragmentOffset", Ipv4::fragmentOffset, 0x1abc * 8)
            .flag("fragment", Ipv4::isFragment, true)
            .field("timeToLive", Ipv4::timeToLive, Ipv4::timeToLive, 255)
            .field("protocol", Ipv4::protocol, Ipv4::protocol, Protocol.GRE)
            .field("checksum", Ipv4::checksum, Ipv4::checksum, 0x8001)
            .field("source", Ipv4::source, Ipv4::source, 0xe000_0001)
            .field("destination", Ipv4::destination, Ipv4::destination, 0),
        sample(
                "IP(len=65535, frag=1, proto=4, chksum=0, src='255.255.255.255', "
                    + "dst='127.0.0.1', options=[IPOption_NOP()]*40)",
                "4f00ffff0001000140040000ffffffff7f00000101010101010101010101010101010101"
                    + "010101010101010101010101010101010101010101010101")
            .optionsAt(1)
            .field("headerLength", Ipv4::headerLength, Ipv4::headerLength, Ipv4.MAX_LENGTH)
            .field("totalLength", Ipv4::totalLength, Ipv4::totalLength, 65535)
            .flag("more fragments", Ipv4::isMoreFragments, false)
            .reads("fragmentOffset", Ipv4::fragmentOffset, 8)
            .flag("fragment", Ipv4::isFragment, true)
            .reads("source", Ipv4::source, -1));
  }

  /** Another version, a header length below 20, one above the total length. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("IP(version=6, len=20)", "650000140001000040005ce77f0000017f000001"),
        sample("IP(version=5, len=20)", "550000140001000040006ce77f0000017f000001"),
        sample("IP(version=0, len=20)", "05000014000100004000bce77f0000017f000001"),
        sample("IP(ihl=4, len=100)", "440000640001000040007d977f0000017f000001"),
        sample("IP(ihl=0, len=100)", "4000006400010000400081977f0000017f000001"),
        sample("IP(len=19)", "450000130001000040007ce87f0000017f000001"),
        sample("IP(len=0)", "450000000001000040007cfb7f0000017f000001"),
        sample("IP(ihl=15, len=59)", "4f00003b00010000400072c07f0000017f000001"));
  }
}
