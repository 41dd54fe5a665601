package io.gatun.pmd.wire;

import java.util.List;

class NvgreTest extends HeaderTest {
  NvgreTest() {
    super(Nvgre::length, Nvgre.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample("GRE(key_present=1, proto=0x6558, key=(0xabcdef << 8) | 0x91)", "20006558abcdef91")
            .field("vsid", Nvgre::vsid, (at, v) -> Nvgre.header(at, v, 0x91), 0xabcdef)
            .field("flowId", Nvgre::flowId, Nvgre::flowId, 0x91)
            .field("vsid alone", Nvgre::vsid, Nvgre::vsid, 0xabcdef),
        sample("GRE(key_present=1, proto=0x6558, key=0x001000 << 8)", "2000655800100000")
            .field("vsid", Nvgre::vsid, (at, v) -> Nvgre.header(at, v, 0), Nvgre.MIN_VSID)
            .field("flowId", Nvgre::flowId, Nvgre::flowId, 0));
  }

  /** No key, a key and more, another version or protocol. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("GRE(proto=0x6558)", "00006558"),
        sample("GRE(key_present=1, seqnum_present=1, proto=0x6558)", "300065580000000000000000"),
        sample("GRE(key_present=1, chksum_present=1, proto=0x6558)", "a0006558faa6000000000000"),
        sample(
            "GRE(key_present=1, routing_present=1, chksum=0, proto=0x6558)",
            "600065580000000000000000"),
        sample("GRE(key_present=1, version=1, proto=0x6558)", "2001655800000000"),
        sample("GRE(key_present=1, proto=0x0800)", "2000080000000000"));
  }
}
