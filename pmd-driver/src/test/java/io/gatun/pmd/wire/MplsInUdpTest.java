package io.gatun.pmd.wire;

import java.util.List;

class MplsInUdpTest extends HeaderTest {
  MplsInUdpTest() {
    super(MplsInUdp::length, MplsInUdp.LABELS + Mpls.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample(
                "UDP(sport=0xc001, dport=6635, len=100, chksum=0x8123) / MPLS(label=17, s=1)",
                "c00119eb0064812300011100")
            .optionsAt(0)
            .reads("label", at -> Mpls.label(at + MplsInUdp.LABELS), 17),
        sample(
                "UDP(sport=1, dport=6635, len=100, chksum=0) / MPLS(label=16, s=0) / "
                    + "MPLS(label=17, s=0) / MPLS(label=18, s=1)",
                "000119eb00640000000100000001100000012100")
            .optionsAt(0)
            .reads("label", at -> Mpls.label(at + MplsInUdp.LABELS), 16),
        sample(
                "UDP(sport=1, dport=6635, len=100, chksum=0) / Raw(bytes(MPLS(s=0)) * 15) "
                    + "/ MPLS(label=18, s=1)",
                "000119eb0064000000003000000030000000300000003000000030000000300000003000"
                    + "000030000000300000003000000030000000300000003000000030000000300000012100")
            .optionsAt(0)
            .reads("destination port", Udp::destinationPort, MplsInUdp.PORT));
  }

  /** Another port, a datagram that is too short, a stack of 17 entries. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("UDP(dport=6636, len=100) / MPLS(s=1)", "003519ec0064000000003100"),
        sample("UDP(dport=6635, len=7, chksum=0) / MPLS(s=1)", "003519eb0007000000003100"),
        sample(
            "UDP(dport=6635, len=100, chksum=0) / Raw(bytes(MPLS(s=0)) * 16) / MPLS(s=1)",
            "003519eb0064000000003000000030000000300000003000000030000000300000003000"
                + "000030000000300000003000000030000000300000003000000030000000300000003000"
                + "00003100"));
  }
}
