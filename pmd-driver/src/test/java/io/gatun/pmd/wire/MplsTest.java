package io.gatun.pmd.wire;

import java.util.List;

class MplsTest extends HeaderTest {
  MplsTest() {
    super(Mpls::length, Mpls.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample("MPLS(label=0xabcdf, cos=5, s=1, ttl=0x9a)", "abcdfb9a")
            .field("entry", Mpls::entry, Mpls::entry, 0xabcd_fb9a)
            .field("label", Mpls::label, Mpls::label, 0xabcdf)
            .field("trafficClass", Mpls::trafficClass, Mpls::trafficClass, 5)
            .field(
                "bottom", at -> Mpls.isBottom(at) ? 1 : 0, (at, v) -> Mpls.isBottom(at, v == 1), 1)
            .field("timeToLive", Mpls::timeToLive, Mpls::timeToLive, 0x9a),
        sample("MPLS(label=16, cos=0, s=0, ttl=64)", "00010040")
            .field("label", Mpls::label, Mpls::label, 16)
            .field("trafficClass", Mpls::trafficClass, Mpls::trafficClass, 0)
            .field(
                "bottom", at -> Mpls.isBottom(at) ? 1 : 0, (at, v) -> Mpls.isBottom(at, v != 0), 0)
            .field("timeToLive", Mpls::timeToLive, Mpls::timeToLive, 64));
  }
}
