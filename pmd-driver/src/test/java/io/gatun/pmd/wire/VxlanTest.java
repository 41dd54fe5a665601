package io.gatun.pmd.wire;

import java.util.List;

class VxlanTest extends HeaderTest {
  VxlanTest() {
    super(Vxlan::length, Vxlan.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample("VXLAN(flags='Instance', vni=0xabcdef)", "08000000abcdef00")
            .field("flags", Vxlan::flags, Vxlan::flags, Vxlan.FLAG_VNI)
            .field("vni", Vxlan::vni, Vxlan::vni, 0xabcdef),
        sample("VXLAN(flags='Instance', vni=42)", "0800000000002a00")
            .field("vni", Vxlan::vni, (at, v) -> Vxlan.header(at, v), 42),
        sample(
                "VXLAN(flags=0x5a, reserved1=0xffffff, vni=0x800000, reserved2=0xff)",
                "5affffff800000ff")
            .optionsAt(0)
            .field("flags beside reserved bits", Vxlan::flags, Vxlan::flags, 0x5a)
            .reads("vni before a reserved byte", Vxlan::vni, 0x800000));
  }

  /** Without the I flag. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("VXLAN(flags=0, vni=42)", "0000000000002a00"),
        sample("VXLAN(flags=0xf7, vni=42)", "f700000000000000002a00"));
  }
}
