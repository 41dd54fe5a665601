package io.gatun.offload.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.tool.Tool;
import io.gatun.offload.TunnelConfig;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.TunnelType;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The header that a NIC is told to put before packets, as scapy reads it. */
@Tag("dpdk") // the wire layouts come with the bindings, which load DPDK
class HeaderBytesTest {
  private static final MacAddress OWN = MacAddress.parse("02:00:00:00:00:01");
  private static final MacAddress NEXT_HOP = MacAddress.parse("02:00:00:00:00:02");
  private static final byte[] OPTION =
      HexFormat.of().parseHex("0102 8001 deadbeef".replace(" ", ""));

  /** The same for IPv4 and IPv6 outside, with a VLAN tag on one of them. */
  private static final String PROGRAM =
      """
      from scapy.contrib.geneve import GENEVE
      def show(hexadecimal):
          b = bytearray.fromhex(hexadecimal)
          # The lengths that the NIC fills in, without which scapy sees padding.
          ip = 14 if b[12:14] != bytes([0x81, 0]) else 18
          four = b[ip] >> 4 == 4
          l4 = ip + (20 if four else 40)
          if four:
              b[ip + 2:ip + 4] = (len(b) - ip).to_bytes(2, 'big')
          else:
              b[ip + 4:ip + 6] = (len(b) - l4).to_bytes(2, 'big')
          if b[ip + (9 if four else 6)] == 17:
              b[l4 + 4:l4 + 6] = (len(b) - l4).to_bytes(2, 'big')
          p = Ether(bytes(b))
          out = [p.dst, p.src]
          if Dot1Q in p:
              out += [p[Dot1Q].prio, p[Dot1Q].vlan]
          ip = p[IP] if IP in p else p[IPv6]
          out += [ip.version, ip.src, ip.dst]
          if ip.version == 4:
              out += [ip.ihl, ip.tos, ip.ttl, ip.flags, ip.proto, ip.id]
          else:
              out += [ip.tc, ip.hlim, ip.nh]
          if UDP in p:
              out += ['udp', 49152 <= p[UDP].sport, p[UDP].dport]
          if VXLAN in p:
              out += ['vxlan', p[VXLAN].flags.value, p[VXLAN].vni, bytes(p[VXLAN])[3]]
          if GENEVE in p:
              g = p[GENEVE]
              out += ['geneve', g.version, g.optionlen, g.critical, hex(g.proto), g.vni]
              out += [bytes(g)[8:].hex()]
          if GRE in p:
              g = p[GRE]
              out += ['gre', g.chksum_present, g.key_present, g.version, hex(g.proto)]
              out += [g.key if g.key_present else '', len(bytes(g))]
          return ' '.join(str(o) for o in out)
      for hexadecimal in sys.argv[1:]:
          print(show(hexadecimal))
      """;

  @BeforeAll
  static void assumeScapy() {
    Tool.assumeScapy();
  }

  private static List<String> read(TunnelType type, long identifier) {
    List<String> headers =
        Stream.of("4", "6")
            .map(
                version -> {
                  boolean four = version.equals("4");
                  TunnelConfig.Builder config =
                      TunnelConfig.builder(
                          type, IpAddress.parse(four ? "192.0.2.1" : "2001:db8::1"));
                  config.dscp(46).ttl(63).udpChecksum(false);
                  if (!four) {
                    config.outerVlan(5 << 13 | 7);
                  }
                  if (type == TunnelType.GENEVE) {
                    config.options(OPTION);
                  }
                  TunnelEndpoint.Remote remote =
                      new TunnelEndpoint.Remote(
                          IpAddress.parse(four ? "198.51.100.1" : "2001:db8::2"),
                          NEXT_HOP,
                          List.of());
                  return new TunnelHeaders(config.build())
                      .pushedBytes(OWN, remote, identifier)
                      .hex();
                })
            .toList();
    return Tool.scapy(PROGRAM, headers.toArray()).lines().toList();
  }

  @ParameterizedTest
  @EnumSource(TunnelType.class)
  void everyFieldIsWhatTheTunnelIsConfiguredTo(TunnelType type) {
    long identifier = type.hasIdentifier() ? 0x123456 : -1;
    int protocol =
        switch (type) {
          case VXLAN, VXLAN_GPE, GENEVE -> 17;
          case NVGRE, GRE -> 47;
          case IPIP -> 4;
        };
    String udp = " udp True " + type.defaultUdpPort();
    String tunnel =
        switch (type) {
          case VXLAN -> udp + " vxlan 8 1193046 0";
          case VXLAN_GPE -> udp + " vxlan 12 1193046 3";
          case GENEVE -> udp + " geneve 0 2 1 0x6558 1193046 01028001deadbeef";
          case NVGRE -> " gre 0 1 0 0x6558 305419776 8"; // VSID and flow ID in the place of the key
          case GRE -> " gre 0 1 0 0x6558 1193046 8";
          case IPIP -> "";
        };
    String ethernet = "02:00:00:00:00:02 02:00:00:00:00:01 ";

    assertThat(read(type, identifier))
        .containsExactly(
            ethernet + "4 192.0.2.1 198.51.100.1 5 184 63 DF " + protocol + " 0" + tunnel,
            ethernet + "5 7 6 2001:db8::1 2001:db8::2 184 63 " + protocol + tunnel);
  }
}
