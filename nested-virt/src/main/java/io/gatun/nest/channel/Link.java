package io.gatun.nest.channel;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an {@link Endpoint} open, now and again when it was lost, with one thread that reads and
 * one that writes. What comes in is handed to the control thread; what goes out waits in a queue of
 * limited length, so that a peer that does not read never holds the control thread up.
 *
 * <p>An endpoint that is not there, and a port that nobody has open on the other side, are tried
 * again after a pause that grows from {@link #FIRST_PAUSE} to {@link #LAST_PAUSE}.
 */
public final class Link implements Closeable {
  /** Pause after the first failure; each further one doubles it. */
  static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  static final Duration LAST_PAUSE = Duration.ofSeconds(1);
  private static final int QUEUED_FRAMES = 256;
  private static final int READ_BYTES = 16 * 1024;

  private final Endpoint endpoint;
  private final Executor control;
  private final Consumer<ByteBuffer> received;
  private final Runnable disconnected;
  private final BlockingQueue<byte[]> outgoing = new ArrayBlockingQueue<>(QUEUED_FRAMES);
  private final AtomicLong droppedFrames = new AtomicLong();
  private final Object lock = new Object();
  private Endpoint.@Nullable Connection connection;
  private boolean closed;

  private Link(
      Endpoint endpoint, Executor control, Consumer<ByteBuffer> received, Runnable disconnected) {
    this.endpoint = endpoint;
    this.control = control;
    this.received = received;
    this.disconnected = disconnected;
  }

  /**
   * Starts the threads.
   *
   * @param name of the threads
   * @param control runs what follows on the control thread, in order
   * @param received takes bytes that came in
   * @param disconnected is called when an open endpoint was lost
   */
  public static Link start(
      String name,
      Endpoint endpoint,
      Executor control,
      Consumer<ByteBuffer> received,
      Runnable disconnected) {
    Link link = new Link(endpoint, control, received, disconnected);
    Thread.ofPlatform().daemon().name(name + "-in").start(link::readLoop);
    Thread.ofPlatform().daemon().name(name + "-out").start(link::writeLoop);
    return link;
  }

  /** Queues a frame, or drops it when the queue is full: its caller has a time-out. Any thread. */
  public void send(byte[] frame) {
    if (!outgoing.offer(frame)) {
      droppedFrames.incrementAndGet();
    }
  }

  /** Frames that were dropped because the peer did not read, or was not there. Any thread. */
  public long droppedFrames() {
    return droppedFrames.get();
  }

  @Override
  public void close() throws IOException {
    Endpoint.Connection last;
    synchronized (lock) {
      closed = true;
      last = connection;
      connection = null;
      lock.notifyAll();
    }
    if (last != null) {
      last.close();
    }
  }

  private void readLoop() {
    long pauseMillis = FIRST_PAUSE.toMillis();
    byte[] buffer = new byte[READ_BYTES];
    while (pause(pauseMillis)) {
      Endpoint.Connection open = open();
      boolean anything = false;
      if (open != null) {
        anything = readAll(open, buffer);
        lose(open);
      }
      pauseMillis =
          anything ? FIRST_PAUSE.toMillis() : Math.min(2 * pauseMillis, LAST_PAUSE.toMillis());
    }
  }

  private Endpoint.@Nullable Connection open() {
    try {
      Endpoint.Connection open = endpoint.open();
      outgoing.clear(); // written for a connection that is no more
      synchronized (lock) {
        if (!closed) {
          connection = open;
          lock.notifyAll();
          return open;
        }
      }
      open.close();
    } catch (IOException e) {
      return null; // not there yet: the pause is the answer
    }
    return null;
  }

  /** Reads until the connection is lost; whether anything came. */
  private boolean readAll(Endpoint.Connection open, byte[] buffer) {
    boolean anything = false;
    long pauseMillis = FIRST_PAUSE.toMillis();
    try {
      while (true) {
        int count = open.read(buffer);
        if (count < 0) {
          return anything;
        }
        if (count > 0) {
          anything = true;
          pauseMillis = FIRST_PAUSE.toMillis();
          ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOf(buffer, count));
          post(() -> received.accept(bytes));
        } else if (pause(pauseMillis)) { // the host's side is not open: reads do not wait then
          pauseMillis = Math.min(2 * pauseMillis, LAST_PAUSE.toMillis());
        } else {
          return anything;
        }
      }
    } catch (IOException e) {
      return anything; // lost: opened again after a pause
    }
  }

  @SuppressWarnings("ReferenceEquality") // the very same connection
  private void lose(Endpoint.Connection open) {
    synchronized (lock) {
      if (connection == open) {
        connection = null;
      }
    }
    try {
      open.close();
    } catch (IOException e) {
      // Nothing to save: it is lost already.
    }
    post(disconnected);
  }

  /** Once this was closed, the control thread may be gone. */
  private void post(Runnable event) {
    synchronized (lock) {
      if (!closed) {
        control.execute(event);
      }
    }
  }

  private void writeLoop() {
    try {
      while (true) {
        byte[] frame = outgoing.take();
        Endpoint.Connection open = awaitConnection();
        if (open == null) {
          return;
        }
        try {
          open.write(frame);
        } catch (IOException e) {
          lose(open); // its reader notices, too, and opens it again
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Endpoint.@Nullable Connection awaitConnection() throws InterruptedException {
    synchronized (lock) {
      while (connection == null && !closed) {
        lock.wait();
      }
      return connection;
    }
  }

  /** Waits; false when the link was closed. */
  private boolean pause(long millis) {
    long endNanos = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    synchronized (lock) {
      while (!closed) {
        long leftMillis = (endNanos - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
          return true;
        }
        try {
          lock.wait(leftMillis);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return false;
    }
  }
}
