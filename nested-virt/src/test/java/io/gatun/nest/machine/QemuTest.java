package io.gatun.nest.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.nest.qmp.QmpConnection;
import io.gatun.nest.qmp.QmpSession;
import io.gatun.pmd.MacAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against QEMU itself, which has no guest: nobody there answers an unplug. */
@Timeout(120)
class QemuTest {
  private static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");

  @TempDir private Path directory;
  private final ExecutorService control = Executors.newSingleThreadExecutor();
  private @Nullable Process qemu;
  private @Nullable QmpConnection connection;
  private @Nullable QmpMachine machine;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Files.isExecutable(QEMU), QEMU + " is not installed");
    Path socket = directory.resolve("qmp");
    QmpConnection opened = QmpConnection.open(socket, control);
    connection = opened;
    qemu =
        new ProcessBuilder(
                QEMU.toString(),
                "-S",
                "-M",
                "q35",
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-m",
                "64M",
                "-device",
                "pcie-root-port,id=rp1,chassis=1,slot=1",
                "-device",
                "pcie-root-port,id=rp2,chassis=2,slot=2",
                "-qmp",
                "unix:" + socket + ",server=on,wait=off")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    machine =
        call(
            () ->
                new QmpMachine(
                    opened.session(),
                    new QmpMachine.Options(
                        "guest",
                        List.of(),
                        "virtio-net-pci",
                        QmpSession.arguments().put("type", "user"),
                        QmpMachine.Force.RESET)));
    while (!call(() -> machine().isReachable())) {
      assertThat(qemu.isAlive()).as(Files.readString(directory.resolve("log"))).isTrue();
      Thread.sleep(20);
    }
  }

  @AfterEach
  void stop() throws Exception {
    Process started = qemu;
    if (started != null) {
      started.destroyForcibly().waitFor();
    }
    QmpConnection opened = connection;
    if (opened != null) {
      opened.close();
    }
    control.shutdownNow();
  }

  private QmpMachine machine() {
    QmpMachine made = machine;
    if (made == null) {
      throw new IllegalStateException("not started");
    }
    return made;
  }

  private <T extends @Nullable Object> T call(Callable<T> onControl) throws Exception {
    return control.submit(onControl).get(30, TimeUnit.SECONDS);
  }

  private <T extends @Nullable Object> T await(Callable<CompletableFuture<T>> onControl)
      throws Exception {
    return call(onControl).get(30, TimeUnit.SECONDS);
  }

  @Test
  void emulatedNicsComeAndGo() throws Exception {
    assertThat(await(() -> machine().missingForPlug())).isNull();

    String first =
        await(() -> machine().plugEmulated("gatun.a", MacAddress.parse("52:54:00:00:00:01")));
    String second =
        await(() -> machine().plugEmulated("gatun.b", MacAddress.parse("52:54:00:00:00:02")));

    assertThat(Set.of(first, second)).hasSize(2).allMatch(slot -> slot.matches("0[1-9].0/00.0"));
    assertThat(await(() -> machine().devices())).containsExactlyInAnyOrder("gatun.a", "gatun.b");
    assertThat(await(() -> machine().missingForPlug())).contains("no free pcie-root-port");

    CompletableFuture<@Nullable Void> gone = call(() -> machine().unplug("gatun.a"));
    Thread.sleep(300);
    assertThat(gone).as("nobody in the machine answers").isNotDone();
    assertThat(await(() -> machine().force())).isEqualTo("guest was reset");
    gone.get(30, TimeUnit.SECONDS);

    assertThat(await(() -> machine().devices())).containsExactly("gatun.b");
    assertThat(await(() -> machine().missingForPlug())).isNull();
    assertThat(
            await(() -> machine().plugEmulated("gatun.c", MacAddress.parse("52:54:00:00:00:03"))))
        .isEqualTo(first);
  }

  @Test
  void whatQemuRefusesIsSaid() throws Exception {
    CompletableFuture<String> plug = call(() -> machine().plugFunction("gatun.a", "0000:7f:1f.7"));
    assertThat(plug)
        .failsWithin(java.time.Duration.ofSeconds(30))
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withMessageContaining("guest: QMP device_add: vfio")
        .withMessageContaining("0000:7f:1f.7: no such host device");

    assertThat(await(() -> machine().devices())).isEmpty();
    await(() -> machine().unplug("gatun.never"));
  }

  @Test
  void aMachineThatEndsIsNotReachable() throws Exception {
    await(() -> machine().plugEmulated("gatun.a", MacAddress.parse("52:54:00:00:00:01")));
    Process started = qemu;
    if (started != null) {
      started.destroyForcibly().waitFor();
    }
    while (call(() -> machine().isReachable())) {
      Thread.sleep(20);
    }
    assertThat(call(() -> machine().devices())).isCompletedExceptionally();
  }
}
