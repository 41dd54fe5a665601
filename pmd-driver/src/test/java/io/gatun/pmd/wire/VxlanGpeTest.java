package io.gatun.pmd.wire;

import java.util.List;

class VxlanGpeTest extends HeaderTest {
  VxlanGpeTest() {
    super(VxlanGpe::length, VxlanGpe.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample(
                "VXLAN(flags='Instance+NextProtocol', NextProtocol=3, vni=0xabcdef)",
                "0c000003abcdef00")
            .reads("version", VxlanGpe::version, 0)
            .field(
                "flags",
                VxlanGpe::flags,
                VxlanGpe::flags,
                VxlanGpe.FLAG_VNI | VxlanGpe.FLAG_NEXT_PROTOCOL)
            .field(
                "nextProtocol",
                VxlanGpe::nextProtocol,
                VxlanGpe::nextProtocol,
                VxlanGpe.NEXT_ETHERNET)
            .field("vni", VxlanGpe::vni, VxlanGpe::vni, 0xabcdef)
            .flag("OAM", VxlanGpe::isOam, false),
        sample("VXLAN(flags='Instance+NextProtocol', NextProtocol=2, vni=42)", "0c00000200002a00")
            .field("vni", VxlanGpe::vni, (at, v) -> VxlanGpe.header(at, VxlanGpe.NEXT_IPV6, v), 42)
            .reads("nextProtocol", VxlanGpe::nextProtocol, VxlanGpe.NEXT_IPV6),
        sample(
                "VXLAN(flags='Instance+NextProtocol+OAM', NextProtocol=1, vni=0x800000)",
                "0d00000180000000")
            .field(
                "flags",
                VxlanGpe::flags,
                VxlanGpe::flags,
                VxlanGpe.FLAG_VNI | VxlanGpe.FLAG_NEXT_PROTOCOL | VxlanGpe.FLAG_OAM)
            .field(
                "nextProtocol", VxlanGpe::nextProtocol, VxlanGpe::nextProtocol, VxlanGpe.NEXT_IPV4)
            .field("vni", VxlanGpe::vni, VxlanGpe::vni, 0x800000)
            .flag("OAM", VxlanGpe::isOam, true),
        sample("VXLAN(flags='Instance', vni=1)", "0800000000000100")
            .field("flags", VxlanGpe::flags, VxlanGpe::flags, VxlanGpe.FLAG_VNI)
            .reads("nextProtocol that is not said", VxlanGpe::nextProtocol, VxlanGpe.NEXT_ETHERNET)
            .field("vni", VxlanGpe::vni, VxlanGpe::vni, 1));
  }

  /** Without the I flag, or of version 1 to 3. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("VXLAN(flags='NextProtocol', NextProtocol=3, vni=42)", "0400000300002a00"),
        sample("VXLAN(flags=0x1c, NextProtocol=3, vni=42)", "1c00000300002a00"),
        sample("VXLAN(flags=0x2c, NextProtocol=3, vni=42)", "2c00000300002a00"),
        sample("VXLAN(flags=0x3c, NextProtocol=3, vni=42)", "3c00000300002a00"));
  }
}
