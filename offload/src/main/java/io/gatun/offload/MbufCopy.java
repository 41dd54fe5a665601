package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;

/** Copies of whole packets. One lcore. */
@DataPath
public final class MbufCopy {
  private MbufCopy() {}

  /**
   * Copies a packet into fresh buffers.
   *
   * @param scratch an empty burst
   * @param dataRoom bytes of a buffer behind the headroom
   * @return the copy; 0 when buffers are short
   */
  public static long of(long packet, MempoolCache pool, Burst scratch, int dataRoom) {
    int length = MbufChain.packetLength(packet);
    int buffers = Math.max(1, (length + dataRoom - 1) / dataRoom);
    if (!pool.allocate(scratch, buffers)) {
      return 0;
    }
    long first = Memory.base(scratch.get(0));
    int done = 0;
    for (int i = 0; i < buffers; i++) {
      long buffer = Memory.base(scratch.get(i));
      int here = Math.min(dataRoom, length - done);
      MbufChain.copy(packet, done, here, Mbuf.data(buffer));
      Memory.putShort(buffer + RteMbuf.DATA_LEN, (short) here);
      Memory.putLong(buffer + RteMbuf.NEXT, i + 1 < buffers ? scratch.get(i + 1) : 0);
      done += here;
    }
    Memory.putInt(first + RteMbuf.PKT_LEN, length);
    Memory.putShort(first + RteMbuf.NB_SEGS, (short) buffers);
    scratch.size(0);
    return first;
  }
}
