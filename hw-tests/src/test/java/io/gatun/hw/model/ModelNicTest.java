package io.gatun.hw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.hw.tool.Tool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The model is judged by scapy and tshark before it judges anything. */
@Tag("slow")
class ModelNicTest {
  private static final int CHECKSUM_CASES = 400;
  private static final int SEGMENT_CASES = 120;

  @BeforeAll
  static void needTools() {
    Tool.assumeScapy();
    Tool.assume("tshark", "tshark", "--version");
  }

  /** With every tunnel and no limits: for what the engine does, not what a family has. */
  private static NicBehaviour anything(NicBehaviour.Seed seed, NicBehaviour.OuterIds ids) {
    return new NicBehaviour(
        seed,
        NicBehaviour.FindsHeaders.BY_LENGTHS,
        ids,
        true,
        NicBehaviour.MLX5.tunnels(),
        NicBehaviour.ICE.limits(),
        NicBehaviour.Verdicts.NONE);
  }

  private static List<byte[]> send(NicBehaviour behaviour, ScapyOracle.Case packet) {
    try {
      return new TxEngine(behaviour).send(packet.request(), packet.packet());
    } catch (MalformedRequestException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> hex(List<byte[]> frames) {
    return frames.stream().map(HexFormat.of()::formatHex).toList();
  }

  // ---- transmit ---------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void checksumsAreThoseOfScapy(NicBehaviour.Seed seed) {
    NicBehaviour behaviour = anything(seed, NicBehaviour.OuterIds.KEEP);
    List<ScapyOracle.Case> cases = ScapyOracle.checksums(behaviour, CHECKSUM_CASES, 1);
    assertThat(cases).hasSizeGreaterThan(CHECKSUM_CASES * 3 / 4);

    List<byte[]> sent = new ArrayList<>();
    for (ScapyOracle.Case packet : cases) {
      List<byte[]> frames = send(behaviour, packet);
      assertThat(hex(frames)).as(packet.request().toString()).isEqualTo(hex(packet.frames()));
      sent.addAll(frames);
    }
    assertThat(Captures.wrong(sent)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void segmentsAreThoseOfAnObviousProgram(NicBehaviour.Seed seed) {
    for (NicBehaviour.OuterIds ids : NicBehaviour.OuterIds.values()) {
      NicBehaviour behaviour = anything(seed, ids);
      List<byte[]> sent = new ArrayList<>();
      List<ScapyOracle.Case> cases = ScapyOracle.segments(behaviour, SEGMENT_CASES, 2);
      assertThat(cases).hasSize(SEGMENT_CASES);
      for (ScapyOracle.Case packet : cases) {
        List<byte[]> frames = send(behaviour, packet);
        assertThat(hex(frames)).as(packet.request().toString()).isEqualTo(hex(packet.frames()));
        sent.addAll(frames);
      }
      assertThat(sent).hasSizeGreaterThan(3 * SEGMENT_CASES);
      assertThat(Captures.wrong(sent)).isEmpty();
    }
  }

  /** A canary for the tests above, and the reason for this model: it must not repair. */
  @Test
  void aWrongLengthGivesWrongBytes() {
    NicBehaviour behaviour = anything(NicBehaviour.Seed.FIELD, NicBehaviour.OuterIds.KEEP);
    int tried = 0;
    for (ScapyOracle.Case packet : ScapyOracle.segments(behaviour, 40, 3)) {
      TxRequest r = packet.request();
      for (TxRequest wrong :
          List.of(
              lengths(r, r.l2() + 2, r.l3(), r.l4(), r.outerL2(), r.outerL3()),
              lengths(r, r.l2(), r.l3() + 4, r.l4(), r.outerL2(), r.outerL3()),
              lengths(r, r.l2(), r.l3(), r.l4() + 4, r.outerL2(), r.outerL3()),
              lengths(r, r.l2(), r.l3(), r.l4(), r.outerL2() + 2, r.outerL3()),
              lengths(r, r.l2(), r.l3(), r.l4(), r.outerL2(), r.outerL3() + 4))) {
        boolean unread = wrong.outerL2() != r.outerL2() || wrong.outerL3() != r.outerL3();
        if (packet.frames().size() == 1 || !wrong.hasOuter() && unread) {
          continue; // where nothing is cut l4_len does not matter; nobody reads the others
        }
        try {
          List<byte[]> frames = new TxEngine(behaviour).send(wrong, packet.packet());
          assertThat(hex(frames)).isNotEqualTo(hex(packet.frames()));
        } catch (MalformedRequestException e) {
          assertThat(e).hasMessageContaining("headers up to byte");
        }
        tried++;
      }
    }
    assertThat(tried).isGreaterThan(100);
  }

  private static TxRequest lengths(TxRequest r, int l2, int l3, int l4, int outerL2, int outerL3) {
    return new TxRequest(
        r.flags(),
        l2,
        l3,
        l4,
        r.segmentSize(),
        outerL3,
        outerL2,
        r.vlanTci(),
        r.outerVlanTci(),
        r.segments(),
        r.firstSegment(),
        r.length());
  }

  @Test
  void tagsGoBehindTheAddresses() throws MalformedRequestException {
    byte[] packet = new byte[60];
    Arrays.fill(packet, (byte) 0xee);
    TxRequest request =
        new TxRequest(
            ScapyOracle.flags("QINQ", "VLAN"), 0, 0, 0, 0, 0, 0, 0x1234, 0x5678, 1, 60, 60);

    byte[] frame = new TxEngine(NicBehaviour.I40E).send(request, packet).getFirst();

    String addresses = "ee".repeat(12);
    assertThat(HexFormat.of().formatHex(frame))
        .isEqualTo(addresses + "88a85678" + "81001234" + "ee".repeat(48));
  }

  /** The hazard that a planner has to know about: FACTS on QEMU's igb. */
  @Test
  void oneThatParsesForItselfTakesTheOuterHeaderOfALongL2ForItsOwn() {
    NicBehaviour obeys = anything(NicBehaviour.Seed.FIELD, NicBehaviour.OuterIds.KEEP);
    int differing = 0;
    int tried = 0;
    for (ScapyOracle.Case packet : ScapyOracle.checksums(obeys, CHECKSUM_CASES, 4)) {
      if (packet.request().hasOuter() || packet.request().l2() <= 18) {
        continue; // no long L2 header
      }
      tried++;
      List<byte[]> frames = send(NicBehaviour.QEMU_IGB, packet);
      differing += hex(frames).equals(hex(packet.frames())) ? 0 : 1;
    }
    assertThat(tried).isGreaterThan(10);
    assertThat(differing).isEqualTo(tried);
  }

  // ---- tx_prepare -------------------------------------------------------------------------------

  private static TxRequest request(long flags, int segmentSize, int mbufs, int length) {
    return new TxRequest(flags, 30, 20, 20, segmentSize, 20, 14, 0, 0, mbufs, 200, length);
  }

  private static void assertRefused(NicFamily family, TxRequest request, String reason) {
    TxCheck check = new TxCheck(NicBehaviour.of(family), family.txOffloads());
    assertThat(check.refusal(request)).as(family.name()).isNotNull().contains(reason);
  }

  private static void assertTaken(NicFamily family, TxRequest request) {
    TxCheck check = new TxCheck(NicBehaviour.of(family), family.txOffloads());
    assertThat(check.refusal(request)).as(family.name()).isNull();
  }

  @Test
  void whatAFamilyHasNotIsRefused() {
    long checksums = ScapyOracle.flags("IPV4", "IP_CKSUM", "TCP_CKSUM");
    long segments = checksums | ScapyOracle.flags("TCP_SEG");
    long vxlan = segments | ScapyOracle.flags("OUTER_IPV4", "OUTER_IP_CKSUM", "TUNNEL_VXLAN");
    for (NicFamily family : NicFamily.values()) {
      if (family == NicFamily.NONE) {
        assertRefused(family, request(checksums, 0, 1, 1000), "not enabled");
      } else {
        assertTaken(family, request(checksums, 0, 1, 1000));
        assertTaken(family, request(segments, 1000, 4, 9000));
        assertRefused(family, request(segments, 0, 1, 9000), "tso_segsz is 0");
      }
    }
    assertRefused(NicFamily.INTEL_82576, request(vxlan, 1000, 1, 9000), "not enabled");
    assertRefused(NicFamily.INTEL_82599, request(vxlan, 1000, 1, 9000), "not enabled");
    assertTaken(NicFamily.INTEL_E810, request(vxlan, 1000, 1, 9000));
    assertTaken(NicFamily.INTEL_X710, request(vxlan, 1000, 1, 9000));
    assertTaken(NicFamily.CONNECTX, request(vxlan, 1000, 1, 9000));
    assertTaken(NicFamily.CISCO_VIC, request(vxlan, 1000, 1, 9000));
  }

  @Test
  void limitsAreThoseOfTheDrivers() {
    long segments = ScapyOracle.flags("IPV4", "IP_CKSUM", "TCP_SEG");
    assertRefused(NicFamily.INTEL_X710, request(segments, 255, 1, 9000), "[256, 9674]");
    assertTaken(NicFamily.INTEL_X710, request(segments, 256, 1, 9000));
    assertRefused(NicFamily.INTEL_E810, request(segments, 63, 1, 9000), "[64, 9728]");
    assertRefused(NicFamily.INTEL_82576, request(segments, 9217, 1, 60_000), "[1, 9216]");
    assertRefused(NicFamily.INTEL_X710, request(0, 0, 9, 5000), "9 mbufs are more than 8");
    assertRefused(NicFamily.INTEL_X710, request(0, 0, 1, 9729), "pkt_len 9729");
    assertRefused(NicFamily.INTEL_82599, request(segments, 1000, 41, 60_000), "more than 40");
    TxRequest scattered =
        new TxRequest(segments, 14, 20, 20, 1000, 0, 0, 0, 0, 2, 40, 9000); // 40 of 54 bytes
    assertRefused(NicFamily.INTEL_X710, scattered, "not all in the first mbuf");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    NicFamily all = NicFamily.INTEL_X710;
    long v4 = ScapyOracle.flags("IPV4");
    long v6 = ScapyOracle.flags("IPV6");
    long tcp = ScapyOracle.flags("TCP_CKSUM");
    long outer = ScapyOracle.flags("OUTER_IPV4");
    assertRefused(all, request(tcp, 0, 1, 100), "neither TX_IPV4 nor TX_IPV6");
    assertRefused(all, request(v4 | v6 | tcp, 0, 1, 100), "IPv4 and IPv6");
    assertRefused(all, request(v6 | ScapyOracle.flags("IP_CKSUM"), 0, 1, 100), "in an IPv6 packet");
    assertRefused(
        all, request(v4 | ScapyOracle.flags("TCP_SEG"), 500, 1, 1000), "without TX_IP_CKSUM");
    assertRefused(all, request(v4 | tcp | outer, 0, 1, 100), "without a tunnel type");
    assertRefused(
        all,
        request(v4 | tcp | ScapyOracle.flags("TUNNEL_VXLAN"), 0, 1, 100),
        "neither TX_OUTER_IPV4 nor TX_OUTER_IPV6");
    assertRefused(
        all,
        request(v4 | tcp | outer | ScapyOracle.flags("TUNNEL_VXLAN_GPE"), 0, 1, 100),
        "not one of the driver's");
  }

  @Test
  void anOffloadThatTheFamilyLacksCannotBeEnabled() {
    long all = NicFamily.INTEL_X710.txOffloads();
    assertThatThrownBy(() -> new ModelNic(NicFamily.INTEL_82576, all, 64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("INTEL_82576");
  }

  // ---- receive ----------------------------------------------------------------------------------

  /** Microsoft's verification suite for RSS with TCP over IPv4 and IPv6. */
  @Test
  void hashesAreMicrosofts() {
    byte[] v4 = HexFormat.of().parseHex("420995bba18e6450" + "0aea06e6");
    byte[] v6 =
        HexFormat.of()
            .parseHex(
                "3ffe250102001fff0000000000000007"
                    + "3ffe2501020000030000000000000001"
                    + "0aea06e6");

    assertThat(Toeplitz.hash(v4)).isEqualTo(0x51ccc178);
    assertThat(Toeplitz.hash(Arrays.copyOf(v4, 8))).isEqualTo(0x323e8fc2);
    assertThat(Toeplitz.hash(v6)).isEqualTo(0x40207d3d);
    assertThat(Toeplitz.hash(Arrays.copyOf(v6, 32))).isEqualTo(0x2cc18cd5);
  }
}
