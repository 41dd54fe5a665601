package io.gatun.offload.plan;

/** The two passes over a tunnelled packet, one for each of its headers. */
public enum Pass {
  /** The tenant's packet; the only header of a packet without a tunnel. */
  INNER,
  /** The tunnel's own header. */
  OUTER
}
