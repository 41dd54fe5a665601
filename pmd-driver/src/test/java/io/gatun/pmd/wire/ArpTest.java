package io.gatun.pmd.wire;

import java.util.List;

class ArpTest extends HeaderTest {
  ArpTest() {
    super(Arp::length, Arp.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample(
                "ARP(op='who-has', hwsrc='02:13:24:35:46:57', psrc='192.0.2.1', "
                    + "hwdst='00:00:00:00:00:00', pdst='192.0.2.254')",
                "0001080006040001021324354657c0000201000000000000c00002fe")
            .field("operation", Arp::operation, Arp::operation, Arp.REQUEST)
            .wide("senderMac", Arp::senderMac, Arp::senderMac, 0x5746_3524_1302L)
            .field("senderIp", Arp::senderIp, Arp::senderIp, 0xc000_0201)
            .wide("targetMac", Arp::targetMac, Arp::targetMac, 0)
            .field("targetIp", Arp::targetIp, Arp::targetIp, 0xc000_02fe),
        sample(
                "ARP(op='is-at', hwsrc='f2:e3:d4:c5:b6:a7', psrc='10.0.0.1', "
                    + "hwdst='fe:dc:ba:98:76:54', pdst='172.16.255.1')",
                "0001080006040002f2e3d4c5b6a70a000001fedcba987654ac10ff01")
            .field("operation", Arp::operation, Arp::operation, Arp.REPLY)
            .wide("senderMac", Arp::senderMac, Arp::senderMac, 0xa7b6_c5d4_e3f2L)
            .field("senderIp", Arp::senderIp, Arp::senderIp, 0x0a00_0001)
            .wide("targetMac", Arp::targetMac, Arp::targetMac, 0x5476_98ba_dcfeL)
            .field("targetIp", Arp::targetIp, Arp::targetIp, 0xac10_ff01));
  }

  /** Other hardware, another protocol, addresses of other sizes. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample(
            "ARP(hwtype=6, hwsrc='02:00:00:00:00:01', psrc='10.0.0.1')",
            "000608001104000130323a30303a30303a30303a30303a30310a00000100000000"),
        sample(
            "ARP(ptype=0x86dd, hwlen=6, plen=4, hwsrc=b'abcdef', psrc=b'abcd', "
                + "hwdst=b'abcdef', pdst=b'abcd')",
            "000186dd060400016162636465666162636461626364656661626364"),
        sample(
            "ARP(hwlen=8, plen=4, hwsrc=b'abcdefgh', psrc='10.0.0.1', hwdst=b'abcdefgh')",
            "000108000804000161626364656667680a000001616263646566676800000000"),
        sample(
            "ARP(hwlen=6, plen=16, hwsrc='02:00:00:00:00:01', psrc=b'a' * 16, pdst=b'a' * 16)",
            "000108000610000102000000000161616161616161616161616161616161000000000000"
                + "61616161616161616161616161616161"));
  }
}
