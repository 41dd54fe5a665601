package io.gatun.hw.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  private final List<Path> disks;
  private final Path folder;
  private final Map<String, AgentConnection> connections = new LinkedHashMap<>();
  private List<Wire> wires = List.of();
  private @Nullable Process process;
  private @Nullable GuestShell shell;

  private QemuGuest(GuestImage image, GuestConfig config, List<Path> disks) throws IOException {
    this.image = image;
    this.config = config;
    this.disks = disks;
    this.folder = Files.createTempDirectory("gatun-guest-");
  }

  /** Boots a guest; it takes commands when this returns. */
  public static QemuGuest start(GuestConfig config) {
    return start(GuestImage.fromEnvironment(), config);
  }

  /** Boots a guest of an image of one's own. */
  public static QemuGuest start(GuestImage image, GuestConfig config) {
    return start(image, config, List.of(), List.of());
  }

  /**
   * Boots a guest in which others are to run.
   *
   * @param inner names of their agents' ports, which this machine has, too ({@link #agent})
   * @param disks images that it has as read-only disks
   */
  public static QemuGuest start(
      GuestImage image, GuestConfig config, List<String> inner, List<Path> disks) {
    try {
      QemuGuest guest = new QemuGuest(image, config, List.copyOf(disks));
      try {
        guest.boot(inner);
        return guest;
      } catch (IOException | RuntimeException | Error e) {
        guest.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void boot(List<String> inner) throws IOException {
    Files.createDirectory(share());
    List<String> ports = new ArrayList<>(List.of(QemuCommandLine.AGENT));
    ports.addAll(inner);
    Map<String, ServerSocketChannel> servers = new LinkedHashMap<>();
    try {
      for (String port : ports) {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        servers.put(port, server);
        server.bind(UnixDomainSocketAddress.of(QemuCommandLine.socket(folder, port)));
      }
      wires = Wire.open(config.nics());
      Process qemu =
          new ProcessBuilder(QemuCommandLine.of(image, config, folder, wires, ports, disks))
              .redirectErrorStream(true)
              .redirectOutput(messages().toFile())
              .start();
      process = qemu;
      // QEMU connects at once, or ends with a message: either ends the wait.
      CompletableFuture<Void> _ = qemu.onExit().thenRun(() -> close(servers));
      for (String port : ports) {
        SocketChannel channel = Objects.requireNonNull(servers.get(port)).accept();
        connections.put(port, new AgentConnection(channel));
      }
    } catch (IOException e) {
      throw new GuestException("QEMU did not start:\n" + lastWords(), e);
    } finally {
      close(servers);
    }
    shell = new GuestShell(agent(QemuCommandLine.AGENT), share(), this::lastWords);
    shell.awaitReady(PATIENCE_SECONDS);
  }

  private static void close(Map<String, ServerSocketChannel> servers) {
    for (ServerSocketChannel server : servers.values()) {
      try {
        server.close();
      } catch (IOException e) {
        // Nobody waits on it any more.
      }
    }
  }

  /** The connection to the agent behind a port of this machine. */
  public AgentConnection agent(String port) {
    AgentConnection connection = connections.get(port);
    if (connection == null) {
      throw new IllegalArgumentException("the guest has no port " + port);
    }
    return connection;
  }

  // ---- commands ---------------------------------------------------------------------------------

  /** For commands in this guest. */
  public GuestShell shell() {
    if (shell == null) {
      throw new IllegalStateException("the guest has not been started");
    }
    return shell;
  }

  /** Starts a command in the guest. */
  public GuestCommand start(String... command) {
    return shell().start(command);
  }

  /** Runs a command to its end; fails when that is not in order. Returns what it printed. */
  public String run(String... command) {
    return shell().run(command);
  }

  /** Writes to a file of the guest, such as one below {@code /sys}. */
  public void write(String file, String text) {
    shell().write(file, text);
  }

  /** Ends commands that still run, as those of a test that has failed may. */
  public void killCommands() {
    shell().killCommands();
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

  /** Where QEMU takes commands (QMP); NIC n is the device {@code nic<n>}. */
  public Path qmp() {
    return QemuCommandLine.qmp(folder);
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
    if (process != null && connections.values().stream().anyMatch(AgentConnection::hasEnded)) {
      // The connection ends a moment before QEMU does, which may still have to say why.
      process.onExit().completeOnTimeout(process, PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
    return tail(QemuCommandLine.console(folder)) + tail(messages());
  }

  /** The last lines of a file, under its name; nothing where there is no such file. */
  public static String tail(Path file) {
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
      for (AgentConnection connection : connections.values()) {
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
