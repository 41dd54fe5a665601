package io.gatun.nest.channel;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * One end of the channel: says hello until the peer does, takes part in a session, and notices when
 * the peer begins a new one. Control thread; no I/O of its own.
 *
 * <p>Both ends choose a random session number when they start. A frame carries both numbers:
 *
 * <ul>
 *   <li>one for another receiver session was meant for an earlier life of this end: dropped, and
 *       answered with a hello;
 *   <li>one from a new sender session ends the old: {@link Listener#opened} is called again;
 *   <li>one from a session that was ended, or with a sequence number not above the last, is a
 *       straggler or a copy: dropped.
 * </ul>
 */
public final class FrameSession {
  /** What happens on a channel. Called on the control thread. */
  public interface Listener {
    /** The peer is there, with a new session: nothing asked before will be answered. */
    void opened();

    /** The peer said that it goes, or the transport was lost. */
    void closed();

    /** A message. */
    void message(byte[] payload);
  }

  /** Time between two hellos to a peer that has not answered. */
  public static final Duration HELLO_PERIOD = Duration.ofSeconds(1);

  /** Largest message, in bytes. */
  public static final int MAX_MESSAGE_BYTES = FrameDecoder.MAX_PAYLOAD_BYTES;

  private static final byte[] NOTHING = {};
  private static final int REMEMBERED_SESSIONS = 16;
  private static final long PARTIAL_NANOS = Duration.ofSeconds(5).toNanos();

  private final long id;
  private final Consumer<byte[]> out;
  private final Listener listener;
  private final FrameDecoder decoder = new FrameDecoder(this::frame);
  private final Deque<Long> ended = new ArrayDeque<>();
  private long peer;
  private long lastPeer;
  private int sent;
  private int received;
  private long droppedFrames;
  private long lostFrames;
  private long helloAtNanos;
  private boolean helloEver;
  private boolean answerHello;
  private long partialSinceNanos;
  private boolean partial;

  /**
   * @param id this end's session: random, not 0
   * @param out takes whole frames; must not block
   */
  public FrameSession(long id, Consumer<byte[]> out, Listener listener) {
    if (id == 0) {
      throw new IllegalArgumentException("session: 0 means \"not known\": choose another");
    }
    this.id = id;
    this.out = out;
    this.listener = listener;
  }

  /** Whether the peer is there. */
  public boolean isOpen() {
    return peer != 0;
  }

  /**
   * Sends a message.
   *
   * @return false when no peer is there: nothing was sent
   * @throws IllegalArgumentException when it is longer than {@link #MAX_MESSAGE_BYTES}
   */
  public boolean send(byte[] payload) {
    if (payload.length > MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "message: %d bytes, at most %d go into a frame"
              .formatted(payload.length, MAX_MESSAGE_BYTES));
    }
    if (peer == 0) {
      return false;
    }
    out.accept(new Frame(Frame.Type.DATA, id, peer, ++sent, payload).encode());
    return true;
  }

  /** Takes bytes that came in. */
  public void received(ByteBuffer bytes) {
    decoder.feed(bytes);
  }

  /** The transport was lost; what was sent may never arrive. */
  public void disconnected() {
    decoder.giveUpPartial();
    helloEver = false;
    close();
  }

  /** Says that this end goes. */
  public void bye() {
    if (peer != 0) {
      out.accept(new Frame(Frame.Type.BYE, id, peer, ++sent, NOTHING).encode());
    }
  }

  /**
   * To be called every now and then: says hello where nobody answers, and stops waiting for the
   * rest of a cut frame.
   */
  public void tick(long nowNanos) {
    boolean due = !helloEver || nowNanos - helloAtNanos >= HELLO_PERIOD.toNanos();
    if ((peer == 0 || answerHello) && due) {
      answerHello = false;
      helloEver = true;
      helloAtNanos = nowNanos;
      hello();
    }
    if (!decoder.isPartial()) {
      partial = false;
    } else if (!partial) {
      partial = true;
      partialSinceNanos = nowNanos;
    } else if (nowNanos - partialSinceNanos >= PARTIAL_NANOS) {
      partial = false;
      decoder.giveUpPartial();
    }
  }

  /** Frames that were dropped: stragglers, copies, or for another session. */
  public long droppedFrames() {
    return droppedFrames;
  }

  /** Frames that were sent to this session and never arrived, by their sequence numbers. */
  public long lostFrames() {
    return lostFrames;
  }

  /** Bytes that belonged to no good frame. */
  public long skippedBytes() {
    return decoder.skippedBytes();
  }

  private void hello() {
    out.accept(new Frame(Frame.Type.HELLO, id, peer, ++sent, NOTHING).encode());
  }

  private void frame(Frame frame) {
    if (frame.from() == id || ended.contains(frame.from())) {
      droppedFrames++; // an echo of our own, or a straggler
      return;
    }
    boolean known = frame.to() == id;
    if (!known && (frame.to() != 0 || frame.type() != Frame.Type.HELLO)) {
      droppedFrames++;
      answerHello = true; // at the next tick: two ends must not chase each other
      return;
    }
    if (frame.type() == Frame.Type.BYE && frame.from() != peer) {
      droppedFrames++;
      return;
    }
    if (frame.from() == lastPeer && frame.sequence() <= received) {
      droppedFrames++;
      return;
    }
    if (frame.from() != peer) {
      replace(frame.from());
      received = frame.sequence();
      if (!known) {
        hello();
      }
      listener.opened();
    } else {
      lostFrames += frame.sequence() - received - 1L;
      received = frame.sequence();
      if (!known) {
        hello(); // it has not seen our answer
      }
    }
    switch (frame.type()) {
      case HELLO -> {}
      case DATA -> listener.message(frame.payload());
      case BYE -> {
        close();
        end(lastPeer);
      }
    }
  }

  /** The same peer may come back when only the transport was lost; another one ends it. */
  private void replace(long newPeer) {
    close();
    if (lastPeer != 0 && lastPeer != newPeer) {
      end(lastPeer);
    }
    peer = newPeer;
    lastPeer = newPeer;
  }

  private void end(long session) {
    ended.addLast(session);
    if (ended.size() > REMEMBERED_SESSIONS) {
      ended.removeFirst();
    }
  }

  private void close() {
    if (peer != 0) {
      peer = 0;
      listener.closed();
    }
  }
}
