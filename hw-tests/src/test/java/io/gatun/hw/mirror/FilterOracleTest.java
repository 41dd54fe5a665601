package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.LibPcap;
import io.gatun.bindings.Memory;
import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import io.gatun.mirror.filter.PacketFilter;
import io.gatun.testing.MemoryMbuf;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Filters keep the packets that tcpdump keeps, and that libpcap's own interpreter keeps: scapy's
 * frames, whole, damaged and cut, times every expression; in one segment and in several.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilterOracleTest {
  private static final int MAX_PACKET = 4096;

  @TempDir static Path directory;

  private final Random random = new Random(6);
  private final Arena arena = Arena.ofConfined();
  private final MemoryMbuf mbuf = new MemoryMbuf(arena, MAX_PACKET, random);

  @BeforeAll
  static void needTools() {
    Tool.assumeScapy();
    Tool.assume("tcpdump", "tcpdump", "--version");
  }

  @AfterAll
  void free() {
    arena.close();
  }

  private static Path file(String name) {
    return directory.resolve(name + ".pcap");
  }

  private static List<byte[]> keptByTcpdump(Path file, String expression) {
    Path kept = file("kept");
    // Without -Z it would become another user, who may not write here.
    String user = System.getProperty("user.name");
    Tool.run("tcpdump", "-Z", user, "-r", "" + file, "-w", "" + kept, "--", expression).orFail();
    return Pcap.read(kept);
  }

  private boolean matches(PacketFilter filter, byte[] packet) {
    return filter.matches(mbuf.fill(packet));
  }

  private int[] cuts(int length) {
    return random.ints(1 + random.nextInt(4), 0, length + 1).sorted().toArray();
  }

  @Test
  void packetsKeptAreThoseThatTcpdumpKeeps() {
    Path file = file("plain");
    Tool.python("filter_frames.py", "plain", file);
    List<byte[]> packets = Pcap.read(file);

    assertThat(FilterExpressions.ALL).hasSizeGreaterThanOrEqualTo(60);
    for (String expression : FilterExpressions.ALL) {
      PacketFilter filter = PacketFilter.compile(expression, false);
      List<byte[]> kept = packets.stream().filter(p -> matches(filter, p)).toList();

      // Neither none nor all, so that the comparison says something.
      assertThat(kept).as(expression).isNotEmpty().hasSizeLessThan(packets.size());
      assertThat(kept).as(expression).containsExactlyElementsOf(keptByTcpdump(file, expression));
    }
  }

  @Test
  void answersAreThoseOfTheInterpreterHoweverThePacketIsCut() {
    Path file = file("cut");
    Tool.python("filter_frames.py", "plain", file);
    List<byte[]> packets = Pcap.read(file);
    LibPcap.load();
    for (String expression : FilterExpressions.ALL) {
      PacketFilter filter = PacketFilter.compile(expression, false);
      try (Arena local = Arena.ofConfined()) {
        MemorySegment program = compile(local, expression);
        MemorySegment bytes = local.allocate(MAX_PACKET);
        for (byte[] packet : packets) {
          Memory.copy(packet, 0, bytes.address(), packet.length);
          boolean expected =
              LibPcap.bpf_filter(
                      LibPcap.instructions(program), bytes.address(), packet.length, packet.length)
                  != 0;
          assertThat(filter.matches(mbuf.fill(packet, cuts(packet.length))))
              .as(expression)
              .isEqualTo(expected);
        }
        LibPcap.pcap_freecode(program);
      }
    }
  }

  @Test
  void everyPlaceToCutGivesTheSameAnswer() {
    Path file = file("everywhere");
    Tool.python("filter_frames.py", "plain", file);
    List<byte[]> packets = Pcap.read(file).subList(0, 40);
    for (String expression : FilterExpressions.ALL) {
      PacketFilter filter = PacketFilter.compile(expression, false);
      for (byte[] packet : packets) {
        boolean expected = matches(filter, packet);
        for (int cut = 0; cut <= packet.length; cut++) {
          assertThat(filter.matches(mbuf.fill(packet, cut)))
              .as("%s, cut at %d", expression, cut)
              .isEqualTo(expected);
        }
      }
    }
  }

  static MemorySegment compile(Arena arena, String expression) {
    MemorySegment program = arena.allocate(LibPcap.SIZEOF_PROGRAM, 8);
    long handle = LibPcap.pcap_open_dead(LibPcap.DLT_EN10MB, 65_535);
    try {
      assertThat(LibPcap.pcap_compile(handle, program, expression, 1, 0))
          .as(expression + ": " + LibPcap.pcap_geterr(handle))
          .isZero();
      return program;
    } finally {
      LibPcap.pcap_close(handle);
    }
  }

  // ---- inner frames -----------------------------------------------------------------------------

  @Test
  void innerFramesAreJudgedAsTcpdumpJudgesThemAlone() {
    Path tunnelled = file("tunnelled");
    Path inner = file("inner");
    Tool.python("filter_frames.py", "inner", tunnelled, inner);

    compareInner(tunnelled, inner, FilterExpressions.ALL);
  }

  /** In expressions that a link without Ethernet understands; the others never match. */
  @Test
  void innerIpPacketsAreJudgedAsTcpdumpJudgesThemAlone() {
    Path tunnelled = file("tunnelled-ip");
    Path inner = file("inner-ip");
    Tool.python("filter_frames.py", "raw", tunnelled, inner);
    List<String> understood = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String expression : FilterExpressions.ALL) {
      boolean known = Tool.run("tcpdump", "-y", "RAW", "-d", "--", expression).status() == 0;
      (known ? understood : others).add(expression);
    }
    assertThat(understood).hasSizeGreaterThan(50);
    compareInner(tunnelled, inner, understood);

    List<byte[]> packets = Pcap.read(tunnelled);
    assertThat(others).contains("vlan", "ether broadcast", "arp");
    for (String expression : others) {
      PacketFilter filter = PacketFilter.compile(expression, true);
      assertThat(packets).as(expression).noneMatch(packet -> matches(filter, packet));
    }
  }

  private void compareInner(Path tunnelled, Path inner, List<String> expressions) {
    List<byte[]> packets = Pcap.read(tunnelled);
    List<byte[]> frames = Pcap.read(inner);
    assertThat(packets).hasSameSizeAs(frames);
    int all = 0;
    for (String expression : expressions) {
      PacketFilter filter = PacketFilter.compile(expression, true);
      List<byte[]> kept = new ArrayList<>();
      for (int i = 0; i < packets.size(); i++) {
        if (matches(filter, packets.get(i))) {
          kept.add(frames.get(i));
        }
      }
      assertThat(kept).as(expression).containsExactlyElementsOf(keptByTcpdump(inner, expression));
      all += kept.size();
    }
    assertThat(all).isGreaterThan(expressions.size() * packets.size() / 20);
  }
}
