package io.gatun.offload.plan;

/** How the mbuf of a packet describes it to the NIC ({@code rte_mbuf_core.h}). */
public enum Shape {
  /** Not at all: the packet is finished before it is handed over. */
  SOFTWARE,

  /**
   * {@code l2_len} counts everything before the inner IP header, at most {@value
   * OffloadPlan#MAX_L2_BYTES} bytes; {@code l3_len}, {@code l4_len} and the flags are about the
   * inner header; no tunnel flag. The outer header is finished and the NIC does not look at it: the
   * way of Linux's {@code GSO_PARTIAL}. A packet without a tunnel has this shape too, where it is
   * nothing special.
   */
  INNER_IN_NIC_LONG_L2,

  /**
   * {@code outer_l2_len} and {@code outer_l3_len} describe the outer header and, with {@link
   * OffloadPlan#tunnelFlag}, {@code l2_len} counts from the outer L4 header to the inner IP header.
   * Which checksums of which header the NIC completes is what the plan's booleans say: the outer
   * ones, the inner ones, or both.
   */
  BOTH_IN_NIC
}
