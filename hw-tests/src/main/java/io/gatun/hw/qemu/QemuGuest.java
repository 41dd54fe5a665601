package io.gatun.hw.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A virtual machine in which commands run until it is closed. It sees this machine's files at their
 * own paths, read-only, and can write to {@link #SHARE}, {@code /tmp} and {@code /run}.
 *
 * <p>Used by one thread. Closing it ends QEMU and deletes the folder with the console's log, the
 * captures and what commands have printed; it also ends when the test's process does, because the
 * agent in it then loses its peer.
 */
public final class QemuGuest implements AutoCloseable {
  /** Where the guest has the folder {@link #share()}. */
  public static final String SHARE = "/run/share";

  /** How long anything may take before the test gives up; nothing is measured by it. */
  public static final int PATIENCE_SECONDS = 120;

  private static final int TAIL_LINES = 40;

  private final GuestImage image;
  private final GuestConfig config;
  private final Path folder;
  private final List<Integer> commands = new ArrayList<>();
  private List<Wire> wires = List.of();
  private @Nullable Process process;
  private @Nullable AgentConnection connection;

  private QemuGuest(GuestImage image, GuestConfig config) throws IOException {
    this.image = image;
    this.config = config;
    this.folder = Files.createTempDirectory("gatun-guest-");
  }

  /** Boots a guest; it takes commands when this returns. */
  public static QemuGuest start(GuestConfig config) {
    return start(GuestImage.fromEnvironment(), config);
  }

  public static QemuGuest start(GuestImage image, GuestConfig config) {
    try {
      QemuGuest guest = new QemuGuest(image, config);
      try {
        guest.boot();
        return guest;
      } catch (IOException | RuntimeException | Error e) {
        guest.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void boot() throws IOException {
    Files.createDirectory(share());
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(QemuCommandLine.agentSocket(folder)));
      wires = Wire.open(config.nics());
      Process qemu =
          new ProcessBuilder(QemuCommandLine.of(image, config, folder, wires))
              .redirectErrorStream(true)
              .redirectOutput(messages().toFile())
              .start();
      process = qemu;
      // QEMU connects at once, or ends with a message: either ends the wait.
      CompletableFuture<Void> _ = qemu.onExit().thenRun(() -> closeQuietly(server));
      connection = new AgentConnection(server.accept());
    } catch (IOException e) {
      throw new GuestException("QEMU did not start:\n" + lastWords(), e);
    }
    await("the guest's agent", connection().ready(), PATIENCE_SECONDS);
  }

  private static void closeQuietly(ServerSocketChannel server) {
    try {
      server.close();
    } catch (IOException e) {
      // Nobody waits on it any more.
    }
  }

  private AgentConnection connection() {
    if (connection == null) {
      throw new IllegalStateException("the guest has not been started");
    }
    return connection;
  }

  // ---- commands ---------------------------------------------------------------------------------

  /** Starts a command in the guest. */
  public GuestCommand start(String... command) {
    try {
      int id = connection().start(command);
      commands.add(id);
      await(command[0], connection().answers(id).started(), PATIENCE_SECONDS);
      return new GuestCommand(this, id, List.of(command));
    } catch (IOException e) {
      throw new GuestException(String.join(" ", command) + ":\n" + lastWords(), e);
    }
  }

  /** Runs a command to its end; fails when that is not in order. Returns what it printed. */
  public String run(String... command) {
    return start(command).orFail();
  }

  /** Writes to a file of the guest, such as one below {@code /sys}. */
  public void write(String file, String text) {
    run("sh", "-c", "printf %s \"$1\" >\"$0\"", file, text);
  }

  /** Ends commands that still run, as those of a test that has failed may. */
  public void killCommands() {
    for (int id : commands) {
      if (isRunning(id)) {
        signal(id, "KILL");
        exitStatus(id, PATIENCE_SECONDS);
      }
    }
    commands.clear();
  }

  int exitStatus(int id, int seconds) {
    return await("command " + id, connection().answers(id).ended(), seconds);
  }

  boolean isRunning(int id) {
    return !connection().answers(id).ended().isDone();
  }

  void signal(int id, String name) {
    try {
      connection().signal(id, name);
    } catch (IOException e) {
      throw new GuestException("signal " + name + ":\n" + lastWords(), e);
    }
  }

  /** Waits for an answer of the guest; in its place may come the end of the guest, or of time. */
  private <T> T await(String what, CompletableFuture<T> future, int seconds) {
    try {
      return future.get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new GuestException("no end of " + what + " in " + seconds + " s:\n" + lastWords(), e);
    } catch (ExecutionException e) {
      awaitExit();
      throw new GuestException(
          "the guest ended while " + what + " was awaited:\n" + lastWords(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GuestException("interrupted", e);
    }
  }

  /** The connection ends a moment before QEMU does, which may still have to say why. */
  private void awaitExit() {
    if (process != null) {
      process.onExit().completeOnTimeout(process, PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
  }

  // ---- NICs -------------------------------------------------------------------------------------

  /** Gives all NICs to VFIO, as {@code dpdk-devbind} does: DPDK can take them then. */
  public void bindNicsToVfio() {
    for (String module : List.of("vfio-pci", "vfio_iommu_type1")) {
      run("modprobe", "-d", image.modules().toString(), module);
    }
    for (int nic = 0; nic < config.nics(); nic++) {
      String address = GuestConfig.address(nic);
      write("/sys/bus/pci/devices/" + address + "/driver_override", "vfio-pci");
      write("/sys/bus/pci/drivers_probe", address);
      run("test", "-e", "/sys/bus/pci/drivers/vfio-pci/" + address);
    }
  }

  /** What a NIC is plugged into. */
  public Wire wire(int nic) {
    return wires.get(nic);
  }

  /** All frames that a NIC has received and sent so far, as QEMU saw them. */
  public Path capture(int nic) {
    return QemuCommandLine.capture(folder, nic);
  }

  // ---- what is known about it -------------------------------------------------------------------

  /** The folder that the guest has at {@link #SHARE}. */
  public Path share() {
    return QemuCommandLine.share(folder);
  }

  /** What QEMU itself says. */
  private Path messages() {
    return folder.resolve("qemu.log");
  }

  /** For error messages: the end of what the guest's kernel and QEMU said. */
  public String lastWords() {
    return tail(QemuCommandLine.console(folder)) + tail(messages());
  }

  private static String tail(Path file) {
    if (!Files.exists(file)) {
      return "";
    }
    try {
      List<String> lines = new String(Files.readAllBytes(file), UTF_8).lines().toList();
      List<String> last = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
      return file.getFileName() + ":\n  " + String.join("\n  ", last) + "\n";
    } catch (IOException e) {
      return file + ": " + e + "\n";
    }
  }

  @Override
  public void close() {
    try {
      if (connection != null) {
        connection.close();
      }
      if (process != null) {
        // Nothing in the guest is worth saving: its disk is read-only, its share is not cached.
        process.destroy();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      }
      wires.forEach(Wire::close);
      deleteTree(folder);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GuestException("interrupted", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
