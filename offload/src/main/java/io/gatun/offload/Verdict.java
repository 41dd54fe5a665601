package io.gatun.offload;

/** What is known of a header's checksum. */
public enum Verdict {
  /** Looked at and right. */
  GOOD,
  /** Looked at and wrong. */
  BAD,
  /** The header has none: IPv6, a UDP checksum of zero, no IP at all. */
  NONE,
  /** Nobody has looked, or nobody can: a fragment. */
  UNKNOWN
}
