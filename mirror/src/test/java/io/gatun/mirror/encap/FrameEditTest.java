package io.gatun.mirror.encap;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Mbuf;
import io.gatun.testing.FakeMbufs;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every edit: where it writes, that it is undone, and that both ways are one. */
class FrameEditTest {
  private static final int FRAMES = 60;
  private static final byte FILLER = 0x5a;
  private static final int MIN_FRAME = 14;
  private static final long TIMESTAMP = 1_700_000_000_123_456_789L;

  private final Random random = new Random(20_260_401);
  private final Mbuf mbuf = new Mbuf();

  static List<Edits.Case> all() {
    return Edits.all();
  }

  static List<Edits.Case> tunnels() {
    return Edits.tunnels();
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatIsUndoneIsAsItWas(Edits.Case kind) {
    FrameEdit edit = kind.make();
    try (FakeMbufs mbufs = new FakeMbufs()) {
      for (int i = 0; i < FRAMES; i++) {
        byte[] frame = Frames.random(random, MIN_FRAME + random.nextInt(1900));
        long packet = Frames.chain(mbufs, random, frame, 16);
        BufferImage.fillHeadrooms(packet, FILLER);
        BufferImage before = BufferImage.of(packet);
        int header = RteMbuf.HEADROOM - edit.headroom();

        edit.apply(mbuf.wrap(packet), frame.length + random.nextInt(2), TIMESTAMP, i % 2 == 0);

        assertThat(mbuf.packetLength()).isEqualTo(frame.length + edit.headroom());
        assertThat(mbuf.headroom()).isEqualTo(header);
        int rewritten = edit instanceof RspanEdit ? 12 : 0; // the addresses, in their new place
        assertThat(BufferImage.of(packet).buffersWithout(header, RteMbuf.HEADROOM + rewritten))
            .as("beside the header")
            .isDeepEqualTo(before.buffersWithout(header, RteMbuf.HEADROOM + rewritten));

        edit.undo(mbuf.wrap(packet));

        assertThat(BufferImage.of(packet).structs()).isDeepEqualTo(before.structs());
        assertThat(BufferImage.of(packet).buffersWithout(header, RteMbuf.HEADROOM))
            .isDeepEqualTo(before.buffersWithout(header, RteMbuf.HEADROOM));
        assertThat(mbufs.bytes(packet)).isEqualTo(frame);
      }
    }
  }

  /** Also where the mbuf is marked: flags, packed lengths and the rest are not an edit's. */
  @ParameterizedTest
  @MethodSource("all")
  void onlyLengthsChangeInTheMbuf(Edits.Case kind) {
    FrameEdit edit = kind.make();
    try (FakeMbufs mbufs = new FakeMbufs()) {
      long packet = mbufs.chain(Frames.random(random, 300), 100, 100);
      mbuf.wrap(packet).flags(0x1234_5678_9abcL);
      mbuf.txOffload(0x0123_4567_89ab_cdefL);
      mbuf.vlanTci(0xabc);
      byte[][] before = BufferImage.of(packet).structs();

      edit.apply(mbuf, 300, TIMESTAMP, false);

      byte[][] after = BufferImage.of(packet).structs();
      forget(before[0]);
      forget(after[0]);
      assertThat(after).isDeepEqualTo(before);
    }
  }

  private static void forget(byte[] struct) {
    Arrays.fill(struct, (int) RteMbuf.DATA_OFF, (int) RteMbuf.DATA_OFF + 2, (byte) 0);
    Arrays.fill(struct, (int) RteMbuf.DATA_LEN, (int) RteMbuf.DATA_LEN + 2, (byte) 0);
    Arrays.fill(struct, (int) RteMbuf.PKT_LEN, (int) RteMbuf.PKT_LEN + 4, (byte) 0);
  }

  @ParameterizedTest
  @MethodSource("all")
  void aHeaderMbufHoldsTheSameBytes(Edits.Case kind) {
    FrameEdit inPlace = kind.make();
    FrameEdit apart = kind.make();
    try (FakeMbufs mbufs = new FakeMbufs()) {
      for (int i = 0; i < FRAMES; i++) {
        byte[] frame = Frames.random(random, MIN_FRAME + random.nextInt(1900));
        int original = frame.length + random.nextInt(2);
        long one = Frames.chain(mbufs, random, frame, 16);
        long other = Frames.chain(mbufs, random, frame, 16);
        BufferImage before = BufferImage.of(other);
        long header = mbufs.fresh();
        Mbuf headerMbuf = new Mbuf().wrap(header);

        inPlace.apply(mbuf.wrap(one), original, TIMESTAMP, i % 2 == 0);
        int taken =
            apart.writeHeader(
                headerMbuf, mbuf.wrap(other), frame.length, original, TIMESTAMP, i % 2 == 0);

        assertThat(mbuf.address()).as("the flyweight stays").isEqualTo(other);
        assertThat(headerMbuf.dataLength()).isEqualTo(apart.headroom() + taken);
        assertThat(BufferImage.of(other).structs()).isDeepEqualTo(before.structs());
        assertThat(BufferImage.of(other).buffersWithout(0, 0))
            .isDeepEqualTo(before.buffersWithout(0, 0));
        byte[] expected = mbufs.bytes(one);
        byte[] written = mbufs.bytes(header);
        assertThat(written).isEqualTo(Arrays.copyOf(expected, written.length));
        assertThat(Arrays.copyOfRange(frame, taken, frame.length))
            .isEqualTo(Arrays.copyOfRange(expected, written.length, expected.length));
      }
    }
  }

  /** What a reader finds behind the header is the frame. */
  @ParameterizedTest
  @MethodSource("tunnels")
  void theFrameFollowsUnchanged(Edits.Case kind) {
    FrameEdit edit = kind.make();
    try (FakeMbufs mbufs = new FakeMbufs()) {
      byte[] frame = Frames.random(random, 700);
      long packet = mbufs.chain(frame, 15, 1, 0, 333);

      edit.apply(mbuf.wrap(packet), frame.length, TIMESTAMP, true);

      byte[] all = mbufs.bytes(packet);
      assertThat(Arrays.copyOfRange(all, edit.headroom(), all.length)).isEqualTo(frame);
    }
  }
}
