package io.gatun.offload.plan;

import io.gatun.bindings.RteEthBits;
import io.gatun.offload.plan.Evidence.Obstacle;
import io.gatun.offload.plan.OffloadPreference.Choice;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides who segments, when the checksums are decided. Used once. */
final class SegmentationPlanner {
  private final OffloadRequest request;
  private final Decisions book;
  private final Shape shape;
  private final @Nullable TunnelSupport tunnel;

  SegmentationPlanner(
      OffloadRequest request, Decisions book, Shape shape, @Nullable TunnelSupport tunnel) {
    this.request = request;
    this.book = book;
    this.shape = shape;
    this.tunnel = tunnel;
  }

  /**
   * Decides.
   *
   * @param blocked why there is no shape for the inner pass; empty when there is one
   */
  void plan(List<Obstacle> blocked) {
    if (!request.segmentation()) {
      book.put(
          Pass.INNER, Operation.TCP_SEGMENTATION, Decisions.none("Nothing is segmented here."));
    } else {
      List<Obstacle> found = new ArrayList<>(blocked);
      if (blocked.isEmpty()) {
        segmentationNeedsChecksums(found);
        Set<Feature> features = EnumSet.noneOf(Feature.class);
        if (request.hasInnerIpv4()) {
          features.add(Feature.TCP_SEGMENTATION_IPV4);
        }
        if (request.hasInnerIpv6()) {
          features.add(Feature.TCP_SEGMENTATION_IPV6);
        }
        if (shape == Shape.BOTH_IN_NIC) {
          features.add(Feature.TUNNEL_SEGMENTATION);
          tunnelSegmentationObstacles(found);
        } else {
          if (request.isTunnelled()) {
            features.add(Feature.LONG_L2_SEGMENTATION);
          }
          plainSegmentationObstacles(found);
        }
        book.suspect(found, features);
      }
      boolean both = shape == Shape.BOTH_IN_NIC;
      book.decide(
          Pass.INNER,
          Operation.TCP_SEGMENTATION,
          found,
          both
              ? "The port segments in this tunnel and completes each segment's outer header."
              : request.isTunnelled()
                  ? "The port has TCP_TSO; the outer header is repeated as it is, so segments are"
                      + " equal in size and the remainder is sent apart."
                  : "The port has TCP_TSO.");
      book.enable(Pass.INNER, Operation.TCP_SEGMENTATION, segmentationBit());
    }
    // UDP_TSO is UDP fragmentation in rte_mbuf_core.h and segmentation in some drivers.
    book.put(
        Pass.INNER,
        Operation.UDP_SEGMENTATION,
        request.udpSegmentation()
            ? Decisions.software(
                "DPDK's UDP_TSO leaves open whether datagrams or IP fragments come out, so no port"
                    + " is trusted with it.")
            : Decisions.none(
                "A datagram is never made into several: the receiver would see the cut."));
  }

  private long segmentationBit() {
    return shape == Shape.BOTH_IN_NIC && tunnel != null
        ? tunnel.segmentation()
        : RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_TSO;
  }

  /** A segment's checksums can only be made where the segment is. */
  private void segmentationNeedsChecksums(List<Obstacle> found) {
    if (!book.isHardware(Pass.INNER, Operation.L4_CHECKSUM)) {
      found.add(Obstacle.absolute("the NIC does not complete the inner TCP checksum"));
    }
    if (request.hasInnerIpv4() && !book.isHardware(Pass.INNER, Operation.IPV4_CHECKSUM)) {
      found.add(Obstacle.absolute("the NIC does not complete the inner IPv4 checksum"));
    }
    if (request.greChecksum() || request.greSequence()) {
      found.add(
          Obstacle.absolute(
              "each segment's GRE header needs its own checksum or sequence number, which no NIC"
                  + " writes"));
    }
  }

  private void tunnelSegmentationObstacles(List<Obstacle> found) {
    if (tunnel == null || tunnel.segmentation() == 0) {
      found.add(Obstacle.absolute("the port has no *_TNL_TSO for this tunnel"));
    }
    if (book.choice(Pass.OUTER) == Choice.SOFTWARE) {
      found.add(
          Obstacle.absolute(
              "the NIC would have to complete each segment's outer header, against outer=sw"));
    }
    if (request.outerIpVersion() == 4 && !book.isHardware(Pass.OUTER, Operation.IPV4_CHECKSUM)) {
      found.add(
          Obstacle.absolute(
              "the NIC does not complete the outer IPv4 checksum, which differs from segment to"
                  + " segment"));
    }
    if (request.outerUdpChecksum() && !book.isHardware(Pass.OUTER, Operation.UDP_CHECKSUM)) {
      found.add(
          Obstacle.absolute(
              "the NIC does not complete the outer UDP checksum, which differs from segment to"
                  + " segment"));
    }
  }

  /** What Linux asks of a packet before it uses GSO_PARTIAL. */
  private void plainSegmentationObstacles(List<Obstacle> found) {
    book.require(found, RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_TSO, "TCP_TSO");
    if (request.outerIpVersion() == 4 && !request.outerDontFragment()) {
      found.add(
          Obstacle.absolute(
              "segments would share the outer IPv4 identification, which only packets with DF may"
                  + " (--df on)"));
    }
    if (request.outerUdpChecksum()) {
      found.add(
          Obstacle.absolute(
              "the outer UDP checksum differs from segment to segment, and the NIC repeats the"
                  + " outer header as it is (--udp-checksum off)"));
    }
  }
}
