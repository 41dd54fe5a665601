package io.gatun.pmd.forward;

import io.gatun.bindings.Memory;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.PacketStage;

/**
 * Writes both addresses: the peer's as destination, the sending port's as source. Mode {@link
 * ForwardMode#MAC}.
 */
final class MacStage implements PacketStage {
  /** A locally administered peer, as testpmd has one. */
  static final MacAddress PEER = MacAddress.parse("02:00:00:00:00:00");

  private final long firstEight;
  private final int lastFour;

  MacStage(MacAddress destination, MacAddress source) {
    firstEight = destination.littleEndian() | source.littleEndian() << 48;
    lastFour = (int) (source.littleEndian() >>> 16);
  }

  @Override
  public String name() {
    return "mac";
  }

  @Override
  @DataPath
  public int process(Burst burst) {
    int count = burst.size();
    long first = firstEight;
    int last = lastFour;
    for (int i = 0; i < count; i++) {
      long at = Mbuf.data(burst.get(i));
      Memory.putLong(at, first);
      Memory.putInt(at + 8, last);
    }
    return 0;
  }
}
