package io.gatun.offload.plan;

import io.gatun.bindings.RteEthBits;
import io.gatun.bindings.RteEthdev;
import io.gatun.offload.plan.Evidence.Obstacle;
import io.gatun.offload.plan.OffloadPreference.Choice;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The receive half of a plan. Used once.
 *
 * <p>{@code RX_IP_CKSUM_*} and {@code RX_L4_CKSUM_*} are about the inner header where the NIC tells
 * the headers of a tunnelled packet apart, which it says with {@code OUTER_*_CKSUM}; where it does
 * not, the only header that it sees is the outer one.
 */
final class ReceivePlanner {
  private static final long LEVELS =
      RteEthdev.RTE_ETH_RSS_LEVEL_OUTERMOST | RteEthdev.RTE_ETH_RSS_LEVEL_INNERMOST;
  private static final long L4_CHECKSUMS =
      RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RteEthBits.RTE_ETH_RX_OFFLOAD_UDP_CKSUM;

  private final OffloadRequest request;
  private final Evidence evidence;
  private final PortCapabilities port;
  private final PerPass<Map<Operation, Decision>> decisions =
      PerPass.of(() -> new EnumMap<>(Operation.class));
  private final PerPass<Map<Operation, RxVerdictSource>> verdicts =
      PerPass.of(() -> new EnumMap<>(Operation.class));
  private long offloads;

  ReceivePlanner(OffloadRequest request, Evidence evidence) {
    this.request = request;
    this.evidence = evidence;
    this.port = evidence.port();
  }

  ReceivePlanner plan() {
    planVerdicts();
    planVlanStrip();
    planRss();
    put(
        Pass.INNER,
        Operation.MARK,
        Placement.NONE,
        "No rule asks for it; a mark that comes with a packet is used.");
    put(
        Pass.INNER,
        Operation.PACKET_TYPE,
        Placement.SOFTWARE,
        "Every header's length is checked in software, which finds its type too; the NIC's packet"
            + " type says which header its verdicts are about.");
    planCoalescing();
    return this;
  }

  PerPass<Map<Operation, Decision>> decisions() {
    return decisions.map(OffloadPlan::frozen);
  }

  PerPass<Map<Operation, RxVerdictSource>> verdicts() {
    return verdicts.map(OffloadPlan::frozen);
  }

  long offloads() {
    return offloads & port.rxOffloads();
  }

  private void planVerdicts() {
    boolean apart = port.separatesVerdicts();
    boolean tunnelled = request.isTunnelled();
    long ip = RteEthBits.RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
    if (!tunnelled) {
      verdict(Pass.INNER, Operation.IP_VERDICT, ip, "IPV4_CKSUM", Set.of(Feature.RX_IP_VERDICT));
      verdict(
          Pass.INNER,
          Operation.L4_VERDICT,
          L4_CHECKSUMS,
          "TCP_CKSUM and UDP_CKSUM",
          Set.of(Feature.RX_L4_VERDICT));
      for (Operation operation : new Operation[] {Operation.IP_VERDICT, Operation.L4_VERDICT}) {
        put(Pass.OUTER, operation, Placement.NONE, "There is no tunnel.");
        source(Pass.OUTER, operation, RxVerdictSource.SOFTWARE);
      }
      return;
    }
    verdict(
        Pass.OUTER,
        Operation.IP_VERDICT,
        apart ? RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM : ip,
        apart ? "OUTER_IPV4_CKSUM" : "IPV4_CKSUM",
        apart
            ? Set.of(Feature.RX_OUTER_IP_VERDICT)
            : Set.of(Feature.RX_OUTER_IP_VERDICT, Feature.RX_IP_VERDICT));
    verdict(
        Pass.OUTER,
        Operation.L4_VERDICT,
        apart
            ? RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_UDP_CKSUM
            : RteEthBits.RTE_ETH_RX_OFFLOAD_UDP_CKSUM,
        apart ? "OUTER_UDP_CKSUM" : "UDP_CKSUM",
        apart
            ? Set.of(Feature.RX_OUTER_L4_VERDICT)
            : Set.of(Feature.RX_OUTER_L4_VERDICT, Feature.RX_L4_VERDICT));
    innerVerdict(Operation.IP_VERDICT, apart, ip, "IPV4_CKSUM", Feature.RX_INNER_IP_VERDICT);
    innerVerdict(
        Operation.L4_VERDICT,
        apart,
        L4_CHECKSUMS,
        "TCP_CKSUM and UDP_CKSUM",
        Feature.RX_INNER_L4_VERDICT);
  }

  private void innerVerdict(
      Operation operation, boolean apart, long capability, String name, Feature feature) {
    if (apart || merged(feature) != null) {
      verdict(Pass.INNER, operation, capability, name, Set.of(feature));
    } else {
      put(
          Pass.INNER,
          operation,
          Placement.SOFTWARE,
          "The port has no OUTER_*_CKSUM in receive, so it judges the outer header only.");
      source(Pass.INNER, operation, RxVerdictSource.SOFTWARE);
    }
  }

  private @Nullable Quirk merged(Feature feature) {
    return evidence
        .quirks()
        .find(port, feature, request.tunnel(), Quirk.Effect.MERGED, evidence.tests());
  }

  private void verdict(
      Pass pass, Operation operation, long capability, String name, Set<Feature> features) {
    String option = pass.name().toLowerCase(Locale.ROOT);
    boolean udp = request.tunnel() == null || request.tunnel().isUdp();
    if (pass == Pass.OUTER && operation == Operation.L4_VERDICT && !udp) {
      put(pass, operation, Placement.NONE, "The outer header has no UDP.");
      source(pass, operation, RxVerdictSource.SOFTWARE);
      return;
    }
    if (pass == Pass.OUTER && operation == Operation.IP_VERDICT && request.outerIpVersion() == 6) {
      put(pass, operation, Placement.NONE, "The outer header is IPv6, which has no checksum.");
      source(pass, operation, RxVerdictSource.SOFTWARE);
      return;
    }
    Choice choice = request.preference().of(pass);
    Obstacle obstacle = evidence.against(features, request.tunnel());
    String why = null;
    if (choice == Choice.SOFTWARE) {
      why = "--offload %s=sw asks for software.".formatted(option);
    } else if (!port.receives(capability)) {
      why = "The port lacks %s in receive.".formatted(name);
    } else if (obstacle != null && choice == Choice.AUTO) {
      why = Decisions.sentence(obstacle.reason());
    }
    if (why != null) {
      put(pass, operation, Placement.SOFTWARE, why);
      source(pass, operation, RxVerdictSource.SOFTWARE);
      return;
    }
    offloads |= capability;
    Quirk merged = null;
    for (Feature feature : features) {
      merged = merged == null ? merged(feature) : merged;
    }
    if (merged != null) {
      put(
          pass,
          operation,
          Placement.HARDWARE,
          "The port has %s, but one verdict for both headers: %s (%s)."
              .formatted(name, merged.what(), merged.source()));
      source(pass, operation, RxVerdictSource.NIC_MERGED);
    } else {
      put(pass, operation, Placement.HARDWARE, "The port has %s in receive.".formatted(name));
      source(pass, operation, RxVerdictSource.NIC);
    }
  }

  private void planVlanStrip() {
    long strip = RteEthBits.RTE_ETH_RX_OFFLOAD_VLAN_STRIP;
    Choice choice = request.preference().outer();
    if (!request.isTunnelled() || !request.outerVlan()) {
      put(Pass.OUTER, Operation.VLAN_STRIP, Placement.NONE, "No outer tag is expected.");
    } else if (choice == Choice.SOFTWARE) {
      put(
          Pass.OUTER,
          Operation.VLAN_STRIP,
          Placement.SOFTWARE,
          "--offload outer=sw asks for software.");
    } else if (!port.receives(strip)) {
      put(
          Pass.OUTER,
          Operation.VLAN_STRIP,
          Placement.SOFTWARE,
          "The port lacks VLAN_STRIP in receive.");
    } else {
      offloads |= strip;
      put(Pass.OUTER, Operation.VLAN_STRIP, Placement.HARDWARE, "The port has VLAN_STRIP.");
    }
  }

  private void planRss() {
    boolean hash = port.receives(RteEthBits.RTE_ETH_RX_OFFLOAD_RSS_HASH);
    if (request.preference().inner() == Choice.SOFTWARE) {
      put(Pass.INNER, Operation.RSS, Placement.SOFTWARE, "--offload inner=sw asks for software.");
    } else if (!request.isTunnelled() && hash) {
      offloads |= RteEthBits.RTE_ETH_RX_OFFLOAD_RSS_HASH;
      put(Pass.INNER, Operation.RSS, Placement.HARDWARE, "The port has RSS_HASH.");
    } else if (hash && (port.rssTypes() & LEVELS) != 0) {
      offloads |= RteEthBits.RTE_ETH_RX_OFFLOAD_RSS_HASH;
      put(
          Pass.INNER,
          Operation.RSS,
          Placement.HARDWARE,
          "The port has RSS_HASH and lets the header be chosen (level-inner).");
    } else {
      put(
          Pass.INNER,
          Operation.RSS,
          Placement.SOFTWARE,
          hash
              ? "The port has RSS_HASH but does not let the inner header be chosen."
              : "The port lacks RSS_HASH.");
    }
  }

  private void planCoalescing() {
    boolean lro = port.receives(RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_LRO);
    if (!request.coalescing()) {
      put(Pass.INNER, Operation.COALESCING, Placement.NONE, "It is not asked for.");
    } else if (request.preference().inner() == Choice.SOFTWARE) {
      put(
          Pass.INNER,
          Operation.COALESCING,
          Placement.SOFTWARE,
          "--offload inner=sw asks for software.");
    } else if (request.isTunnelled()) {
      put(
          Pass.INNER,
          Operation.COALESCING,
          Placement.SOFTWARE,
          "TCP_LRO promises nothing about TCP inside a tunnel.");
    } else if (lro) {
      offloads |= RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_LRO;
      put(Pass.INNER, Operation.COALESCING, Placement.HARDWARE, "The port has TCP_LRO.");
    } else {
      put(Pass.INNER, Operation.COALESCING, Placement.SOFTWARE, "The port lacks TCP_LRO.");
    }
  }

  private void put(Pass pass, Operation operation, Placement placement, String reason) {
    decisions.of(pass).put(operation, new Decision(placement, reason));
  }

  private void source(Pass pass, Operation operation, RxVerdictSource source) {
    verdicts.of(pass).put(operation, source);
  }
}
