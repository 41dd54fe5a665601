package io.gatun.offload.plan;

/** Who says whether a received header is right. */
public enum RxVerdictSource {
  /** The NIC, with flags of this header's own. */
  NIC,
  /** The NIC, with one flag for both headers: bad means that one of them is. */
  NIC_MERGED,
  /** Gatun. */
  SOFTWARE
}
