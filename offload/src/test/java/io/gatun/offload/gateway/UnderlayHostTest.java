package io.gatun.offload.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.offload.DropReason;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Vlan;
import io.gatun.testing.FakeMbufs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnderlayHostTest {
  private static final long OWN = MacAddress.parse("02:00:00:00:00:01").littleEndian();
  private static final long PEER = MacAddress.parse("02:00:00:00:00:02").littleEndian();
  private static final long NOW = -5;

  private final FakeMbufs mbufs = new FakeMbufs();
  private final OwnAddresses own = new OwnAddresses();
  private final NeighbourTable neighbours = new NeighbourTable(8);
  private final PathMtu pathMtu = new PathMtu(own);
  private final UnderlayHost host = host(NeighbourMessages.UNTAGGED, 1000);

  UnderlayHostTest() {
    own.add(IpAddress.parse("192.0.2.1"), 24);
    own.add(IpAddress.parse("2001:db8::1"), 64);
    neighbours.add(IpAddress.parse("192.0.2.2"));
    neighbours.add(IpAddress.parse("2001:db8::2"));
    pathMtu.addTunnel(Protocol.UDP, 4789);
    pathMtu.addTunnel(Protocol.GRE, 0);
  }

  private UnderlayHost host(int tag, int perSecond) {
    return new UnderlayHost(OWN, tag, own, neighbours, pathMtu, perSecond);
  }

  @AfterEach
  void close() {
    mbufs.close();
  }

  static String frame(String name) {
    try {
      return String.valueOf(Frames.class.getDeclaredField(name).get(null));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  static String meaning(int outcome) {
    return switch (outcome) {
      case Outcome.REPLY -> "REPLY";
      case Outcome.CONSUMED -> "CONSUMED";
      default -> DropReason.of(outcome).name();
    };
  }

  private String receive(String hex) {
    return meaning(host.receive(mbufs.packet(hex), NOW));
  }

  // ---- answers ----------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "ARP_FOR_US, ARP_OUR_REPLY",
    "ARP_PROBE, ARP_PROBE_REPLY",
    "SOLICITATION_FOR_US, OUR_ADVERTISEMENT",
    "SOLICITATION_WITHOUT_OPTION, OUR_ADVERTISEMENT",
    "DUPLICATE_DETECTION, UNSOLICITED_ADVERTISEMENT",
    "PING, PONG",
    "PING6, PONG6",
  })
  void answersAreAsScapyBuildsThem(String question, String answer) {
    long packet = mbufs.packet(frame(question));
    Mbuf mbuf = new Mbuf().wrap(packet);
    mbuf.flags(RteMbuf.F_EXTERNAL | 0x1ff);
    mbuf.txOffload(77);
    assertThat(meaning(host.receive(packet, NOW))).isEqualTo("REPLY");
    assertThat(mbufs.hexOf(packet)).isEqualTo(frame(answer));
    assertThat(mbuf.flags()).as("nothing that transmit would obey").isEqualTo(RteMbuf.F_EXTERNAL);
    assertThat(mbuf.txOffload()).isZero();
    assertThat(host.answered()).isEqualTo(1);
  }

  @Test
  void aTagIsKept() {
    UnderlayHost tagged = host(Vlan.tciOf(3, 42), 1000);
    long packet = mbufs.packet(Frames.PING_TAGGED);
    assertThat(meaning(tagged.receive(packet, NOW))).isEqualTo("REPLY");
    assertThat(mbufs.hexOf(packet)).isEqualTo(Frames.PONG_TAGGED);
    assertThat(meaning(tagged.receive(mbufs.packet(Frames.PING), NOW))).isEqualTo("VLAN_UNKNOWN");
    assertThat(receive(Frames.PING_TAGGED)).isEqualTo("VLAN_UNKNOWN");
    String priority = Frames.PING_TAGGED.replaceFirst("8100002a", "81006000");
    assertThat(receive(priority)).as("VLAN 0 is a priority alone").isEqualTo("REPLY");
  }

  @ParameterizedTest
  @ValueSource(ints = {43, 44, 45, 48})
  void aPingInSegmentsIsAnsweredToo(int cut) {
    long packet = mbufs.chain(FakeMbufs.hex(Frames.PING), cut, 1);
    assertThat(meaning(host.receive(packet, NOW))).isEqualTo("REPLY");
    assertThat(mbufs.hexOf(packet)).isEqualTo(Frames.PONG);
  }

  /** Ethernet's padding behind the IP packet is no part of the ICMP message. */
  @Test
  void paddingIsNotSummedUp() {
    long packet = mbufs.packet(Frames.PING + "ffeeddcc");
    assertThat(meaning(host.receive(packet, NOW))).isEqualTo("REPLY");
    assertThat(mbufs.hexOf(packet)).isEqualTo(Frames.PONG + "ffeeddcc");
  }

  @Test
  void anAdvertisementWithoutRoomIsNotHalfWritten() {
    byte[] question = FakeMbufs.hex(Frames.SOLICITATION_WITHOUT_OPTION);
    long packet = mbufs.guarded(question, question.length);
    assertThat(meaning(host.receive(packet, NOW))).isEqualTo("NO_HEADROOM");
    assertThat(mbufs.bytes(packet)).isEqualTo(question);
  }

  @Test
  void pingsAndNeighboursHaveALimitEach() {
    UnderlayHost limited = host(NeighbourMessages.UNTAGGED, 2);
    for (String question : new String[] {Frames.PING, Frames.ARP_FOR_US}) {
      for (int i = 0; i < 4; i++) {
        String expected = i < 2 ? "REPLY" : "RATE_LIMITED";
        assertThat(meaning(limited.receive(mbufs.packet(question), NOW))).isEqualTo(expected);
      }
    }
    assertThat(limited.limitedAnswers()).isEqualTo(4);
    long later = NOW + 500_000_000;
    assertThat(meaning(limited.receive(mbufs.packet(Frames.PING6), later))).isEqualTo("REPLY");
    assertThat(meaning(limited.receive(mbufs.packet(Frames.PING6), later)))
        .isEqualTo("RATE_LIMITED");
  }

  // ---- what is not answered ---------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "ARP_FOR_OTHER, CONSUMED", // it told a neighbour's address
    "ARP_CONFLICT, MALFORMED_OUTER",
    "ADVERTISEMENT_FROM_AFAR, MALFORMED_OUTER",
    "PING_FROM_NETWORK_BROADCAST, MALFORMED_OUTER",
    "PING_FROM_GROUP, MALFORMED_OUTER",
    "PING_WITH_OPTIONS, UNSUPPORTED",
    "PING_FRAGMENT, OUTER_FRAGMENT",
    "PING_BAD_HEADER, BAD_OUTER_CHECKSUM",
    "PING_BAD_SUM, BAD_OUTER_CHECKSUM",
    "PING_OTHER, NOT_FOR_US",
    "PING_BEHIND_BROADCAST, NOT_FOR_US",
    "UDP_FOR_US, UNSUPPORTED",
    "PONG, OWN_PACKET",
    "ARP_OUR_REPLY, OWN_PACKET",
    "TENANT_SOLICITS, NOT_FOR_US",
    "TENANT_ASKS, NOT_FOR_US",
    "INNER4, NOT_FOR_US",
  })
  void theRestHasAReason(String name, String reason) {
    assertThat(receive(frame(name))).isEqualTo(reason);
  }

  @Test
  void somebodyWithOurAddressIsCounted() {
    receive(Frames.ARP_CONFLICT);
    receive(Frames.UNSOLICITED_ADVERTISEMENT.replaceFirst("020000000001", "020000000009"));
    assertThat(host.conflicts()).isEqualTo(2);
  }

  @Test
  void everyCutHasAReason() {
    for (String name : new String[] {"ARP_FOR_US", "SOLICITATION_FOR_US", "PING", "PING6"}) {
      byte[] whole = FakeMbufs.hex(frame(name));
      for (int length = 0; length < whole.length; length++) {
        String outcome = meaning(host.receive(mbufs.guarded(whole, length), NOW));
        assertThat(outcome)
            .as("%s cut to %d", name, length)
            .isEqualTo(length < 14 ? "TOO_SHORT" : "MALFORMED_OUTER");
      }
    }
  }

  // ---- what is learned --------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "ARP_REPLY_TO_US, CONSUMED, 0, REACHABLE",
    "ADVERTISEMENT_TO_US, CONSUMED, 1, REACHABLE",
    "ARP_FOR_US, REPLY, 0, STALE",
    "ARP_FOR_OTHER, CONSUMED, 0, STALE",
    "SOLICITATION_FOR_US, REPLY, 1, STALE",
    "SOLICITATION_WITHOUT_OPTION, REPLY, 1, INCOMPLETE",
    "PING, REPLY, 0, INCOMPLETE",
  })
  void neighboursAreLearned(String name, String outcome, int n, NeighbourTable.State state) {
    assertThat(receive(frame(name))).isEqualTo(outcome);
    assertThat(neighbours.state(n)).isEqualTo(state);
    boolean known = state != NeighbourTable.State.INCOMPLETE;
    assertThat(neighbours.mac(n)).isEqualTo(known ? PEER : NeighbourTable.NONE);
  }

  // ---- path MTU ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "NEEDS_FRAGMENTATION, 1400, 203.0.113.5",
    "NEEDS_FRAGMENTATION_NO_MTU, 1492, 203.0.113.5", // the plateau below 1500
    "NEEDS_FRAGMENTATION_TINY, 576, 203.0.113.5",
    "TOO_BIG6, 1400, 2001:db8:7::5",
  })
  void routersTellThePathsMtu(String name, int mtu, String remote) {
    assertThat(receive(frame(name))).isEqualTo("CONSUMED");
    assertThat(pathMtu.take()).isEqualTo(mtu);
    assertThat(new IpAddress(pathMtu.version(), pathMtu.high(), pathMtu.low()))
        .isEqualTo(IpAddress.parse(remote));
    assertThat(pathMtu.take()).as("once").isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "NEEDS_FRAGMENTATION_OTHER_PORT, NOT_FOR_US",
    "NEEDS_FRAGMENTATION_OTHER_SOURCE, NOT_FOR_US",
    "TOO_BIG6_TINY, MALFORMED_OUTER",
  })
  void forgedReportsAreNotBelieved(String name, String reason) {
    assertThat(receive(frame(name))).isEqualTo(reason);
    assertThat(pathMtu.take()).isZero();
  }

  // ---- anything ---------------------------------------------------------------------------------

  @Test
  void randomPacketsHarmNothing() {
    Fuzz fuzz =
        new Fuzz(
            "ARP_FOR_US",
            "ARP_REPLY_TO_US",
            "SOLICITATION_FOR_US",
            "SOLICITATION_WITHOUT_OPTION",
            "DUPLICATE_DETECTION",
            "ADVERTISEMENT_TO_US",
            "PING",
            "PING6",
            "PING_WITH_OPTIONS",
            "PING_TAGGED",
            "NEEDS_FRAGMENTATION",
            "TOO_BIG6");
    UnderlayHost unlimited = host(NeighbourMessages.UNTAGGED, 1_000_000);
    int[] outcomes = new int[3];
    for (int i = 0; i < Fuzz.PACKETS; i++) {
      long packet = fuzz.next(mbufs);
      int length = fuzz.length();
      int outcome = unlimited.receive(packet, i * 1000L);
      outcomes[Math.min(outcome, 0) + 2]++;
      int mtu = pathMtu.take();
      assertThat(mtu == 0 || outcome == Outcome.CONSUMED && mtu >= 576).isTrue();
      if (outcome == Outcome.REPLY) {
        byte[] reply = mbufs.bytes(packet);
        assertThat(reply.length).isLessThanOrEqualTo(length);
        assertThat(Memory.getLong(Mbuf.data(packet) + 6) & 0xffff_ffff_ffffL).isEqualTo(OWN);
      } else if (outcome >= 0) {
        assertThat(DropReason.of(outcome)).isNotNull();
      }
    }
    assertThat(outcomes).as("consumed, answered, dropped").doesNotContain(0);
  }
}
