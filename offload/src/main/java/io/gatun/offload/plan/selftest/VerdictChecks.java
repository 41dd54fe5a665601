package io.gatun.offload.plan.selftest;

import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_GOOD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_MASK;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_GOOD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_MASK;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_MASK;

import org.jspecify.annotations.Nullable;

/** What the flags of a received packet must say: each returns what is wrong, or null. */
final class VerdictChecks {
  private VerdictChecks() {}

  static @Nullable String ipGood(long flags) {
    return (flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) == RTE_MBUF_F_RX_IP_CKSUM_GOOD
        ? null
        : "a right IPv4 checksum is not called good";
  }

  static @Nullable String ipNotGood(long flags) {
    long verdict = flags & RTE_MBUF_F_RX_IP_CKSUM_MASK;
    return verdict == RTE_MBUF_F_RX_IP_CKSUM_BAD || verdict == 0
        ? null
        : "a wrong IPv4 checksum is called good";
  }

  static @Nullable String l4Good(long flags) {
    return (flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD
        ? null
        : "a right TCP or UDP checksum is not called good";
  }

  static @Nullable String l4NotGood(long flags) {
    long verdict = flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
    return verdict == RTE_MBUF_F_RX_L4_CKSUM_BAD || verdict == 0
        ? null
        : "a wrong TCP or UDP checksum is called good";
  }

  static @Nullable String l4NotBad(long flags) {
    return (flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_BAD
        ? "a UDP checksum of 0, which means none, is called bad"
        : null;
  }

  static @Nullable String outerIpNotBad(long flags) {
    return (flags & RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD) != 0
        ? "a right outer IPv4 checksum is called bad"
        : null;
  }

  static @Nullable String outerIpBad(long flags) {
    return (flags & RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD) != 0
        ? null
        : "a wrong outer IPv4 checksum is not called bad";
  }

  static @Nullable String outerL4NotBad(long flags) {
    return (flags & RTE_MBUF_F_RX_OUTER_L4_CKSUM_MASK) == RTE_MBUF_F_RX_OUTER_L4_CKSUM_BAD
        ? "a right outer UDP checksum is called bad"
        : null;
  }

  static @Nullable String outerL4NotGood(long flags) {
    return (flags & RTE_MBUF_F_RX_OUTER_L4_CKSUM_MASK) == RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD
        ? "a wrong outer UDP checksum is called good"
        : null;
  }
}
