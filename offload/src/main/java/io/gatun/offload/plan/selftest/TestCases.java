package io.gatun.offload.plan.selftest;

import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_UDP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_TCP_TSO;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_VLAN_INSERT;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IPV6;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_UDP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_VLAN;

import io.gatun.offload.plan.Feature;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.TunnelSupport;
import io.gatun.offload.plan.selftest.TestPacket.Recipe;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.TunnelType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is tried between two ports: everything that the sender claims for transmit and the receiver
 * for receive. A pure function of the two.
 */
final class TestCases {
  static final int TAG = 0x6005;

  // i40e and ice refuse less than 256 (I40E_MIN_TSO_MSS).
  static final int SEGMENT = 300;
  private static final int TAIL = 77;
  private static final int PAYLOAD = 301;
  private static final int SEQUENCE = 0xfffffe00;
  private static final int IP_ID = 0x4001;
  private static final int TTL_OFFSET = 8;
  private static final int MARKS = 256;
  private static final long L4 = RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
  private static final int[] VERSIONS = {4, 6};
  private static final int[] PROTOCOLS = {TestPacket.TCP, TestPacket.UDP};

  private final PortCapabilities sender;
  private final PortCapabilities receiver;
  private final List<TestCase> transmit = new ArrayList<>();
  private final List<TestCase> receive = new ArrayList<>();
  private final Map<Feature, List<@Nullable TunnelType>> notOffered = new LinkedHashMap<>();
  private int marks;

  TestCases(PortCapabilities sender, PortCapabilities receiver) {
    this.sender = sender;
    this.receiver = receiver;
    plain();
    for (TunnelType tunnel : TunnelType.values()) {
      longL2(tunnel);
      described(tunnel);
    }
    plainVerdicts();
    for (TunnelType tunnel : TunnelType.values()) {
      tunnelVerdicts(tunnel);
    }
  }

  /** About the sender. */
  List<TestCase> transmit() {
    return transmit;
  }

  /** About the receiver. */
  List<TestCase> receive() {
    return receive;
  }

  /** What the sender does not claim. */
  Map<Feature, List<@Nullable TunnelType>> notOffered() {
    return notOffered;
  }

  /** A frame that asks for nothing. */
  TestCase probe() {
    Recipe recipe = recipe(null, 4, false, 4, TestPacket.UDP);
    TestPacket packet = packet(recipe);
    return new TestCase(
        Feature.IPV4_CHECKSUM,
        null,
        "probe",
        recipe.mark(),
        packet.bytes(),
        0,
        0,
        0,
        List.of(packet),
        false,
        null);
  }

  // ---- transmit ---------------------------------------------------------------------------------

  private void plain() {
    if (offers(Feature.IPV4_CHECKSUM, null, RTE_ETH_TX_OFFLOAD_IPV4_CKSUM)) {
      TestPacket packet = packet(recipe(null, 4, false, 4, TestPacket.TCP));
      byte[] frame = packet.bytes().clone();
      TestPacket.put16(frame, packet.innerIpAt() + TestPacket.IPV4_SUM, 0);
      send(
          Feature.IPV4_CHECKSUM,
          packet,
          frame,
          RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM,
          lengths(packet, 0));
    }
    checksums(Feature.TCP_CHECKSUM_IPV4, 4, TestPacket.TCP, RTE_ETH_TX_OFFLOAD_TCP_CKSUM);
    checksums(Feature.TCP_CHECKSUM_IPV6, 6, TestPacket.TCP, RTE_ETH_TX_OFFLOAD_TCP_CKSUM);
    checksums(Feature.UDP_CHECKSUM_IPV4, 4, TestPacket.UDP, RTE_ETH_TX_OFFLOAD_UDP_CKSUM);
    checksums(Feature.UDP_CHECKSUM_IPV6, 6, TestPacket.UDP, RTE_ETH_TX_OFFLOAD_UDP_CKSUM);
    if (offers(Feature.VLAN_INSERT, null, RTE_ETH_TX_OFFLOAD_VLAN_INSERT)) {
      Recipe recipe = recipe(null, 4, false, 4, TestPacket.UDP);
      TestPacket untagged = packet(recipe);
      TestPacket tagged = packet(recipe.withTag(TAG));
      transmit.add(
          new TestCase(
              Feature.VLAN_INSERT,
              null,
              "a tag",
              recipe.mark(),
              untagged.bytes(),
              RTE_MBUF_F_TX_VLAN,
              0,
              TAG,
              List.of(tagged),
              false,
              null));
    }
    for (int version : VERSIONS) {
      Feature feature =
          version == 4 ? Feature.TCP_SEGMENTATION_IPV4 : Feature.TCP_SEGMENTATION_IPV6;
      if (offers(feature, null, RTE_ETH_TX_OFFLOAD_TCP_TSO)) {
        Recipe recipe = recipe(null, 4, false, version, TestPacket.TCP);
        TestPacket whole = segmented(recipe, TAIL);
        cut(feature, whole, whole.withoutInnerChecksums(), 0, lengths(whole, SEGMENT), TAIL);
      }
    }
  }

  private void checksums(Feature feature, int version, int protocol, long capability) {
    if (offers(feature, null, capability)) {
      TestPacket packet = packet(recipe(null, 4, false, version, protocol));
      send(feature, packet, innerUnfinished(packet), inner(packet), lengths(packet, 0));
    }
  }

  /** The finished outer header as L2. */
  private void longL2(TunnelType tunnel) {
    if (offers(Feature.LONG_L2_CHECKSUM, tunnel, L4)) {
      for (int version : VERSIONS) {
        for (int protocol : PROTOCOLS) {
          TestPacket packet = packet(recipe(tunnel, 4, tunnel.isUdp(), version, protocol));
          send(
              Feature.LONG_L2_CHECKSUM,
              packet,
              innerUnfinished(packet),
              inner(packet),
              lengths(packet, 0));
        }
      }
    }
    if (offers(Feature.LONG_L2_SEGMENTATION, tunnel, RTE_ETH_TX_OFFLOAD_TCP_TSO)) {
      Recipe recipe = recipe(tunnel, 4, false, 4, TestPacket.TCP);
      TestPacket whole = segmented(recipe, 0);
      byte[] frame =
          whole.withOuterLengthsOf(segments(recipe, 0).getFirst(), whole.withoutInnerChecksums());
      cut(Feature.LONG_L2_SEGMENTATION, whole, frame, 0, lengths(whole, SEGMENT), 0);
    }
  }

  /** Both headers described by the mbuf. */
  private void described(TunnelType tunnel) {
    TunnelSupport support = TunnelSupport.of(tunnel, sender);
    long none = support.isKnown() ? 0 : -1;
    long flag = support.flag() | RTE_MBUF_F_TX_OUTER_IPV4;
    if (offers(Feature.TUNNEL_CHECKSUM, tunnel, L4 | none)) {
      for (int version : VERSIONS) {
        for (int protocol : PROTOCOLS) {
          TestPacket packet = packet(recipe(tunnel, 4, false, version, protocol));
          send(
              Feature.TUNNEL_CHECKSUM,
              packet,
              innerUnfinished(packet),
              inner(packet) | flag,
              bothLengths(packet, 0));
        }
      }
    }
    if (tunnel.isUdp() && offers(Feature.TUNNEL_SOFTWARE_UDP_CHECKSUM, tunnel, L4 | none)) {
      TestPacket packet = packet(recipe(tunnel, 4, true, 4, TestPacket.TCP));
      send(
          Feature.TUNNEL_SOFTWARE_UDP_CHECKSUM,
          packet,
          innerUnfinished(packet),
          inner(packet) | flag,
          bothLengths(packet, 0));
    }
    long outerIp = flag | RTE_MBUF_F_TX_OUTER_IP_CKSUM;
    long needed = L4 | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM | none;
    if (offers(Feature.TUNNEL_OUTER_IPV4_CHECKSUM, tunnel, needed)) {
      TestPacket packet = packet(recipe(tunnel, 4, false, 4, TestPacket.TCP));
      send(
          Feature.TUNNEL_OUTER_IPV4_CHECKSUM,
          packet,
          packet.withoutChecksums(false),
          inner(packet) | outerIp,
          bothLengths(packet, 0));
    }
    if (tunnel.isUdp()
        && offers(
            Feature.TUNNEL_OUTER_UDP_CHECKSUM,
            tunnel,
            needed | RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM)) {
      TestPacket packet = packet(recipe(tunnel, 4, true, 4, TestPacket.TCP));
      send(
          Feature.TUNNEL_OUTER_UDP_CHECKSUM,
          packet,
          packet.withoutChecksums(true),
          inner(packet) | outerIp | RTE_MBUF_F_TX_OUTER_UDP_CKSUM,
          bothLengths(packet, 0));
    }
    long segmentation = support.segmentation() == 0 ? -1 : needed | support.segmentation();
    describedSegmentation(tunnel, segmentation, outerIp);
  }

  private void describedSegmentation(TunnelType tunnel, long segmentation, long outerIp) {
    if (offers(Feature.TUNNEL_SEGMENTATION, tunnel, segmentation)) {
      boolean udp = tunnel.isUdp() && sender.transmits(RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM);
      Recipe recipe = recipe(tunnel, 4, udp, 4, TestPacket.TCP);
      TestPacket whole = segmented(recipe, TAIL);
      cut(
          Feature.TUNNEL_SEGMENTATION,
          whole,
          whole.withoutChecksums(udp),
          outerIp | (udp ? RTE_MBUF_F_TX_OUTER_UDP_CKSUM : 0),
          bothLengths(whole, SEGMENT),
          TAIL);
    }
  }

  private boolean offers(Feature feature, @Nullable TunnelType tunnel, long capabilities) {
    if (sender.transmits(capabilities)) {
      return true;
    }
    notOffered.computeIfAbsent(feature, key -> new ArrayList<>()).add(tunnel);
    return false;
  }

  /** The inner checksums left out, as far as the sender has the capability. */
  private byte[] innerUnfinished(TestPacket packet) {
    byte[] frame = packet.withoutInnerChecksums();
    if (packet.recipe().version() == 4 && !sender.transmits(RTE_ETH_TX_OFFLOAD_IPV4_CKSUM)) {
      int at = packet.innerIpAt() + TestPacket.IPV4_SUM;
      System.arraycopy(packet.bytes(), at, frame, at, Short.BYTES);
    }
    return frame;
  }

  private long inner(TestPacket packet) {
    long flags =
        packet.recipe().protocol() == TestPacket.TCP
            ? RTE_MBUF_F_TX_TCP_CKSUM
            : RTE_MBUF_F_TX_UDP_CKSUM;
    if (packet.recipe().version() == 6) {
      return flags | RTE_MBUF_F_TX_IPV6;
    }
    boolean sum = sender.transmits(RTE_ETH_TX_OFFLOAD_IPV4_CKSUM);
    return flags | RTE_MBUF_F_TX_IPV4 | (sum ? RTE_MBUF_F_TX_IP_CKSUM : 0);
  }

  private static long lengths(TestPacket packet, int segment) {
    return Mbuf.packTxOffload(
        packet.innerIpAt(), packet.l3Bytes(), packet.l4Bytes(), segment, 0, 0);
  }

  private static long bothLengths(TestPacket packet, int segment) {
    return Mbuf.packTxOffload(
        packet.tunnelL2Bytes(),
        packet.l3Bytes(),
        packet.l4Bytes(),
        segment,
        packet.outerL3Bytes(),
        packet.outerL2Bytes());
  }

  private void send(Feature feature, TestPacket packet, byte[] frame, long flags, long lengths) {
    transmit.add(
        new TestCase(
            feature,
            packet.recipe().tunnel(),
            name(packet.recipe()),
            packet.recipe().mark(),
            frame,
            flags,
            lengths,
            0,
            List.of(packet),
            false,
            null));
  }

  private void cut(
      Feature feature, TestPacket whole, byte[] frame, long outerFlags, long lengths, int tail) {
    long flags = inner(whole) | RTE_MBUF_F_TX_TCP_SEG | outerFlags;
    transmit.add(
        new TestCase(
            feature,
            whole.recipe().tunnel(),
            name(whole.recipe()),
            whole.recipe().mark(),
            frame,
            flags,
            lengths,
            0,
            segments(whole.recipe(), tail),
            true,
            null));
  }

  // ---- receive ----------------------------------------------------------------------------------

  private void plainVerdicts() {
    if (receiver.receives(RTE_ETH_RX_OFFLOAD_IPV4_CKSUM)) {
      TestPacket packet = packet(recipe(null, 4, false, 4, TestPacket.TCP));
      judge(Feature.RX_IP_VERDICT, packet, packet.bytes(), VerdictChecks::ipGood);
      judge(
          Feature.RX_IP_VERDICT,
          packet,
          packet.damaged(packet.innerIpAt() + TTL_OFFSET),
          VerdictChecks::ipNotGood);
    }
    if (receiver.receives(RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)) {
      for (int version : VERSIONS) {
        for (int protocol : PROTOCOLS) {
          TestPacket packet = packet(recipe(null, 4, false, version, protocol));
          judge(Feature.RX_L4_VERDICT, packet, packet.bytes(), VerdictChecks::l4Good);
          judge(Feature.RX_L4_VERDICT, packet, lastByteDamaged(packet), VerdictChecks::l4NotGood);
        }
      }
      TestPacket packet = packet(recipe(null, 4, false, 4, TestPacket.UDP));
      byte[] zero = packet.bytes().clone();
      TestPacket.put16(zero, packet.checksumAt(), 0);
      judge(Feature.RX_L4_VERDICT, packet, zero, VerdictChecks::l4NotBad);
    }
  }

  private void tunnelVerdicts(TunnelType tunnel) {
    if (!receiver.separatesVerdicts() || !tunnel.isUdp()) {
      return;
    }
    TestPacket packet = packet(recipe(tunnel, 4, true, 4, TestPacket.TCP));
    if (receiver.receives(RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM)) {
      int ttl = packet.outerIpAt() + TTL_OFFSET;
      judge(Feature.RX_OUTER_IP_VERDICT, packet, packet.bytes(), VerdictChecks::outerIpNotBad);
      judge(Feature.RX_OUTER_IP_VERDICT, packet, packet.damaged(ttl), VerdictChecks::outerIpBad);
    }
    if (receiver.receives(RTE_ETH_RX_OFFLOAD_OUTER_UDP_CKSUM)) {
      byte[] damaged = packet.damaged(packet.outerUdpAt());
      judge(Feature.RX_OUTER_L4_VERDICT, packet, packet.bytes(), VerdictChecks::outerL4NotBad);
      judge(Feature.RX_OUTER_L4_VERDICT, packet, damaged, VerdictChecks::outerL4NotGood);
    }
    if (receiver.receives(RTE_ETH_RX_OFFLOAD_IPV4_CKSUM)) {
      byte[] damaged = packet.damagedInside(packet.innerIpAt() + TTL_OFFSET);
      judge(Feature.RX_INNER_IP_VERDICT, packet, packet.bytes(), VerdictChecks::ipGood);
      judge(Feature.RX_INNER_IP_VERDICT, packet, damaged, VerdictChecks::ipNotGood);
    }
    if (receiver.receives(RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)) {
      byte[] damaged = packet.damagedInside(packet.bytes().length - 1);
      judge(Feature.RX_INNER_L4_VERDICT, packet, packet.bytes(), VerdictChecks::l4Good);
      judge(Feature.RX_INNER_L4_VERDICT, packet, damaged, VerdictChecks::l4NotGood);
    }
  }

  private void judge(
      Feature feature, TestPacket packet, byte[] frame, TestCase.VerdictCheck verdict) {
    receive.add(
        new TestCase(
            feature,
            packet.recipe().tunnel(),
            name(packet.recipe()),
            packet.recipe().mark(),
            frame,
            0,
            0,
            0,
            List.of(packet),
            false,
            verdict));
  }

  private static byte[] lastByteDamaged(TestPacket packet) {
    return packet.damaged(packet.bytes().length - 1);
  }

  // ---- packets ----------------------------------------------------------------------------------

  private Recipe recipe(
      @Nullable TunnelType tunnel, int outerVersion, boolean udpSum, int version, int protocol) {
    return new Recipe(tunnel, outerVersion, udpSum, version, protocol, marks++ % MARKS, -1);
  }

  private static TestPacket packet(Recipe recipe) {
    return new TestPacket(recipe, TestPacket.pattern(PAYLOAD), SEQUENCE, IP_ID, TestPacket.PSH_ACK);
  }

  private static TestPacket segmented(Recipe recipe, int tail) {
    return new TestPacket(
        recipe, TestPacket.pattern(3 * SEGMENT + tail), SEQUENCE, IP_ID, TestPacket.PSH_ACK);
  }

  /** What must come of {@link #segmented}: PSH on the last one only. */
  static List<TestPacket> segments(Recipe recipe, int tail) {
    byte[] payload = TestPacket.pattern(3 * SEGMENT + tail);
    List<TestPacket> segments = new ArrayList<>();
    for (int from = 0; from < payload.length; from += SEGMENT) {
      boolean last = from + SEGMENT >= payload.length;
      segments.add(
          new TestPacket(
              recipe,
              TestPacket.slice(payload, from, SEGMENT),
              SEQUENCE + from,
              IP_ID + from / SEGMENT,
              last ? TestPacket.PSH_ACK : TestPacket.PSH_ACK & ~TestPacket.PSH));
    }
    return segments;
  }

  private static String name(Recipe recipe) {
    return (recipe.protocol() == TestPacket.TCP ? "TCP" : "UDP") + " over IPv" + recipe.version();
  }
}
