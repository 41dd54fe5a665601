package io.gatun.pmd;

/** Completes in software what packets ask of a NIC with {@code RTE_MBUF_F_TX_*}. One lcore. */
@DataPath
public interface TransmitCompleter {
  /**
   * Completes a packet.
   *
   * @param mbuf the caller's alone
   * @param out where segments go
   * @return 0: the packet itself is complete and asks for nothing any more; n &gt; 0: n fresh
   *     packets, its segments, were appended to {@code out}, and the packet is as it was; -1: it
   *     cannot be completed, and is as it was
   */
  int complete(long mbuf, Burst out);
}
