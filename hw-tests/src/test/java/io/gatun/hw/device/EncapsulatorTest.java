package io.gatun.hw.device;

import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_VLAN;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.model.ModelNic;
import io.gatun.hw.tool.Tool;
import io.gatun.offload.Encapsulator;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.TunnelType;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes into a tunnel and what does not, one packet at a time. */
@Tag("dpdk")
class EncapsulatorTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final Map<String, Long> NOTHING = Map.of();
  private static final Map<String, Long> OWN = Map.of("own_packet", 1L);

  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());
  private final PacketChain chain = new PacketChain(cache);
  private final Mbuf mbuf = new Mbuf();

  @BeforeAll
  static void tools() {
    Tool.assumeScapy();
  }

  private static byte[] scapy(String packet) {
    return HexFormat.of().parseHex(Tool.scapy("print(bytes(" + packet + ").hex())").strip());
  }

  private long make(byte[] bytes) {
    return chain.make(bytes, new int[] {bytes.length}, 1, 128, (byte) 0);
  }

  // ---- packets of the tunnel in the tunnel ------------------------------------------------------

  /** RFC 7348 has nothing against a tenant whose host has the end point's address. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "VXLAN  | false | IP(src='192.0.2.1',dst='10.0.0.1')/TCP()/Raw(b'x'*100)",
        "VXLAN  | false | IP(src='192.0.2.1',dst='10.0.0.1')/UDP(dport=53)/Raw(b'x'*100)",
        "VXLAN  | false | IP(src='192.0.2.1',dst='10.0.0.1')/UDP(sport=4789,dport=4790)/Raw(b'x')",
        "VXLAN  | false | IP(src='192.0.2.1',dst='10.0.0.1')/ICMP()",
        "VXLAN  | false | IP(src='192.0.2.1',dst='10.0.0.1')/GRE()/IP()",
        "VXLAN  | false | IP(src='192.0.2.9',dst='10.0.0.1')/UDP(dport=4789)/VXLAN()/Ether()",
        "VXLAN  | true  | IPv6(src='2001:db8::1',dst='2001:db8::2')/UDP(dport=53)",
        "VXLAN  | true  | IP(src='192.0.2.1',dst='10.0.0.1')/UDP(dport=4789)/VXLAN()/Ether()",
        "GENEVE | false | IP(src='192.0.2.1',dst='10.0.0.1')/UDP(dport=4789)/VXLAN()/Ether()",
        "GRE    | false | IP(src='192.0.2.1',dst='10.0.0.1')/UDP(dport=4789)/VXLAN()/Ether()",
        "NVGRE  | false | IP(src='192.0.2.1',dst='10.0.0.1')/TCP()",
        "IPIP   | false | IP(src='192.0.2.1',dst='10.0.0.1')/TCP()",
      })
  void aTenantMayHaveTheAddressOfTheGateway(TunnelType type, boolean six, String packet) {
    assertThat(submit(type, six, packet)).isEqualTo(NOTHING);
  }

  /** A loop in the network brings back what was sent: it would grow by a header each time. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "VXLAN  | false | IP(src='192.0.2.1',dst='192.0.2.2')/UDP(dport=4789)/VXLAN()/Ether()",
        "VXLAN  | false | Dot1Q()/IP(src='192.0.2.1')/UDP(dport=4789)/VXLAN()/Ether()",
        "VXLAN  | true  | IPv6(src='2001:db8::1')/UDP(dport=4789)/VXLAN()/Ether()",
        "GENEVE | false | IP(src='192.0.2.1',dst='192.0.2.2')/UDP(dport=6081)/Raw(b'x'*60)",
        "GRE    | false | IP(src='192.0.2.1',dst='192.0.2.2')/GRE()/IP()",
        "NVGRE  | true  | IPv6(src='2001:db8::1',nh=47)/GRE()/Ether()",
        "IPIP   | false | IP(src='192.0.2.1',dst='192.0.2.2')/IP()/UDP()",
        "IPIP   | true  | IPv6(src='2001:db8::1')/IPv6()/UDP()",
      })
  void aPacketOfTheTunnelDoesNotGoIntoItAgain(TunnelType type, boolean six, String packet) {
    assertThat(submit(type, six, packet)).isEqualTo(OWN);
  }

  /** Submits a packet; returns why it was dropped, if it was. */
  private Map<String, Long> submit(TunnelType type, boolean six, String packet) {
    byte[] bytes = scapy(type.carriesEthernet() ? "Ether()/" + packet : packet);
    TunnelLane lane = new TunnelLane(type, six, false, cache);
    DPDK.onWorker(
        () -> {
          int result = lane.encapsulator().submit(make(bytes), 0);
          if (result == Encapsulator.DROPPED) {
            chain.free(lane.takeDropped());
            return;
          }
          assertThat(result).isEqualTo(Encapsulator.QUEUED);
          assertThat(lane.drain()).isTrue();
          byte[] sent = ModelNic.bytes(mbuf.wrap(lane.out().get(0)));
          int header = sent.length - bytes.length;
          assertThat(Arrays.copyOfRange(sent, header, sent.length)).isEqualTo(bytes);
          cache.free(lane.out());
        });
    return lane.reasons();
  }

  // ---- what readers see -------------------------------------------------------------------------

  /** The depth is most wanted when nothing moves. */
  @Test
  void theQueuesDepthIsRightWhileTheRingIsFull() {
    byte[] bytes = scapy("Ether()/IP(src='10.0.0.1',dst='10.0.0.2')/UDP()/Raw(b'x'*40)");
    TunnelLane lane = new TunnelLane(TunnelType.VXLAN, false, false, cache);
    DPDK.onWorker(
        () -> {
          int room = lane.out().capacity();
          for (int i = 0; i < room + 3; i++) {
            assertThat(lane.encapsulator().submit(make(bytes), 0)).isEqualTo(Encapsulator.QUEUED);
          }
          assertThat(lane.drain()).isFalse();
          assertThat(lane.encapsulator().queue().depth()).isEqualTo(3);
          lane.encapsulator().submit(make(bytes), 0);
          assertThat(lane.encapsulator().outer(lane.out())).isZero(); // the ring took none of it
          assertThat(lane.encapsulator().queue().depth()).isEqualTo(4);
          assertThat(lane.encapsulator().queue().highWater()).isEqualTo(room + 3);
          cache.free(lane.out());
          assertThat(lane.encapsulator().drain()).isEqualTo(4);
          assertThat(lane.encapsulator().queue().depth()).isZero();
        });
  }

  // ---- tags -------------------------------------------------------------------------------------

  @Test
  void aTagThatTheMbufAsksForIsInsertedIntoTheInnerFrame() {
    byte[] bytes = scapy("Ether()/IP()/UDP()/Raw(b'x'*40)");
    byte[] tagged = scapy("Ether()/Dot1Q(prio=2,vlan=9)/IP()/UDP()/Raw(b'x'*40)");
    TunnelLane lane = new TunnelLane(TunnelType.VXLAN, false, false, cache);
    DPDK.onWorker(
        () -> {
          assertThat(lane.encapsulator().submit(tagging(bytes), 0)).isEqualTo(Encapsulator.QUEUED);
          assertThat(lane.drain()).isTrue();
          byte[] sent = ModelNic.bytes(mbuf.wrap(lane.out().get(0)));
          assertThat(Arrays.copyOfRange(sent, sent.length - tagged.length, sent.length))
              .isEqualTo(tagged);
          assertThat(mbuf.flags() & RTE_MBUF_F_TX_VLAN).isZero();
          cache.free(lane.out());
        });
  }

  /** Moving the addresses would move them for the other owner, too. */
  @Test
  void noTagIsInsertedWhereSomebodyElseReads() {
    byte[] bytes = scapy("Ether()/IP()/UDP()/Raw(b'x'*40)");
    TunnelLane lane = new TunnelLane(TunnelType.VXLAN, false, false, cache);
    DPDK.onWorker(
        () -> {
          long shared = tagging(bytes);
          mbuf.references(2);
          assertThat(lane.encapsulator().submit(shared, 0)).isEqualTo(Encapsulator.DROPPED);
          lane.drain(); // frees one reference
          assertThat(ModelNic.bytes(mbuf.wrap(shared))).isEqualTo(bytes);
          assertThat(mbuf.references()).isEqualTo(1);
          chain.free(shared);
        });
    assertThat(lane.reasons()).isEqualTo(Map.of("unsupported", 1L));
    assertThat(lane.takeDropped()).as("given to who looks at drops").isZero();
  }

  @Test
  void noTagIsInsertedIntoWhatIsNoFrame() {
    for (int length : List.of(1, 11, 13)) {
      TunnelLane lane = new TunnelLane(TunnelType.VXLAN, false, false, cache);
      DPDK.onWorker(
          () -> {
            assertThat(lane.encapsulator().submit(tagging(new byte[length]), 0))
                .isEqualTo(Encapsulator.DROPPED);
            chain.free(lane.takeDropped());
          });
      assertThat(lane.reasons()).isEqualTo(Map.of("malformed_inner", 1L));
    }
  }

  private long tagging(byte[] bytes) {
    long packet = make(bytes);
    mbuf.wrap(packet).flags(RTE_MBUF_F_TX_VLAN);
    mbuf.vlanTci(2 << 13 | 9);
    return packet;
  }
}
