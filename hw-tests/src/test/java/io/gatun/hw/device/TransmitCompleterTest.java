package io.gatun.hw.device;

import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_L4_MASK;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_IP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_OUTER_UDP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_QINQ;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TUNNEL_VXLAN;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_UDP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_VLAN;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.hw.model.Captures;
import io.gatun.hw.model.ModelNic;
import io.gatun.hw.model.NicFamily;
import io.gatun.hw.model.RandomPackets;
import io.gatun.hw.tool.Tool;
import io.gatun.offload.SoftwareCompleterProvider;
import io.gatun.offload.plan.Feature;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.TransmitCompleter;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.TunnelType;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What software makes of a packet and its transmit flags is what a NIC sends, byte for byte; the
 * model NICs are the judges.
 */
@Tag("dpdk")
class TransmitCompleterTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final long SEED = Long.getLong("gatun.seed", 20_260_105);
  private static final int PACKETS = Integer.getInteger("gatun.packets", 24);
  private static final int PLAIN_PACKETS = 2500;
  private static final int DESCRIPTORS = 512;
  private static final int LIMIT = 1514;

  /** RTE_MBUF_F_TX_L4_MASK holds a number: 1 is TCP, 2 SCTP, 3 UDP (rte_mbuf_core.h). */
  private static final long SCTP_CKSUM = RTE_MBUF_F_TX_UDP_CKSUM - RTE_MBUF_F_TX_TCP_CKSUM;

  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());
  private final TransmitCompleter completer = make(cache);
  private final Mbuf mbuf = new Mbuf();
  private final List<byte[]> sample = new ArrayList<>();

  private static TransmitCompleter make(MempoolCache cache) {
    return new SoftwareCompleterProvider().create(cache, Mempool.DEFAULT_DATA_ROOM);
  }

  @BeforeAll
  static void needTshark() {
    Tool.assume("tshark", "tshark", "--version");
  }

  // ---- as a NIC does ----------------------------------------------------------------------------

  /** What the gateway leaves to a NIC: every tunnel, with whatever the plan makes of it. */
  @ParameterizedTest
  @EnumSource(
      value = NicFamily.class,
      names = {"INTEL_82576", "INTEL_X710", "INTEL_E810", "CONNECTX"})
  void tunnelledPacketsLeaveAsTheyDoFromANic(NicFamily family) {
    Random random = new Random(SEED);
    int[] counts = new int[3];
    for (OverlayCase overlay : OverlayCase.all(random)) {
      OffloadPlan plan =
          OffloadPlan.of(
              overlay.request(OffloadPreference.AUTO), family.flawless(), Quirks.NONE, passed());
      long seed = random.nextLong();
      DPDK.onWorker(() -> compare(family, overlay, plan, new Random(seed), counts));
    }
    System.out.printf(
        "completer against %s: %d packets, %d completed in place, %d cut%n",
        family, counts[0], counts[1], counts[2]);
    assertThat(counts[1]).isPositive();
    assertThat(counts[2]).isPositive();
  }

  private void compare(
      NicFamily family, OverlayCase overlay, OffloadPlan plan, Random random, int[] counts) {
    OverlayComparison comparison = new OverlayComparison(cache);
    try (Arena arena = Arena.ofConfined();
        ModelNic nic = ModelNic.flawless(family, plan.txOffloads(), DESCRIPTORS)) {
      CompleterWire wire = new CompleterWire(nic, completer, cache, arena);
      comparison.run(overlay, plan, wire, random, PACKETS);
      assertThat(wire.differences()).as("%s %s", overlay, plan.shape()).isEmpty();
      assertThat(comparison.differences()).isEmpty();
      counts[0] += (int) comparison.packets();
      counts[1] += wire.inPlace();
      counts[2] += wire.cut();
    }
  }

  private static SelfTestResults passed() {
    SelfTestResults results = SelfTestResults.NONE;
    SelfTestResults.Outcome outcome =
        new SelfTestResults.Outcome(SelfTestResults.Status.PASSED, "");
    for (TunnelType tunnel : TunnelType.values()) {
      for (Feature feature : List.of(Feature.LONG_L2_CHECKSUM, Feature.LONG_L2_SEGMENTATION)) {
        results = results.with(feature, tunnel, outcome);
      }
    }
    return results;
  }

  /** What DPDK applications leave to a NIC, without a tunnel, and one tag or two. */
  @ParameterizedTest
  @EnumSource(
      value = NicFamily.class,
      names = {"INTEL_X710", "INTEL_E810"})
  void plainPacketsLeaveAsTheyDoFromANic(NicFamily family) {
    Random random = new Random(SEED);
    DPDK.onWorker(
        () -> {
          try (Arena arena = Arena.ofConfined();
              ModelNic nic = ModelNic.flawless(family, family.txOffloads(), DESCRIPTORS)) {
            CompleterWire wire = new CompleterWire(nic, completer, cache, arena);
            int refused = sendPlain(wire, random, arena);
            System.out.printf(
                "completer against %s: %d plain packets, %d refused, %d in place, %d cut%n",
                family, PLAIN_PACKETS, refused, wire.inPlace(), wire.cut());
            assertThat(wire.differences()).isEmpty();
            assertThat(wire.inPlace()).isGreaterThan(PLAIN_PACKETS / 5);
            assertThat(wire.cut()).isGreaterThan(PLAIN_PACKETS / 50);
            assertThat(refused).isLessThan(PLAIN_PACKETS / 6);
          }
        });
    assertThat(Captures.wrong(sample)).isEmpty();
  }

  private int sendPlain(CompleterWire wire, Random random, Arena arena) {
    RandomPackets packets = new RandomPackets(random, true, LIMIT);
    OverlayTenant tenant = new OverlayTenant(cache, arena);
    Burst burst = Burst.allocate(1, arena);
    int refused = 0;
    for (int i = 0; i < PLAIN_PACKETS; i++) {
      RandomPackets.Packet packet = packets.next();
      burst.add(tenant.put(packet, OverlayTenant.layout(packet.bytes().length, random)));
      describe(packet, burst.get(0), random);
      if (wire.send(burst) != null) {
        refused++;
        cache.free(burst);
      }
      List<byte[]> frames = wire.frames(1);
      if (sample.size() < 500 && !frames.isEmpty()) {
        sample.add(frames.getLast());
      }
    }
    return refused;
  }

  /** The lengths that go with the flags, as an application that made the packet knows them. */
  private void describe(RandomPackets.Packet packet, long at, Random random) {
    mbuf.wrap(at);
    Headers headers = new Headers();
    boolean parsed = headers.parseEthernet(mbuf.data(), mbuf.dataLength(), mbuf.packetLength());
    long flags = packet.flags();
    boolean padded = headers.ipEnd() < mbuf.packetLength();
    if (padded) { // a NIC would make the padding a segment's payload
      flags &= ~(RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG);
    }
    if ((flags & RTE_MBUF_F_TX_VLAN) != 0 && random.nextBoolean()) {
      flags |= RTE_MBUF_F_TX_QINQ;
      mbuf.outerVlanTci(random.nextInt(65536));
    }
    mbuf.flags(flags);
    if (parsed && headers.ipVersion() != 0) {
      seed(headers, flags);
      mbuf.txOffload(
          Mbuf.packTxOffload(
              headers.l2Length(),
              headers.ipHeaderLength(),
              headers.l4Length(),
              packet.segmentSize(),
              0,
              0));
    }
  }

  /**
   * What drivers want in the checksum fields: nothing, and the sum of the pseudo-header, without a
   * length where the NIC makes that (rte_net.h, {@code rte_net_intel_cksum_flags_prepare}).
   */
  private void seed(Headers headers, long flags) {
    long ip = mbuf.data() + headers.ipOffset();
    boolean v4 = headers.ipVersion() == 4;
    if (v4 && (flags & RTE_MBUF_F_TX_IP_CKSUM) != 0) {
      Memory.putShortBigEndian(ip + 10, 0);
    }
    if ((flags & RTE_MBUF_F_TX_L4_MASK) == 0) {
      return;
    }
    boolean segmented = (flags & (RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG)) != 0;
    int sum = headers.protocol() + (segmented ? 0 : headers.ipEnd() - headers.l4Offset());
    for (int at = v4 ? 12 : 8; at < (v4 ? 20 : 40); at += 2) {
      sum += Memory.getUnsignedShortBigEndian(ip + at);
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    int field = headers.protocol() == 6 ? 16 : 6;
    Memory.putShortBigEndian(mbuf.data() + headers.l4Offset() + field, sum);
  }

  // ---- what cannot be changed in place ----------------------------------------------------------

  /** A copy is completed where somebody else reads the packet or has left no room for a tag. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPacketThatCannotBeChangedIsCopied(boolean shared) {
    DPDK.onWorker(
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            RandomPackets.Packet packet = requesting(new Random(SEED), RTE_MBUF_F_TX_TCP_CKSUM);
            int length = packet.bytes().length;
            OverlayTenant tenant = new OverlayTenant(cache, arena);
            Burst burst = Burst.allocate(2, arena);
            for (int headroom : new int[] {128, shared ? 128 : 0}) {
              long at =
                  tenant.put(
                      packet, new OverlayTenant.Layout(Math.min(length, 2048), 2048, headroom));
              describe(packet, at, new Random(1));
              mbuf.flags(packet.flags() | RTE_MBUF_F_TX_VLAN);
              burst.add(at);
            }
            long changeable = burst.get(0);
            long other = burst.get(1);
            if (shared) {
              OverlayTenant.share(other);
            }
            Burst out = Burst.allocate(4, arena);
            long flags = mbuf.wrap(other).flags();
            byte[] before = ModelNic.bytes(mbuf);
            assertThat(completer.complete(changeable, out)).isZero();
            assertThat(completer.complete(other, out)).isEqualTo(1);
            assertThat(ModelNic.bytes(mbuf.wrap(other))).isEqualTo(before);
            assertThat(mbuf.flags()).isEqualTo(flags);
            assertThat(ModelNic.bytes(mbuf.wrap(out.get(0))))
                .isEqualTo(ModelNic.bytes(new Mbuf().wrap(changeable)));
            if (shared) {
              OverlayTenant.unshare(other);
            }
            cache.free(out);
            cache.free(burst);
          }
        });
  }

  private static RandomPackets.Packet requesting(Random random, long l4) {
    RandomPackets packets = new RandomPackets(random, true, LIMIT);
    while (true) {
      RandomPackets.Packet packet = packets.next();
      boolean cut = (packet.flags() & (RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG)) != 0;
      if (!cut && (packet.flags() & RTE_MBUF_F_TX_L4_MASK) == l4 && packet.bytes().length < 2000) {
        return packet;
      }
    }
  }

  // ---- what cannot be done ----------------------------------------------------------------------

  /** Refused packets are as they were, and nothing is missing from the pool. */
  @Test
  void whatCannotBeCompletedIsLeftAlone() {
    long ip = RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM;
    long tcp = ip | RTE_MBUF_F_TX_TCP_CKSUM;
    DPDK.onWorker(
        () -> {
          refuse("SCTP", ip | SCTP_CKSUM, lengths(14, 20, 20, 0));
          refuse("UDP in TCP", ip | RTE_MBUF_F_TX_UDP_CKSUM, lengths(14, 20, 20, 0));
          refuse("no such flag", tcp | 1L << 42, lengths(14, 20, 20, 0));
          refuse("L2 too long", tcp, lengths(18, 20, 20, 0));
          refuse("L2 too short", tcp, lengths(10, 20, 20, 0));
          refuse("L3 too long", tcp, lengths(14, 24, 20, 0));
          refuse("segments of nothing", tcp | RTE_MBUF_F_TX_TCP_SEG, lengths(14, 20, 20, 0));
          refuse("L4 too long", tcp | RTE_MBUF_F_TX_TCP_SEG, lengths(14, 20, 24, 100));
          refuse("datagrams of TCP", tcp | RTE_MBUF_F_TX_UDP_SEG, lengths(14, 20, 20, 100));
          refuse(
              "outer without a header", tcp | RTE_MBUF_F_TX_OUTER_IP_CKSUM, lengths(14, 20, 20, 0));
          long tunnel = RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_TUNNEL_VXLAN;
          refuse(
              "no UDP around",
              tunnel | RTE_MBUF_F_TX_OUTER_UDP_CKSUM,
              Mbuf.packTxOffload(0, 0, 0, 0, 20, 14));
          refuse(
              "outer header beyond the packet",
              tunnel | RTE_MBUF_F_TX_OUTER_IP_CKSUM,
              Mbuf.packTxOffload(0, 0, 0, 0, 400, 127));
          refuse("too many segments", tcp | RTE_MBUF_F_TX_TCP_SEG, lengths(14, 20, 20, 2));
        });
  }

  private static long lengths(int l2, int l3, int l4, int size) {
    return Mbuf.packTxOffload(l2, l3, l4, size, 0, 0);
  }

  private void refuse(String what, long flags, long lengths) {
    Burst packet = Burst.allocate(1, Arena.global());
    Burst out = Burst.allocate(64, Arena.global());
    byte[] frame = tcp(600);
    assertThat(cache.allocate(packet, 1)).isTrue();
    mbuf.wrap(packet.get(0)).append(frame.length);
    Memory.copy(frame, 0, mbuf.data(), frame.length);
    mbuf.flags(flags);
    mbuf.txOffload(lengths);
    int available = DPDK.pool().available();
    assertThat(completer.complete(packet.get(0), out)).as(what).isEqualTo(-1);
    assertThat(out.isEmpty()).as(what).isTrue();
    assertThat(DPDK.pool().available()).as(what).isEqualTo(available);
    assertThat(ModelNic.bytes(mbuf.wrap(packet.get(0)))).as(what).isEqualTo(frame);
    assertThat(mbuf.flags()).as(what).isEqualTo(flags);
    cache.free(packet);
  }

  /** A frame with headers of 14, 20 and 20 bytes. */
  private static byte[] tcp(int length) {
    byte[] frame = new byte[length];
    ByteBuffer buffer = ByteBuffer.wrap(frame);
    buffer.putShort(12, (short) 0x0800);
    buffer.putShort(14, (short) 0x4500);
    buffer.putShort(16, (short) (length - 14));
    buffer.put(23, (byte) 6);
    buffer.put(46, (byte) 0x50);
    return frame;
  }

  @Test
  void anEmptyPoolIsNoReasonToLoseAnything() {
    Mempool small = DPDK.pool("completer", 63, 0);
    DPDK.onWorker(
        () -> {
          MempoolCache few = small.cache(DPDK.worker());
          TransmitCompleter starved = make(few);
          Burst packet = Burst.allocate(1, Arena.global());
          Burst out = Burst.allocate(Burst.MAX_CAPACITY, Arena.global());
          Burst hoard = Burst.allocate(Burst.MAX_CAPACITY, Arena.global());
          byte[] frame = tcp(600);
          assertThat(few.allocate(packet, 1)).isTrue();
          mbuf.wrap(packet.get(0)).append(frame.length);
          Memory.copy(frame, 0, mbuf.data(), frame.length);
          mbuf.flags(
              RTE_MBUF_F_TX_IPV4
                  | RTE_MBUF_F_TX_IP_CKSUM
                  | RTE_MBUF_F_TX_TCP_CKSUM
                  | RTE_MBUF_F_TX_TCP_SEG);
          mbuf.txOffload(lengths(14, 20, 20, 100)); // six segments
          assertThat(few.allocate(hoard, 57)).isTrue();
          assertThat(starved.complete(packet.get(0), out)).isEqualTo(-1);
          assertThat(small.available()).isEqualTo(5);
          hoard.size(56);
          few.free(hoard.address() + 56L * Long.BYTES, 1);
          assertThat(starved.complete(packet.get(0), out)).isEqualTo(6);
          few.free(out);
          few.free(hoard);
          few.free(packet);
        });
    assertThat(small.available()).isEqualTo(small.capacity());
  }
}
