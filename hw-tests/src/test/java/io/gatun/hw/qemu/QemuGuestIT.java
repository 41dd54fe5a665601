package io.gatun.hw.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the other tests in virtual machines rely on. */
@QemuTest
class QemuGuestIT {
  private static final int TERMINATED = 128 + 15;

  @Test
  void aGuestRunsCommandsAndEnds() throws Exception {
    Path share;
    try (QemuGuest guest = QemuGuest.start(GuestConfig.DEFAULT.withNics(0))) {
      share = guest.share();
      assertThat(guest.run("printf", "%s|", "a b", "it's", "$HOME *"))
          .isEqualTo("a b|it's|$HOME *|");
      // Another kernel, the same files, none of which can be changed.
      assertThat(guest.run("cat", "/proc/cmdline")).contains("gatun.agent=");
      assertThat(guest.run("cat", GuestImage.agent().toString()))
          .isEqualTo(Files.readString(GuestImage.agent()));
      GuestCommand write = guest.start("touch", GuestImage.agent().toString());
      assertThat(write.exitStatus()).isEqualTo(1);
      assertThat(write.errors()).contains("Read-only file system");
      Files.writeString(share.resolve("in"), "from outside");
      assertThat(guest.run("cat", QemuGuest.SHARE + "/in")).isEqualTo("from outside");

      assertThat(guest.start("false").exitStatus()).isEqualTo(1);
      assertThatThrownBy(() -> guest.run("ls", "/nowhere")).hasMessageContaining("No such file");
      GuestCommand sleep = guest.start("sleep", "infinity");
      assertThatThrownBy(() -> sleep.exitStatus(1))
          .isInstanceOf(GuestException.class)
          .hasMessageContaining("in 1 s");
      sleep.signal("TERM");
      assertThat(sleep.exitStatus()).isEqualTo(TERMINATED);
    }
    assertThat(share).doesNotExist();
  }

  @Test
  void theEndOfAGuestIsNoticedAtOnceAndItsConsoleShown() {
    try (QemuGuest guest = QemuGuest.start(GuestConfig.DEFAULT.withNics(0))) {
      guest.write("/dev/kmsg", "<0>the last words");
      assertThatThrownBy(() -> guest.write("/proc/sysrq-trigger", "o"))
          .isInstanceOf(GuestException.class)
          .hasMessageContaining("the guest ended")
          .hasMessageContaining("the last words");
    }
  }

  @Test
  void aGuestThatCannotStartSaysWhy(@TempDir Path empty) {
    GuestImage noKernel = new GuestImage(empty);

    assertThatThrownBy(() -> QemuGuest.start(noKernel, GuestConfig.DEFAULT))
        .isInstanceOf(GuestException.class)
        .hasMessageContaining("the guest ended")
        .hasMessageContaining(noKernel.kernel().toString());
  }
}
