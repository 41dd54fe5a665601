package io.gatun.offload.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatun.bindings.Memory;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.testing.FakeMbufs;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyNeighbourTest {
  private static final long GATEWAY = MacAddress.parse("02:00:00:00:00:01").littleEndian();
  private static final long A = MacAddress.parse("02:00:00:00:00:0a").littleEndian();
  private static final long B = MacAddress.parse("02:00:00:00:00:0b").littleEndian();

  private final FakeMbufs mbufs = new FakeMbufs();
  private final ProxyNeighbour proxy = new ProxyNeighbour(GATEWAY, 16, 1000);
  private final long memory = Arena.global().allocate(64).address();

  @AfterEach
  void close() {
    mbufs.close();
  }

  private String receive(long packet, int seconds) {
    return UnderlayHostTest.meaning(proxy.receive(packet, seconds * 1_000_000_000L, seconds));
  }

  private String receive(String name, int seconds) {
    return receive(mbufs.packet(UnderlayHostTest.frame(name)), seconds);
  }

  private long mac(String address) {
    IpAddress ip = IpAddress.parse(address);
    ip.write(memory);
    return proxy.mac(memory, ip.version());
  }

  private void heard(String address, long mac) {
    IpAddress ip = IpAddress.parse(address);
    ip.write(memory);
    Ethernet.source(memory + 16, mac);
    proxy.heard(memory + 16, memory, ip.version(), 0);
  }

  @ParameterizedTest
  @CsvSource({
    "TENANT_ASKS, PROXY_REPLY",
    "TENANT_ASKS_TAGGED, PROXY_REPLY_TAGGED",
    "TENANT_SOLICITS, PROXY_ADVERTISEMENT",
  })
  void questionsAreAnsweredAsScapyWould(String question, String answer) {
    long packet = mbufs.packet(UnderlayHostTest.frame(question));
    assertThat(receive(packet, 0)).isEqualTo("REPLY");
    assertThat(mbufs.hexOf(packet)).isEqualTo(UnderlayHostTest.frame(answer));
    assertThat(proxy.answered()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "TENANT_GRATUITOUS, CONSUMED",
    "TENANT_PROBE, CONSUMED",
    "TENANT_DETECTS_DUPLICATES, CONSUMED",
    "TENANT_BAD_SUM, BAD_INNER_CHECKSUM",
    "TENANT_ROUTER_SOLICITATION, UNSUPPORTED",
    "INNER4_TO_BROADCAST, NOT_IP",
    "INNER4, NOT_FOR_US",
    "PROXY_REPLY, OWN_PACKET",
  })
  void theRestIsNot(String name, String outcome) {
    assertThat(receive(name, 0)).isEqualTo(outcome);
    assertThat(proxy.answered()).isZero();
  }

  @Test
  void aHostOnTheSegmentAnswersForItself() {
    assertThat(receive("OTHER_TENANT_ANNOUNCES", 0)).isEqualTo("CONSUMED");
    assertThat(receive("TENANT_ASKS", ProxyNeighbour.LOCAL_SECONDS)).isEqualTo("NOT_FOR_US");
    assertThat(receive("TENANT_ASKS", ProxyNeighbour.LOCAL_SECONDS + 1)).isEqualTo("REPLY");
  }

  @Test
  void answersHaveALimit() {
    ProxyNeighbour limited = new ProxyNeighbour(GATEWAY, 16, 1);
    long first = mbufs.packet(Frames.TENANT_ASKS);
    long second = mbufs.packet(Frames.TENANT_SOLICITS);
    assertThat(limited.receive(first, 0, 0)).isEqualTo(Outcome.REPLY);
    assertThat(UnderlayHostTest.meaning(limited.receive(second, 0, 0))).isEqualTo("RATE_LIMITED");
    assertThat(limited.limitedAnswers()).isEqualTo(1);
  }

  // ---- the way back -----------------------------------------------------------------------------

  @Test
  void hostsAreRemembered() {
    assertThat(mac("10.0.0.1")).as("nobody heard yet").isEqualTo(Ethernet.BROADCAST);
    receive("TENANT_ASKS", 0);
    heard("10.0.0.2", B);
    heard("2001:db8:a::2", B);
    assertThat(mac("10.0.0.1")).isEqualTo(A);
    assertThat(mac("10.0.0.2")).isEqualTo(B);
    assertThat(mac("2001:db8:a::2")).isEqualTo(B);
    assertThat(mac("10.0.0.3")).as("the station heard last").isEqualTo(B);
    receive("TENANT_SOLICITS", 0);
    assertThat(mac("2001:db8:a::1")).isEqualTo(A);
    assertThat(mac("10.0.0.3")).isEqualTo(A);
    heard("10.0.0.1", B);
    assertThat(mac("10.0.0.1")).as("moved").isEqualTo(B);
  }

  @Test
  void groupsHaveAddressesOfTheirOwn() {
    heard("10.0.0.1", A);
    assertThat(mac("224.129.2.3")).isEqualTo(MacAddress.parse("01:00:5e:01:02:03").littleEndian());
    assertThat(mac("239.255.255.250"))
        .isEqualTo(MacAddress.parse("01:00:5e:7f:ff:fa").littleEndian());
    assertThat(mac("ff02::1:ff12:3456"))
        .isEqualTo(MacAddress.parse("33:33:ff:12:34:56").littleEndian());
    assertThat(mac("255.255.255.255")).isEqualTo(Ethernet.BROADCAST);
  }

  @Test
  void impossibleHostsAreNotRemembered() {
    heard("0.0.0.0", A);
    heard("::", A);
    heard("ff02::1", A);
    heard("224.0.0.1", A);
    heard("10.0.0.1", A | 1);
    heard("10.0.0.1", 0);
    heard("10.0.0.1", GATEWAY);
    assertThat(mac("10.0.0.1")).isEqualTo(Ethernet.BROADCAST);
  }

  @Test
  void theMemoryIsBoundedAndKeepsTheLatest() {
    for (int i = 1; i <= 200; i++) {
      heard("10.0.1." + i, i % 2 == 0 ? A : B);
      assertThat(mac("10.0.1." + i)).isEqualTo(i % 2 == 0 ? A : B);
    }
    assertThat(proxy.replaced()).isBetween(200 - 16L, 199L);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new InnerHosts(24))
        .withMessageContaining("24 is not a power of two of at least 16");
  }

  /** The one that was silent longest goes. */
  @Test
  void theOldestGivesWay() {
    InnerHosts hosts = new InnerHosts(16);
    for (int second = 0; second < 100; second++) {
      Memory.putIntBigEndian(memory, 0x0a00_0001);
      assertThat(hosts.learn(memory, 4, A, second)).isTrue();
      Memory.putIntBigEndian(memory, 0x0a00_0100 + second);
      assertThat(hosts.learn(memory, 4, B, second)).isTrue();
    }
    Memory.putIntBigEndian(memory, 0x0a00_0001);
    assertThat(hosts.mac(memory, 4)).isEqualTo(A);
  }

  // ---- questions --------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "TENANT_ASKS, true",
    "TENANT_SOLICITS, true",
    "TENANT_ROUTER_SOLICITATION, true",
    "INNER4, false",
    "INNER6, false",
    "PING6, false",
    "INNER6_LATER_FRAGMENT, false",
  })
  void questionsAreKnown(String name, boolean question) {
    long packet = mbufs.packet(UnderlayHostTest.frame(name));
    int length = new Mbuf().wrap(packet).dataLength();
    Headers headers = new Headers();
    assertThat(headers.parseEthernet(Mbuf.data(packet), length, length)).isTrue();
    assertThat(ProxyNeighbour.isQuestion(Mbuf.data(packet), length, headers)).isEqualTo(question);
  }

  @Test
  void randomPacketsHarmNothing() {
    ProxyNeighbour unlimited = new ProxyNeighbour(GATEWAY, 1024, 1_000_000);
    Fuzz fuzz =
        new Fuzz(
            "TENANT_ASKS",
            "TENANT_ASKS_TAGGED",
            "OTHER_TENANT_ANNOUNCES",
            "TENANT_SOLICITS",
            "TENANT_DETECTS_DUPLICATES",
            "ADVERTISEMENT_TO_US",
            "INNER6");
    int[] outcomes = new int[3];
    for (int i = 0; i < Fuzz.PACKETS; i++) {
      long packet = fuzz.next(mbufs);
      int outcome = unlimited.receive(packet, i * 1000L, i);
      outcomes[Math.min(outcome, 0) + 2]++;
      if (outcome == Outcome.REPLY) {
        assertThat(mbufs.bytes(packet).length).isLessThanOrEqualTo(fuzz.length());
      }
    }
    assertThat(outcomes).as("consumed, answered, dropped").doesNotContain(0);
  }
}
