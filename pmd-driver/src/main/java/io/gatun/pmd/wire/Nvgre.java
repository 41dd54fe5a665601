package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The NVGRE header, behind IP and before an Ethernet frame: {@link Gre} with exactly a key, RFC
 * 7637 section 3.2.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |0|0|1|0|    Reserved0    | Ver |    Protocol type = 0x6558     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Virtual subnet identifier (VSID)     |    Flow id    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
@DataPath
public final class Nvgre {
  public static final int LENGTH = 8;

  public static final int FLAGS = 0;
  public static final int PROTOCOL = 2;
  public static final int VSID = 4;
  public static final int FLOW_ID = 7;

  /** Smallest VSID of a tenant; those below, and 0xffffff, are reserved. */
  public static final int MIN_VSID = 0x001000;

  public static final int MAX_VSID = 0xfffffe;

  private static final int MEANT = Gre.REFUSED | Gre.FLAG_CHECKSUM | Gre.FLAG_SEQUENCE;
  private static final int VSID_SHIFT = 8;
  private static final int FLOW_MASK = 0xff;

  private Nvgre() {}

  /** {@link #LENGTH}, or -1: cut, other GRE flags than the key's, or another protocol. */
  public static int length(long at, int available) {
    boolean isOurs =
        available >= LENGTH
            && (Gre.flags(at) & (MEANT | Gre.FLAG_KEY)) == Gre.FLAG_KEY
            && Gre.protocol(at) == Ethernet.TYPE_TEB;
    return isOurs ? LENGTH : -1;
  }

  /** Writes all 8 bytes. */
  public static void header(long at, int vsid, int flowId) {
    Memory.putIntBigEndian(at, Gre.FLAG_KEY << Short.SIZE | Ethernet.TYPE_TEB);
    Memory.putIntBigEndian(at + VSID, vsid << VSID_SHIFT | (flowId & FLOW_MASK));
  }

  /** 24 bits. */
  public static int vsid(long at) {
    return Memory.getIntBigEndian(at + VSID) >>> VSID_SHIFT;
  }

  public static void vsid(long at, int vsid) {
    Memory.putIntBigEndian(at + VSID, vsid << VSID_SHIFT | flowId(at));
  }

  /** 8 bits of flow entropy, 0 when the sender has none. */
  public static int flowId(long at) {
    return Memory.getUnsignedByte(at + FLOW_ID);
  }

  public static void flowId(long at, int flowId) {
    Memory.putByte(at + FLOW_ID, (byte) flowId);
  }
}
