package io.gatun.hw.qemu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A machine as those see it who run commands in it: its agent, and the folder that takes what they
 * print. Used by one thread.
 */
public final class GuestShell {
  private final AgentConnection connection;
  private final Path share;
  private final Supplier<String> lastWords;
  private final List<Integer> commands = new ArrayList<>();

  /**
   * @param connection to its agent
   * @param share this machine's side of what it has at {@link QemuGuest#SHARE}
   * @param lastWords what it said last, for error messages
   */
  public GuestShell(AgentConnection connection, Path share, Supplier<String> lastWords) {
    this.connection = connection;
    this.share = share;
    this.lastWords = lastWords;
  }

  /** The machine is known to have ended: whoever waits for it fails. */
  public void end() {
    connection.end();
  }

  /** Waits until commands are taken, but not longer than so many seconds. */
  public void awaitReady(int seconds) {
    await("the guest's agent", connection.ready(), seconds);
  }

  /** Starts a command. */
  public GuestCommand start(String... command) {
    try {
      int id = connection.start(command);
      commands.add(id);
      await(command[0], connection.answers(id).started(), QemuGuest.PATIENCE_SECONDS);
      return new GuestCommand(this, id, List.of(command));
    } catch (IOException e) {
      throw new GuestException(String.join(" ", command) + ":\n" + lastWords(), e);
    }
  }

  /** Runs a command to its end; fails when that is not in order. Returns what it printed. */
  public String run(String... command) {
    return start(command).orFail();
  }

  /** Writes to a file of the machine, such as one below {@code /sys}. */
  public void write(String file, String text) {
    run("sh", "-c", "printf %s \"$1\" >\"$0\"", file, text);
  }

  /** Ends commands that still run. */
  public void killCommands() {
    for (int id : commands) {
      if (isRunning(id)) {
        signal(id, "KILL");
        exitStatus(id, QemuGuest.PATIENCE_SECONDS);
      }
    }
    commands.clear();
  }

  int exitStatus(int id, int seconds) {
    return await("command " + id, connection.answers(id).ended(), seconds);
  }

  boolean isRunning(int id) {
    return !connection.answers(id).ended().isDone();
  }

  void whenEnded(int id, Runnable action) {
    CompletableFuture<?> _ = connection.answers(id).ended().whenComplete((s, e) -> action.run());
  }

  void signal(int id, String name) {
    try {
      connection.signal(id, name);
    } catch (IOException e) {
      throw new GuestException("signal " + name + ":\n" + lastWords(), e);
    }
  }

  /** Where files lie that the machine has at {@link QemuGuest#SHARE}. */
  public Path share() {
    return share;
  }

  String lastWords() {
    return lastWords.get();
  }

  /** Waits for an answer of the machine; in its place may come the end of it, or of time. */
  private <T> T await(String what, CompletableFuture<T> future, int seconds) {
    try {
      return future.get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new GuestException("no end of " + what + " in " + seconds + " s:\n" + lastWords(), e);
    } catch (ExecutionException e) {
      throw new GuestException(
          "the guest ended while " + what + " was awaited:\n" + lastWords(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GuestException("interrupted", e);
    }
  }
}
