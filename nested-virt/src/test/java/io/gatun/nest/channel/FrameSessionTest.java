package io.gatun.nest.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FrameSessionTest {
  /** One end: what it sent waits in {@link #out} until the test hands it on. */
  private static final class End implements FrameSession.Listener {
    final List<byte[]> out = new ArrayList<>();
    final List<String> heard = new ArrayList<>();
    final FrameSession session;
    int opened;
    int closed;

    End(long id) {
      session = new FrameSession(id, out::add, this);
    }

    @Override
    public void opened() {
      opened++;
    }

    @Override
    public void closed() {
      closed++;
    }

    @Override
    public void message(byte[] payload) {
      heard.add(new String(payload, UTF_8));
    }

    boolean say(String words) {
      return session.send(words.getBytes(UTF_8));
    }
  }

  private long nowNanos;

  private void handOn(End from, End to) {
    List<byte[]> frames = List.copyOf(from.out);
    from.out.clear();
    frames.forEach(frame -> to.session.received(ByteBuffer.wrap(frame)));
  }

  /** Lets both talk until neither has anything to say. */
  private void talk(End a, End b) {
    for (int i = 0; i < 5; i++) {
      nowNanos += FrameSession.HELLO_PERIOD.toNanos();
      a.session.tick(nowNanos);
      b.session.tick(nowNanos);
      handOn(a, b);
      handOn(b, a);
    }
  }

  @Test
  void messagesArriveOnceAndInOrder() {
    End a = new End(1);
    End b = new End(2);
    assertThat(a.say("nobody is there")).isFalse();

    talk(a, b);
    for (int i = 0; i < 100; i++) {
      assertThat(a.say("message " + i)).isTrue();
    }
    b.say("answer");
    talk(a, b);

    assertThat(b.heard).hasSize(100).startsWith("message 0").endsWith("message 99");
    assertThat(a.heard).containsExactly("answer");
    assertThat(a.opened).isEqualTo(1);
    assertThat(b.opened).isEqualTo(1);
    assertThat(b.session.lostFrames()).isZero();
    assertThat(b.session.droppedFrames()).isZero();
  }

  @Test
  void anAbsentPeerIsGreetedOncePerPeriod() {
    End a = new End(1);

    for (int i = 0; i < 1000; i++) {
      nowNanos += FrameSession.HELLO_PERIOD.toNanos() / 100;
      a.session.tick(nowNanos);
    }

    assertThat(a.out).hasSize(10);
  }

  @Test
  void aPeerThatStartsAnewBeginsANewSession() {
    End a = new End(1);
    End b = new End(2);
    talk(a, b);
    a.say("for the old b, never read");

    End fresh = new End(3);
    talk(a, fresh);
    a.say("for the new b");
    talk(a, fresh);

    assertThat(a.opened).isEqualTo(2);
    assertThat(a.closed).isEqualTo(1);
    assertThat(fresh.heard).containsExactly("for the new b");
  }

  @Test
  void stragglersOfAnEndedSessionAreDropped() {
    End a = new End(1);
    End b = new End(2);
    talk(a, b);
    b.say("late");
    List<byte[]> late = List.copyOf(b.out);
    b.out.clear();
    End fresh = new End(3);
    talk(a, fresh);

    late.forEach(frame -> a.session.received(ByteBuffer.wrap(frame)));

    assertThat(a.heard).isEmpty();
    assertThat(a.session.droppedFrames()).isEqualTo(1);
    fresh.say("still me");
    talk(a, fresh);
    assertThat(a.heard).containsExactly("still me");
    assertThat(a.opened).isEqualTo(2);
  }

  @Test
  void aLostTransportOpensAgainWithTheSameSessions() {
    End a = new End(1);
    End b = new End(2);
    talk(a, b);
    a.session.disconnected();
    assertThat(a.session.isOpen()).isFalse();

    talk(a, b);
    a.say("again");
    talk(a, b);

    assertThat(a.opened).isEqualTo(2);
    assertThat(b.heard).containsExactly("again");
  }

  @Test
  void byeEndsTheSessionAtOnce() {
    End a = new End(1);
    End b = new End(2);
    talk(a, b);

    a.session.bye();
    handOn(a, b);

    assertThat(b.session.isOpen()).isFalse();
    assertThat(b.closed).isEqualTo(1);
  }

  @Test
  void copiesAndFramesOutOfOrderAreDropped() {
    End a = new End(1);
    End b = new End(2);
    talk(a, b);
    a.say("one");
    a.say("two");
    byte[] one = a.out.get(0);
    byte[] two = a.out.get(1);

    for (byte[] frame : List.of(two, one, two, one)) {
      b.session.received(ByteBuffer.wrap(frame));
    }

    assertThat(b.heard).containsExactly("two");
    assertThat(b.session.droppedFrames()).isEqualTo(3);
    assertThat(b.session.lostFrames()).isEqualTo(1);
  }

  @Test
  void everyCutIsSurvived() {
    byte[] payload = "a message that is cut".getBytes(UTF_8);
    byte[] whole = new Frame(Frame.Type.DATA, 2, 1, 7, payload).encode();
    byte[] next = new Frame(Frame.Type.DATA, 2, 1, 8, "next".getBytes(UTF_8)).encode();
    for (int cut = 0; cut < whole.length; cut++) {
      List<String> heard = new ArrayList<>();
      FrameDecoder decoder =
          new FrameDecoder(frame -> heard.add(new String(frame.payload(), UTF_8)));

      decoder.feed(ByteBuffer.wrap(whole, 0, cut));
      decoder.feed(ByteBuffer.wrap(next));
      decoder.giveUpPartial();

      assertThat(heard).as("cut at %d", cut).containsExactly("next");
      assertThat(decoder.skippedBytes()).isEqualTo(cut);
    }
  }

  @Test
  void aCutFrameIsWaitedForOnlySoLong() {
    End a = new End(1);
    End b = new End(2);
    talk(a, b);
    a.say("a long message that is cut in its middle, and holds the next one up");
    byte[] whole = a.out.removeFirst();
    b.session.received(ByteBuffer.wrap(whole, 0, whole.length - 50));
    a.say("x");
    handOn(a, b);
    assertThat(b.heard).isEmpty();

    for (int i = 0; i < 10; i++) {
      nowNanos += FrameSession.HELLO_PERIOD.toNanos();
      b.session.tick(nowNanos);
    }

    assertThat(b.heard).containsExactly("x");
  }

  @Test
  void aFrameThatPromisesTooMuchIsRefused() {
    List<Frame> frames = new ArrayList<>();
    FrameDecoder decoder = new FrameDecoder(frames::add);
    byte[] header = new Frame(Frame.Type.DATA, 1, 2, 1, new byte[0]).encode();
    ByteBuffer.wrap(header).putInt(8, FrameDecoder.MAX_PAYLOAD_BYTES + 1);
    ByteBuffer.wrap(header).putInt(32, Frame.checksum(header, 0, 32));

    decoder.feed(ByteBuffer.wrap(header));
    decoder.feed(ByteBuffer.wrap(new Frame(Frame.Type.BYE, 1, 2, 2, new byte[0]).encode()));

    assertThat(decoder.refusedFrames()).isEqualTo(1);
    assertThat(frames).hasSize(1).first().extracting(Frame::type).isEqualTo(Frame.Type.BYE);
  }

  @Test
  void otherVersionsTypesAndNoSessionAreRefused() {
    List<Frame> frames = new ArrayList<>();
    FrameDecoder decoder = new FrameDecoder(frames::add);
    byte[] good = new Frame(Frame.Type.DATA, 1, 2, 1, new byte[3]).encode();
    int[] places = {4, 5, 19};
    byte[] values = {2, 9, 0};
    for (int i = 0; i < places.length; i++) {
      byte[] bad = good.clone();
      bad[places[i]] = values[i];
      ByteBuffer.wrap(bad).putInt(32, Frame.checksum(bad, 0, 32));
      decoder.feed(ByteBuffer.wrap(bad));
    }

    assertThat(frames).isEmpty();
    assertThat(decoder.refusedFrames()).isEqualTo(3);
  }

  @Test
  void theLargestMessageFitsAndALargerIsRefused() {
    End a = new End(1);
    End b = new End(2);
    talk(a, b);

    a.say("x".repeat(FrameSession.MAX_MESSAGE_BYTES));
    talk(a, b);

    assertThat(b.heard).hasSize(1);
    assertThatThrownBy(() -> a.say("x".repeat(FrameSession.MAX_MESSAGE_BYTES + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("262145 bytes, at most 262144");
  }

  /** Good frames with anything between them: all arrive that were not themselves spoilt. */
  @Test
  void goodFramesAreFoundInAnyNoise() {
    Random random = new Random(5);
    for (int round = 0; round < 2000; round++) {
      Set<String> sent = new HashSet<>();
      Set<String> heard = new HashSet<>();
      List<byte[]> stream = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        byte[] payload = new byte[random.nextInt(200)];
        random.nextBytes(payload);
        byte[] frame = new Frame(Frame.Type.DATA, 1, 2, i + 1, payload).encode();
        switch (random.nextInt(5)) {
          case 0 -> stream.add(Arrays.copyOf(frame, random.nextInt(frame.length)));
          case 1 -> {
            frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
            stream.add(frame);
          }
          case 2 -> {
            byte[] noise = new byte[random.nextInt(100)];
            random.nextBytes(noise);
            if (noise.length > 8) {
              ByteBuffer.wrap(noise).putInt(random.nextInt(noise.length - 4), Frame.MAGIC);
            }
            stream.add(noise);
            stream.add(frame);
            sent.add(Arrays.toString(payload));
          }
          default -> {
            stream.add(frame);
            sent.add(Arrays.toString(payload));
          }
        }
      }
      FrameDecoder decoder = new FrameDecoder(frame -> heard.add(Arrays.toString(frame.payload())));
      for (byte[] part : stream) {
        int at = 0;
        while (at < part.length) {
          int count = 1 + random.nextInt(part.length - at);
          decoder.feed(ByteBuffer.wrap(part, at, count));
          at += count;
        }
      }
      decoder.giveUpPartial();

      assertThat(heard).as("round %d", round).isEqualTo(sent);
    }
  }
}
