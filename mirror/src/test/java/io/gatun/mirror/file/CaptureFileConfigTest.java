package io.gatun.mirror.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptureFileConfigTest {
  @TempDir Path directory;

  private CaptureFileConfig parse(Map<String, String> options) {
    return CaptureFileConfig.parse(directory.resolve("m.pcapng").toString(), options);
  }

  @Test
  void aPathAloneHasNoLimits() {
    CaptureFileConfig config = parse(Map.of());

    assertThat(config).isEqualTo(new CaptureFileConfig(directory.resolve("m.pcapng")));
    assertThat(config.rotates()).isFalse();
    assertThat(config.ringCapacity()).isEqualTo(4096);
  }

  @Test
  void optionsAreRead() {
    CaptureFileConfig config = parse(Map.of("size", "100MB", "seconds", "60", "files", "10"));

    assertThat(config.maxBytes()).isEqualTo(100_000_000);
    assertThat(config.maxSeconds()).isEqualTo(60);
    assertThat(config.maxFiles()).isEqualTo(10);
    assertThat(config.rotates()).isTrue();
    assertThat(config.withDropReasons(List.of("no route")).dropReasons())
        .containsExactly("no route");
    assertThat(config.withRingCapacity(64).ringCapacity()).isEqualTo(64);
  }

  @ParameterizedTest
  @CsvSource({
    "4000, 4000",
    "4001b, 4001",
    "4KB, 4000",
    "4kib, 4096",
    "3MiB, 3145728",
    "2GB, 2000000000",
    "1GiB, 1073741824",
    "1TB, 1000000000000"
  })
  void sizesHaveUnits(String text, long bytes) {
    assertThat(parse(Map.of("size", text)).maxBytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "size|100 MB|size: \"100 MB\" is no size: a whole number and B, KB,",
        "size|1.5GB|size: \"1.5GB\" is no size",
        "size|-1|size: \"-1\" is no size",
        "size|MB|size: \"MB\" is no size",
        "size|1PB|size: \"1PB\" is no size",
        "size|0|size: 0 is none at all: leave it out for no limit",
        "size|3999|size: 3999 is not in [4000, 1000000000000] bytes",
        "size|999999999999999TB|size: 9223372036854775",
        "size|2TB|size: 2000000000000 is not in [4000, 1000000000000] bytes",
        "seconds|1s|seconds: \"1s\" is no whole number, as in seconds=10",
        "seconds|0|seconds: 0 is none at all",
        "seconds|31536001|seconds: 31536001 is not in [1, 31536000] seconds",
        "seconds|4294967297|seconds: 4294967297 is not in",
        "files|ten|files: \"ten\" is no whole number",
        "files|0|files: 0 is none at all",
        "files|100001|files: 100001 is not in [1, 100000] files",
        "files|7|files: 7 are never reached without size or seconds: add one, as size=100MB",
        "compress|on|pcapng: option \"compress\" does not exist; there are size, seconds, files"
      })
  void wrongOptionsAreRefusedWithTheRemedy(String option, String value, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(Map.of(option, value)))
        .withMessageStartingWith(message);
  }

  @Test
  void placesWhereNoFileCanBeAreRefused() throws IOException {
    Path present = Files.createFile(directory.resolve("present"));

    refuses("", "pcapng: has no path: write pcapng:PATH");
    refuses("/", "/: is a directory: name a file in it, such as /mirror.pcapng");
    refuses(directory.toString(), directory + ": is a directory");
    refuses(
        directory + "/a/b",
        "%s/a/b: the directory %s/a does not exist: make it (mkdir -p"
            .formatted(directory, directory));
    refuses(present + "/b", "%s/b: the directory %s does not exist".formatted(present, present));
    refuses("/dev/null", "/dev/null: is neither a file nor free");
    refuses("a\0b", "pcapng: \"a\0b\" is no path: Nul character not allowed");
    assertThat(CaptureFileConfig.parse(present.toString(), Map.of()).path()).isEqualTo(present);
    assertThat(CaptureFileConfig.parse("here.pcapng", Map.of()).path())
        .isEqualTo(Path.of("here.pcapng"));
  }

  private static void refuses(String path, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CaptureFileConfig.parse(path, Map.of()))
        .withMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource({
    "a/mirror.pcapng, 1, a/mirror_00001_20260131235958.pcapng",
    "mirror, 42, mirror_00042_20260131235958",
    ".hidden, 3, .hidden_00003_20260131235958",
    "/tmp/a.b/c.d.ng, 123456, /tmp/a.b/c.d_123456_20260131235958.ng"
  })
  void namesAreThoseOfDumpcap(Path path, int number, Path expected) {
    LocalDateTime time = LocalDateTime.of(2026, 1, 31, 23, 59, 58);

    assertThat(FileSequence.name(path, number, time)).isEqualTo(expected);
  }

  @Test
  void interfacesAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CaptureInterface(""))
        .withMessageStartingWith("name: is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CaptureInterface("é".repeat(32_768)))
        .withMessage("name: 65536 bytes of UTF-8 are more than the 65534 that pcapng can say");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CaptureInterface("p", "", -1, 0, ""))
        .withMessage("speedBitsPerSecond: -1 is below 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CaptureInterface("p", "", 0, 262_145, ""))
        .withMessage("snapLength: 262145 is not in [0, 262144]");
    assertThat(new CaptureInterface("p", "", 0, 0, "x".repeat(70_000)).hasFilter()).isFalse();
    assertThat(new CaptureInterface("p", "", 0, 0, "x".repeat(65_534)).hasFilter()).isTrue();
  }
}
