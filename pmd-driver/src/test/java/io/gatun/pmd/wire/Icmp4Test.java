package io.gatun.pmd.wire;

import java.util.List;

class Icmp4Test extends HeaderTest {
  Icmp4Test() {
    super(Icmp4::length, Icmp4.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample("ICMP(type='echo-request', id=0x8f01, seq=0x9002)", "0800d8fb8f019002")
            .field("type", Icmp4::type, Icmp4::type, Icmp4.ECHO_REQUEST)
            .field("code", Icmp4::code, Icmp4::code, 0)
            .field("checksum", Icmp4::checksum, Icmp4::checksum, 0xd8fb)
            .field("identifier", Icmp4::identifier, Icmp4::identifier, 0x8f01)
            .field("sequence", Icmp4::sequence, Icmp4::sequence, 0x9002)
            .flag("error", at -> Icmp4.isError(Icmp4.type(at)), false),
        sample(
                "ICMP(type='dest-unreach', code='fragmentation-needed', chksum=0x8001, "
                    + "nexthopmtu=40000)",
                "0304800100009c40")
            .field("type", Icmp4::type, Icmp4::type, Icmp4.DESTINATION_UNREACHABLE)
            .field("code", Icmp4::code, Icmp4::code, Icmp4.FRAGMENTATION_NEEDED)
            .field("checksum", Icmp4::checksum, Icmp4::checksum, 0x8001)
            .field("mtu", Icmp4::mtu, Icmp4::mtu, 40000)
            .flag("error", at -> Icmp4.isError(Icmp4.type(at)), true),
        sample("ICMP(type='echo-reply', chksum=1, id=1, seq=2)", "0000000100010002")
            .field("type", Icmp4::type, Icmp4::type, Icmp4.ECHO_REPLY)
            .flag("error", at -> Icmp4.isError(Icmp4.type(at)), false)
            .field("checksum", Icmp4::checksum, Icmp4::checksum, 1)
            .field("identifier", Icmp4::identifier, Icmp4::identifier, 1)
            .field("sequence", Icmp4::sequence, Icmp4::sequence, 2),
        sample("ICMP(type='time-exceeded', code=1, chksum=0)", "0b01000000000000")
            .field("type", Icmp4::type, Icmp4::type, Icmp4.TIME_EXCEEDED)
            .field("code", Icmp4::code, Icmp4::code, 1)
            .flag("error", at -> Icmp4.isError(Icmp4.type(at)), true),
        sample("ICMP(type='redirect', chksum=0, gw='0.0.0.0')", "0500000000000000")
            .field("type", Icmp4::type, Icmp4::type, Icmp4.REDIRECT)
            .flag("error", at -> Icmp4.isError(Icmp4.type(at)), true),
        sample("ICMP(type='source-quench', chksum=0)", "0400000000000000")
            .field("type", Icmp4::type, Icmp4::type, Icmp4.SOURCE_QUENCH)
            .flag("error", at -> Icmp4.isError(Icmp4.type(at)), true),
        sample("ICMP(type='parameter-problem', chksum=0)", "0c00000000000000")
            .field("type", Icmp4::type, Icmp4::type, Icmp4.PARAMETER_PROBLEM)
            .flag("error", at -> Icmp4.isError(Icmp4.type(at)), true));
  }
}
