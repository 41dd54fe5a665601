package io.gatun.hw.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.nest.qmp.QmpConnection;
import io.gatun.nest.qmp.QmpSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Pulls devices out of a guest, as its host would. */
final class GuestQmp implements AutoCloseable, QmpSession.Listener {
  private final QemuGuest guest;
  private final ExecutorService control = Executors.newSingleThreadExecutor();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Map<String, CompletableFuture<Void>> deleted = new ConcurrentHashMap<>();
  private final QmpConnection connection;

  GuestQmp(QemuGuest guest) {
    this.guest = guest;
    connection = QmpConnection.open(guest.qmp(), control);
    control.execute(() -> connection.session().listen(this));
    await("QEMU's monitor", ready);
  }

  /** Asks the guest to let go of a device; when it has, {@link #awaitDeleted} returns. */
  void askFor(String device) {
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    control.execute(
        () -> {
          var _ =
              connection
                  .session()
                  .execute("device_del", QmpSession.arguments().put("id", device))
                  .whenComplete(
                      (done, failure) -> {
                        if (failure == null) {
                          answer.complete(done);
                        } else {
                          answer.completeExceptionally(failure);
                        }
                      });
        });
    await("device_del", answer);
  }

  /** Waits until the guest has let go and QEMU has deleted the device. */
  void awaitDeleted(String device) {
    await("DEVICE_DELETED of " + device, deleted(device));
  }

  boolean isDeleted(String device) {
    return deleted(device).isDone();
  }

  private CompletableFuture<Void> deleted(String device) {
    return deleted.computeIfAbsent(device, _ -> new CompletableFuture<>());
  }

  private <T> T await(String what, CompletableFuture<T> future) {
    try {
      return future.get(QemuGuest.PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(what + ":\n" + guest.lastWords(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void ready() {
    ready.complete(null);
  }

  @Override
  public void disconnected() {}

  @Override
  public void event(String name, JsonNode data) {
    if (name.equals("DEVICE_DELETED") && data.has("device")) {
      deleted(data.get("device").asText()).complete(null);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      control.shutdownNow();
    }
  }
}
