package io.gatun.pmd.wire;

import java.util.List;

class UdpTest extends HeaderTest {
  UdpTest() {
    super(Udp::length, Udp.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample("UDP(sport=0xc001, dport=4789, len=1480, chksum=0x9abc)", "c00112b505c89abc")
            .field("sourcePort", Udp::sourcePort, Udp::sourcePort, 0xc001)
            .field("destinationPort", Udp::destinationPort, Udp::destinationPort, Vxlan.PORT)
            .field("datagramLength", Udp::datagramLength, Udp::datagramLength, 1480)
            .field("checksum", Udp::checksum, Udp::checksum, 0x9abc),
        sample("UDP(sport=0, dport=65535, len=8, chksum=0)", "0000ffff00080000")
            .field("sourcePort", Udp::sourcePort, Udp::sourcePort, 0)
            .field("destinationPort", Udp::destinationPort, Udp::destinationPort, 65535)
            .field("datagramLength", Udp::datagramLength, Udp::datagramLength, 8)
            .field("checksum", Udp::checksum, Udp::checksum, 0));
  }

  /** A datagram shorter than its header. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("UDP(len=7)", "0035003500070000"), sample("UDP(len=0)", "0035003500000000"));
  }
}
