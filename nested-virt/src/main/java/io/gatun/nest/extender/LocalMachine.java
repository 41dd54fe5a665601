package io.gatun.nest.extender;

import io.gatun.nest.machine.Machine;
import io.gatun.nest.machine.MachineException;
import io.gatun.pmd.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The innermost guest as a machine: what is "plugged" is a program that drives the function,
 * started with its address, and ended when the function is taken back. Control thread.
 *
 * <p>Programs outlive an extender that is killed; the next one finds them by a variable in their
 * environment.
 */
final class LocalMachine implements Machine {
  private static final String VARIABLE = "GATUN_NEST_DEVICE";
  private static final String ADDRESS = "{address}";
  private static final Path PROC = Path.of("/proc");

  private final List<String> command;
  private final Executor control;
  private final BiConsumer<String, Integer> ended;

  /**
   * @param command with {@code {address}} where the function's PCI address goes
   * @param control the control thread
   * @param ended is told, there, when a program that this one started ends: its device and exit
   *     code
   */
  LocalMachine(List<String> command, Executor control, BiConsumer<String, Integer> ended) {
    this.command = List.copyOf(command);
    this.control = control;
    this.ended = ended;
  }

  @Override
  public boolean isReachable() {
    return true;
  }

  @Override
  public long generation() {
    return 0;
  }

  @Override
  public CompletableFuture<Set<String>> devices() {
    return CompletableFuture.completedFuture(Set.copyOf(running().keySet()));
  }

  /** The programs that run, by device. */
  private static Map<String, ProcessHandle> running() {
    Map<String, ProcessHandle> all = new TreeMap<>();
    ProcessHandle.allProcesses()
        .forEach(
            process -> {
              String device = device(process.pid());
              // A program's own children have the variable, too: the first is the program.
              if (device != null
                  && process.parent().map(parent -> device(parent.pid())).isEmpty()) {
                all.put(device, process);
              }
            });
    return all;
  }

  private static @Nullable String device(long pid) {
    try {
      Path environment = PROC.resolve(Long.toString(pid)).resolve("environ");
      for (String entry : Files.readString(environment).split("\0", -1)) {
        if (entry.startsWith(VARIABLE + "=")) {
          return entry.substring(VARIABLE.length() + 1);
        }
      }
    } catch (IOException e) {
      return null; // ended, or another user's
    }
    return null;
  }

  @Override
  public CompletableFuture<@Nullable String> missingForPlug() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<String> plugFunction(String id, String address) {
    List<String> line = command.stream().map(word -> word.replace(ADDRESS, address)).toList();
    if (line.isEmpty()) {
      return CompletableFuture.completedFuture(address); // bound, and left to whoever wants it
    }
    ProcessBuilder builder = new ProcessBuilder(line).inheritIO();
    builder.environment().put(VARIABLE, id);
    try {
      Process process = builder.start();
      var _ =
          process.onExit().thenAcceptAsync(done -> ended.accept(id, process.exitValue()), control);
      return CompletableFuture.completedFuture(address);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(
          new MachineException("%s cannot be started: %s".formatted(line, e.getMessage()), e));
    }
  }

  @Override
  public CompletableFuture<String> plugEmulated(String id, MacAddress mac) {
    return CompletableFuture.failedFuture(
        new MachineException("a guest has no emulated NIC for itself"));
  }

  @Override
  public CompletableFuture<@Nullable Void> unplug(String id) {
    Optional<ProcessHandle> process = Optional.ofNullable(running().get(id));
    if (process.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    process.get().destroy();
    CompletableFuture<@Nullable Void> gone = new CompletableFuture<>();
    var _ = process.get().onExit().thenRunAsync(() -> gone.complete(null), control);
    return gone;
  }

  @Override
  public CompletableFuture<@Nullable String> force() {
    running().values().forEach(ProcessHandle::destroyForcibly);
    return CompletableFuture.completedFuture("its programs were killed");
  }
}
