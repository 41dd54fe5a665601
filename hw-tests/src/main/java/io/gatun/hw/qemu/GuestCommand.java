package io.gatun.hw.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A command that runs in a guest, with its output in files of the share. Ends with the guest. */
public final class GuestCommand {
  private static final int POLL_MILLIS = 20;

  private final GuestShell guest;
  private final int id;
  private final List<String> command;

  GuestCommand(GuestShell guest, int id, List<String> command) {
    this.guest = guest;
    this.id = id;
    this.command = command;
  }

  /** Sends a signal, by its name without SIG. */
  public void signal(String name) {
    guest.signal(id, name);
  }

  /** Waits for the end; 128 and the signal's number where a signal was it. */
  public int exitStatus() {
    return exitStatus(QemuGuest.PATIENCE_SECONDS);
  }

  /** Waits for the end, but not longer than so many seconds. */
  public int exitStatus(int seconds) {
    return guest.exitStatus(id, seconds);
  }

  /** Waits for the end and returns standard output; fails unless the status is 0. */
  public String orFail() {
    int status = exitStatus();
    if (status != 0) {
      throw new GuestException(
          "%s ended with %d:%n%s".formatted(String.join(" ", command), status, everything()));
    }
    return output();
  }

  /** Waits for the end and reads the last line of standard output; fails unless all is well. */
  public JsonNode json() {
    List<String> lines = orFail().lines().toList();
    try {
      return new ObjectMapper().readTree(lines.isEmpty() ? "null" : lines.getLast());
    } catch (IOException e) {
      throw new GuestException("no JSON: " + everything(), e);
    }
  }

  /** Waits for something; fails with what the command said when it does not come about. */
  public void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(QemuGuest.PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline || !guest.isRunning(id)) {
        throw new GuestException(
            "waited for %s; running: %s%n%s%s"
                .formatted(what, guest.isRunning(id), everything(), guest.lastWords()));
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new GuestException("interrupted", e);
      }
    }
  }

  /** Does something once it has ended, at once or later, on any thread. */
  public void whenEnded(Runnable action) {
    guest.whenEnded(id, action);
  }

  /** Whether it has not ended yet. */
  public boolean isRunning() {
    return guest.isRunning(id);
  }

  /** Standard output so far. */
  public String output() {
    return read("out");
  }

  /** Standard error so far. */
  public String errors() {
    return read("err");
  }

  private String everything() {
    return errors() + output();
  }

  private String read(String stream) {
    try {
      return Files.readString(guest.share().resolve(id + "." + stream));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
