package io.gatun.mirror.file;

import io.gatun.pmd.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * The names of a capture's files, and which of them stay. Names are dumpcap's: {@code
 * mirror.pcapng} becomes {@code mirror_00001_20260131235959.pcapng}, with the local time at which
 * the file was begun. One thread, but for {@link #kept} and {@link #made}.
 */
final class FileSequence {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT);

  private final CaptureFileConfig config;
  private final Deque<Path> files = new ArrayDeque<>();
  private volatile List<Path> kept = List.of();
  private final Counter made = new Counter();

  FileSequence(CaptureFileConfig config) {
    this.config = config;
  }

  /** The name of the next file. */
  Path next(LocalDateTime now) {
    return config.rotates() ? name(config.path(), made() + 1, now) : config.path();
  }

  static Path name(Path path, int number, LocalDateTime now) {
    String name = String.valueOf(path.getFileName());
    int dot = name.lastIndexOf('.');
    int end = dot > 0 ? dot : name.length();
    return path.resolveSibling(
        "%s_%05d_%s%s"
            .formatted(name.substring(0, end), number, TIME.format(now), name.substring(end)));
  }

  /**
   * Notes a file that was made.
   *
   * @throws IOException when the oldest one cannot be deleted
   */
  void add(Path file) throws IOException {
    files.add(file);
    made.add(1);
    Path oldest = null;
    if (config.maxFiles() > 0 && files.size() > config.maxFiles()) {
      oldest = files.remove();
    }
    kept = List.copyOf(new ArrayList<>(files));
    if (oldest != null) {
      Files.deleteIfExists(oldest);
    }
  }

  /** The files that were made and not deleted, the oldest first; any thread. */
  List<Path> kept() {
    return kept;
  }

  /** How many files were made; any thread. */
  int made() {
    return (int) made.get();
  }
}
