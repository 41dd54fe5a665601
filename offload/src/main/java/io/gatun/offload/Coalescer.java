package io.gatun.offload;

import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Receive coalescing (GRO): consecutive TCP segments of one flow within a burst become one packet,
 * whose payload stays where it is, in a chain of mbufs. It works on Ethernet frames, tunnelled ones
 * after their decapsulation.
 *
 * <p>Which segments are merged follows Linux (net/core/gro.c {@code dev_gro_receive}, net/ipv4/
 * af_inet.c {@code inet_gro_receive}, net/ipv6/ip6_offload.c {@code ipv6_gro_receive}, net/ipv4/
 * tcp_offload.c {@code tcp_gro_receive}), so that TCP segmentation with the segment size found here
 * gives the same segments again:
 *
 * <ul>
 *   <li>the same Ethernet header, VLAN, addresses and ports; the same TTL or hop limit, type of
 *       service or traffic class, DF, flow label; neither IP options nor extension headers nor
 *       fragments;
 *   <li>IPv4 identifications that go up by one, or with DF stay the same;
 *   <li>the next sequence number; the same acknowledgement, window and flags, with ACK, without
 *       SYN, RST and URG. CWR only on the first segment; FIN and PSH end a packet with the segment
 *       that has them;
 *   <li>no TCP option but a timestamp, and that the same (Linux compares any options);
 *   <li>payloads of one size; a shorter one ends the packet. An IP packet of at most 65535 bytes,
 *       or as many as are asked for.
 * </ul>
 *
 * <p>Only segments whose checksums are known to be right are merged: the mbuf says {@code
 * RX_L4_CKSUM_GOOD}, and with IPv4 {@code RX_IP_CKSUM_GOOD}, of these headers and not of outer ones
 * that were before them. So the merged packet's TCP checksum follows from those of its segments
 * without a look at the payload; it is complete and right, as is that of IPv4. The merged mbuf has
 * {@code RX_LRO} with the segment size, as DPDK defines it.
 *
 * <p>A packet that is not merged ends what was begun of its flow, so that no flow is reordered; the
 * merged packet stands in the burst where its first segment was. Nothing is kept from one burst to
 * the next, and there is no timer.
 *
 * <p>Only for ports that send packets of several segments ({@code RTE_ETH_TX_OFFLOAD_MULTI_SEGS}),
 * and segment them or have the MTU: that is the caller's decision. One lcore, the one of the cache.
 */
@DataPath
public final class Coalescer {
  /** More segments than 64 KB of payload need at an MTU of 1500. */
  private static final int MAX_SEGMENTS = 64;

  private final MempoolCache cache;
  private final Headers headers = new Headers();
  private final Mbuf mbuf = new Mbuf();
  private final TcpSegment segment = new TcpSegment();
  private final CoalescedFlow[] flows;
  private int used;
  private int oldest;
  private int out;
  private int spare;

  /** The largest IP packet that there is. */
  private static final int MAX_IP_BYTES = 65535;

  /**
   * @param cache where buffers whose payload was copied are freed
   * @param maxFlows flows that are merged at the same time, 1 to 64; Linux has 64
   */
  public Coalescer(MempoolCache cache, int maxFlows) {
    this(cache, maxFlows, MAX_SEGMENTS, MAX_IP_BYTES);
  }

  /**
   * @param maxSegments mbufs of a merged packet at most, for drivers with a limit ({@code
   *     tx_desc_lim.nb_seg_max})
   * @param maxIpBytes of a merged IP packet: the MTU of a port that does not segment
   */
  public Coalescer(MempoolCache cache, int maxFlows, int maxSegments, int maxIpBytes) {
    if (maxFlows < 1 || maxFlows > 64) {
      throw new IllegalArgumentException("flows: %d is not in [1, 64]".formatted(maxFlows));
    }
    if (maxSegments < 2 || maxSegments > 65535) {
      throw new IllegalArgumentException(
          "segments: %d is not in [2, 65535]".formatted(maxSegments));
    }
    if (maxIpBytes < 1 || maxIpBytes > MAX_IP_BYTES) {
      throw new IllegalArgumentException(
          "bytes: %d is not in [1, %d]".formatted(maxIpBytes, MAX_IP_BYTES));
    }
    this.cache = cache;
    this.flows = new CoalescedFlow[maxFlows];
    for (int i = 0; i < maxFlows; i++) {
      flows[i] = new CoalescedFlow(maxSegments, maxIpBytes);
    }
  }

  /**
   * Merges what can be merged in {@code burst} and closes the gaps.
   *
   * @return how many packets became part of another one
   */
  public int process(Burst burst) {
    int size = burst.size();
    out = 0;
    spare = 0;
    used = 0;
    oldest = 0;
    for (int i = 0; i < size; i++) {
      long packet = burst.get(i);
      mbuf.wrap(packet);
      int length = mbuf.dataLength();
      if (headers.parseEthernet(mbuf.data(), length, mbuf.packetLength()) && headers.isTcp()) {
        segment.read(mbuf, headers);
        take(burst, packet);
      } else {
        keep(burst, packet);
      }
    }
    for (int i = 0; i < used; i++) {
      flows[i].finish();
    }
    cache.free(burst.address() + ((long) out << 3), spare);
    burst.size(out);
    return size - out;
  }

  /** Appends a TCP segment to its flow's packet, or begins one with it. */
  private void take(Burst burst, long packet) {
    CoalescedFlow flow = find();
    if (flow != null && flow.isOpen()) {
      if (flow.continues(segment)) {
        if (flow.append(segment)) {
          discard(burst, packet);
        }
        return;
      }
      flow.finish();
    }
    keep(burst, packet);
    if (segment.canBegin()) {
      CoalescedFlow next = flow == null ? unused() : flow;
      next.begin(segment);
    }
  }

  private @Nullable CoalescedFlow find() {
    for (int i = 0; i < used; i++) {
      if (flows[i].isOf(segment)) {
        return flows[i];
      }
    }
    return null;
  }

  /** A place for a new flow: the one that was begun first has to go when there is none. */
  private CoalescedFlow unused() {
    if (used < flows.length) {
      return flows[used++];
    }
    CoalescedFlow flow = flows[oldest];
    oldest = oldest + 1 == flows.length ? 0 : oldest + 1;
    flow.finish();
    return flow;
  }

  // The table of the burst holds, from the front: packets that stay, then mbufs to be freed, then
  // what has not been looked at yet.

  private void keep(Burst burst, long packet) {
    if (spare > 0) {
      burst.set(out + spare, burst.get(out));
    }
    burst.set(out, packet);
    out++;
  }

  private void discard(Burst burst, long packet) {
    burst.set(out + spare, packet);
    spare++;
  }
}
