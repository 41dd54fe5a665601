package io.gatun.pmd;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;

/**
 * A flyweight over {@code struct rte_mbuf}: moved with {@link #wrap}, never kept per packet.
 *
 * <pre>
 *  buf_addr            buf_addr + data_off          + data_len            + buf_len
 *     |                        |                        |                     |
 *     v                        v                        v                     v
 *     +------------------------+------------------------+---------------------+
 *     |        headroom        |  data of this segment  |      tailroom       |
 *     +------------------------+------------------------+---------------------+
 *                                                        next ──► further segments
 * </pre>
 *
 * <p>{@code data_len} counts this segment, {@code pkt_len} the whole packet (first segment only).
 * Numbers are in host byte order unless said. Nothing is checked, as in C: whoever reads packet
 * bytes has compared {@link #dataLength} before. One lcore; valid while it owns the mbuf, so never
 * after a transmit that took it.
 *
 * <p>Source: {@code rte_mbuf_core.h}.
 */
@DataPath
public final class Mbuf {
  // tx_offload, bit 0 upwards: l2_len:7 l3_len:9 l4_len:8 tso_segsz:16 outer_l3_len:9
  // outer_l2_len:7
  private static final int L3_SHIFT = RteMbuf.L2_LEN_BITS;
  private static final int L4_SHIFT = L3_SHIFT + RteMbuf.L3_LEN_BITS;
  private static final int TSO_SHIFT = L4_SHIFT + RteMbuf.L4_LEN_BITS;
  private static final int OUTER_L3_SHIFT = TSO_SHIFT + RteMbuf.TSO_SEGSZ_BITS;
  private static final int OUTER_L2_SHIFT = OUTER_L3_SHIFT + RteMbuf.OUTER_L3_LEN_BITS;

  private static final long BUF_ADDR = RteMbuf.BUF_ADDR;
  private static final long DATA_OFF = RteMbuf.DATA_OFF;

  private long address;

  /** A flyweight over nothing yet. */
  public Mbuf() {}

  /** Moves onto the mbuf at {@code mbufAddress}. */
  public Mbuf wrap(long mbufAddress) {
    address = mbufAddress;
    return this;
  }

  /** Address of the mbuf itself. */
  public long address() {
    return address;
  }

  /** Address of the first packet byte in the mbuf at {@code mbuf}: {@code rte_pktmbuf_mtod}. */
  public static long data(long mbuf) {
    long at = Memory.base(mbuf);
    return Memory.base(Memory.getLong(at + BUF_ADDR)) + Memory.getUnsignedShort(at + DATA_OFF);
  }

  /** Address of this segment's first byte: {@code rte_pktmbuf_mtod}. */
  public long data() {
    return data(address);
  }

  /** Length of this segment in bytes, 0 to 65535. */
  public int dataLength() {
    return Memory.getUnsignedShort(address + RteMbuf.DATA_LEN);
  }

  public void dataLength(int bytes) {
    Memory.putShort(address + RteMbuf.DATA_LEN, (short) bytes);
  }

  /** Length of the packet over all segments in bytes. */
  public int packetLength() {
    return Memory.getInt(address + RteMbuf.PKT_LEN);
  }

  public void packetLength(int bytes) {
    Memory.putInt(address + RteMbuf.PKT_LEN, bytes);
  }

  /** Bytes before the data: {@code rte_pktmbuf_headroom}. */
  public int headroom() {
    return Memory.getUnsignedShort(address + DATA_OFF);
  }

  /** Bytes behind the data of this segment: {@code rte_pktmbuf_tailroom}. */
  public int tailroom() {
    return bufferLength() - headroom() - dataLength();
  }

  /** Length of the buffer in bytes, headroom included. */
  public int bufferLength() {
    return Memory.getUnsignedShort(address + RteMbuf.BUF_LEN);
  }

  /**
   * Makes room for a header in the first segment: {@code rte_pktmbuf_prepend}.
   *
   * @return the address of the new first byte, or 0 when the headroom is too small
   */
  public long prepend(int bytes) {
    long at = Memory.base(address);
    int offset = Memory.getUnsignedShort(at + DATA_OFF) - bytes;
    if (offset < 0) {
      return 0;
    }
    move(at, offset, bytes);
    return Memory.base(Memory.getLong(at + BUF_ADDR)) + offset;
  }

  /**
   * Strips bytes from the front of the first segment: {@code rte_pktmbuf_adj}.
   *
   * @return the address of the new first byte, or 0 when the segment is shorter than that
   */
  public long adjust(int bytes) {
    long at = Memory.base(address);
    if (bytes > Memory.getUnsignedShort(at + RteMbuf.DATA_LEN)) {
      return 0;
    }
    int offset = Memory.getUnsignedShort(at + DATA_OFF) + bytes;
    move(at, offset, -bytes);
    return Memory.base(Memory.getLong(at + BUF_ADDR)) + offset;
  }

  /** Moves the first byte and makes the packet so much longer. */
  private static void move(long at, int offset, int longer) {
    Memory.putShort(at + DATA_OFF, (short) offset);
    Memory.putShort(
        at + RteMbuf.DATA_LEN, (short) (Memory.getUnsignedShort(at + RteMbuf.DATA_LEN) + longer));
    Memory.putInt(at + RteMbuf.PKT_LEN, Memory.getInt(at + RteMbuf.PKT_LEN) + longer);
  }

  /**
   * Adds room at the end of a packet of one segment: {@code rte_pktmbuf_append}.
   *
   * @return the address of the first new byte, or 0 when the tailroom is too small
   */
  public long append(int bytes) {
    if (bytes > tailroom()) {
      return 0;
    }
    int length = dataLength();
    dataLength(length + bytes);
    packetLength(packetLength() + bytes);
    return data() + length;
  }

  /** Number of segments; counted in the first one. */
  public int segments() {
    return Memory.getUnsignedShort(address + RteMbuf.NB_SEGS);
  }

  public void segments(int count) {
    Memory.putShort(address + RteMbuf.NB_SEGS, (short) count);
  }

  /** Address of the next segment, 0 for the last. */
  public long next() {
    return Memory.getLong(address + RteMbuf.NEXT);
  }

  public void next(long mbuf) {
    Memory.putLong(address + RteMbuf.NEXT, mbuf);
  }

  /** References to this segment, with acquire order: {@code rte_mbuf_refcnt_read}. */
  public int references() {
    return Memory.getUnsignedShortAcquire(address + RteMbuf.REFCNT);
  }

  /** Sets the count with a plain store: only the sole owner may. */
  public void references(int count) {
    Memory.putShort(address + RteMbuf.REFCNT, (short) count);
  }

  /** Adds to the count atomically: {@code rte_mbuf_refcnt_update}; returns the new count. */
  public int addReferences(int delta) {
    return Memory.getAndAddUnsignedShort(address + RteMbuf.REFCNT, delta) + delta;
  }

  /** The port that it was received on; 65535 for a packet made here. */
  public int port() {
    return Memory.getUnsignedShort(address + RteMbuf.PORT);
  }

  public void port(int port) {
    Memory.putShort(address + RteMbuf.PORT, (short) port);
  }

  /** {@code RTE_MBUF_F_*}: what the NIC found (receive) or shall do (transmit). */
  public long flags() {
    return Memory.getLong(address + RteMbuf.OL_FLAGS);
  }

  public void flags(long flags) {
    Memory.putLong(address + RteMbuf.OL_FLAGS, flags);
  }

  /** {@code RTE_PTYPE_*}, as far as the driver recognised the packet. */
  public int packetType() {
    return Memory.getInt(address + RteMbuf.PACKET_TYPE);
  }

  public void packetType(int type) {
    Memory.putInt(address + RteMbuf.PACKET_TYPE, type);
  }

  /** VLAN TCI that was stripped or is to be inserted, host byte order. */
  public int vlanTci() {
    return Memory.getUnsignedShort(address + RteMbuf.VLAN_TCI);
  }

  public void vlanTci(int tci) {
    Memory.putShort(address + RteMbuf.VLAN_TCI, (short) tci);
  }

  /** Outer VLAN TCI (QinQ), host byte order. */
  public int outerVlanTci() {
    return Memory.getUnsignedShort(address + RteMbuf.VLAN_TCI_OUTER);
  }

  public void outerVlanTci(int tci) {
    Memory.putShort(address + RteMbuf.VLAN_TCI_OUTER, (short) tci);
  }

  /** The RSS hash; valid with {@code RTE_MBUF_F_RX_RSS_HASH}. */
  public int rssHash() {
    return Memory.getInt(address + RteMbuf.HASH_RSS);
  }

  public void rssHash(int hash) {
    Memory.putInt(address + RteMbuf.HASH_RSS, hash);
  }

  /** The MARK of a flow rule; valid with {@code RTE_MBUF_F_RX_FDIR_ID}. */
  public int mark() {
    return Memory.getInt(address + RteMbuf.HASH_FDIR_HI);
  }

  /** Address of the pool that the buffer belongs to. */
  public long pool() {
    return Memory.getLong(address + RteMbuf.POOL);
  }

  /** IO address of the buffer's first byte, as the device sees it. */
  public long bufferIova() {
    return Memory.getLong(address + RteMbuf.BUF_IOVA);
  }

  /** The packed lengths: see {@link #packTxOffload}. */
  public long txOffload() {
    return Memory.getLong(address + RteMbuf.TX_OFFLOAD);
  }

  public void txOffload(long packed) {
    Memory.putLong(address + RteMbuf.TX_OFFLOAD, packed);
  }

  /**
   * Packs header lengths for a transmit offload, once per flow or configuration rather than per
   * packet. All in bytes; a value wider than its field loses its high bits, as in C.
   *
   * @param l2 Ethernet header, 0 to 127; for a tunnel: outer L4, tunnel and inner Ethernet header
   * @param l3 (inner) IP header, 0 to 511
   * @param l4 (inner) TCP or UDP header, 0 to 255
   * @param segmentSize TCP payload of one segment, 0 to 65535
   * @param outerL3 outer IP header, 0 to 511
   * @param outerL2 outer Ethernet header, 0 to 127
   */
  public static long packTxOffload(
      int l2, int l3, int l4, int segmentSize, int outerL3, int outerL2) {
    return bits(l2, RteMbuf.L2_LEN_BITS)
        | bits(l3, RteMbuf.L3_LEN_BITS) << L3_SHIFT
        | bits(l4, RteMbuf.L4_LEN_BITS) << L4_SHIFT
        | bits(segmentSize, RteMbuf.TSO_SEGSZ_BITS) << TSO_SHIFT
        | bits(outerL3, RteMbuf.OUTER_L3_LEN_BITS) << OUTER_L3_SHIFT
        | bits(outerL2, RteMbuf.OUTER_L2_LEN_BITS) << OUTER_L2_SHIFT;
  }

  /** {@code l2_len} of the packed lengths. */
  public int l2Length() {
    return l2Length(txOffload());
  }

  /** {@code l3_len} of the packed lengths. */
  public int l3Length() {
    return l3Length(txOffload());
  }

  /** {@code l4_len} of the packed lengths. */
  public int l4Length() {
    return l4Length(txOffload());
  }

  /** {@code tso_segsz} of the packed lengths. */
  public int tsoSegmentSize() {
    return tsoSegmentSize(txOffload());
  }

  /** {@code outer_l3_len} of the packed lengths. */
  public int outerL3Length() {
    return outerL3Length(txOffload());
  }

  /** {@code outer_l2_len} of the packed lengths. */
  public int outerL2Length() {
    return outerL2Length(txOffload());
  }

  /** {@code l2_len} of lengths that {@link #packTxOffload} has packed. */
  public static int l2Length(long packed) {
    return (int) bits(packed, RteMbuf.L2_LEN_BITS);
  }

  /** {@code packed} with another {@code l2_len}, which loses its high bits. */
  public static long withL2Length(long packed, int l2) {
    return packed & -(1L << RteMbuf.L2_LEN_BITS) | bits(l2, RteMbuf.L2_LEN_BITS);
  }

  /** {@code l3_len} of packed lengths. */
  public static int l3Length(long packed) {
    return (int) bits(packed >>> L3_SHIFT, RteMbuf.L3_LEN_BITS);
  }

  /** {@code l4_len} of packed lengths. */
  public static int l4Length(long packed) {
    return (int) bits(packed >>> L4_SHIFT, RteMbuf.L4_LEN_BITS);
  }

  /** {@code tso_segsz} of packed lengths. */
  public static int tsoSegmentSize(long packed) {
    return (int) bits(packed >>> TSO_SHIFT, RteMbuf.TSO_SEGSZ_BITS);
  }

  /** {@code outer_l3_len} of packed lengths. */
  public static int outerL3Length(long packed) {
    return (int) bits(packed >>> OUTER_L3_SHIFT, RteMbuf.OUTER_L3_LEN_BITS);
  }

  /** {@code outer_l2_len} of packed lengths. */
  public static int outerL2Length(long packed) {
    return (int) bits(packed >>> OUTER_L2_SHIFT, RteMbuf.OUTER_L2_LEN_BITS);
  }

  private static long bits(long value, int width) {
    return value & ((1L << width) - 1);
  }
}
