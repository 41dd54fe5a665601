package io.gatun.nest.qmp;

import io.gatun.nest.channel.Endpoint;
import io.gatun.nest.channel.Link;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A {@link QmpSession} on the socket of {@code -qmp unix:PATH,server=on,wait=off}, connected again
 * whenever QEMU is there. QEMU serves one client at a time: the socket must be the extender's own.
 */
public final class QmpConnection implements Closeable {
  /** Longest line that is kept; QEMU's longest answers have some ten kilobytes. */
  private static final int MAX_LINE_BYTES = 16 * 1024 * 1024;

  private final Link link;
  private final QmpSession session;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean tooLong;

  private QmpConnection(Path socket, Executor control) {
    AtomicReference<Link> sender = new AtomicReference<>();
    session =
        new QmpSession(
            text -> {
              Link to = sender.get();
              if (to != null) {
                to.send((text + "\n").getBytes(StandardCharsets.UTF_8));
              }
            },
            System::nanoTime);
    link =
        Link.start(
            "gatun-qmp", Endpoint.socket(socket), control, this::received, this::disconnected);
    sender.set(link);
  }

  /**
   * Starts to connect.
   *
   * @param control runs everything that happens, in order
   */
  public static QmpConnection open(Path socket, Executor control) {
    return new QmpConnection(socket, control);
  }

  /** The session; on the control thread only. */
  public QmpSession session() {
    return session;
  }

  private void received(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      if (next != '\n') {
        tooLong |= line.size() >= MAX_LINE_BYTES;
        if (!tooLong) {
          line.write(next);
        }
      } else {
        String text = tooLong ? "" : line.toString(StandardCharsets.UTF_8).strip();
        line.reset();
        tooLong = false;
        if (!text.isEmpty()) {
          session.received(text);
        }
      }
    }
  }

  private void disconnected() {
    line.reset();
    tooLong = false;
    session.disconnected();
  }

  @Override
  public void close() throws IOException {
    link.close();
  }
}
