package io.gatun.pmd.wire;

import java.util.List;

class EthernetTest extends HeaderTest {
  EthernetTest() {
    super(Ethernet::length, Ethernet.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample(
                "Ether(dst='02:13:24:35:46:57', src='f3:e2:d1:c0:bf:ae', type=0x86dd)",
                "021324354657f3e2d1c0bfae86dd")
            .wide("destination", Ethernet::destination, Ethernet::destination, 0x5746_3524_1302L)
            .wide("source", Ethernet::source, Ethernet::source, 0xaebf_c0d1_e2f3L)
            .field("type", Ethernet::type, Ethernet::type, Ethernet.TYPE_IPV6)
            .flag("group destination", at -> Ethernet.isGroup(Ethernet.destination(at)), false)
            .flag("group source", at -> Ethernet.isGroup(Ethernet.source(at)), true),
        sample(
                "Ether(dst='ff:ff:ff:ff:ff:ff', src='02:00:00:00:00:01', type=0x8100)",
                "ffffffffffff0200000000018100")
            .wide("destination", Ethernet::destination, Ethernet::destination, Ethernet.BROADCAST)
            .wide("source", Ethernet::source, Ethernet::source, 0x0100_0000_0002L)
            .field("type", Ethernet::type, Ethernet::type, Ethernet.TYPE_VLAN)
            .flag("group", at -> Ethernet.isGroup(Ethernet.destination(at)), true)
            .flag("tagged", at -> Ethernet.isVlan(Ethernet.type(at)), true),
        sample(
                "Ether(dst='01:80:c2:00:00:0e', src='80:00:00:00:00:7f', type=0x88a8)",
                "0180c200000e80000000007f88a8")
            .wide("destination", Ethernet::address, Ethernet::address, 0x0e00_00c2_8001L)
            .wide("source", Ethernet::source, Ethernet::source, 0x7f00_0000_0080L)
            .field("type", Ethernet::type, Ethernet::type, Ethernet.TYPE_QINQ)
            .flag("tagged", at -> Ethernet.isVlan(Ethernet.type(at)), true));
  }
}
