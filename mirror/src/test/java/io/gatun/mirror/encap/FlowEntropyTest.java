package io.gatun.mirror.encap;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.FlowHash;
import io.gatun.pmd.wire.Headers;
import io.gatun.testing.FakeMbufs;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against FlowHash over a parser's result, where the frame is plain. */
class FlowEntropyTest {
  private static final int FLOWS = 500;
  private static final int PORTS = 16_384;

  private final Random random = new Random(20_260_404);
  private final FakeMbufs mbufs = new FakeMbufs();
  private final Mbuf mbuf = new Mbuf();

  @AfterEach
  void free() {
    mbufs.close();
  }

  /** Ethernet, a tag or none, an IP header without options, TCP or UDP or else. */
  private byte[] frame(int version, boolean tagged, int protocol) {
    byte[] frame = Frames.random(random, 100);
    int type = version == 4 ? 0x0800 : 0x86dd;
    int ip = tagged ? 18 : 14;
    put16(frame, 12, tagged ? 0x8100 : type);
    put16(frame, ip - 2, type);
    if (version == 4) {
      put16(frame, ip, 0x4500 | random.nextInt(256));
      put16(frame, ip + 2, frame.length - ip);
      put16(frame, ip + 6, 0x4000);
      frame[ip + 9] = (byte) protocol;
    } else {
      frame[ip] = (byte) (0x60 | random.nextInt(16));
      put16(frame, ip + 4, frame.length - ip - 40);
      frame[ip + 6] = (byte) protocol;
    }
    int l4 = ip + (version == 4 ? 20 : 40);
    if (protocol == 6) {
      frame[l4 + 12] = 0x50;
    } else {
      put16(frame, l4 + 4, frame.length - l4);
    }
    return frame;
  }

  private static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
  }

  private int port(byte[] frame) {
    return FlowEntropy.port(mbuf.wrap(mbufs.packet(frame)));
  }

  @ParameterizedTest
  @CsvSource({
    "4, false, 6", "4, true, 6", "4, false, 17", "4, true, 17", "4, false, 47",
    "6, false, 6", "6, true, 6", "6, false, 17", "6, true, 17", "6, false, 59"
  })
  void ofAPlainFrameItIsTheFlowHash(int version, boolean tagged, int protocol) {
    Headers headers = new Headers();
    for (int i = 0; i < FLOWS; i++) {
      byte[] frame = frame(version, tagged, protocol);
      long at = mbuf.wrap(mbufs.packet(frame)).data();
      assertThat(headers.parseEthernet(at, frame.length, frame.length)).isTrue();

      assertThat(FlowEntropy.hash(mbuf)).isEqualTo(FlowHash.of(at, headers));
    }
  }

  @Test
  void ofAnotherFrameItIsThatOfTheEthernetHeader() {
    Headers headers = new Headers();
    byte[] frame = Frames.typed(random, 60, 0x0806);
    long at = mbuf.wrap(mbufs.packet(frame)).data();
    headers.parseEthernet(at, frame.length, frame.length);

    assertThat(FlowEntropy.hash(mbuf)).isEqualTo(FlowHash.of(at, headers));
  }

  /** Everything else in the frame changes: identification, sums, payload, MAC addresses. */
  @ParameterizedTest
  @ValueSource(ints = {4, 6})
  void aFlowKeepsItsPort(int version) {
    byte[] first = frame(version, false, 6);
    int addresses = version == 4 ? 26 : 22;
    int end = addresses + (version == 4 ? 8 : 32) + 4;
    for (int i = 0; i < FLOWS; i++) {
      byte[] next = frame(version, i % 2 == 0, 6);
      System.arraycopy(first, addresses, next, addresses + (i % 2 == 0 ? 4 : 0), end - addresses);

      assertThat(port(next)).isEqualTo(port(first)).isBetween(49_152, 65_535);
    }
  }

  /** Of one packet the first has ports, those behind it do not. */
  @Test
  void allFragmentsHaveTheSame() {
    byte[] first = frame(4, false, 17);
    put16(first, 20, 0x2000);
    byte[] next = Frames.random(random, 100);
    System.arraycopy(first, 0, next, 0, 34);
    put16(next, 20, 0x0123);

    assertThat(port(next)).isEqualTo(port(first));
  }

  @Test
  void flowsAreSpreadOverAllPorts() {
    Set<Integer> ports = new HashSet<>();
    byte[] frame = frame(4, false, 17);
    for (int i = 0; i < PORTS; i++) {
      put16(frame, 34, i);
      ports.add(FlowEntropy.port(mbuf.wrap(mbufs.packet(frame))));
    }
    // Thrown at random they hit 1 - 1/e of all: 10,357, give or take 50.
    assertThat(ports).hasSizeGreaterThan(9_500);
    assertThat(ports).allSatisfy(port -> assertThat(port).isBetween(49_152, 65_535));
  }

  /** Cut at every byte, right before a guard: whoever reads on fails. */
  @Test
  void nothingBehindTheFrameIsRead() {
    for (int version : new int[] {4, 6}) {
      for (boolean tagged : new boolean[] {false, true}) {
        byte[] frame = frame(version, tagged, 17);
        for (int length = 14; length <= frame.length; length++) {
          int port = FlowEntropy.port(mbuf.wrap(mbufs.guarded(frame, length)));

          assertThat(port).isBetween(49_152, 65_535);
        }
      }
    }
  }
}
