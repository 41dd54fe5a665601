package io.gatun.hw.containers;

import static java.util.Objects.requireNonNull;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A container with one DPDK release, in which commands run until it is closed.
 *
 * <p>It has no network but what DPDK gives it, the capabilities that DPDK needs and no others
 * ({@code --privileged} fails where the machine itself lacks CAP_SYS_RESOURCE), and a folder that
 * it shares with the host and with other containers of the test: for sockets, captures and logs.
 *
 * <p>Owned by one test; closing it ends everything that runs in it.
 */
final class DpdkContainer implements AutoCloseable {
  /** Where the shared folder is inside. */
  static final String SHARE = "/share";

  /** The launcher's folder inside. Below /mnt, because the JDK's own path may begin with /opt. */
  static final String SCRIPTS = "/mnt/scripts";

  private static final String DISTRIBUTION = "/mnt/gatun";
  private static final Path HUGE_PAGES = Path.of("/dev/hugepages");

  private final DpdkImage image;
  private final Path share;
  private final @Nullable Path hugePages;
  private final GenericContainer<?> container;

  private DpdkContainer(DpdkImage image, Path share, @Nullable Path hugePages) {
    this.image = image;
    this.share = share;
    this.hugePages = hugePages;
    this.container = new GenericContainer<>(DockerImageName.parse(image.name()));
  }

  /**
   * Starts a container for EAL with {@code --in-memory}.
   *
   * @param share folder on the host, mounted at {@link #SHARE}
   */
  static DpdkContainer start(DpdkImage image, Path share) {
    image.assumeMade();
    return new DpdkContainer(image, share, null).started();
  }

  /**
   * Starts a container whose EAL keeps its memory in files, to which secondary processes (dumpcap,
   * proc-info) attach. The files lie in a folder of the container's own on the host's hugetlbfs:
   * EAL leaves them behind, and each holds huge pages until it is deleted.
   */
  static DpdkContainer startWithHugePageFiles(DpdkImage image, Path share) throws IOException {
    image.assumeMade();
    Assumptions.assumeTrue(
        Files.isWritable(HUGE_PAGES) && Files.getFileStore(HUGE_PAGES).type().equals("hugetlbfs"),
        HUGE_PAGES + " is no hugetlbfs mount: scripts/test mounts it");
    return new DpdkContainer(image, share, Files.createTempDirectory(HUGE_PAGES, "gatun-"))
        .started();
  }

  private DpdkContainer started() {
    container
        // There is no registry: an image that is not here is nowhere.
        .withImagePullPolicy(name -> false)
        .withNetworkMode("none")
        .withEnv("JAVA_HOME", Installation.jdk().toString())
        .withEnv("GATUN_DIST", DISTRIBUTION)
        .withCommand("sleep", "infinity")
        .withLabels(Map.of("io.gatun.run", System.getenv().getOrDefault("GATUN_RUN_ID", "manual")))
        .withCreateContainerCmdModifier(command -> grant(requireNonNull(command.getHostConfig())));
    try {
      container.start();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    return this;
  }

  private void grant(HostConfig host) {
    List<Bind> binds = new ArrayList<>();
    binds.add(readOnly(Installation.jdk(), Installation.jdk().toString()));
    binds.add(readOnly(Installation.distribution(), DISTRIBUTION));
    binds.add(readOnly(Installation.scripts(), SCRIPTS));
    if (Files.isDirectory(Installation.debianJdkConfiguration())) {
      Path configuration = Installation.debianJdkConfiguration();
      binds.add(readOnly(configuration, configuration.toString()));
    }
    binds.add(new Bind(share.toString(), new Volume(SHARE)));
    if (hugePages != null) {
      binds.add(new Bind(hugePages.toString(), new Volume(HUGE_PAGES.toString())));
    }
    host.withBinds(binds)
        .withCapAdd(Capability.NET_ADMIN, Capability.IPC_LOCK, Capability.SYS_NICE)
        .withDevices(new Device("rwm", "/dev/net/tun", "/dev/net/tun"));
  }

  private static Bind readOnly(Path host, String inside) {
    return new Bind(host.toString(), new Volume(inside), AccessMode.ro);
  }

  /** Runs a command to its end; fails the test when it ends with anything but 0. */
  String run(String... command) throws IOException, InterruptedException {
    ExecResult result = execute(command);
    if (result.getExitCode() != 0) {
      throw new AssertionError(
          "%s in %s ended with %d:%n%s%s"
              .formatted(
                  String.join(" ", command),
                  image,
                  result.getExitCode(),
                  result.getStdout(),
                  result.getStderr()));
    }
    return result.getStdout();
  }

  /** Runs a command to its end, whatever that is. */
  ExecResult execute(String... command) throws IOException, InterruptedException {
    return container.execInContainer(command);
  }

  /**
   * Starts {@code gatun} in the background through its launcher, as a user does.
   *
   * @param arguments command, EAL arguments, {@code --}, options
   */
  GatunRun gatun(String... arguments) {
    return GatunRun.start(this, List.of(arguments));
  }

  /** Moves a network interface of this container into another one: only the host can do that. */
  void giveInterface(String name, DpdkContainer peer) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "nsenter",
            "--net=/proc/" + pid() + "/ns/net",
            "ip",
            "link",
            "set",
            name,
            "netns",
            Long.toString(peer.pid()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + output);
    }
  }

  /** The host's number of the container's first process. */
  private long pid() {
    return requireNonNull(container.getCurrentContainerInfo().getState().getPidLong());
  }

  DpdkImage image() {
    return image;
  }

  /** The shared folder as the host sees it. */
  Path share() {
    return share;
  }

  @Override
  public void close() {
    container.stop();
    if (hugePages != null) {
      deleteTree(hugePages);
    }
  }

  private static void deleteTree(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
