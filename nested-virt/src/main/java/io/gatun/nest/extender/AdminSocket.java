package io.gatun.nest.extender;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.nest.channel.FrameSession;
import io.gatun.nest.rpc.InterfaceStatus;
import io.gatun.nest.rpc.Messages;
import io.gatun.nest.rpc.NameRequest;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Status;
import io.gatun.nest.rpc.StatusRequest;
import io.gatun.nest.rpc.Topology;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where {@code gatun nest plan}, {@code apply}, {@code status} and {@code release} ask an extender:
 * a Unix socket that only its owner may open; one question and one answer a connection, each a line
 * of JSON.
 *
 * <p>The commands: {@code status}: this level's leases. {@code release}: take an interface back
 * from a machine. {@code plan} and {@code apply} with a {@code topology}. {@code chain} with {@code
 * waitSeconds}: what the guests inside have, once nothing is on its way.
 */
public final class AdminSocket implements Closeable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_QUESTION_BYTES = FrameSession.MAX_MESSAGE_BYTES;

  /** Longer than any answer may take: a chain that is waited for. */
  private static final long PATIENCE_SECONDS = 4000;

  private final ServerSocketChannel server;
  private final Path path;
  private final Executor control;
  private final Extender extender;

  private AdminSocket(ServerSocketChannel server, Path path, Executor control, Extender extender) {
    this.server = server;
    this.path = path;
    this.control = control;
    this.extender = extender;
  }

  static AdminSocket open(Path path, Executor control, Extender extender) throws IOException {
    Files.deleteIfExists(
        path); // of an extender that was killed: the journal's lock keeps out others
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    AdminSocket socket = new AdminSocket(server, path, control, extender);
    Thread.ofPlatform().daemon().name("gatun-admin").start(socket::serve);
    return socket;
  }

  private void serve() {
    while (server.isOpen()) {
      try {
        SocketChannel asking = server.accept();
        Thread.ofVirtual().start(() -> answer(asking));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void answer(SocketChannel asking) {
    try (asking) {
      String question = line(asking);
      CompletableFuture<JsonNode> answer = new CompletableFuture<>();
      control.execute(() -> answer(question, answer));
      write(asking, answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).toString());
    } catch (IOException | ExecutionException | TimeoutException e) {
      // Who asked is gone, or has waited long enough: nobody is left to be told.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** On the control thread. */
  private void answer(String question, CompletableFuture<JsonNode> answer) {
    try {
      JsonNode asked = JSON.readTree(question);
      var _ =
          answered(asked)
              .whenComplete(
                  (done, failure) ->
                      answer.complete(failure == null ? done : error(LeaseMotion.words(failure))));
    } catch (RpcException | IOException | IllegalArgumentException e) {
      answer.complete(error(String.valueOf(e.getMessage())));
    }
  }

  private CompletableFuture<JsonNode> answered(JsonNode asked) throws RpcException {
    String command = asked.path("command").asText();
    return switch (command) {
      case "release" -> {
        NameRequest request =
            new NameRequest(asked.path("name").asText(), asked.path("reason").asText("released"));
        yield extender
            .revoke(asked.path("machine").asText(), request)
            .thenApply(done -> JSON.createObjectNode().put("released", request.name()));
      }
      case "plan" -> extender.plan(topology(asked)).thenApply(Messages::tree);
      case "apply" -> {
        extender.apply(topology(asked));
        yield CompletableFuture.completedFuture(JSON.createObjectNode().put("applied", true));
      }
      case "chain" ->
          extender
              .status(new StatusRequest(asked.path("waitSeconds").asInt()))
              .thenApply(this::chain);
      case "status" -> CompletableFuture.completedFuture(status());
      default ->
          throw new IllegalArgumentException(
              "command: \"%s\" is not known; known are status, release, plan, apply, chain"
                  .formatted(command));
    };
  }

  private static Topology topology(JsonNode asked) throws RpcException {
    return Messages.read(asked.path("topology"), Topology.class);
  }

  /** What the guests have, and at its outer end which function it is and what that carried. */
  private JsonNode chain(Status status) {
    ObjectNode all = JSON.createObjectNode().put("level", extender.name());
    all.put("outer_problem", extender.outerProblem());
    all.set("levels", Messages.tree(status).path("levels"));
    all.set("interfaces", JSON.createArrayNode());
    for (InterfaceStatus one : status.interfaces()) {
      ObjectNode shown = Messages.tree(one).deepCopy();
      Functions.Owned owned = extender.function(one.name());
      if (owned != null) {
        shown
            .putObject("function")
            .put("parent", owned.parent())
            .put("index", owned.index())
            .put("address", owned.address());
        putCounters(shown, owned);
      } else {
        shown.put("counters_missing", "it is no function of " + extender.name());
      }
      all.withArray("interfaces").add(shown);
    }
    return all;
  }

  private void putCounters(ObjectNode shown, Functions.Owned owned) {
    try {
      shown.set("counters", Messages.tree(extender.counters(owned)));
    } catch (Functions.FunctionException e) {
      shown.put("counters_missing", e.getMessage());
    }
  }

  private ObjectNode status() {
    ObjectNode all = JSON.createObjectNode();
    all.put("level", extender.name());
    all.put("outer_problem", extender.outerProblem());
    all.set("leases", JSON.createArrayNode());
    extender.status().forEach(one -> all.withArray("leases").add(Messages.tree(one)));
    return all;
  }

  private static ObjectNode error(String words) {
    return JSON.createObjectNode().put("error", words);
  }

  private static String line(SocketChannel from) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    java.io.InputStream in = Channels.newInputStream(from);
    int next = in.read();
    while (next >= 0 && next != '\n' && line.size() < MAX_QUESTION_BYTES) {
      line.write(next);
      next = in.read();
    }
    return line.toString(UTF_8);
  }

  private static void write(SocketChannel to, String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  /**
   * Asks the extender at a socket.
   *
   * @throws IOException when none answers there
   */
  public static JsonNode ask(Path path, ObjectNode question) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      write(channel, question.toString());
      byte[] answer = Channels.newInputStream(channel).readAllBytes();
      return JSON.readTree(answer);
    } catch (IOException e) {
      throw new IOException(
          "%s: no extender answers there (%s): is \"gatun nest extender\" running?"
              .formatted(path, e.getMessage()),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(path);
  }
}
