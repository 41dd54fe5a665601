package io.gatun.offload.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.offload.DropReason;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.testing.FakeMbufs;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of fresh mbufs; where they come from is tested on a device. */
class Ipv4FragmenterTest {
  private static final Arena ARENA = Arena.global();
  private static final int L2 = 14;

  private final FakeMbufs mbufs = new FakeMbufs();
  private final Burst fresh = Burst.allocate(Burst.MAX_CAPACITY, ARENA);
  private final Burst out = Burst.allocate(Burst.MAX_CAPACITY, ARENA);
  private Ipv4Fragmenter fragmenter = new Ipv4Fragmenter(FakeMbufs.DATA_ROOM, ARENA);

  @AfterEach
  void close() {
    mbufs.close();
  }

  private List<Long> fragment(long packet, int maxIpBytes) {
    int needed = fragmenter.plan(packet, maxIpBytes);
    assertThat(needed).isPositive();
    for (int i = 0; i < needed; i++) {
      fresh.add(mbufs.fresh());
    }
    fragmenter.build(fresh, out);
    assertThat(fresh.isEmpty()).isTrue();
    List<Long> made = new ArrayList<>();
    for (int i = 0; i < out.size(); i++) {
      made.add(out.get(i));
    }
    out.size(0);
    return made;
  }

  private String refusal(long packet, int maxIpBytes) {
    int needed = fragmenter.plan(packet, maxIpBytes);
    assertThat(needed).isNegative();
    return DropReason.of(~needed).name();
  }

  @ParameterizedTest
  @ValueSource(ints = {68, 69, 75})
  void fragmentsAreAsScapyBuildsThem(int maxIpBytes) {
    byte[] whole = FakeMbufs.hex(Frames.WHOLE);
    for (long packet : new long[] {mbufs.packet(whole), mbufs.chain(whole, 60, 3, 0, 50)}) {
      assertThat(fragment(packet, maxIpBytes))
          .extracting(mbufs::hexOf)
          .containsExactly(Frames.WHOLE_PART_1, Frames.WHOLE_PART_2, Frames.WHOLE_PART_3);
      assertThat(mbufs.bytes(packet)).as("only read").isEqualTo(whole);
    }
  }

  /** The packet is a fragment itself, of which another one follows. */
  @Test
  void laterFragmentsHaveTheOptionsThatAreCopied() {
    assertThat(fragment(mbufs.packet(Frames.OPTIONS_WHOLE), 68))
        .extracting(mbufs::hexOf)
        .containsExactly(Frames.OPTIONS_PART_1, Frames.OPTIONS_PART_2);
  }

  @ParameterizedTest
  @CsvSource({
    "INNER4, 1400, TOO_BIG", // DF
    "WHOLE, 67, TOO_BIG",
    "INNER6, 68, MALFORMED_INNER",
    "TENANT_ASKS, 68, MALFORMED_INNER",
  })
  void whatCannotBeCutHasAReason(String name, int maxIpBytes, String reason) {
    assertThat(refusal(mbufs.packet(UnderlayHostTest.frame(name)), maxIpBytes)).isEqualTo(reason);
  }

  @Test
  void malformedOptionsAreRefused() {
    byte[] frame = FakeMbufs.hex(Frames.OPTIONS_WHOLE);
    for (int length : new int[] {0, 1, 17, 255}) {
      frame[L2 + 21] = (byte) length;
      assertThat(refusal(mbufs.packet(frame), 68)).isEqualTo("MALFORMED_INNER");
    }
    frame[L2 + 21] = 16;
    assertThat(fragmenter.plan(mbufs.packet(frame), 68)).isPositive();
  }

  @Test
  void aFragmentThatEndsBetweenUnitsOrBeyondTheLastIsRefused() {
    byte[] frame = FakeMbufs.hex(Frames.OPTIONS_WHOLE);
    frame[L2 + 3]--;
    assertThat(refusal(mbufs.packet(frame), 68)).isEqualTo("MALFORMED_INNER");
    frame[L2 + 3]++;
    frame[L2 + 6] = 0x1f;
    frame[L2 + 7] = (byte) 0xff;
    assertThat(refusal(mbufs.packet(frame), 68)).isEqualTo("MALFORMED_INNER");
  }

  @Test
  void moreThanABurstIsRefused() {
    byte[] jumbo = frame(65_535, 0);
    assertThat(refusal(mbufs.chain(jumbo, split(jumbo.length)), 68)).isEqualTo("TOO_BIG");
    assertThat(fragmenter.plan(mbufs.chain(jumbo, split(jumbo.length)), 1400)).isPositive();
  }

  private static int[] split(int length) {
    int[] lengths = new int[length / FakeMbufs.DATA_ROOM];
    Arrays.fill(lengths, FakeMbufs.DATA_ROOM);
    return lengths;
  }

  /** An Ethernet frame with an IPv4 packet of random payload without options. */
  private static byte[] frame(int ipBytes, int seed) {
    byte[] frame = new byte[L2 + ipBytes];
    byte[] payload = new byte[ipBytes - Ipv4.MIN_LENGTH];
    new SplittableRandom(seed).nextBytes(payload);
    System.arraycopy(FakeMbufs.hex(Frames.INNER4_PING), 0, frame, 0, L2 + Ipv4.MIN_LENGTH);
    System.arraycopy(payload, 0, frame, L2 + Ipv4.MIN_LENGTH, payload.length);
    frame[L2 + 2] = (byte) (ipBytes >> 8);
    frame[L2 + 3] = (byte) ipBytes;
    return frame;
  }

  /** Cut at random, cut again, in segments of any size: put together it is what it was. */
  @Test
  void whatIsPutTogetherIsTheWhole() {
    SplittableRandom random = new SplittableRandom(5);
    int cuts = 0;
    for (int i = 0; i < 300; i++) {
      byte[] whole = frame(random.nextInt(20, 9000), i);
      fragmenter = new Ipv4Fragmenter(random.nextInt(128, FakeMbufs.DATA_ROOM), ARENA);
      int max = random.nextInt(576, 4000);
      byte[] rebuilt = new byte[whole.length];
      System.arraycopy(whole, 0, rebuilt, 0, L2 + Ipv4.MIN_LENGTH);
      int total = 0;
      int ends = 0;
      for (long first : fragment(mbufs.chain(whole, split(whole.length)), max)) {
        for (long second : fragment(first, random.nextInt(100, 4000))) {
          byte[] bytes = mbufs.bytes(second);
          assertThat(bytes.length).isLessThanOrEqualTo(L2 + max);
          assertThat(new Mbuf().wrap(second).headroom()).isEqualTo(RteMbuf.HEADROOM);
          long ip = ARENA.allocate(bytes.length).address();
          Memory.copy(bytes, L2, ip, bytes.length - L2);
          assertThat(Checksum.isGood(Checksum.sum(ip, Ipv4.MIN_LENGTH))).isTrue();
          int from = L2 + Ipv4.MIN_LENGTH;
          int payload = Ipv4.totalLength(ip) - Ipv4.MIN_LENGTH;
          assertThat(bytes).hasSize(from + payload);
          System.arraycopy(bytes, from, rebuilt, from + Ipv4.fragmentOffset(ip), payload);
          total += payload;
          ends += Ipv4.isMoreFragments(ip) ? 0 : 1;
          cuts++;
        }
      }
      assertThat(rebuilt).isEqualTo(whole);
      assertThat(total).as("nothing twice").isEqualTo(whole.length - L2 - Ipv4.MIN_LENGTH);
      assertThat(ends).isEqualTo(1);
    }
    assertThat(cuts).isGreaterThan(1000);
    assertThat(fragmenter.fragments()).isGreaterThanOrEqualTo(fragmenter.packets());
  }

  @Test
  void randomPacketsHarmNothing() {
    Fuzz fuzz = new Fuzz("WHOLE", "OPTIONS_WHOLE", "PING_WITH_OPTIONS", "INNER4_PING");
    long[] pool = new long[64];
    Arrays.setAll(pool, i -> mbufs.fresh());
    int made = 0;
    for (int i = 0; i < Fuzz.PACKETS; i++) {
      int needed = fragmenter.plan(fuzz.next(mbufs), 68);
      if (needed < 0) {
        assertThat(DropReason.of(~needed)).isNotNull();
        continue;
      }
      for (int n = 0; n < needed; n++) {
        fresh.add(pool[n]);
      }
      fragmenter.build(fresh, out);
      for (int n = 0; n < out.size(); n++) {
        assertThat(new Mbuf().wrap(out.get(n)).packetLength()).isLessThanOrEqualTo(22 + 68);
        made++;
      }
      out.size(0);
    }
    assertThat(made).isGreaterThan(Fuzz.PACKETS / 2);
  }

  @Test
  void tinyBuffersAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Ipv4Fragmenter(127, ARENA))
        .withMessageContaining("room for 127 bytes; 128 are needed");
  }
}
