package io.gatun.hw.model;

import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_FDIR;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_FDIR_ID;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_GOOD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_GOOD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_RSS_HASH;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.tool.Tool;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the model's receiving side says about frames that scapy made, with and without damage. */
class ModelRxTest {
  private static final long IP_GOOD = RTE_MBUF_F_RX_IP_CKSUM_GOOD;
  private static final long IP_BAD = RTE_MBUF_F_RX_IP_CKSUM_BAD;
  private static final long L4_GOOD = RTE_MBUF_F_RX_L4_CKSUM_GOOD;
  private static final long L4_BAD = RTE_MBUF_F_RX_L4_CKSUM_BAD;
  private static final long OUTER_IP_BAD = RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD;
  private static final long OUTER_L4_GOOD = RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD;
  private static final long OUTER_L4_BAD = RTE_MBUF_F_RX_OUTER_L4_CKSUM_BAD;
  private static final long VERDICTS =
      IP_GOOD | IP_BAD | L4_GOOD | L4_BAD | OUTER_IP_BAD | OUTER_L4_GOOD | OUTER_L4_BAD;

  /** Where the damage is, and what each family says of it, in {@link #FAMILIES}' order. */
  private static final Map<String, long[]> EXPECTED =
      Map.of(
          "nothing",
          verdicts(IP_GOOD | L4_GOOD, IP_GOOD | L4_GOOD, IP_GOOD | L4_GOOD, IP_GOOD | L4_GOOD),
          "outer-ip",
          verdicts(IP_BAD | L4_GOOD, IP_GOOD | L4_GOOD | OUTER_IP_BAD, L4_GOOD, IP_BAD | L4_GOOD),
          "outer-udp",
          verdicts(IP_GOOD | L4_BAD, IP_GOOD | L4_GOOD, IP_GOOD, IP_GOOD | L4_BAD),
          "inner-ip",
          verdicts(IP_GOOD | L4_GOOD, IP_BAD | L4_GOOD, L4_GOOD, IP_BAD | L4_GOOD),
          "inner-l4",
          verdicts(IP_GOOD | L4_GOOD, IP_GOOD | L4_BAD, IP_GOOD, IP_GOOD | L4_BAD));

  private static final List<NicFamily> FAMILIES =
      List.of(NicFamily.INTEL_82576, NicFamily.INTEL_X710, NicFamily.CONNECTX, NicFamily.CISCO_VIC);

  private static final String PROGRAM =
      """
      random.seed(5)
      def noise():
          return Raw(bytes(random.randrange(256) for i in range(random.randrange(1, 200))))
      headers = {4789: b"\\x08" + bytes(7), 6081: bytes.fromhex("0000655800000100")}
      def flip(data, at):
          return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1:]
      for round in range(40):
          port = random.choice(list(headers))
          head = headers[port]
          ether = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
          l4 = random.choice([TCP(sport=50000, dport=50001), UDP(sport=50000, dport=50001)])
          inner = bytes(ether / IP(src="198.18.0.1", dst="198.18.0.2") / l4 / noise())
          for damage in ["nothing", "outer-ip", "outer-udp", "inner-ip", "inner-l4"]:
              body = inner
              if damage == "inner-ip":
                  body = flip(inner, 14 + 10)
              if damage == "inner-l4":
                  body = flip(inner, len(inner) - 1)
              frame = bytes(ether / IP(src="192.0.2.1", dst="192.0.2.2")
                            / UDP(sport=50002, dport=port) / Raw(head + body))
              if damage == "outer-ip":
                  frame = flip(frame, 14 + 10)
              if damage == "outer-udp":
                  frame = flip(frame, 14 + 20 + 6)
              print(damage, port, frame.hex())
      """;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Received(String damage, int port, byte[] frame) {}

  private static List<Received> frames = List.of();

  private static long[] verdicts(long igb, long i40e, long mlx5, long enic) {
    return new long[] {igb, i40e, mlx5, enic};
  }

  @BeforeAll
  static void makeFrames() {
    Tool.assumeScapy();
    frames = Tool.scapy(PROGRAM).lines().map(ModelRxTest::read).toList();
  }

  private static Received read(String line) {
    String[] words = line.split(" ", -1);
    return new Received(words[0], Integer.parseInt(words[1]), HexFormat.of().parseHex(words[2]));
  }

  private static RxEngine engine(NicFamily family, boolean hashesInner) {
    return new RxEngine(NicBehaviour.of(family), family.rxOffloads(), hashesInner);
  }

  private static long verdict(NicFamily family, byte[] frame) {
    return engine(family, false).receive(frame, RxEngine.NO_MARK).flags() & VERDICTS;
  }

  @Test
  void verdictsAreThoseOfTheFamily() {
    assertThat(frames).hasSize(200);
    for (Received received : frames) {
      long[] expected = EXPECTED.getOrDefault(received.damage(), new long[0]);
      for (int i = 0; i < FAMILIES.size(); i++) {
        assertThat(verdict(FAMILIES.get(i), received.frame()))
            .as("%s, damaged: %s", FAMILIES.get(i), received.damage())
            .isEqualTo(expected[i]);
      }
      assertThat(verdict(NicFamily.NONE, received.frame())).isZero();
    }
  }

  @Test
  void theE810HasAVerdictOnTheOuterUdp() {
    for (Received received : frames) {
      boolean bad = received.damage().equals("outer-udp");
      assertThat(verdict(NicFamily.INTEL_E810, received.frame()) & (OUTER_L4_BAD | OUTER_L4_GOOD))
          .isEqualTo(bad ? OUTER_L4_BAD : OUTER_L4_GOOD);
    }
  }

  @Test
  void the82599NeverCallsAUdpChecksumBad() {
    for (Received received : frames) {
      byte[] zero = received.frame().clone();
      Octets.put16(zero, 14 + 20 + 6, 0);
      boolean badIp = received.damage().equals("outer-ip");
      boolean badUdp = received.damage().equals("outer-udp");
      assertThat(verdict(NicFamily.INTEL_82599, received.frame()))
          .isEqualTo((badIp ? IP_BAD : IP_GOOD) | (badUdp ? 0 : L4_GOOD));
      assertThat(verdict(NicFamily.INTEL_82599, zero)).isEqualTo(badIp ? IP_BAD : IP_GOOD);
    }
  }

  @Test
  void theHashIsOfTheHeadersThatItIsAskedFor() {
    byte[] frame = frames.getFirst().frame();
    int inner = frame.length - innerBytes(frame);
    int outerHash = Toeplitz.hash(slice(frame, 14 + 12, 12));
    int innerHash = Toeplitz.hash(slice(frame, inner + 14 + 12, 12));
    RxEngine.Report outer = engine(NicFamily.CONNECTX, false).receive(frame, RxEngine.NO_MARK);
    RxEngine.Report level = engine(NicFamily.CONNECTX, true).receive(frame, RxEngine.NO_MARK);

    assertThat(outer.flags() & RTE_MBUF_F_RX_RSS_HASH).isNotZero();
    assertThat(outer.rssHash()).isEqualTo(outerHash);
    assertThat(level.rssHash()).isEqualTo(innerHash).isNotEqualTo(outerHash);
  }

  private static int innerBytes(byte[] frame) {
    return frame.length - (14 + 20 + 8 + 8);
  }

  private static byte[] slice(byte[] bytes, int from, int length) {
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  @Test
  void aMarkArrivesWithItsFlags() {
    byte[] frame = frames.getFirst().frame();
    RxEngine.Report marked = engine(NicFamily.INTEL_X710, false).receive(frame, 77);
    RxEngine.Report other = engine(NicFamily.INTEL_X710, false).receive(frame, RxEngine.NO_MARK);
    long flags = RTE_MBUF_F_RX_FDIR | RTE_MBUF_F_RX_FDIR_ID;

    assertThat(marked.mark()).isEqualTo(77);
    assertThat(marked.flags() & flags).isEqualTo(flags);
    assertThat(other.flags() & flags).isZero();
  }

  @Test
  void packetTypesNameTheTunnel() {
    Map<Integer, String> types =
        frames.stream()
            .collect(
                Collectors.toMap(
                    Received::port,
                    r ->
                        "%06x"
                            .formatted(
                                engine(NicFamily.INTEL_X710, false)
                                        .receive(r.frame(), RxEngine.NO_MARK)
                                        .packetType()
                                    & 0xffffff),
                    (a, b) -> a));

    assertThat(types).containsOnly(Map.entry(4789, "413291"), Map.entry(6081, "415291"));
    byte[] frame = frames.getFirst().frame();
    int enic = engine(NicFamily.CISCO_VIC, false).receive(frame, RxEngine.NO_MARK).packetType();
    int none = engine(NicFamily.NONE, false).receive(frame, RxEngine.NO_MARK).packetType();
    int igb = engine(NicFamily.INTEL_82576, false).receive(frame, RxEngine.NO_MARK).packetType();
    assertThat(enic & 0xf000).as("GRENAT").isEqualTo(0x6000);
    assertThat(none).isZero();
    assertThat(igb).as("no tunnel").isEqualTo(0x291);
  }
}
