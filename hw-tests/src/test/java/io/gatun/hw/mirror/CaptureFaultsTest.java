package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.hw.tool.Tool;
import io.gatun.mirror.file.CaptureFile;
import io.gatun.mirror.file.CaptureFileConfig;
import io.gatun.mirror.file.CaptureInterface;
import io.gatun.mirror.file.FrameRing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong under a capture: the disk is full, the file goes away, the place is taken. */
class CaptureFaultsTest {
  private static final List<CaptureInterface> PORT = List.of(new CaptureInterface("port 0"));
  private static final int FRAME = 1000;

  private final PlainMbufs mbufs = new PlainMbufs();
  private final long packet = mbufs.packet(new byte[FRAME]);
  @TempDir Path directory;

  @BeforeAll
  static void needsReaders() {
    Tool.assumeTshark();
  }

  @AfterEach
  void free() {
    mbufs.close();
  }

  private boolean offer(FrameRing ring, long number) {
    return ring.offer(packet, FRAME, FRAME, 0, false, number, -1);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for " + what).isLessThan(deadline);
      LockSupport.parkNanos(100_000);
    }
  }

  /** A file system of 64 KB in memory. */
  private void withTinyFileSystem(Runnable body) {
    Path mount = directory.resolve("tiny");
    assumeTrue(mount.toFile().mkdir());
    Tool.Result mounted =
        Tool.run("mount", "-t", "tmpfs", "-o", "size=64k", "gatun-tiny", mount.toString());
    assumeTrue(mounted.status() == 0, "may not mount: " + mounted.errors());
    try {
      body.run();
    } finally {
      Tool.run("umount", mount.toString()).orFail();
    }
  }

  @Test
  void aFullFileSystemLeavesWholePacketsAndNoBuffer() {
    withTinyFileSystem(
        () -> {
          try {
            fill(new CaptureFileConfig(directory.resolve("tiny/m.pcapng")), false);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void aBurstThatDoesNotFitLeavesWholePacketsAndNoBuffer() {
    withTinyFileSystem(
        () -> {
          try {
            fill(new CaptureFileConfig(directory.resolve("tiny/m.pcapng")), true);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  private void fill(CaptureFileConfig config, boolean atOnce) throws IOException {
    CaptureFile file = CaptureFile.open(config, PORT);
    FrameRing ring = file.ring(0);
    long taken = 0;
    while (taken < 1000 && offer(ring, taken)) {
      taken++;
      long offered = taken;
      if (!atOnce) {
        await("a packet", () -> ring.completed() == offered);
      }
    }
    await("the failure", ring::isFailed);
    long all = taken;
    await("all buffers", () -> ring.completed() == all);
    assertThat(offer(ring, 0)).isFalse();
    await("the message", () -> file.failure() != null);
    long size = Files.size(config.path());
    assertThat(file.failure())
        .isEqualTo(
            config.path()
                + ": No space left on device; it keeps "
                + size
                + " bytes, whole packets alone: make room or name a file elsewhere, and let size="
                + " and files= bound what is kept");
    FrameRing late = file.ring(1);
    assertThat(offer(late, 0)).as("a ring made after the failure").isFalse();
    file.close();
    assertThat(ring.completed()).isEqualTo(all);

    // 64 KB hold 62 packets of 1044 bytes and the head.
    assertThat(file.packets()).isBetween(50L, 62L);
    assertThat(file.lost()).isEqualTo(all - file.packets());
    assertThat(file.bytes()).isEqualTo(size);
    assertThat(Tshark.packets(config.path(), "frame.len"))
        .hasSize((int) file.packets())
        .containsOnly(Integer.toString(FRAME));
  }

  /** With a ring of files that fits, a small file system is enough for ever. */
  @Test
  void aRingOfFilesLivesOnAFullFileSystem() {
    withTinyFileSystem(
        () -> {
          CaptureFileConfig config =
              CaptureFileConfig.parse(
                  directory.resolve("tiny/m.pcapng").toString(),
                  Map.of("size", "16000", "files", "2"));
          try (CaptureFile file = CaptureFile.open(config, PORT)) {
            FrameRing ring = file.ring(0);
            for (int i = 0; i < 2000; i++) {
              assertThat(offer(ring, i)).isTrue();
            }
            await("all", () -> file.failure() != null || file.packets() == 2000);
            assertThat(file.failure()).isNull();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  /** The next file cannot be made: the first one is whole, the rest is counted. */
  @Test
  void aFailureToGoOnIsTold() throws IOException {
    Path gone = Files.createDirectory(directory.resolve("gone"));
    CaptureFileConfig config =
        CaptureFileConfig.parse(gone.resolve("m.pcapng").toString(), Map.of("size", "5000"));
    CaptureFile file = CaptureFile.open(config, PORT);
    FrameRing ring = file.ring(0);
    Path kept = directory.resolve("kept");
    Files.move(gone, kept);
    for (int i = 0; i < 10; i++) {
      offer(ring, i);
    }
    await("the failure", () -> file.failure() != null);
    file.close();

    assertThat(file.failure())
        .contains("m_00002_", ": the directory " + gone + " does not exist: make it (mkdir -p");
    assertThat(file.packets()).isEqualTo(4);
    assertThat(ring.completed()).isEqualTo(ring.offered());
    assertThat(file.lost()).isEqualTo(ring.offered() - 4);
    Path first = kept.resolve(String.valueOf(file.files().getFirst().getFileName()));
    assertThat(Tshark.packets(first, "frame.len")).hasSize(4);
  }

  /** Deleted while it is written, or moved, as a log is: the capture goes on and says so. */
  @ParameterizedTest
  @ValueSource(strings = {"delete", "move"})
  void aFileThatGoesAwayIsNoted(String how) throws IOException {
    Path path = directory.resolve("m.pcapng");
    Path moved = directory.resolve("moved.pcapng");
    CaptureFile file = CaptureFile.open(new CaptureFileConfig(path), PORT);
    FrameRing ring = file.ring(0);
    offer(ring, 0);
    await("the packet", () -> file.packets() == 1);
    if (how.equals("move")) {
      Files.move(path, moved);
    } else {
      Files.delete(path);
    }
    await("the warning", () -> file.warning() != null);
    offer(ring, 1);
    await("the packet", () -> file.packets() == 2);
    file.close();

    assertThat(file.failure()).isNull();
    assertThat(file.warning()).startsWith(path + ": was deleted or renamed while it is written");
    assertThat(path).doesNotExist();
    if (how.equals("move")) {
      assertThat(Tshark.packets(moved, "frame.len")).hasSize(2);
    }
  }

  @Test
  void aFileThatIsThereIsReplacedUnlessItIsWritten() throws IOException {
    Path path = Files.write(directory.resolve("m.pcapng"), new byte[100_000]);
    CaptureFileConfig config = new CaptureFileConfig(path);
    try (CaptureFile file = CaptureFile.open(config, PORT)) {
      offer(file.ring(0), 0);
      await("the packet", () -> file.packets() == 1);
      assertThatIOException()
          .isThrownBy(() -> CaptureFile.open(config, PORT))
          .withMessage(path + ": another capture writes this file: end it or name another");
    }
    assertThat(Tshark.packets(path, "frame.len")).containsExactly("1000");
    CaptureFile.open(config, PORT).close();
    assertThat(Tshark.packets(path, "frame.len")).isEmpty();
  }

  @Test
  void whatIsNoFileIsRefused() throws IOException {
    Path pipe = directory.resolve("pipe");
    Tool.run("mkfifo", pipe.toString()).orFail();
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/dev/full"));

    refused(pipe, ": is neither a file nor free: a capture goes to regular files alone");
    refused(link, ": is neither a file nor free");
    refused(directory, ": is a directory: name a file in it");
    refused(directory.resolve("a/b"), ": the directory " + directory + "/a does not exist");
    refused(Path.of("/proc/gatun.pcapng"), ": ");
    refused(directory.resolve("n".repeat(300)), ": File name too long");
  }

  private static void refused(Path path, String message) {
    assertThatIOException()
        .isThrownBy(() -> CaptureFile.open(new CaptureFileConfig(path), PORT))
        .withMessageStartingWith(path + message);
  }

  @Test
  void aClosedCaptureTakesNothing() throws IOException {
    CaptureFile file = CaptureFile.open(new CaptureFileConfig(directory.resolve("m")), PORT);
    FrameRing ring = file.ring(0);
    assertThat(file.ring(0)).isSameAs(ring);
    file.close();
    file.close();

    assertThat(offer(ring, 0)).isFalse();
    assertThat(ring.isFailed()).isTrue();
    assertThatIllegalStateException()
        .isThrownBy(() -> file.ring(0))
        .withMessageContaining("closed");
    assertThat(Tool.run("capinfos", file.files().getFirst().toString()).orFail())
        .containsPattern("Number of packets: +0");
  }
}
