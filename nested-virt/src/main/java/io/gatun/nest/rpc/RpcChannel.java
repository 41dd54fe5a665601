package io.gatun.nest.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.channel.FrameSession;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * JSON-RPC in the frames of a {@link FrameSession}, with a heartbeat: a peer that says nothing for
 * {@link #SILENCE} is taken for gone, until it is heard again. Control thread.
 */
public final class RpcChannel {
  /** Serves the other end, and hears of its coming. Control thread. */
  public interface Handler extends RpcPeer.Handler {
    /** A peer is there, another one than before: it knows nothing of what was said. */
    void opened();
  }

  /** Time between two signs of life. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(5);

  /** A peer that is not heard for so long is taken for gone. */
  public static final Duration SILENCE = HEARTBEAT.multipliedBy(4);

  private static final String HEARTBEAT_METHOD = "heartbeat";

  private final FrameSession session;
  private final RpcPeer rpc;
  private final LongSupplier nanoTime;
  private long heardNanos;
  private long beatNanos;

  /**
   * @param id this end's session: random, not 0
   * @param out takes frames; must not block
   * @param nanoTime as System.nanoTime
   */
  public RpcChannel(long id, Consumer<byte[]> out, LongSupplier nanoTime, Handler handler) {
    this.nanoTime = nanoTime;
    heardNanos = nanoTime.getAsLong();
    beatNanos = heardNanos;
    RpcPeer[] peer = new RpcPeer[1];
    session =
        new FrameSession(
            id,
            out,
            new FrameSession.Listener() {
              @Override
              public void opened() {
                heardNanos = nanoTime.getAsLong();
                handler.opened();
              }

              @Override
              public void closed() {
                peer[0].sessionEnded();
              }

              @Override
              public void message(byte[] payload) {
                heardNanos = nanoTime.getAsLong();
                peer[0].received(payload);
              }
            });
    rpc = new RpcPeer(session::send, nanoTime, withoutHeartbeats(handler));
    peer[0] = rpc;
  }

  private static RpcPeer.Handler withoutHeartbeats(RpcPeer.Handler handler) {
    return new RpcPeer.Handler() {
      @Override
      public CompletableFuture<?> call(String method, JsonNode parameters) {
        return handler.call(method, parameters);
      }

      @Override
      public void notification(String method, JsonNode parameters) {
        if (!method.equals(HEARTBEAT_METHOD)) {
          handler.notification(method, parameters);
        }
      }
    };
  }

  /** Calls and notifies. */
  public RpcPeer rpc() {
    return rpc;
  }

  /** Whether a peer is there. */
  public boolean isOpen() {
    return session.isOpen();
  }

  /** How long nothing was heard, in nanoseconds; since the beginning when nothing ever was. */
  public long silentNanos() {
    return nanoTime.getAsLong() - heardNanos;
  }

  /** Takes bytes that came in. */
  public void received(ByteBuffer bytes) {
    session.received(bytes);
  }

  /** The transport was lost. */
  public void disconnected() {
    session.disconnected();
  }

  /** Says that this end goes. */
  public void bye() {
    session.bye();
  }

  /** To be called every now and then. */
  public void tick() {
    long now = nanoTime.getAsLong();
    if (session.isOpen() && now - heardNanos >= SILENCE.toNanos()) {
      session.disconnected();
    }
    if (session.isOpen() && now - beatNanos >= HEARTBEAT.toNanos()) {
      beatNanos = now;
      rpc.notify(HEARTBEAT_METHOD, Map.of());
    }
    session.tick(now);
    rpc.tick();
  }
}
