package io.gatun.pmd.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Chains of extension headers that scapy 2.5 wrote, right before a guard. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Ipv6ExtensionsTest {
  private static final int RANDOM_PACKETS = 50_000;
  private static final int NEXT_HEADER = Ipv6.NEXT_HEADER;

  /**
   * A packet that ends with the last byte of its extension headers.
   *
   * @param fragmentHeader bytes to the fragment header, 0 without one
   * @param fragment whether it is part of a larger packet
   */
  record Chain(
      String scapy,
      String hex,
      int protocol,
      int fragmentHeader,
      boolean fragment,
      int fragmentOffset,
      boolean routed) {

    byte[] bytes() {
      return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
      return scapy;
    }
  }

  @TempDir private static Path directory;
  private GuardedMemory memory;

  @BeforeAll
  void map() {
    memory = new GuardedMemory(directory);
  }

  @AfterAll
  void unmap() {
    memory.close();
  }

  private static Chain plain(String scapy, String hex, int protocol) {
    return new Chain(scapy, hex, protocol, 0, false, 0, false);
  }

  private static Chain routed(String scapy, String hex, int protocol) {
    return new Chain(scapy, hex, protocol, 0, false, 0, true);
  }

  private static Chain fragment(
      String scapy, String hex, int protocol, int header, boolean fragment, int offset) {
    return new Chain(scapy, hex, protocol, header, fragment, offset, false);
  }

  static List<Chain> chains() {
    return List.of(
        plain(
            "IPv6(nh=6)",
            "60000000000006400000000000000000000000000000000100000000000000000000000000000001",
            Protocol.TCP),
        plain(
            "IPv6(nh=59)",
            "6000000000003b400000000000000000000000000000000100000000000000000000000000000001",
            Protocol.NO_NEXT_HEADER),
        plain(
            "IPv6(nh=50)",
            "60000000000032400000000000000000000000000000000100000000000000000000000000000001",
            Protocol.ESP),
        plain(
            "IPv6(nh=135)",
            "60000000000087400000000000000000000000000000000100000000000000000000000000000001",
            135),
        plain(
            "IPv6() / IPv6ExtHdrHopByHop(nh=17, options=[RouterAlert(value=0)])",
            "600000000008004000000000000000000000000000000001000000000000000000000000"
                + "000000011100050200000100",
            Protocol.UDP),
        plain(
            "IPv6() / IPv6ExtHdrDestOpt(nh=41, options=[PadN(optdata=b'p' * 100)])",
            "6000000000683c4000000000000000000000000000000001000000000000000000000000"
                + "00000001290c016470707070707070707070707070707070707070707070707070707070"
                + "707070707070707070707070707070707070707070707070707070707070707070707070"
                + "707070707070707070707070707070707070707070707070707070707070707070707070",
            Protocol.IPV6),
        plain(
            "IPv6() / IPv6ExtHdrRouting(nh=6, segleft=0, addresses=['2001:db8::1'])",
            "6000000000182b4000000000000000000000000000000001000000000000000000000000"
                + "00000001060200000000000020010db8000000000000000000000001",
            Protocol.TCP),
        plain(
            "IPv6(nh=51) / AH(nh=6, payloadlen=4, icv=b'i' * 12)",
            "600000000018334000000000000000000000000000000001000000000000000000000000"
                + "00000001060400000000000100000000696969696969696969696969",
            Protocol.TCP),
        routed(
            "IPv6() / IPv6ExtHdrRouting(nh=6, segleft=1, addresses=['2001:db8::1', "
                + "'2001:db8::2'])",
            "6000000000282b4000000000000000000000000000000001000000000000000000000000"
                + "00000001060400010000000020010db800000000000000000000000120010db800000000"
                + "0000000000000002",
            Protocol.TCP),
        routed(
            "IPv6() / IPv6ExtHdrSegmentRouting(nh=4, segleft=2, lastentry=2, "
                + "addresses=['::1', '::2', '::3'])",
            "6000000000382b4000000000000000000000000000000001000000000000000000000000"
                + "000000010406040202000000000000000000000000000000000000010000000000000000"
                + "000000000000000200000000000000000000000000000003",
            Protocol.IPV4),
        fragment(
            "IPv6() / IPv6ExtHdrFragment(nh=17, offset=0, m=1, id=1)",
            "6000000000082c4000000000000000000000000000000001000000000000000000000000"
                + "000000011100000100000001",
            Protocol.UDP,
            40,
            true,
            0),
        fragment(
            "IPv6() / IPv6ExtHdrFragment(nh=17, offset=0, m=0, id=1)",
            "6000000000082c4000000000000000000000000000000001000000000000000000000000"
                + "000000011100000000000001",
            Protocol.UDP,
            40,
            false,
            0),
        fragment(
            "IPv6() / IPv6ExtHdrFragment(nh=17, offset=8191, m=0, id=1)",
            "6000000000082c4000000000000000000000000000000001000000000000000000000000"
                + "000000011100fff800000001",
            Protocol.UDP,
            40,
            true,
            8191 * 8),
        fragment(
            "IPv6() / IPv6ExtHdrFragment(nh=60, offset=181, m=1, id=1)",
            "6000000000082c4000000000000000000000000000000001000000000000000000000000"
                + "000000013c0005a900000001",
            Protocol.DESTINATION_OPTIONS,
            40,
            true,
            1448),
        fragment(
            "IPv6() / IPv6ExtHdrHopByHop() / IPv6ExtHdrFragment(nh=60, offset=0, m=1, "
                + "res1=255, res2=3) / IPv6ExtHdrDestOpt(nh=58)",
            "600000000018004000000000000000000000000000000001000000000000000000000000"
                + "000000012c000104000000003cff0007000000003a00010400000000",
            Protocol.ICMPV6,
            48,
            true,
            0),
        plain(
            "IPv6() / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / IPv6ExtHdrRouting() "
                + "/ IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt() / "
                + "IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt(nh=47)",
            "600000000040004000000000000000000000000000000001000000000000000000000000"
                + "000000013c000104000000002b000104000000003c000000000000003c00010400000000"
                + "3c000104000000003c000104000000003c000104000000002f00010400000000",
            Protocol.GRE));
  }

  @ParameterizedTest
  @MethodSource("chains")
  void theTransportHeaderIsFound(Chain chain) {
    byte[] bytes = chain.bytes();
    long walk = Ipv6Extensions.walk(memory.place(bytes), bytes.length);

    assertThat(Ipv6Extensions.isMalformed(walk)).as("malformed").isFalse();
    assertThat(Ipv6Extensions.protocol(walk)).as("protocol").isEqualTo(chain.protocol);
    assertThat(Ipv6Extensions.offset(walk)).as("offset").isEqualTo(bytes.length);
    assertThat(Ipv6Extensions.fragmentHeaderOffset(walk)).isEqualTo(chain.fragmentHeader);
    assertThat(Ipv6Extensions.isFragment(walk)).as("fragment").isEqualTo(chain.fragment);
    assertThat(Ipv6Extensions.fragmentOffset(walk)).isEqualTo(chain.fragmentOffset);
    assertThat(Ipv6Extensions.isRouted(walk)).as("routed").isEqualTo(chain.routed);
  }

  /** What lies behind the last header is no matter of the walk. */
  @ParameterizedTest
  @MethodSource("chains")
  void bytesBehindItChangeNothing(Chain chain) {
    byte[] bytes = chain.bytes();
    long alone = Ipv6Extensions.walk(memory.place(bytes), bytes.length);

    for (int value : new int[] {0, Protocol.FRAGMENT, 0xff}) {
      byte[] more = Arrays.copyOf(bytes, bytes.length + 64);
      Arrays.fill(more, bytes.length, more.length, (byte) value);
      assertThat(Ipv6Extensions.walk(memory.place(more), more.length)).isEqualTo(alone);
    }
  }

  @ParameterizedTest
  @MethodSource("chains")
  void itIsCutAtEveryByte(Chain chain) {
    byte[] bytes = chain.bytes();
    for (int available = 0; available < bytes.length; available++) {
      long at = memory.place(bytes, available);

      long walk = Ipv6Extensions.walk(at, available);

      assertThat(Ipv6Extensions.isMalformed(walk)).as("%d bytes", available).isTrue();
      assertThat(Ipv6Extensions.offset(walk)).isLessThanOrEqualTo(available);
    }
    assertThat(Ipv6Extensions.isMalformed(Ipv6Extensions.walk(memory.end(), -1))).isTrue();
  }

  static List<Chain> malformed() {
    return List.of(
        // Nine headers.
        plain(
            "IPv6(nh=60) / Raw(bytes(IPv6ExtHdrDestOpt(nh=60)) * 8) / "
                + "IPv6ExtHdrDestOpt(nh=6) / TCP()",
            "60000000005c3c4000000000000000000000000000000001000000000000000000000000"
                + "000000013c000104000000003c000104000000003c000104000000003c00010400000000"
                + "3c000104000000003c000104000000003c000104000000003c0001040000000006000104"
                + "00000000001400500000000000000000500220008f7d0000",
            Protocol.DESTINATION_OPTIONS),
        // Hop-by-hop options that are not the first header.
        plain(
            "IPv6() / IPv6ExtHdrDestOpt(nh=0) / IPv6ExtHdrHopByHop(nh=6) / TCP()",
            "6000000000243c4000000000000000000000000000000001000000000000000000000000"
                + "000000010000010400000000060001040000000000140050000000000000000050022000"
                + "8f7d0000",
            Protocol.HOP_BY_HOP),
        // A fragment of a fragment.
        plain(
            "IPv6() / IPv6ExtHdrFragment(nh=44) / IPv6ExtHdrFragment(nh=6) / TCP()",
            "6000000000242c4000000000000000000000000000000001000000000000000000000000"
                + "000000012c00000000000000060000000000000000140050000000000000000050022000"
                + "8f7d0000",
            Protocol.FRAGMENT));
  }

  /** What cannot be read is named. */
  @ParameterizedTest
  @MethodSource("malformed")
  void whatIsMalformedIsNamed(Chain chain) {
    byte[] bytes = chain.bytes();
    long walk = Ipv6Extensions.walk(memory.place(bytes), bytes.length);

    assertThat(Ipv6Extensions.isMalformed(walk)).isTrue();
    assertThat(Ipv6Extensions.protocol(walk)).isEqualTo(chain.protocol);
  }

  @Test
  void theLongestChainFitsItsField() {
    byte[] packet = new byte[Ipv6.LENGTH + Ipv6Extensions.MAX_HEADERS * 2048];
    packet[NEXT_HEADER] = Protocol.ROUTING;
    for (int header = Ipv6.LENGTH; header < packet.length; header += 2048) {
      boolean isLast = header + 2048 == packet.length;
      packet[header] = (byte) (isLast ? Protocol.TCP : Protocol.ROUTING);
      packet[header + 1] = (byte) 0xff;
    }

    long walk = Ipv6Extensions.walk(memory.place(packet), packet.length);

    assertThat(Ipv6Extensions.isMalformed(walk)).isFalse();
    assertThat(Ipv6Extensions.offset(walk)).isEqualTo(packet.length);
    assertThat(Ipv6Extensions.protocol(walk)).isEqualTo(Protocol.TCP);
  }

  @Test
  void theIdentificationIsRead() {
    byte[] header = HexFormat.of().parseHex("0600000089abcdef");

    assertThat(Ipv6Extensions.fragmentIdentification(memory.place(header))).isEqualTo(0x89ab_cdef);
  }

  /** Every second packet begins with a chain, and extension headers are more likely than not. */
  @Test
  void randomBytesAreHandled() {
    byte[] likely = {0, 43, 44, 51, 60};
    SplittableRandom random = new SplittableRandom(20_260_102);
    List<Chain> chains = chains();
    int wellFormed = 0;
    for (int i = 0; i < RANDOM_PACKETS; i++) {
      byte[] bytes = new byte[Ipv6.LENGTH + random.nextInt(300)];
      random.nextBytes(bytes);
      for (int at = Ipv6.LENGTH; at < bytes.length; at += Long.BYTES) {
        bytes[at] = likely[random.nextInt(likely.length)];
        if (at + 1 < bytes.length) {
          bytes[at + 1] = (byte) random.nextInt(4);
        }
      }
      bytes[NEXT_HEADER] = likely[random.nextInt(likely.length)];
      byte[] start = chains.get(random.nextInt(chains.size())).bytes();
      System.arraycopy(start, 0, bytes, 0, Math.min(start.length, bytes.length) * (i & 1));

      long walk = Ipv6Extensions.walk(memory.place(bytes), bytes.length);

      assertThat(Ipv6Extensions.offset(walk)).isBetween(Ipv6.LENGTH, bytes.length);
      wellFormed += Ipv6Extensions.isMalformed(walk) ? 0 : 1;
    }
    assertThat(wellFormed).isBetween(RANDOM_PACKETS / 100, RANDOM_PACKETS - 1);
  }
}
