package io.gatun.offload.plan;

import io.gatun.bindings.RteEthBits;
import io.gatun.offload.plan.Evidence.Obstacle;
import io.gatun.offload.plan.OffloadPreference.Choice;
import io.gatun.pmd.wire.TunnelType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The transmit half of a plan. It first chooses the {@link Shape}, on which depends what the NIC
 * can be told, then each operation. Used once.
 */
final class TransmitPlanner {
  private static final long L4_CHECKSUMS =
      RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
  private static final int TAG_BYTES = 4;
  private static final String NO_UDP = "The outer header has no UDP.";

  private final OffloadRequest request;
  private final Evidence evidence;
  private final PortCapabilities port;
  private final @Nullable TunnelSupport tunnel;
  private final Decisions book;
  private Shape shape = Shape.SOFTWARE;
  private String noShape = "";

  TransmitPlanner(OffloadRequest request, Evidence evidence) {
    this.request = request;
    this.evidence = evidence;
    this.port = evidence.port();
    this.book = new Decisions(request, evidence);
    TunnelType type = request.tunnel();
    this.tunnel = type == null ? null : TunnelSupport.of(type, port);
  }

  TransmitPlanner plan() {
    planVlan();
    shape = chooseShape();
    planInnerChecksums();
    planOuterChecksums();
    List<Obstacle> noShapeFound = new ArrayList<>();
    shapeServes(noShapeFound);
    new SegmentationPlanner(request, book, shape, tunnel).plan(noShapeFound);
    planInnerRest();
    if (request.isTunnelled()) {
      planOuterRest();
    } else {
      for (Operation operation : Operation.of(Pass.OUTER, Direction.TRANSMIT)) {
        book.put(
            Pass.OUTER,
            operation,
            Decisions.none("There is no tunnel, so there is no outer header."));
      }
    }
    if (!usesShape()) {
      shape = Shape.SOFTWARE;
    }
    return this;
  }

  Shape shape() {
    return shape;
  }

  PerPass<Map<Operation, Decision>> decisions() {
    return book.frozen();
  }

  long offloads() {
    long all = book.offloads() | RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
    if (shape == Shape.BOTH_IN_NIC && tunnel != null) {
      all |= tunnel.required();
    }
    return all & port.txOffloads();
  }

  long tunnelFlag() {
    return shape == Shape.BOTH_IN_NIC && tunnel != null ? tunnel.flag() : 0;
  }

  // ---------------------------------------------------------------------- shape

  /** The first shape in which the NIC can complete something of what it is asked for. */
  private Shape chooseShape() {
    List<String> reasons = new ArrayList<>();
    if (book.choice(Pass.INNER) != Choice.SOFTWARE) {
      List<Shape> shapes = shapes();
      for (Shape candidate : shapes) {
        Obstacle obstacle = Decisions.first(innerChecksumObstacles(candidate));
        if (obstacle == null) {
          return candidate;
        }
        reasons.add(obstacle.reason());
      }
      if (book.choice(Pass.INNER) == Choice.HARDWARE) {
        for (Shape candidate : shapes) {
          if (innerChecksumObstacles(candidate).stream().noneMatch(Obstacle::absolute)) {
            return candidate;
          }
        }
      }
    }
    noShape = String.join("; ", reasons);
    boolean outerInNic = request.isTunnelled() && book.choice(Pass.OUTER) != Choice.SOFTWARE;
    return outerInNic && layoutObstacles(Shape.BOTH_IN_NIC).isEmpty()
        ? Shape.BOTH_IN_NIC
        : Shape.SOFTWARE;
  }

  /** Candidates, best first. With {@code outer=sw} the NIC had better not see the outer header. */
  private List<Shape> shapes() {
    if (!request.isTunnelled()) {
      return List.of(Shape.INNER_IN_NIC_LONG_L2);
    }
    boolean outerAsksNic = request.outerIpVersion() == 4 || request.outerUdpChecksum();
    return switch (book.choice(Pass.OUTER)) {
      case SOFTWARE -> List.of(Shape.INNER_IN_NIC_LONG_L2, Shape.BOTH_IN_NIC);
      case HARDWARE ->
          outerAsksNic
              ? List.of(Shape.BOTH_IN_NIC)
              : List.of(Shape.BOTH_IN_NIC, Shape.INNER_IN_NIC_LONG_L2);
      case AUTO -> List.of(Shape.BOTH_IN_NIC, Shape.INNER_IN_NIC_LONG_L2);
    };
  }

  private boolean usesShape() {
    return Stream.of(Pass.values())
        .flatMap(
            pass ->
                Operation.of(pass, Direction.TRANSMIT).stream()
                    .filter(operation -> operation != Operation.VLAN_INSERT)
                    .map(operation -> book.isHardware(pass, operation)))
        .anyMatch(hardware -> hardware);
  }

  /** What {@code l2_len} would be. */
  private int l2Bytes(Shape candidate) {
    if (candidate == Shape.BOTH_IN_NIC) {
      return request.outerL4Bytes() + request.innerL2Bytes();
    }
    return request.outerHeaderBytes() + request.innerL2Bytes() - tagBytesInNic();
  }

  /** A tag that the NIC inserts is not in the bytes that it is given. */
  private int tagBytesInNic() {
    return book.isHardware(Pass.OUTER, Operation.VLAN_INSERT) ? TAG_BYTES : 0;
  }

  /** What forbids {@code candidate}, whatever is asked of it. */
  private List<Obstacle> layoutObstacles(Shape candidate) {
    List<Obstacle> found = new ArrayList<>();
    if (candidate == Shape.BOTH_IN_NIC && tunnel != null && !tunnel.isKnown()) {
      found.add(Obstacle.absolute(tunnel.text()));
    } else if (l2Bytes(candidate) > OffloadPlan.MAX_L2_BYTES) {
      found.add(
          Obstacle.absolute(
              "the headers before the inner IP header %s have %d bytes, and the mbuf's l2_len has"
                      .formatted(
                          candidate == Shape.BOTH_IN_NIC ? "and behind the outer one" : "together",
                          l2Bytes(candidate))
                  + " 7 bits, %d at most".formatted(OffloadPlan.MAX_L2_BYTES)));
    }
    return found;
  }

  private List<Obstacle> innerChecksumObstacles(Shape candidate) {
    List<Obstacle> found = layoutObstacles(candidate);
    book.require(found, L4_CHECKSUMS, "TCP_CKSUM and UDP_CKSUM");
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    if (request.hasInnerIpv4()) {
      features.add(Feature.TCP_CHECKSUM_IPV4);
      features.add(Feature.UDP_CHECKSUM_IPV4);
    }
    if (request.hasInnerIpv6()) {
      features.add(Feature.TCP_CHECKSUM_IPV6);
      features.add(Feature.UDP_CHECKSUM_IPV6);
    }
    addLayoutFeature(features, candidate, Feature.TUNNEL_CHECKSUM, Feature.LONG_L2_CHECKSUM);
    if (candidate == Shape.BOTH_IN_NIC && request.outerUdpChecksum() && !outerUdpInNic()) {
      features.add(Feature.TUNNEL_SOFTWARE_UDP_CHECKSUM);
    }
    book.suspect(found, features);
    return found;
  }

  /** Whether the NIC would complete the outer UDP checksum if the mbuf described both headers. */
  private boolean outerUdpInNic() {
    boolean offered = port.transmits(RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM);
    return switch (book.choice(Pass.OUTER)) {
      case SOFTWARE -> false;
      case HARDWARE -> offered;
      case AUTO ->
          offered
              && evidence.against(EnumSet.of(Feature.TUNNEL_OUTER_UDP_CHECKSUM), request.tunnel())
                  == null;
    };
  }

  private void addLayoutFeature(
      Set<Feature> features, Shape candidate, Feature both, Feature longL2) {
    if (request.isTunnelled()) {
      features.add(candidate == Shape.BOTH_IN_NIC ? both : longL2);
    }
  }

  // ---------------------------------------------------------------------- checksums

  private void planInnerChecksums() {
    if (!request.hasInnerIpv4()) {
      book.put(Pass.INNER, Operation.IPV4_CHECKSUM, Decisions.none("IPv6 has no header checksum."));
    } else {
      List<Obstacle> found = new ArrayList<>();
      if (shapeServes(found)) {
        book.require(found, RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM, "IPV4_CKSUM");
        Set<Feature> features = EnumSet.of(Feature.IPV4_CHECKSUM);
        addLayoutFeature(features, shape, Feature.TUNNEL_CHECKSUM, Feature.LONG_L2_CHECKSUM);
        book.suspect(found, features);
      }
      book.decide(Pass.INNER, Operation.IPV4_CHECKSUM, found, "The port has IPV4_CKSUM" + told());
      book.enable(Pass.INNER, Operation.IPV4_CHECKSUM, RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM);
    }
    List<Obstacle> found = new ArrayList<>();
    if (shapeServes(found)) {
      found.addAll(innerChecksumObstacles(shape));
    }
    book.decide(
        Pass.INNER, Operation.L4_CHECKSUM, found, "The port has TCP_CKSUM and UDP_CKSUM" + told());
    book.enable(Pass.INNER, Operation.L4_CHECKSUM, L4_CHECKSUMS);
  }

  /** Whether there is a shape for the inner pass; if not, why. */
  private boolean shapeServes(List<Obstacle> found) {
    if (shape == Shape.SOFTWARE || !noShape.isEmpty()) {
      List<Obstacle> all = new ArrayList<>();
      shapes().forEach(candidate -> all.addAll(innerChecksumObstacles(candidate)));
      found.add(
          new Obstacle(
              all.stream().anyMatch(Obstacle::absolute),
              noShape.isEmpty() ? "nothing else of the packet is the NIC's" : noShape));
      return false;
    }
    return true;
  }

  /** How the NIC is told, as the end of a sentence. */
  private String told() {
    if (!request.isTunnelled()) {
      return ".";
    }
    return switch (shape) {
      case BOTH_IN_NIC ->
          ", and %s tells it where the inner header is."
              .formatted(tunnel == null ? "" : tunnel.text());
      case INNER_IN_NIC_LONG_L2 ->
          ", and the finished outer header is passed as part of %d bytes of L2."
              .formatted(l2Bytes(shape));
      case SOFTWARE -> ".";
    };
  }

  private void planOuterChecksums() {
    if (!request.isTunnelled()) {
      return;
    }
    if (request.outerIpVersion() == 6) {
      book.put(
          Pass.OUTER,
          Operation.IPV4_CHECKSUM,
          Decisions.none("The outer header is IPv6, which has no checksum."));
    } else {
      planOuterChecksum(
          Operation.IPV4_CHECKSUM,
          RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM,
          "OUTER_IPV4_CKSUM",
          Feature.TUNNEL_OUTER_IPV4_CHECKSUM,
          "");
    }
    TunnelType type = request.tunnel();
    if (type != null && !type.isUdp()) {
      book.put(Pass.OUTER, Operation.UDP_CHECKSUM, Decisions.none(NO_UDP));
    } else if (!request.outerUdpChecksum()) {
      book.put(
          Pass.OUTER,
          Operation.UDP_CHECKSUM,
          Decisions.none(
              request.outerIpVersion() == 6
                  ? "It is switched off and sent as 0, as RFC 6935 and 6936 allow for tunnels."
                  : "It is switched off and sent as 0, which means none over IPv4."));
    } else {
      planOuterChecksum(
          Operation.UDP_CHECKSUM,
          RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM,
          "OUTER_UDP_CKSUM",
          Feature.TUNNEL_OUTER_UDP_CHECKSUM,
          book.isHardware(Pass.INNER, Operation.L4_CHECKSUM)
              ? " It is computed from the inner pseudo-header, as the inner checksum is the NIC's."
              : "");
    }
  }

  private void planOuterChecksum(
      Operation operation, long capability, String name, Feature feature, String inSoftware) {
    List<Obstacle> found = new ArrayList<>();
    book.require(found, capability, name);
    if (found.isEmpty()) {
      if (shape == Shape.INNER_IN_NIC_LONG_L2) {
        found.add(
            Obstacle.absolute("the NIC gets the finished outer header as a part of the L2 header"));
      } else {
        found.addAll(layoutObstacles(Shape.BOTH_IN_NIC));
      }
    }
    book.suspect(found, EnumSet.of(feature));
    book.decide(
        Pass.OUTER,
        operation,
        found,
        "The port has %s, and the mbuf describes the outer header.".formatted(name));
    Decision decision = book.get(Pass.OUTER, operation);
    if (decision != null && !decision.isHardware()) {
      book.put(Pass.OUTER, operation, Decisions.software(decision.reason() + inSoftware));
    }
    book.enable(Pass.OUTER, operation, capability);
  }

  // ---------------------------------------------------------------------- the rest

  private void planVlan() {
    if (!request.innerVlan()) {
      book.put(Pass.INNER, Operation.VLAN_INSERT, Decisions.none("No inner tag is asked for."));
    } else if (request.isTunnelled()) {
      book.put(
          Pass.INNER,
          Operation.VLAN_INSERT,
          Decisions.software(
              "A NIC inserts tags in the first Ethernet header, which is the outer one."));
    } else {
      planVlan(Pass.INNER);
    }
    if (request.isTunnelled()) {
      if (request.outerVlan()) {
        planVlan(Pass.OUTER);
      } else {
        book.put(Pass.OUTER, Operation.VLAN_INSERT, Decisions.none("No outer tag is asked for."));
      }
    }
  }

  private void planVlan(Pass pass) {
    List<Obstacle> found = new ArrayList<>();
    book.require(found, RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT, "VLAN_INSERT");
    book.suspect(found, EnumSet.of(Feature.VLAN_INSERT));
    book.decide(pass, Operation.VLAN_INSERT, found, "The port has VLAN_INSERT.");
    book.enable(pass, Operation.VLAN_INSERT, RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT);
  }

  private void planInnerRest() {
    Decision cut = book.get(Pass.INNER, Operation.TCP_SEGMENTATION);
    Placement placement = cut == null ? Placement.NONE : cut.placement();
    String reason =
        switch (placement) {
          case HARDWARE -> "Written for each segment by the NIC that cuts it.";
          case SOFTWARE -> "Written for each segment by the inner pass that cuts it.";
          case NONE -> "A packet that is not cut arrives with its own.";
        };
    book.put(Pass.INNER, Operation.LENGTHS, new Decision(placement, reason));
    book.put(
        Pass.INNER,
        Operation.IPV4_ID,
        request.hasInnerIpv4()
            ? new Decision(placement, reason)
            : Decisions.none("IPv6 has no identification."));
  }

  private void planOuterRest() {
    TunnelType type = request.tunnel();
    if (type == null) {
      return;
    }
    boolean ipv4 = request.outerIpVersion() == 4;
    String template = "Written by the outer pass: an mbuf has no field to ask a NIC for it.";
    book.put(Pass.OUTER, Operation.ADDRESSES, Decisions.software(template));
    book.put(Pass.OUTER, Operation.DSCP_ECN, Decisions.software(template));
    book.put(Pass.OUTER, Operation.TTL, Decisions.software(template));
    book.put(
        Pass.OUTER,
        Operation.DF,
        ipv4
            ? Decisions.software(template)
            : Decisions.none("The outer header is IPv6, which routers never cut."));
    boolean perSegment =
        shape == Shape.BOTH_IN_NIC && book.isHardware(Pass.INNER, Operation.TCP_SEGMENTATION);
    Decision lengths =
        perSegment
            ? new Decision(
                Placement.HARDWARE,
                "Written by the outer pass, and for each segment corrected by the NIC that"
                    + " cuts it.")
            : Decisions.software(template);
    book.put(Pass.OUTER, Operation.LENGTHS, lengths);
    book.put(
        Pass.OUTER,
        Operation.IPV4_ID,
        ipv4 ? lengths : Decisions.none("IPv6 has no identification."));
    book.put(
        Pass.OUTER,
        Operation.SOURCE_PORT,
        type.isUdp() ? Decisions.software(template) : Decisions.none(NO_UDP));
    book.put(
        Pass.OUTER,
        Operation.TUNNEL_ID,
        type.hasIdentifier()
            ? Decisions.software(template)
            : Decisions.none("Packets in ipip have no identifier."));
    book.put(
        Pass.OUTER,
        Operation.OPTIONS,
        type == TunnelType.GENEVE
            ? Decisions.software(template)
            : Decisions.none("Only geneve has options."));
    book.put(
        Pass.OUTER,
        Operation.GRE_CHECKSUM,
        request.greChecksum()
            ? Decisions.software("No NIC computes it.")
            : Decisions.none("No GRE checksum is asked for."));
    book.put(
        Pass.OUTER,
        Operation.SEQUENCE,
        request.greSequence()
            ? Decisions.software(template)
            : Decisions.none("No sequence number is asked for."));
  }
}
