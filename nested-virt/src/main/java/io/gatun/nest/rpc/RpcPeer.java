package io.gatun.nest.rpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of JSON-RPC 2.0, which calls and is called. Control thread; no I/O of its own.
 *
 * <p>Batches are refused: nobody here sends one.
 */
public final class RpcPeer {
  /** Serves the other end. Control thread. */
  public interface Handler {
    /**
     * A call.
     *
     * @return its result, an object that Jackson can write; fails with {@link RpcException}
     */
    CompletableFuture<?> call(String method, JsonNode parameters);

    /** A notification: nobody waits for an answer. */
    void notification(String method, JsonNode parameters);
  }

  /** Takes messages out. */
  @FunctionalInterface
  public interface Out {
    /**
     * Sends.
     *
     * @return false when there is no peer
     */
    boolean send(byte[] message);
  }

  /** A peer may have this many calls open here: more are a fault, and refused. */
  static final int MAX_OPEN_CALLS = 128;

  private record Pending(
      String method, CompletableFuture<JsonNode> answer, long deadlineNanos, Duration timeOut) {}

  private final Out out;
  private final LongSupplier nanoTime;
  private final Handler handler;
  private final Map<Long, Pending> pending = new LinkedHashMap<>();
  private long lastId;
  private int open;
  private long session;
  private long strayMessages;

  /**
   * @param nanoTime as System.nanoTime
   */
  public RpcPeer(Out out, LongSupplier nanoTime, Handler handler) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.handler = handler;
  }

  /** Messages that were neither a call nor an answer to one that is open. */
  public long strayMessages() {
    return strayMessages;
  }

  /**
   * Calls.
   *
   * @return the result; fails with {@link RpcException}
   */
  public CompletableFuture<JsonNode> call(String method, Object parameters, Duration timeOut) {
    ObjectNode message = message(method, parameters);
    long id = ++lastId;
    message.put("id", id);
    if (!send(message)) {
      return CompletableFuture.failedFuture(
          new RpcException(RpcCode.NO_EXTENDER, method + ": nobody answers on the channel"));
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    long deadline = nanoTime.getAsLong() + timeOut.toNanos();
    pending.put(id, new Pending(method, answer, deadline, timeOut));
    return answer;
  }

  /** Tells, without an answer; lost when nobody is there. */
  public void notify(String method, Object parameters) {
    send(message(method, parameters));
  }

  private static ObjectNode message(String method, Object parameters) {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    message.put("jsonrpc", "2.0").put("method", method);
    message.set("params", Messages.tree(parameters));
    return message;
  }

  private boolean send(ObjectNode message) {
    return out.send(Messages.bytes(message));
  }

  /** The peer is gone, or another one came: nothing that was asked will be answered. */
  public void sessionEnded() {
    session++;
    open = 0;
    for (Long id : List.copyOf(pending.keySet())) {
      fail(
          id,
          RpcCode.NO_EXTENDER,
          "the other side was lost before it answered; whether it acted is not known");
    }
  }

  /** Fails the calls whose time is over. To be called every now and then. */
  public void tick() {
    if (pending.isEmpty()) {
      return;
    }
    long now = nanoTime.getAsLong();
    List<Long> late = new ArrayList<>();
    pending.forEach(
        (id, one) -> {
          if (now - one.deadlineNanos() >= 0) {
            late.add(id);
          }
        });
    for (Long id : late) {
      Pending one = pending.get(id);
      if (one != null) {
        fail(id, RpcCode.TIMED_OUT, "no answer within %d s".formatted(one.timeOut().toSeconds()));
      }
    }
  }

  private void fail(Long id, RpcCode code, String words) {
    Pending one = pending.remove(id);
    if (one != null) {
      one.answer().completeExceptionally(new RpcException(code, one.method() + ": " + words));
    }
  }

  /** Takes a message that came in. */
  public void received(byte[] bytes) {
    JsonNode message;
    try {
      message = Messages.parse(bytes);
    } catch (JsonProcessingException e) {
      strayMessages++;
      answerError(NullNode.instance, RpcCode.UNREADABLE, "this is no JSON");
      return;
    }
    JsonNode id = message.path("id");
    boolean version = message.path("jsonrpc").asText().equals("2.0");
    if (version && message.path("method").isTextual()) {
      asked(message.path("method").asText(), message.path("params"), id);
    } else if (version && (message.has("result") || message.has("error"))) {
      answered(id, message);
    } else {
      strayMessages++;
      answerError(id, RpcCode.NOT_A_CALL, "neither a call nor an answer of JSON-RPC 2.0");
    }
  }

  private void answered(JsonNode id, JsonNode message) {
    Pending one = id.isIntegralNumber() ? pending.remove(id.asLong()) : null;
    if (one == null) {
      strayMessages++; // late, a copy, or an error about something that could not be read
      return;
    }
    JsonNode error = message.path("error");
    if (message.has("result") && error.isMissingNode()) {
      one.answer().complete(message.path("result"));
    } else {
      one.answer()
          .completeExceptionally(
              new RpcException(
                  RpcCode.of(error.path("code").asInt()),
                  error.path("message").asText("refused without words")));
    }
  }

  private void asked(String method, JsonNode parameters, JsonNode id) {
    if (id.isMissingNode()) {
      handler.notification(method, parameters);
      return;
    }
    if (!id.isIntegralNumber() && !id.isTextual()) {
      answerError(NullNode.instance, RpcCode.NOT_A_CALL, "id: an integer or a text is needed");
      return;
    }
    if (open >= MAX_OPEN_CALLS) {
      answerError(
          id,
          RpcCode.BUSY,
          "%d calls are open already: wait for their answers".formatted(MAX_OPEN_CALLS));
      return;
    }
    open++;
    long asking = session;
    var _ =
        handler
            .call(method, parameters)
            .whenComplete(
                (result, failure) -> {
                  if (asking == session) { // nobody else's answer
                    open--;
                    answer(id, method, result, failure);
                  }
                });
  }

  private void answer(
      JsonNode id, String method, @Nullable Object result, @Nullable Throwable failure) {
    if (failure == null) {
      ObjectNode message = JsonNodeFactory.instance.objectNode();
      message.put("jsonrpc", "2.0").set("result", Messages.tree(result));
      message.set("id", id);
      send(message);
      return;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof RpcException e) {
      answerError(id, e.code(), e.words());
    } else {
      answerError(id, RpcCode.INTERNAL, method + ": " + cause);
    }
  }

  private void answerError(JsonNode id, RpcCode code, String words) {
    if (id.isMissingNode()) {
      return;
    }
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    message.put("jsonrpc", "2.0");
    message.set("error", JsonNodeFactory.instance.objectNode());
    ((ObjectNode) message.path("error")).put("code", code.number()).put("message", words);
    message.set("id", id);
    send(message);
  }
}
