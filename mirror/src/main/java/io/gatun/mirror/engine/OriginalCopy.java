package io.gatun.mirror.engine;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;

/**
 * Copies a frame as it was received while a destination has its buffer: without the header that
 * stands before it, beyond the length that it was shortened to. The bytes are only read; the mbuf
 * is the driver's now, so where the frame lies comes from the table. One lcore.
 */
final class OriginalCopy {
  private static final long ELSEWHERE = RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL;

  private final BufferTable table;
  private final MempoolCache pool;
  private final Burst fresh = Burst.allocate(1, Arena.ofAuto());
  private final Mbuf first = new Mbuf();
  private final Mbuf last = new Mbuf();

  OriginalCopy(BufferTable table, MempoolCache pool) {
    this.table = table;
    this.pool = pool;
  }

  /**
   * Copies the frame of a slot that is edited.
   *
   * @param moved bytes of the frame that its header moved by {@code distance} towards the front
   * @return 0 when buffers are short
   */
  @DataPath
  long of(int slot, int moved, int distance) {
    if (!pool.allocate(fresh, 1)) {
      return 0;
    }
    first.wrap(fresh.get(0));
    last.wrap(fresh.get(0));
    fresh.size(0);
    copyNotes(table.mbuf[slot], first.address());
    long segment = table.mbuf[slot];
    long data = table.originalData[slot];
    int length = table.firstLength[slot];
    boolean enough =
        append(data - (moved == 0 ? 0 : distance), moved) && append(data + moved, length - moved);
    while (enough) {
      boolean isCut = segment == table.cutSegment[slot];
      segment = isCut ? table.cutNext[slot] : Memory.getLong(segment + RteMbuf.NEXT);
      if (segment == 0) {
        return first.address();
      }
      boolean isShort = segment == table.cutSegment[slot];
      length =
          isShort
              ? (int) table.cutLengths[slot] & 0xffff
              : Memory.getUnsignedShort(segment + RteMbuf.DATA_LEN);
      enough = append(Mbuf.data(segment), length);
    }
    fresh.add(first.address());
    pool.free(fresh);
    return 0;
  }

  /** What the driver that received the frame found out: {@code __rte_pktmbuf_copy_hdr}. */
  @DataPath
  private static void copyNotes(long from, long to) {
    Memory.putShort(to + RteMbuf.PORT, Memory.getShort(from + RteMbuf.PORT));
    Memory.putLong(to + RteMbuf.OL_FLAGS, Memory.getLong(from + RteMbuf.OL_FLAGS) & ~ELSEWHERE);
    Memory.putInt(to + RteMbuf.PACKET_TYPE, Memory.getInt(from + RteMbuf.PACKET_TYPE));
    Memory.putShort(to + RteMbuf.VLAN_TCI, Memory.getShort(from + RteMbuf.VLAN_TCI));
    Memory.putLong(to + RteMbuf.HASH_RSS, Memory.getLong(from + RteMbuf.HASH_RSS));
    Memory.putShort(to + RteMbuf.VLAN_TCI_OUTER, Memory.getShort(from + RteMbuf.VLAN_TCI_OUTER));
    Memory.putLong(to + RteMbuf.TX_OFFLOAD, Memory.getLong(from + RteMbuf.TX_OFFLOAD));
    Memory.copy(from + RteMbuf.DYNAMIC, to + RteMbuf.DYNAMIC, RteMbuf.SIZEOF - RteMbuf.DYNAMIC);
  }

  /** Appends bytes to the copy, which grows as needed; false when buffers are short. */
  @DataPath
  private boolean append(long source, int length) {
    int done = 0;
    while (done < length) {
      if (last.tailroom() == 0 && !grow()) {
        return false;
      }
      int here = Math.min(length - done, last.tailroom());
      Memory.copy(source + done, last.data() + last.dataLength(), here);
      last.dataLength(last.dataLength() + here);
      first.packetLength(first.packetLength() + here);
      done += here;
    }
    return true;
  }

  @DataPath
  private boolean grow() {
    if (!pool.allocate(fresh, 1)) {
      return false;
    }
    long added = fresh.get(0);
    fresh.size(0);
    last.next(added);
    last.wrap(added);
    first.segments(first.segments() + 1);
    return true;
  }
}
