package io.gatun.mirror.encap;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Erspan;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Gre;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.testing.FakeMbufs;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the headers of ERSPAN say of a frame. */
class ErspanEditTest {
  private static final int GRE = Ethernet.LENGTH + Ipv4.MIN_LENGTH;
  private static final int ERSPAN = GRE + 8;

  private final Random random = new Random(20_260_403);
  private final FakeMbufs mbufs = new FakeMbufs();
  private final Mbuf mbuf = new Mbuf();
  private final FrameEdit two = FrameEdits.erspan2(Edits.endpoints(4), 7, 0xabcde);
  private final FrameEdit three = FrameEdits.erspan3(Edits.endpoints(4), 1023, 42, 0xfedc);

  @AfterEach
  void free() {
    mbufs.close();
  }

  private long apply(FrameEdit edit, byte[] frame, int original, long nanos, boolean egress) {
    edit.apply(mbuf.wrap(mbufs.packet(frame)), original, nanos, egress);
    return mbuf.data();
  }

  @Test
  void typeTwoSaysSessionAndIndex() {
    long at = apply(two, Frames.typed(random, 60, 0x0800), 60, 0, false);

    assertThat(Gre.protocol(at + GRE)).isEqualTo(0x88be);
    assertThat(Gre.flags(at + GRE)).isEqualTo(Gre.FLAG_SEQUENCE);
    assertThat(Erspan.length(at + ERSPAN, 60)).isEqualTo(Erspan.LENGTH_II);
    assertThat(Memory.getLongBigEndian(at + ERSPAN)).isEqualTo(0x1000_0007_000a_bcdeL);
  }

  @Test
  void typeThreeSaysWhereAndWhen() {
    long at = apply(three, Frames.typed(random, 60, 0x0800), 60, 0x1_2345_6789L * 100 + 99, true);

    assertThat(Gre.protocol(at + GRE)).isEqualTo(0x22eb);
    assertThat(Gre.flags(at + GRE)).isEqualTo(Gre.FLAG_SEQUENCE);
    assertThat(Erspan.length(at + ERSPAN, 60)).isEqualTo(Erspan.LENGTH_III);
    assertThat(Erspan.version(at + ERSPAN)).isEqualTo(2);
    assertThat(Erspan.session(at + ERSPAN)).isEqualTo(1023);
    assertThat(Erspan.integrity(at + ERSPAN)).isZero();
    assertThat(Erspan.timestamp(at + ERSPAN)).as("modulo 2^32").isEqualTo(0x2345_6789);
    assertThat(Erspan.granularity(at + ERSPAN)).isEqualTo(Erspan.GRANULARITY_100_NS);
    assertThat(Erspan.securityGroup(at + ERSPAN)).isEqualTo(0xfedc);
    assertThat(Erspan.hardwareId(at + ERSPAN)).isEqualTo(42);
    assertThat(Erspan.isEthernetPdu(at + ERSPAN)).isTrue();
    assertThat(Erspan.frameType(at + ERSPAN)).isEqualTo(Erspan.FRAME_ETHERNET);
    assertThat(Erspan.hasSubheader(at + ERSPAN)).isFalse();
    assertThat(Erspan.isEgress(at + ERSPAN)).isTrue();
    assertThat(three.needsTimestamp()).isTrue();
    assertThat(two.needsTimestamp()).isFalse();

    at = apply(three, Frames.typed(random, 60, 0x0800), 60, 0, false);

    assertThat(Erspan.isEgress(at + ERSPAN)).isFalse();
    assertThat(Erspan.hardwareId(at + ERSPAN)).isEqualTo(42);
  }

  @Test
  void typeOneIsGreAlone() {
    FrameEdit one = FrameEdits.erspan1(Edits.endpoints(4));
    long at = apply(one, Frames.typed(random, 60, 0x0800), 60, 0, false);

    assertThat(Memory.getIntBigEndian(at + GRE)).isEqualTo(0x0000_88be);
    assertThat(one.headroom()).isEqualTo(GRE + 4);
  }

  @Test
  void aSequenceNumberIsCountedPerEdit() {
    for (FrameEdit edit : new FrameEdit[] {two, three}) {
      for (int i = 0; i < 300; i++) {
        long at = apply(edit, Frames.typed(random, 60, 0x0800), 60, 0, false);

        assertThat(Gre.sequence(at + GRE)).isEqualTo(i);
      }
    }
  }

  @Test
  void aShortenedFrameIsMarked() {
    for (FrameEdit edit : new FrameEdit[] {two, three}) {
      byte[] frame = Frames.typed(random, 64, 0x0800);

      assertThat(Erspan.isTruncated(apply(edit, frame, 64, 0, false) + ERSPAN)).isFalse();
      assertThat(Erspan.isTruncated(apply(edit, frame, 65, 0, false) + ERSPAN)).isTrue();
      assertThat(Erspan.isTruncated(apply(edit, frame, 9000, 0, false) + ERSPAN)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x8100, 0x0fff, 4095, 0",
    "0x8100, 0xa123, 291, 5",
    "0x8100, 0x1000, 0, 0", // drop eligible, which the header cannot say
    "0x88a8, 0xffff, 4095, 7",
  })
  void theFramesOwnTagIsTold(String type, String tci, int vlan, int priority) {
    byte[] frame =
        Frames.typed(random, 60, Integer.decode(type), Integer.decode(tci), 0x8100, 0x0005);

    long at = apply(two, frame, 60, 0, false) + ERSPAN;
    assertThat(Erspan.vlan(at)).isEqualTo(vlan);
    assertThat(Erspan.classOfService(at)).isEqualTo(priority);
    assertThat(Erspan.encapsulation(at)).isEqualTo(Erspan.TAG_PRESERVED);
    assertThat(Erspan.session(at)).isEqualTo(7);

    at = apply(three, frame, 60, 0, false) + ERSPAN;
    assertThat(Erspan.vlan(at)).isEqualTo(vlan);
    assertThat(Erspan.classOfService(at)).isEqualTo(priority);
    assertThat(Erspan.integrity(at)).isZero();
  }

  /** Two bytes of a tag's four, then one of its TCI's two, are in the first segment. */
  @ParameterizedTest
  @CsvSource({"14", "15"})
  void aTagBehindTheFirstSegmentIsNotTold(int first) {
    byte[] frame = Frames.typed(random, 60, 0x8100, 0x0123);
    two.apply(mbuf.wrap(mbufs.chain(frame, first)), 60, 0, false);

    assertThat(Erspan.vlan(mbuf.data() + ERSPAN)).isZero();
    assertThat(Erspan.encapsulation(mbuf.data() + ERSPAN)).isEqualTo(Erspan.UNTAGGED);
  }

  @Test
  void rspanPutsItsTagBeforeTheFramesOwn() {
    byte[] frame = Frames.typed(random, 60, 0x88a8, 0x0123, 0x8100, 0x0456);
    FrameEdit rspan = FrameEdits.rspan(4094, 3);

    long at = apply(rspan, frame, 60, 0, false);

    assertThat(Ethernet.type(at)).isEqualTo(0x8100);
    assertThat(Memory.getIntBigEndian(at + 14)).isEqualTo(0x6ffe_88a8);
    assertThat(Memory.getIntBigEndian(at + 18)).isEqualTo(0x0123_8100);
    byte[] addresses = new byte[12];
    Memory.copy(at, addresses, 0, 12);
    assertThat(frame).startsWith(addresses);
  }
}
