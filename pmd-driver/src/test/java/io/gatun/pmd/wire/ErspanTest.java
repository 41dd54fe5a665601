package io.gatun.pmd.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Types II and III; type I has no header. */
class ErspanTest extends HeaderTest {
  ErspanTest() {
    super(Erspan::length, Erspan.LENGTH_II);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        typeTwo(
            "ERSPAN_II(ver=1, vlan=0xabc, cos=5, en=3, t=1, session_id=0x2a5, index=0xedcba)",
            "1abcbea5000edcba",
            new FirstWord(0xabc, 5, Erspan.TAG_PRESERVED, 1, 0x2a5),
            0xedcba),
        typeTwo(
            "ERSPAN_II(ver=1, vlan=1, session_id=7, en=2)",
            "1001100700000000",
            new FirstWord(1, 0, Erspan.TAG_REMOVED, 0, 7),
            0),
        sample("ERSPAN_II(ver=1, session_id=1023, reserved=0xfff, index=1)", "100003fffff00001")
            .optionsAt(0)
            .field("index beside reserved bits", Erspan::index, Erspan::index, 1),
        typeThree(
            "ERSPAN_III(vlan=0xfed, cos=2, bso=1, t=0, session_id=0x155, timestamp=0x89abcdef, "
                + "sgt_other=0xfedc, p=1, ft=2, hw=0x2a, d=1, gra=1)",
            "2fed495589abcdeffedc8aaa",
            new FirstWord(0xfed, 2, 1, 0, 0x155),
            0x89ab_cdef,
            new LastWord(0xfedc, 1, Erspan.FRAME_IP, 0x2a, 1, Erspan.GRANULARITY_100_NS, 0)),
        typeThree(
            "ERSPAN_III(session_id=3, t=1, bso=2, timestamp=1, sgt_other=1, ft=0x15, hw=0x15, "
                + "d=0, gra=2)",
            "200014030000000100015554",
            new FirstWord(0, 0, 2, 1, 3),
            1,
            new LastWord(1, 0, 0x15, 0x15, 0, Erspan.GRANULARITY_IEEE_1588, 0)),
        typeThree(
                "ERSPAN_III(session_id=9, vlan=5, cos=7, timestamp=7, gra=3, o=1)"
                    + "/ERSPAN_PlatformSpecific(platf_id=7, info1=0x123456, info2=0x89abcdef)",
                "2005e00900000007000000071c12345689abcdef",
                new FirstWord(5, 7, 0, 0, 9),
                7,
                new LastWord(0, 0, Erspan.FRAME_ETHERNET, 0, 0, 3, 1))
            .optionsAt(Erspan.LENGTH_III));
  }

  /** Of version 0, 3 and 15. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("ERSPAN_II(ver=0, session_id=7)", "0000000700000000"),
        sample("ERSPAN_II(ver=3, session_id=7)", "3000000700000000"),
        sample("ERSPAN_III(ver=15, session_id=7)", "f00000070000000000000000"));
  }

  @Test
  void aFirstWordIsTheSumOfItsParts() {
    int tci = Vlan.tciOf(5, 0xabc) | 0x1000; // DEI has no place in it
    int word =
        Erspan.firstWord(Erspan.VERSION_II, 0x2a5)
            | Erspan.tagBits(tci)
            | Erspan.encapsulationBits(Erspan.TAG_PRESERVED)
            | Erspan.truncatedBit(true);
    long at = memory.place(new byte[Integer.BYTES]);

    Erspan.firstWord(at, word);

    assertThat(Memory.getIntBigEndian(at)).isEqualTo(0x1abc_bea5);
    assertThat(Erspan.truncatedBit(false)).isZero();
    assertThat(Erspan.egressBit(true)).isEqualTo(0x8);
    assertThat(Erspan.egressBit(false)).isZero();
  }

  private record FirstWord(int vlan, int cos, int encapsulation, int truncated, int session) {}

  private record LastWord(
      int group, int pdu, int frameType, int hardware, int egress, int granularity, int more) {}

  private static Sample typeTwo(String scapy, String hex, FirstWord first, int index) {
    return first(sample(scapy, hex), Erspan.VERSION_II, first)
        .field("encapsulation", Erspan::encapsulation, Erspan::encapsulation, first.encapsulation())
        .field("index", Erspan::index, Erspan::index, index);
  }

  private static Sample typeThree(
      String scapy, String hex, FirstWord first, int timestamp, LastWord last) {
    return first(sample(scapy, hex), Erspan.VERSION_III, first)
        .field("integrity", Erspan::integrity, Erspan::integrity, first.encapsulation())
        .field("timestamp", Erspan::timestamp, Erspan::timestamp, timestamp)
        .field("security group", Erspan::securityGroup, Erspan::securityGroup, last.group())
        .field(
            "Ethernet PDU",
            at -> Erspan.isEthernetPdu(at) ? 1 : 0,
            (at, v) -> Erspan.ethernetPdu(at, (v & 1) != 0),
            last.pdu())
        .field("frame type", Erspan::frameType, Erspan::frameType, last.frameType())
        .field("hardware id", Erspan::hardwareId, Erspan::hardwareId, last.hardware())
        .field(
            "egress",
            at -> Erspan.isEgress(at) ? 1 : 0,
            (at, v) -> Erspan.egress(at, (v & 1) != 0),
            last.egress())
        .field("granularity", Erspan::granularity, Erspan::granularity, last.granularity())
        .field(
            "subheader",
            at -> Erspan.hasSubheader(at) ? 1 : 0,
            (at, v) -> Erspan.subheader(at, (v & 1) != 0),
            last.more());
  }

  private static Sample first(Sample sample, int version, FirstWord first) {
    return sample
        .field("version", Erspan::version, Erspan::version, version)
        .field("vlan", Erspan::vlan, Erspan::vlan, first.vlan())
        .field("class", Erspan::classOfService, Erspan::classOfService, first.cos())
        .field(
            "truncated",
            at -> Erspan.isTruncated(at) ? 1 : 0,
            (at, v) -> Erspan.truncated(at, (v & 1) != 0),
            first.truncated())
        .field("session", Erspan::session, Erspan::session, first.session());
  }
}
