package io.gatun.offload.plan.selftest;

import io.gatun.offload.plan.Feature;
import io.gatun.pmd.wire.TunnelType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One frame to send, and what must come of it.
 *
 * @param feature what it tries
 * @param tunnel in which tunnel; null for none
 * @param name for messages, such as {@code TCP over IPv6}
 * @param mark last byte of the frames' source address
 * @param frame the bytes to hand to the NIC
 * @param flags {@code RTE_MBUF_F_TX_*}
 * @param lengths the packed header lengths of the mbuf
 * @param vlanTci tag to insert
 * @param expected the frames that must arrive, in this order
 * @param cut whether the NIC makes several of one, so that it chooses their identifications
 * @param verdict what the receiving port must say; null when that is not the question
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TestCase(
    Feature feature,
    @Nullable TunnelType tunnel,
    String name,
    int mark,
    byte[] frame,
    long flags,
    long lengths,
    int vlanTci,
    List<TestPacket> expected,
    boolean cut,
    @Nullable VerdictCheck verdict) {
  /** A condition on the {@code RTE_MBUF_F_RX_*} flags of a received packet. */
  interface VerdictCheck {
    /** What is wrong with them; null when nothing is. */
    @Nullable String complaint(long rxFlags);
  }

  TestCase {
    expected = List.copyOf(expected);
  }
}
