package io.gatun.nest.extender;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LocalMachineTest {
  private static final String DEVICE = "gatun.self.eth0." + ProcessHandle.current().pid();

  @TempDir private Path directory;
  private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

  private LocalMachine machine(String script) {
    return new LocalMachine(
        List.of("/bin/sh", "-c", script, "x", "{address}"),
        Runnable::run,
        (device, code) -> ended.add(device + " " + code));
  }

  @AfterEach
  void stop() throws Exception {
    machine("").unplug(DEVICE).get(20, TimeUnit.SECONDS);
  }

  @Test
  void aProgramGetsTheAddressAndIsEndedInOrder() throws Exception {
    Path file = directory.resolve("told");
    LocalMachine machine =
        machine(
            "trap 'echo bye >> %s; exit 0' TERM; echo $1 > %s; while :; do sleep 0.05; done"
                .formatted(file, file));

    assertThat(machine.plugFunction(DEVICE, "0000:02:00.0")).isCompletedWithValue("0000:02:00.0");
    while (!Files.exists(file) || Files.size(file) == 0) {
      Thread.sleep(10);
    }
    assertThat(machine.devices().join()).contains(DEVICE);
    // Another extender, after this one was killed, finds it and can end it.
    LocalMachine next = machine("");
    assertThat(next.devices().join()).contains(DEVICE);
    next.unplug(DEVICE).get(20, TimeUnit.SECONDS);

    assertThat(next.devices().join()).doesNotContain(DEVICE);
    assertThat(Files.readString(file)).isEqualTo("0000:02:00.0\nbye\n");
  }

  @Test
  void aProgramThatEndsByItselfIsSaid() throws Exception {
    machine("exit 3").plugFunction(DEVICE, "0000:02:00.0").get(20, TimeUnit.SECONDS);

    assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo(DEVICE + " 3");
  }

  @Test
  void aProgramThatCannotBeStartedIsSaid() {
    LocalMachine machine =
        new LocalMachine(List.of("/no/such/program"), Runnable::run, (device, code) -> {});

    assertThat(machine.plugFunction(DEVICE, "0000:02:00.0").exceptionNow())
        .hasMessageContaining("[/no/such/program] cannot be started");
  }
}
