package io.gatun.nest.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.nest.link.CommandRunner;
import io.gatun.nest.link.SystemCommands;
import io.gatun.pmd.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against libvirt and QEMU themselves, with a daemon of the test's own that has no rights. Nothing
 * runs in the machine, so nobody there answers an unplug.
 */
@Timeout(120)
class LibvirtTest {
  private static final List<Path> NEEDED =
      List.of(
          Path.of("/usr/sbin/libvirtd"),
          Path.of("/usr/bin/virsh"),
          Path.of("/usr/bin/setpriv"),
          Path.of("/usr/bin/qemu-system-x86_64"));
  private static final String ID = "gatun.l1.eth_0";
  private static final MacAddress MAC = MacAddress.parse("52:54:00:00:01:00");
  private static final String DOMAIN =
      """
      <domain type='qemu'>
        <name>gatun-test</name>
        <memory unit='MiB'>64</memory>
        <vcpu>1</vcpu>
        <os><type arch='x86_64' machine='q35'>hvm</type></os>
        <features><acpi/></features>
        <devices>
          <emulator>/usr/bin/qemu-system-x86_64</emulator>
          <controller type='usb' model='none'/>
          <controller type='pci' index='0' model='pcie-root'/>
          <controller type='pci' index='1' model='pcie-root-port'/>
          <controller type='pci' index='2' model='pcie-root-port'/>
          <memballoon model='none'/>
        </devices>
      </domain>
      """;

  @TempDir private Path directory;
  private final ExecutorService control = Executors.newSingleThreadExecutor();
  private final CommandRunner commands = new SystemCommands();
  private @Nullable Process daemon;
  private @Nullable LibvirtMachine machine;

  @BeforeEach
  void start() throws Exception {
    for (Path program : NEEDED) {
      assumeTrue(Files.isExecutable(program), program + " is not installed");
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path own = Files.createDirectory(directory.resolve("own"));
    Path config = directory.resolve("libvirtd.conf");
    Files.writeString(config, "unix_sock_dir = \"%s\"%nauth_unix_rw = \"none\"%n".formatted(own));
    List<String> line = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      // As root it would be the machine's libvirt, with its folders and users.
      Files.setOwner(
          own, own.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
      line.addAll(
          List.of("/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
    }
    line.addAll(List.of("/usr/sbin/libvirtd", "-f", config.toString(), "-p", own + "/pid"));
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile());
    for (String variable :
        List.of("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")) {
      builder.environment().put(variable, own.toString());
    }
    Process started = builder.start();
    daemon = started;
    while (!Files.exists(own.resolve("libvirt-sock"))) {
      assertThat(started.isAlive()).as(Files.readString(directory.resolve("log"))).isTrue();
      Thread.sleep(20);
    }
    create();
    machine =
        new LibvirtMachine(
            new LibvirtMachine.Options(
                "guest",
                "gatun-test",
                uri(),
                List.of(),
                "virtio",
                Map.of("type", "user"),
                QmpMachine.Force.RESET),
            commands,
            control,
            System::nanoTime);
    await(() -> machine().isReachable());
  }

  @AfterEach
  void stop() throws Exception {
    if (machine != null) {
      machine.close();
    }
    if (daemon != null) {
      commands.run(List.of("virsh", "-c", uri(), "destroy", "gatun-test")); // it may be gone
      daemon.destroy();
      assertThat(daemon.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    control.shutdown();
  }

  private String uri() {
    return "qemu:///session?socket=" + directory.resolve("own/libvirt-sock");
  }

  private LibvirtMachine machine() {
    return Objects.requireNonNull(machine);
  }

  private void create() throws IOException {
    virsh(uri(), "create", Files.writeString(directory.resolve("domain.xml"), DOMAIN).toString());
  }

  private String virsh(String uri, String... words) throws IOException {
    List<String> line = new ArrayList<>(List.of("virsh", "-q", "-c", uri));
    line.addAll(List.of(words));
    CommandRunner.Result result = commands.run(line);
    assertThat(result.exitCode()).as(result.errors()).isZero();
    return result.output();
  }

  /** On the control thread, where the machine is at home. */
  private <T extends @Nullable Object> T call(Callable<T> task) throws Exception {
    return control.submit(task).get();
  }

  private <T extends @Nullable Object> T done(Callable<CompletableFuture<T>> task)
      throws Exception {
    CompletableFuture<T> future = call(task);
    await(future::isDone);
    return future.get();
  }

  private void await(Callable<Boolean> condition) throws Exception {
    while (!call(
        () -> {
          machine().tick();
          return condition.call();
        })) {
      Thread.sleep(20);
    }
  }

  @Test
  void aNicGoesInAndComesOutWhenTheMachineLetsGo() throws Exception {
    assertThat(done(() -> machine().missingForPlug())).isNull();
    assertThat(done(() -> machine().plugEmulated(ID, MAC))).isEqualTo("01.0/00.0");

    assertThat(done(() -> machine().devices())).isEqualTo(Set.of(ID));
    assertThat(virsh(uri(), "dumpxml", "gatun-test")).contains(MAC.toString());

    CompletableFuture<@Nullable Void> first = call(() -> machine().unplug(ID));
    assertThat(done(() -> machine().devices())).as("nobody answers").isEqualTo(Set.of(ID));
    assertThat(first).isNotDone();
    CompletableFuture<@Nullable Void> again = call(() -> machine().unplug(ID));
    assertThat(done(() -> machine().force())).isEqualTo("guest was reset");
    await(again::isDone);
    assertThat(again).isCompleted();
    assertThat(done(() -> machine().devices())).isEmpty();
    assertThat(done(() -> machine().unplug(ID))).as("gone is gone").isNull();
    assertThat(machine().generation()).isEqualTo(1);
  }

  @Test
  void portsRunOut() throws Exception {
    assertThat(done(() -> machine().plugEmulated("gatun.l1.a", MAC))).isEqualTo("01.0/00.0");
    assertThat(done(() -> machine().plugEmulated("gatun.l1.b", MAC))).isEqualTo("01.1/00.0");

    assertThat(done(() -> machine().missingForPlug())).contains("no free pcie-root-port: add");
    assertThatThrownBy(() -> done(() -> machine().plugEmulated("gatun.l1.c", MAC)))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("no free pcie-root-port");
  }

  @Test
  void aFunctionThatIsNotThereIsRefusedInLibvirtsWords() {
    assertThatThrownBy(() -> done(() -> machine().plugFunction(ID, "0000:ff:1f.7")))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("guest: virsh attach-device: error: Failed to attach device from")
        .hasMessageContaining("; error: ");
  }

  /** No hypervisor is needed to have the XML checked against libvirt's schema. */
  @Test
  void whatIsAttachedIsAsTheSchemaSays() throws Exception {
    DomainXml.Port port = new DomainXml.Port("pci.1", 1, "01.0/00.0");
    String hostdev = DomainXml.hostdev(ID, "0000:01:10.6", port);
    Path file = directory.resolve("with.xml");
    String with = DOMAIN.replace("type='qemu'", "type='test'");
    Files.writeString(file, with.replace("<memballoon", hostdev + "<memballoon"));

    virsh("test:///default", "define", "--validate", file.toString());

    Files.writeString(
        file, with.replace("<memballoon", hostdev.replace("source", "sauce") + "<memballoon"));
    assertThatThrownBy(() -> virsh("test:///default", "define", "--validate", file.toString()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("failed to validate against schema");
  }

  @Test
  void aMachineThatIsStartedAnewIsAnotherOne() throws Exception {
    assertThat(done(() -> machine().plugEmulated(ID, MAC))).isNotEmpty();
    CompletableFuture<@Nullable Void> leaving = call(() -> machine().unplug(ID));
    virsh(uri(), "destroy", "gatun-test");

    await(() -> !machine().isReachable());
    await(leaving::isDone);
    assertThat(leaving).isCompletedExceptionally();
    assertThat(call(() -> machine().missingForPlug()).get())
        .startsWith("guest: ")
        .contains("gatun-test");

    create();
    await(() -> machine().isReachable());
    assertThat(machine().generation()).isEqualTo(2);
    assertThat(done(() -> machine().devices())).isEmpty();
  }
}
