package io.gatun.mirror.filter;

import io.gatun.pmd.DataPath;

/** What matches two filters. */
@DataPath
final class BothFilter extends PacketFilter {
  private final PacketFilter first;
  private final PacketFilter second;

  BothFilter(PacketFilter first, PacketFilter second) {
    this.first = first;
    this.second = second;
  }

  @Override
  public boolean matches(long mbuf) {
    return first.matches(mbuf) && second.matches(mbuf);
  }
}
