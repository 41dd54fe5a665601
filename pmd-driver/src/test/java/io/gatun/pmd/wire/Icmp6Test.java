package io.gatun.pmd.wire;

import java.util.List;

class Icmp6Test extends HeaderTest {
  Icmp6Test() {
    super(Icmp6::length, Icmp6.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample("ICMPv6EchoRequest(cksum=0x8123, id=0x8f01, seq=0x9002)", "800081238f019002")
            .field("type", Icmp6::type, Icmp6::type, Icmp6.ECHO_REQUEST)
            .flag("error", at -> Icmp6.isError(Icmp6.type(at)), false)
            .field("code", Icmp6::code, Icmp6::code, 0)
            .field("checksum", Icmp6::checksum, Icmp6::checksum, 0x8123)
            .field("identifier", Icmp6::identifier, Icmp6::identifier, 0x8f01)
            .field("sequence", Icmp6::sequence, Icmp6::sequence, 0x9002),
        sample("ICMPv6EchoReply(cksum=0, id=1, seq=2)", "8100000000010002")
            .field("type", Icmp6::type, Icmp6::type, Icmp6.ECHO_REPLY)
            .flag("error", at -> Icmp6.isError(Icmp6.type(at)), false)
            .field("identifier", Icmp6::identifier, Icmp6::identifier, 1)
            .field("sequence", Icmp6::sequence, Icmp6::sequence, 2),
        sample("ICMPv6PacketTooBig(cksum=0xff01, code=3, mtu=1280)", "0203ff0100000500")
            .field("type", Icmp6::type, Icmp6::type, Icmp6.PACKET_TOO_BIG)
            .flag("error", at -> Icmp6.isError(Icmp6.type(at)), true)
            .field("code", Icmp6::code, Icmp6::code, 3)
            .field("checksum", Icmp6::checksum, Icmp6::checksum, 0xff01)
            .wide("mtu", Icmp6::mtu, Icmp6::mtu, 1280),
        sample("ICMPv6PacketTooBig(cksum=0, mtu=0xfffffff0)", "02000000fffffff0")
            .field("type", Icmp6::type, Icmp6::type, Icmp6.PACKET_TOO_BIG)
            .flag("error", at -> Icmp6.isError(Icmp6.type(at)), true)
            .wide("mtu", Icmp6::mtu, Icmp6::mtu, 0xffff_fff0L),
        sample("ICMPv6DestUnreach(cksum=0, code=4)", "0104000000000000")
            .field("type", Icmp6::type, Icmp6::type, Icmp6.DESTINATION_UNREACHABLE)
            .flag("error", at -> Icmp6.isError(Icmp6.type(at)), true)
            .field("code", Icmp6::code, Icmp6::code, 4),
        sample("ICMPv6TimeExceeded(cksum=0)", "0300000000000000")
            .field("type", Icmp6::type, Icmp6::type, Icmp6.TIME_EXCEEDED)
            .flag("error", at -> Icmp6.isError(Icmp6.type(at)), true),
        sample("ICMPv6ParamProblem(cksum=0, ptr=0)", "0400000000000000")
            .field("type", Icmp6::type, Icmp6::type, Icmp6.PARAMETER_PROBLEM)
            .flag("error", at -> Icmp6.isError(Icmp6.type(at)), true),
        sample("bytes(ICMPv6ND_Redirect(cksum=0))[:8]", "8900000000000000")
            .field("type", Icmp6::type, Icmp6::type, Icmp6.REDIRECT)
            .flag("error", at -> Icmp6.isError(Icmp6.type(at)), true),
        sample("ICMPv6ND_RS(cksum=0)", "8500000000000000")
            .field("type", Icmp6::type, Icmp6::type, Icmp6.ROUTER_SOLICITATION)
            .flag("error", at -> Icmp6.isError(Icmp6.type(at)), false));
  }
}
