package io.gatun.mirror.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.testing.MemoryMbuf;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketFilterTest {
  // 192.0.2.1:1024 to 192.0.2.2:53, no payload.
  private static final String UDP_HEADERS = ipv4(17, 8, "0400003500080000");
  private static final String FRAME = "020000000002" + "020000000001" + "0800" + UDP_HEADERS;

  private final Random random = new Random(5);

  /** An IPv4 header and what it carries. */
  private static String ipv4(int protocol, int payloadBytes, String payload) {
    return "4500%04x0000000040%02x0000c0000201c0000202%s"
        .formatted(20 + payloadBytes, protocol, payload);
  }

  private static String ethernet(String type, String payload) {
    return "0200000000aa" + "0200000000bb" + type + payload;
  }

  private boolean matches(String expression, boolean inner, String hex) {
    byte[] packet = HexFormat.of().parseHex(hex);
    PacketFilter filter = PacketFilter.compile(expression, inner);
    try (Arena arena = Arena.ofConfined()) {
      return filter.matches(new MemoryMbuf(arena, packet.length, random).fill(packet));
    }
  }

  @Test
  void expressionsMatchWhatTheySay() {
    assertThat(matches("udp port 53", false, FRAME)).isTrue();
    assertThat(matches("udp port 54", false, FRAME)).isFalse();
    assertThat(matches("tcp", false, FRAME)).isFalse();
    assertThat(matches("len = 42", false, FRAME)).isTrue();
    assertThat(matches("greater 43", false, FRAME)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void aBlankExpressionMatchesEverything(String expression) {
    assertThat(matches(expression, false, FRAME)).isTrue();
    assertThat(matches(expression, false, "00")).isTrue();
    assertThat(matches(expression, true, FRAME)).isFalse();
    assertThat(matches(expression, true, ethernet("0800", ipv4(4, 28, UDP_HEADERS)))).isTrue();
  }

  // ---- errors -----------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tcp prot 80                 | syntax error at character 5: tcp ^prot 80;
          tcp port 80 tcp             | syntax error at character 13: tcp port 80 ^tcp;
          tcp port 80)                | syntax error at character 12: tcp port 80^);
          udp or (tcp && && ip)       | syntax error at character 16: udp or (tcp && ^&& ip);
          icmp[icmptype] = icmp-foo   | syntax error at character 18: icmp[icmptype] = ^icmp-foo;
          ip[6:2 & 1 = 0              | syntax error at character 8: ip[6:2 ^& 1 = 0;
          host 192.0.2.1 and # 5      | syntax error at character 20: host 192.0.2.1 and ^# 5;
          (ip[0] + 1) * 2 == 4 4      | syntax error at character 22: (ip[0] + 1) * 2 == 4 ^4;
          ether src 2:0:0:0:0:1 dst x | syntax error at character 23: ether src 2:0:0:0:0:1 ^dst x;
          tcp port                    | syntax error (something is missing at the end);
          (tcp or udp                 | syntax error (something is missing at the end);
          tcp[13] &                   | syntax error (something is missing at the end);
          len                         | syntax error (something is missing at the end);
          tcp port 70000 or udp       | 70000 > 65535 at character 10: tcp port ^70000 or udp;
          udp port nonsuch or port 5  | unknown port 'nonsuch' at character 10: udp port ^nonsuch or
          host 300.1.1.1              | '300.1.1.1' at character 6: host ^300.1.1.1;
          vlan 5000                   | maximum 4095 at character 6: vlan ^5000;
          tcp and udp                 | expression rejects all packets at character 9: tcp and ^udp;
          ip[0:3] = 1                 | data size must be 1, 2, or 4 at character 7: ip[0:3^] = 1;
          wlan type mgt               | supported only on 802.11
          """)
  void errorsSayWhatAndWhere(String expression, String message) {
    assertThatThrownBy(() -> PacketFilter.compile(expression, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("filter \"" + expression + "\": ")
        .hasMessageContaining(message)
        .hasMessageEndingWith("; the syntax is tcpdump's: man pcap-filter")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void inALongExpressionTheMarkIsStillToBeSeen() {
    String hosts =
        IntStream.range(0, 40)
            .mapToObj(i -> "host 192.0.2." + i)
            .collect(Collectors.joining(" or "));
    assertThatThrownBy(() -> PacketFilter.compile(hosts + " oder tcp", false))
        .hasMessageContaining(" host 192.0.2.39 ^oder tcp;");
  }

  @Test
  void whatADataPathCannotAnswerIsRefused() {
    assertThatThrownBy(() -> PacketFilter.compile("inbound", false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("filter \"inbound\": ")
        .hasMessageContaining("PORT:rx or PORT:tx");
    assertThatThrownBy(() -> PacketFilter.compile("ip6 protochain 6", false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'protochain'");
    assertThatThrownBy(() -> PacketFilter.compile("tcp\0", false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NUL");
  }

  private static String hosts(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "host 10.0.%d.%d".formatted(i / 256, i % 256))
        .collect(Collectors.joining(" or "));
  }

  @Test
  void manyHostsAreAccepted() {
    String hosts = hosts(200);
    String to9 = FRAME.replace("c0000202", "0a000009");
    String to250 = FRAME.replace("c0000202", "0a0000fa");

    assertThat(matches(hosts, false, to9)).isTrue();
    assertThat(matches(hosts, false, to250)).isFalse();
  }

  /** 800 are more than libpcap can optimize in time, and 5000 more than anybody should try. */
  @ParameterizedTest
  @ValueSource(ints = {800, 5000})
  void tooManyHostsAreRefused(int count) {
    assertThatThrownBy(() -> PacketFilter.compile(hosts(count), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("filter \"host 10.0.0.0 or host 10.0.0.1 or")
        .hasMessageContaining("spread it over several sessions")
        .message()
        .hasSizeLessThan(600);
  }

  // ---- inner frames -----------------------------------------------------------------------------

  private static String udp(int port, String payload) {
    int bytes = 8 + payload.length() / 2;
    return ipv4(17, bytes, "c000%04x%04x0000%s".formatted(port, bytes, payload));
  }

  private static String gre(String header, String payload) {
    return ipv4(47, (header.length() + payload.length()) / 2, header + payload);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "81000005", "88a800068100000f"})
  void innerFramesAreFoundInEveryTunnel(String tags) {
    String vxlan = "0800000000000700";
    assertInner(tags, udp(4789, vxlan + FRAME));
    assertInner(tags, udp(4790, "0c00000300000700" + FRAME));
    assertInner(tags, udp(4790, "0c00000100000700" + UDP_HEADERS));
    assertInner(tags, udp(6081, "0000655800000700" + FRAME));
    assertInner(tags, udp(6081, "0200655800000700" + "0102030100000000" + FRAME));
    assertInner(tags, udp(6081, "0000080000000700" + UDP_HEADERS));
    assertInner(tags, gre("00006558", FRAME));
    assertInner(tags, gre("2000655800000700", FRAME));
    assertInner(tags, gre("b0006558" + "00000000" + "00000007" + "00000001", FRAME));
    assertInner(tags, gre("00000800", UDP_HEADERS));
    assertInner(tags, gre("000088be", FRAME));
    assertInner(tags, gre("100088be00000001" + "1000000700000000", FRAME));
    assertInner(tags, gre("100022eb00000001" + "200000070000000000000000", FRAME));
    assertInner(
        tags, gre("100022eb00000001" + "200000070000000000000001" + "0000000000000000", FRAME));
    assertInner(tags, ipv4(4, 28, UDP_HEADERS));
  }

  private void assertInner(String tags, String ip) {
    String packet = ethernet(tags + "0800", ip);
    assertThat(matches("udp dst port 53", true, packet)).as(packet).isTrue();
    assertThat(matches("udp dst port 53", false, packet)).as(packet).isFalse();
    assertThat(matches("udp dst port 54", true, packet)).as(packet).isFalse();
    // The padding behind the outer IP packet is no part of the inner frame.
    assertThat(matches("less 42", true, packet + "00".repeat(50))).as(packet).isTrue();
    // Cut anywhere, it matches only when it is whole.
    for (int bytes = 0; bytes < packet.length() / 2; bytes++) {
      assertThat(matches("udp[6:2] = 0", true, packet.substring(0, 2 * bytes))).isFalse();
    }
    assertThat(matches("udp[6:2] = 0", true, packet)).as(packet).isTrue();
  }

  @Test
  void whatIsNoTunnelHasNoInnerFrame() {
    assertThat(matches("", true, FRAME)).isFalse();
    assertThat(matches("", true, ethernet("0806", "00".repeat(28)))).isFalse();
    // Another port, a VXLAN header without I, OAM in VXLAN-GPE and Geneve, another GRE version.
    assertThat(matches("", true, ethernet("0800", udp(4788, "0800000000000700" + FRAME))))
        .isFalse();
    assertThat(matches("", true, ethernet("0800", udp(4789, "0000000000000700" + FRAME))))
        .isFalse();
    assertThat(matches("", true, ethernet("0800", udp(4790, "0d00000300000700" + FRAME))))
        .isFalse();
    assertThat(matches("", true, ethernet("0800", udp(6081, "0080655800000700" + FRAME))))
        .isFalse();
    assertThat(matches("", true, ethernet("0800", gre("00016558", FRAME)))).isFalse();
    // A fragment of a tunnelled packet.
    String fragment = "450000300000" + "2000" + ipv4(4, 28, UDP_HEADERS).substring(16);
    assertThat(matches("", true, ethernet("0800", fragment))).isFalse();
  }

  @Test
  void whatOnlyEthernetHasDoesNotMatchPlainIp() {
    String ipInIp = ethernet("0800", ipv4(4, 28, UDP_HEADERS));
    assertThat(matches("ether src 02:00:00:00:00:01", true, ipInIp)).isFalse();
    assertThat(matches("not ether src 02:00:00:00:00:01", true, ipInIp)).isFalse();
    assertThat(
            matches("ether src 02:00:00:00:00:01", true, ethernet("0800", gre("00006558", FRAME))))
        .isTrue();
  }

  @Test
  void theInnerFrameMayLieInOtherSegments() {
    byte[] packet =
        HexFormat.of().parseHex(ethernet("0800", udp(4789, "0800000000000700" + FRAME)));
    int tunnelEnd = 14 + 20 + 8 + 8;
    PacketFilter filter = PacketFilter.compile("udp dst port 53 and udp[6:2] = 0", true);
    try (Arena arena = Arena.ofConfined()) {
      MemoryMbuf mbuf = new MemoryMbuf(arena, packet.length, random);
      for (int cut = 0; cut <= packet.length; cut++) {
        // Before that, the tunnel's own headers are cut.
        assertThat(filter.matches(mbuf.fill(packet, cut)))
            .as("cut at %d", cut)
            .isEqualTo(cut >= tunnelEnd);
      }
    }
  }
}
