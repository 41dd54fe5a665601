package io.gatun.pmd.forward;

import io.gatun.bindings.Memory;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.PacketStage;

/**
 * Swaps destination and source address: mode {@link ForwardMode#MACSWAP}.
 *
 * <pre>
 *  0           6           12      14
 * +-----------+-----------+-------+----
 * |destination|  source   | type  | …      Ethernet, IEEE 802.3 clause 3.2
 * +-----------+-----------+-------+----
 * </pre>
 *
 * <p>The 12 bytes are read and written as two words of 8 that overlap by 4, which takes the fewest
 * instructions. Mbuf metadata stays: see docs/decisions/0005.
 */
final class MacSwapStage implements PacketStage {
  @Override
  public String name() {
    return "macswap";
  }

  @Override
  @DataPath
  public int process(Burst burst) {
    int count = burst.size();
    for (int i = 0; i < count; i++) {
      long at = Mbuf.data(burst.get(i));
      long front = Memory.getLong(at); // bytes 0 to 7
      long back = Memory.getLong(at + 4); // bytes 4 to 11
      Memory.putLong(at, back >>> 16 | front << 48);
      Memory.putLong(at + 4, back >>> 48 | front << 16);
    }
    return 0;
  }
}
