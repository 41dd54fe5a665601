package io.gatun.bindings;

import io.gatun.bindings.gen.Dpdk;
import io.gatun.bindings.gen.rte_mbuf;

/**
 * Offsets of {@code struct rte_mbuf} (rte_mbuf_core.h), the same in every ABI that Gatun knows, and
 * its flags. {@code LayoutTest} compares each with what gcc says.
 */
public final class RteMbuf {
  public static final int SIZEOF = (int) rte_mbuf.layout().byteSize();

  public static final long BUF_ADDR = rte_mbuf.buf_addr$offset();
  public static final long BUF_IOVA = rte_mbuf.buf_iova$offset();
  public static final long DATA_OFF = rte_mbuf.data_off$offset();
  public static final long REFCNT = rte_mbuf.refcnt$offset();
  public static final long NB_SEGS = rte_mbuf.nb_segs$offset();
  public static final long PORT = rte_mbuf.port$offset();
  public static final long OL_FLAGS = rte_mbuf.ol_flags$offset();
  public static final long PACKET_TYPE = rte_mbuf.packet_type$offset();
  public static final long PKT_LEN = rte_mbuf.pkt_len$offset();
  public static final long DATA_LEN = rte_mbuf.data_len$offset();
  public static final long VLAN_TCI = rte_mbuf.vlan_tci$offset();
  public static final long HASH_RSS = rte_mbuf.hash$offset();
  public static final long HASH_FDIR_HI = HASH_RSS + 4;
  public static final long VLAN_TCI_OUTER = rte_mbuf.vlan_tci_outer$offset();
  public static final long BUF_LEN = rte_mbuf.buf_len$offset();
  public static final long POOL = rte_mbuf.pool$offset();
  public static final long NEXT = rte_mbuf.next$offset();
  public static final long TX_OFFLOAD = rte_mbuf.tx_offload$offset();

  /** Fields that are registered at run time; they reach to the struct's end. */
  public static final long DYNAMIC = rte_mbuf.dynfield1$offset();

  /** Data room that {@code rte_pktmbuf_alloc} leaves before the packet, in bytes. */
  public static final int HEADROOM = Dpdk.RTE_PKTMBUF_HEADROOM();

  public static final long F_INDIRECT = Dpdk.RTE_MBUF_F_INDIRECT();
  public static final long F_EXTERNAL = Dpdk.RTE_MBUF_F_EXTERNAL();

  /** Width in bits of each field of {@code tx_offload}, in order from bit 0 (rte_mbuf_core.h). */
  public static final int L2_LEN_BITS = 7;

  public static final int L3_LEN_BITS = 9;
  public static final int L4_LEN_BITS = 8;
  public static final int TSO_SEGSZ_BITS = 16;
  public static final int OUTER_L3_LEN_BITS = 9;
  public static final int OUTER_L2_LEN_BITS = 7;

  private RteMbuf() {}
}
