package io.gatun.offload.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.RteEthBits;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.offload.plan.OffloadPreference.Choice;
import io.gatun.pmd.wire.TunnelType;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What must hold for every plan: all combinations of the capabilities that matter, with requests at
 * random. What a capability is needed for is written down here once more.
 */
class PlanSweepTest {
  private static final long L4 =
      RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
  private static final long[] CAPABILITIES = {
    RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM,
    RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_CKSUM,
    RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_CKSUM,
    RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_TSO,
    RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM,
    RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM,
    RteEthBits.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO,
    RteEthBits.RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO,
    RteEthBits.RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO,
    RteEthBits.RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO,
    RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO,
    RteEthBits.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO,
    RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT,
  };
  private static final int REQUESTS = 3;

  private final Random random = new Random(8);
  private int plans;
  private int refused;
  private final Set<Shape> shapes = EnumSet.noneOf(Shape.class);

  @Test
  void everyPlanKeepsItsPromises() {
    for (int mask = 0; mask < 1 << CAPABILITIES.length; mask++) {
      long tx =
          RteEthBits.RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE | RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
      for (int bit = 0; bit < CAPABILITIES.length; bit++) {
        tx |= (mask >> bit & 1) == 0 ? 0 : CAPABILITIES[bit];
      }
      PortCapabilities port = new PortCapabilities("model", "model0", 0, tx, 0, DpdkVersion.NEWEST);
      for (int i = 0; i < REQUESTS; i++) {
        check(port, request(null));
        for (TunnelType tunnel : TunnelType.values()) {
          check(port, request(tunnel));
        }
      }
    }
    System.out.printf("plans checked: %,d; refused: %,d%n", plans, refused);
    assertThat(shapes).containsExactlyInAnyOrder(Shape.values());
    assertThat(plans).isGreaterThan(100_000);
    assertThat(refused).isGreaterThan(10_000);
  }

  private OffloadRequest request(@Nullable TunnelType tunnel) {
    OffloadRequest.Builder builder =
        tunnel == null ? OffloadRequest.plain() : OffloadRequest.tunnel(tunnel);
    if (tunnel != null) {
      builder
          .outerIpVersion(random.nextBoolean() ? 4 : 6)
          .outerUdpChecksum(tunnel.isUdp() && random.nextBoolean())
          .outerDontFragment(random.nextBoolean())
          .outerVlan(random.nextInt(4) == 0);
    }
    if (tunnel == TunnelType.GRE) {
      builder.greChecksum(random.nextInt(3) == 0).greSequence(random.nextInt(3) == 0);
    }
    if (tunnel == TunnelType.GENEVE) {
      builder.optionBytes(4 * random.nextInt(64));
    }
    return builder
        .innerIpVersions(1 + random.nextInt(3))
        .innerVlan(tunnel != TunnelType.IPIP && random.nextInt(4) == 0)
        .segmentation(random.nextInt(4) != 0)
        .udpSegmentation(random.nextInt(4) == 0)
        .preference(new OffloadPreference(choice(), choice()))
        .build();
  }

  private Choice choice() {
    return random.nextInt(3) != 0
        ? Choice.AUTO
        : random.nextBoolean() ? Choice.HARDWARE : Choice.SOFTWARE;
  }

  private void check(PortCapabilities port, OffloadRequest request) {
    plans++;
    OffloadPlan plan;
    try {
      plan = OffloadPlan.of(request, port, Quirks.KNOWN, SelfTestResults.NONE);
    } catch (IllegalArgumentException e) {
      refused++;
      assertThat(request.preference().toString()).contains("=hw");
      assertThat(e).hasMessageContaining("model0").hasMessageMatching(".*use --offload .*=auto");
      return;
    }
    shapes.add(plan.shape());
    try {
      capabilities(plan, port);
      shape(plan, request);
      segmentation(plan, request);
      preference(plan, request);
      words(plan);
    } catch (AssertionError e) {
      throw new AssertionError("%s on 0x%x".formatted(request, port.txOffloads()), e);
    }
  }

  /** Never HARDWARE without the capability, and never a capability that is not switched on. */
  private static void capabilities(OffloadPlan plan, PortCapabilities port) {
    long needed = 0;
    needed |= plan.innerIpv4Checksum() ? RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM : 0;
    needed |= plan.innerL4Checksum() ? L4 : 0;
    needed |= plan.outerIpv4Checksum() ? RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM : 0;
    needed |= plan.outerUdpChecksum() ? RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM : 0;
    if (plan.innerVlanInsert() || plan.outerVlanInsert()) {
      needed |= RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT;
    }
    if (plan.tcpSegmentation()) {
      needed |=
          plan.shape() == Shape.BOTH_IN_NIC
              ? segmentationBit(plan.tunnelFlag())
              : RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_TSO;
    }
    if (plan.tunnelFlag() == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_UDP
        || plan.tunnelFlag() == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_IP) {
      needed |= segmentationBit(plan.tunnelFlag());
    }
    assertThat(port.transmits(needed)).isTrue();
    assertThat(plan.txOffloads()).isEqualTo(needed | RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS);
    assertThat(plan.udpSegmentation()).isFalse();
  }

  private static long segmentationBit(long flag) {
    if (flag == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN) {
      return RteEthBits.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO;
    } else if (flag == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GENEVE) {
      return RteEthBits.RTE_ETH_TX_OFFLOAD_GENEVE_TNL_TSO;
    } else if (flag == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_GRE) {
      return RteEthBits.RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO;
    } else if (flag == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_IPIP) {
      return RteEthBits.RTE_ETH_TX_OFFLOAD_IPIP_TNL_TSO;
    } else if (flag == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_UDP) {
      return RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_TNL_TSO;
    } else if (flag == RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_IP) {
      return RteEthBits.RTE_ETH_TX_OFFLOAD_IP_TNL_TSO;
    }
    throw new AssertionError("no segmentation with flag 0x%x".formatted(flag));
  }

  private static void shape(OffloadPlan plan, OffloadRequest request) {
    assertThat(plan.tunnelFlag() != 0).isEqualTo(plan.shape() == Shape.BOTH_IN_NIC);
    boolean inner = plan.innerIpv4Checksum() || plan.innerL4Checksum() || plan.tcpSegmentation();
    boolean outer = plan.outerIpv4Checksum() || plan.outerUdpChecksum();
    assertThat(inner || outer).isEqualTo(plan.shape() != Shape.SOFTWARE);
    assertThat(outer && plan.shape() != Shape.BOTH_IN_NIC).isFalse();
    int ip = request.outerIpVersion() == 6 ? 40 : 20;
    int ethernet = request.outerVlan() ? 18 : 14;
    int tag = plan.outerVlanInsert() ? 4 : 0;
    int before = request.outerHeaderBytes() + request.innerL2Bytes();
    switch (plan.shape()) {
      case INNER_IN_NIC_LONG_L2 -> assertThat(before - tag).isLessThanOrEqualTo(127);
      case BOTH_IN_NIC -> assertThat(before - ethernet - ip).isLessThanOrEqualTo(127);
      case SOFTWARE -> {}
    }
  }

  private static void segmentation(OffloadPlan plan, OffloadRequest request) {
    boolean outerIpv4 = request.outerIpVersion() == 4;
    if (plan.tcpSegmentation()) {
      assertThat(request.segmentation()).isTrue();
      assertThat(plan.innerL4Checksum()).isTrue();
      assertThat(plan.innerIpv4Checksum()).isEqualTo(request.hasInnerIpv4());
      assertThat(request.greChecksum() || request.greSequence()).isFalse();
      if (plan.shape() == Shape.BOTH_IN_NIC) {
        assertThat(plan.outerIpv4Checksum()).isEqualTo(outerIpv4);
        assertThat(plan.outerUdpChecksum()).isEqualTo(request.outerUdpChecksum());
      } else {
        assertThat(request.outerUdpChecksum()).isFalse();
        assertThat(outerIpv4 && !request.outerDontFragment()).isFalse();
      }
    }
    boolean outerSum =
        (request.outerUdpChecksum() && !plan.outerUdpChecksum()) || request.greChecksum();
    assertThat(plan.localChecksumOffload()).isEqualTo(plan.innerL4Checksum() && outerSum);
  }

  private static void preference(OffloadPlan plan, OffloadRequest request) {
    if (request.preference().inner() == Choice.SOFTWARE) {
      assertThat(plan.innerL4Checksum() || plan.innerIpv4Checksum()).isFalse();
      assertThat(plan.tcpSegmentation() || plan.innerVlanInsert()).isFalse();
    }
    if (request.preference().inner() == Choice.HARDWARE) {
      assertThat(plan.innerL4Checksum()).isTrue();
      assertThat(plan.innerIpv4Checksum()).isEqualTo(request.hasInnerIpv4());
      assertThat(plan.tcpSegmentation()).isEqualTo(request.segmentation());
    }
    if (request.preference().outer() == Choice.SOFTWARE) {
      assertThat(plan.outerIpv4Checksum() || plan.outerUdpChecksum()).isFalse();
      assertThat(plan.outerVlanInsert()).isFalse();
      for (Decision decision : plan.decisions(Pass.OUTER, Direction.TRANSMIT).values()) {
        assertThat(decision.isHardware()).isFalse();
      }
    }
    if (request.preference().outer() == Choice.HARDWARE && request.isTunnelled()) {
      assertThat(plan.outerIpv4Checksum()).isEqualTo(request.outerIpVersion() == 4);
      assertThat(plan.outerUdpChecksum()).isEqualTo(request.outerUdpChecksum());
    }
  }

  /** Every operation of every pass is decided, with a sentence. */
  private static void words(OffloadPlan plan) {
    for (Pass pass : Pass.values()) {
      for (Direction direction : Direction.values()) {
        assertThat(plan.decisions(pass, direction).keySet())
            .containsExactlyElementsOf(Operation.of(pass, direction).stream().sorted().toList());
        for (Decision decision : plan.decisions(pass, direction).values()) {
          assertThat(decision.reason()).matches("(?s)(--offload|[A-Z]|rte_).*\\.");
        }
      }
    }
  }
}
