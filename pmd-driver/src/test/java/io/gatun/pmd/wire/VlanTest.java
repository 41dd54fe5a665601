package io.gatun.pmd.wire;

import java.util.List;

class VlanTest extends HeaderTest {
  VlanTest() {
    super(Vlan::length, Vlan.LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample("Dot1Q(prio=5, id=1, vlan=0xabc, type=0x0800)", "babc0800")
            .field("tci", Vlan::tci, Vlan::tci, 0xbabc)
            .field("priority", Vlan::priority, Vlan::priority, 5)
            .flag("drop eligible", Vlan::isDropEligible, true)
            .field("id", Vlan::id, Vlan::id, 0xabc)
            .field("type", Vlan::type, Vlan::type, Ethernet.TYPE_IPV4),
        sample("Dot1Q(prio=7, id=0, vlan=4095, type=0x8100)", "efff8100")
            .field("tci", Vlan::tci, Vlan::tci, Vlan.tciOf(7, 0xfff))
            .field("priority", Vlan::priority, Vlan::priority, 7)
            .flag("drop eligible", Vlan::isDropEligible, false)
            .field("id", Vlan::id, Vlan::id, 4095)
            .field("type", Vlan::type, Vlan::type, Ethernet.TYPE_VLAN));
  }
}
