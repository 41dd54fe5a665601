package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.tool.Tool;
import io.gatun.mirror.file.CaptureFile;
import io.gatun.mirror.file.CaptureFileConfig;
import io.gatun.mirror.file.CaptureInterface;
import io.gatun.mirror.file.FrameRing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that follow each other: where they end, what they are called, which of them stay. */
class CaptureRotationTest {
  private static final List<CaptureInterface> PORT = List.of(new CaptureInterface("port 0"));
  private static final int FRAME = 1000;
  private static final int PACKET_BLOCK =
      28 + FRAME + 8 + 12 + 8; // head, bytes, flags, losses, end
  private static final int STATISTICS = 112;

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

  private void offer(FrameRing ring, int number) {
    assertThat(ring.offer(packet, FRAME, FRAME, 0, false, number, -1)).isTrue();
  }

  private CaptureFileConfig config(Map<String, String> options) {
    return CaptureFileConfig.parse(directory.resolve("m.pcapng").toString(), options);
  }

  private List<Path> inDirectory() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().toList();
    }
  }

  /** Numbers of the packets, which are their times in nanoseconds. */
  private static List<Integer> numbers(Path file) {
    return Tshark.packets(file, "frame.time_epoch").stream()
        .map(line -> Integer.parseInt(line.substring(line.indexOf('.') + 1)))
        .toList();
  }

  /** Bytes that a file has before its first packet. */
  private long headBytes() throws IOException {
    Path path = directory.resolve("head.pcapng");
    try (CaptureFile file = CaptureFile.open(new CaptureFileConfig(path), PORT)) {
      return file.bytes();
    } finally {
      Files.delete(path);
    }
  }

  /** The fourth packet goes in when it fits to the byte, and into the next file otherwise. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1})
  void aFileTakesWhatFitsToTheByte(int spare) throws IOException {
    long most = headBytes() + 4 * PACKET_BLOCK + STATISTICS + spare;
    CaptureFile file = CaptureFile.open(config(Map.of("size", most + "B")), PORT);
    FrameRing ring = file.ring(0);
    for (int i = 0; i < 10; i++) {
      ring.dropped(0, 1);
      offer(ring, i);
    }
    file.close();

    int each = spare < 0 ? 3 : 4;
    List<Path> files = file.files();
    assertThat(files).isEqualTo(inDirectory()).hasSize((10 + each - 1) / each);
    assertThat(file.fileCount()).isEqualTo(files.size());
    List<Integer> all = new ArrayList<>();
    int losses = 0;
    for (Path one : files) {
      assertThat(one.getFileName().toString())
          .matches("m_%05d_\\d{14}\\.pcapng".formatted(files.indexOf(one) + 1));
      assertThat(Files.size(one)).isLessThanOrEqualTo(most);
      List<Integer> here = numbers(one);
      assertThat(here).hasSize(Math.min(each, 10 - all.size()));
      all.addAll(here);
      // Whole by itself: statistics of its own packets stand at its end.
      String[] counts =
          Tshark.block(
                  one,
                  "options.option.data.interface.delivered_to_user",
                  "options.option.data.interface.dropped")
              .split("\\|", -1);
      assertThat(counts[0]).isEqualTo(Integer.toString(here.size()));
      losses += Integer.parseInt(counts[1]);
    }
    assertThat(all).isEqualTo(IntStream.range(0, 10).boxed().toList());
    assertThat(losses).isEqualTo(10);
    assertThat(file.packets()).isEqualTo(10);
  }

  /** As few bytes as may be asked for, and a packet above that: it has a file to itself. */
  @Test
  void aPacketAboveTheLimitHasAFileToItself() throws IOException {
    long large = mbufs.packet(new byte[9000], 2048);
    CaptureFile file = CaptureFile.open(config(Map.of("size", "4000")), PORT);
    FrameRing ring = file.ring(0);
    for (int i = 0; i < 3; i++) {
      assertThat(ring.offer(large, 9000, 9000, 0, false, i, -1)).isTrue();
    }
    file.close();

    assertThat(file.files()).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(numbers(file.files().get(i))).containsExactly(i);
    }
  }

  @Test
  void onlyTheNewestFilesStay() throws IOException {
    CaptureFile file = CaptureFile.open(config(Map.of("size", "5KB", "files", "3")), PORT);
    FrameRing ring = file.ring(0);
    for (int i = 0; i < 40; i++) {
      offer(ring, i);
    }
    file.close();

    assertThat(file.failure()).isNull();
    assertThat(file.fileCount()).isEqualTo(10); // four packets each
    assertThat(file.files()).hasSize(3).isEqualTo(inDirectory());
    assertThat(file.files().stream().flatMap(one -> numbers(one).stream()))
        .isEqualTo(IntStream.range(28, 40).boxed().toList());
    assertThat(file.packets()).isEqualTo(40);
  }

  @Test
  void timeEndsAFileThatHasPacketsAndNoOther() throws IOException {
    CaptureFile file = CaptureFile.open(config(Map.of("seconds", "1")), PORT);
    FrameRing ring = file.ring(0);
    offer(ring, 0);
    awaitFiles(file, 2); // nothing more has to come
    long start = System.nanoTime();
    while (System.nanoTime() - start < 1_500_000_000L) {
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(file.fileCount()).as("a file without a packet waits for one").isEqualTo(2);
    offer(ring, 1);
    awaitFiles(file, 3);
    offer(ring, 2);
    file.close();

    assertThat(file.files()).hasSize(3).isEqualTo(inDirectory());
    for (int i = 0; i < 3; i++) {
      assertThat(numbers(file.files().get(i))).containsExactly(i);
    }
  }

  private static void awaitFiles(CaptureFile file, int count) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (file.fileCount() < count) {
      assertThat(System.nanoTime()).as("waited for file " + count).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
