package io.gatun.hw.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Speaks with the agent in a guest ({@code scripts/lib/guest-agent.sh} has the protocol). Requests
 * may come from any thread; a thread of its own reads the answers. Once the connection ends, what
 * has not been answered fails.
 */
public final class AgentConnection implements AutoCloseable {
  /** What comes of one command. */
  record Answers(CompletableFuture<Void> started, CompletableFuture<Integer> ended) {}

  private final SocketChannel channel;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Map<Integer, Answers> commands = new ConcurrentHashMap<>();
  private volatile boolean ended;
  private int lastId;

  AgentConnection(SocketChannel channel) {
    this.channel = channel;
    Thread.ofVirtual().name("guest-agent").start(this::read);
  }

  /** Whether the other side is gone. */
  boolean hasEnded() {
    return ended;
  }

  /** Completed when the guest is up. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Starts a command; its output goes to files in the share that bear its number. */
  synchronized int start(String... words) throws IOException {
    lastId++;
    commands.put(lastId, new Answers(new CompletableFuture<>(), new CompletableFuture<>()));
    if (ended) {
      fail();
    }
    StringBuilder line = new StringBuilder("run ").append(lastId);
    for (String word : words) {
      line.append(' ').append(quoted(word));
    }
    write(line.append('\n').toString());
    return lastId;
  }

  Answers answers(int id) {
    Answers answers = commands.get(id);
    if (answers == null) {
      throw new IllegalArgumentException("no command " + id);
    }
    return answers;
  }

  synchronized void signal(int id, String name) throws IOException {
    write("signal " + id + " " + name + "\n");
  }

  /** One word for a shell, whatever is in it. */
  static String quoted(String word) {
    if (word.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("the agent takes no word of several lines: " + word);
    }
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private void write(String line) throws IOException {
    ByteBuffer bytes = UTF_8.encode(line);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void read() {
    try (BufferedReader lines = new BufferedReader(Channels.newReader(channel, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(line.split(" ", -1));
      }
    } catch (IOException e) {
      // The guest is gone, or close() was called: both end the connection.
    } finally {
      end();
    }
  }

  private void take(String[] words) {
    switch (words[0]) {
      case "ready" -> ready.complete(null);
      case "started" -> answers(Integer.parseInt(words[1])).started().complete(null);
      case "ended" ->
          answers(Integer.parseInt(words[1])).ended().complete(Integer.parseInt(words[2]));
      default -> throw new IllegalStateException("the agent said " + String.join(" ", words));
    }
  }

  /** The guest is known to have ended, though the connection goes on. */
  void end() {
    ended = true;
    fail();
  }

  private void fail() {
    IOException reason = new IOException("the guest has ended");
    ready.completeExceptionally(reason);
    for (Answers answers : commands.values()) {
      answers.started().completeExceptionally(reason);
      answers.ended().completeExceptionally(reason);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
