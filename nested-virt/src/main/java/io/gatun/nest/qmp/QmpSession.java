package io.gatun.nest.qmp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * QMP as a client speaks it (docs/interop/qmp-spec.rst): greeting, capabilities, commands with ids,
 * events. Control thread; no I/O of its own.
 */
public final class QmpSession {
  /** Hears of what QEMU does by itself. Control thread. */
  public interface Listener {
    /** Commands can be given. Called anew after each connection. */
    void ready();

    /** QEMU is gone, or the socket was lost. */
    void disconnected();

    /**
     * An event.
     *
     * @param name as in {@code DEVICE_DELETED}
     * @param data empty when the event has none
     */
    void event(String name, JsonNode data);
  }

  /** How long a command may take: QEMU answers device_add after mapping the guest's memory. */
  public static final Duration TIME_OUT = Duration.ofSeconds(60);

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private record Pending(String command, CompletableFuture<JsonNode> answer, long deadlineNanos) {}

  private final Consumer<String> out;
  private final LongSupplier nanoTime;
  private final Map<Long, Pending> pending = new LinkedHashMap<>();
  private final List<Listener> listeners = new ArrayList<>();
  private long lastId;
  private boolean ready;
  private long unreadableLines;

  /**
   * @param out takes whole lines, without their end; must not block
   * @param nanoTime as System.nanoTime
   */
  public QmpSession(Consumer<String> out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
  }

  /** Adds a listener. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Whether commands can be given. */
  public boolean isReady() {
    return ready;
  }

  /** Lines that were no JSON object of the protocol. */
  public long unreadableLines() {
    return unreadableLines;
  }

  /** An empty map of arguments. */
  public static ObjectNode arguments() {
    return JsonNodeFactory.instance.objectNode();
  }

  /**
   * Gives a command.
   *
   * @return its result; fails with {@link QmpException}
   */
  public CompletableFuture<JsonNode> execute(String command, ObjectNode arguments) {
    if (!ready) {
      return CompletableFuture.failedFuture(
          new QmpException(
              command,
              QmpException.DISCONNECTED,
              "not connected: is the virtual machine running, with this -qmp socket?"));
    }
    return send(command, arguments);
  }

  private CompletableFuture<JsonNode> send(String command, ObjectNode arguments) {
    ObjectNode message = arguments();
    message.put("execute", command);
    if (!arguments.isEmpty()) {
      message.set("arguments", arguments);
    }
    message.put("id", ++lastId);
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    long deadline = nanoTime.getAsLong() + TIME_OUT.toNanos();
    pending.put(lastId, new Pending(command, answer, deadline));
    out.accept(message.toString());
    return answer;
  }

  /** Takes a line that QEMU sent. */
  public void received(String line) {
    JsonNode message;
    try {
      message = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      unreadableLines++;
      return;
    }
    if (message.has("QMP")) {
      greet();
    } else if (message.has("event")) {
      String name = message.path("event").asText();
      JsonNode data = message.path("data");
      List.copyOf(listeners).forEach(listener -> listener.event(name, data));
    } else if (message.has("return") || message.has("error")) {
      answer(message);
    } else {
      unreadableLines++;
    }
  }

  /** The socket was lost: commands in flight fail; whether QEMU acted on them is not known. */
  public void disconnected() {
    ready = false;
    fail(List.copyOf(pending.keySet()), QmpException.DISCONNECTED, "the connection was lost");
    List.copyOf(listeners).forEach(Listener::disconnected);
  }

  /** Fails the commands whose time is over. To be called every now and then. */
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
    fail(
        late,
        QmpException.TIMED_OUT,
        "no answer within %d s; whether it acted is not known".formatted(TIME_OUT.toSeconds()));
  }

  private void fail(List<Long> ids, String errorClass, String words) {
    for (Long id : ids) {
      Pending one = pending.remove(id);
      if (one != null) {
        one.answer().completeExceptionally(new QmpException(one.command(), errorClass, words));
      }
    }
  }

  private void greet() {
    CompletableFuture<JsonNode> answer = send("qmp_capabilities", arguments());
    var _ =
        answer.thenAccept(
            done -> {
              ready = true;
              List.copyOf(listeners).forEach(Listener::ready);
            });
  }

  private void answer(JsonNode message) {
    JsonNode id = message.path("id");
    Pending one = id.canConvertToLong() ? pending.remove(id.asLong()) : null;
    if (one == null) {
      unreadableLines++; // an answer that came after its time-out, or is not ours
      return;
    }
    JsonNode error = message.path("error");
    if (error.isMissingNode()) {
      one.answer().complete(message.path("return"));
    } else {
      one.answer()
          .completeExceptionally(
              new QmpException(
                  one.command(),
                  error.path("class").asText("GenericError"),
                  error.path("desc").asText("refused without words")));
    }
  }
}
