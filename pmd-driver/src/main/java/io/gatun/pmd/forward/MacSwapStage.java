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
 * <p>The 12 bytes are read as 8 + 4 and written as 8 + 4, so that a store of one turn can be
 * forwarded to the same-sized load of the next. Mbuf metadata stays: receive flags mean nothing to
 * transmit (rte_mbuf_core.h keeps both in bits of their own), and no offload is asked for.
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
      long at = Memory.base(Mbuf.data(burst.get(i)));
      long first = Memory.getLong(at);
      long last = Integer.toUnsignedLong(Memory.getInt(at + 8));
      long source = first >>> 48 | last << 16;
      Memory.putLong(at, source | first << 48);
      Memory.putInt(at + 8, (int) (first >>> 16));
    }
    return 0;
  }
}
