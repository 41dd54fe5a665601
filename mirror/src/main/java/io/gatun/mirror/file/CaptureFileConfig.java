package io.gatun.mirror.file;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a capture goes and when it begins a new file.
 *
 * @param path the file; with a limit, numbers and times are put into its name: see {@link
 *     CaptureFile}
 * @param maxBytes size that a file does not exceed; 0 for no limit
 * @param maxSeconds time after which a file that has packets is followed by the next; 0 for no
 *     limit
 * @param maxFiles how many files are kept, the newest; 0 for all
 * @param ringCapacity frames on their way from one lcore to the file, a power of two
 * @param dropReasons names for the last argument of {@link FrameRing#offer}
 */
public record CaptureFileConfig(
    Path path,
    long maxBytes,
    int maxSeconds,
    int maxFiles,
    int ringCapacity,
    List<String> dropReasons) {
  /** What a ring holds unless said otherwise. */
  public static final int DEFAULT_RING_CAPACITY = 4096;

  static final long MIN_BYTES = 4_000;
  static final long MAX_BYTES = 1_000_000_000_000L;
  static final int MAX_SECONDS = 31_536_000; // a year
  static final int MAX_FILES = 100_000;

  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,15})(|B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)", Pattern.CASE_INSENSITIVE);
  private static final Pattern NUMBER = Pattern.compile("\\d{1,15}");

  public CaptureFileConfig {
    dropReasons = List.copyOf(dropReasons);
    limit("size", maxBytes, MIN_BYTES, MAX_BYTES, "bytes, or 0 for no limit");
    limit("seconds", maxSeconds, 1, MAX_SECONDS, "seconds, or 0 for no limit");
    limit("files", maxFiles, 1, MAX_FILES, "files, or 0 for all");
    if (maxFiles > 0 && maxBytes == 0 && maxSeconds == 0) {
      throw new IllegalArgumentException(
          "files: %d are never reached without size or seconds: add one, as size=100MB"
              .formatted(maxFiles));
    }
    FrameRing.checkCapacity(ringCapacity);
    if (dropReasons.size() > FrameRing.MAX_REASONS) {
      throw new IllegalArgumentException(
          "dropReasons: %d are more than %d".formatted(dropReasons.size(), FrameRing.MAX_REASONS));
    }
  }

  /** One file without limits. */
  public CaptureFileConfig(Path path) {
    this(path, 0, 0, 0, DEFAULT_RING_CAPACITY, List.of());
  }

  /**
   * Reads what a user wrote: {@code --to pcapng:PATH[,size=100MB][,seconds=60][,files=10]}.
   *
   * @param path the file
   * @param options {@code size} (bytes; or KB, MB, GB, TB in steps of 1000, KiB, MiB, GiB, TiB in
   *     steps of 1024), {@code seconds}, {@code files}
   * @throws IllegalArgumentException when an option is wrong or no file can be made there; the
   *     message names it, what may stand there and what to do
   */
  public static CaptureFileConfig parse(String path, Map<String, String> options) {
    Path file;
    try {
      file = Path.of(path);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "pcapng: \"%s\" is no path: %s".formatted(path, e.getReason()), e);
    }
    String refusal = path.isEmpty() ? "pcapng: has no path: write pcapng:PATH" : refusal(file);
    if (refusal != null) {
      throw new IllegalArgumentException(refusal);
    }
    long bytes = 0;
    long seconds = 0;
    long files = 0;
    for (Map.Entry<String, String> option : options.entrySet()) {
      String text = option.getValue();
      switch (option.getKey()) {
        case "size" -> bytes = atLeastOne("size", size(text), text);
        case "seconds" -> seconds = atLeastOne("seconds", number("seconds", text), text);
        case "files" -> files = atLeastOne("files", number("files", text), text);
        default ->
            throw new IllegalArgumentException(
                "pcapng: option \"%s\" does not exist; there are size, seconds, files"
                    .formatted(option.getKey()));
      }
    }
    limit("seconds", seconds, 1, MAX_SECONDS, "seconds");
    limit("files", files, 1, MAX_FILES, "files");
    return new CaptureFileConfig(
        file, bytes, (int) seconds, (int) files, DEFAULT_RING_CAPACITY, List.of());
  }

  /** The same with names for reasons. */
  public CaptureFileConfig withDropReasons(List<String> reasons) {
    return new CaptureFileConfig(path, maxBytes, maxSeconds, maxFiles, ringCapacity, reasons);
  }

  /** The same with rings of another size. */
  public CaptureFileConfig withRingCapacity(int frames) {
    return new CaptureFileConfig(path, maxBytes, maxSeconds, maxFiles, frames, dropReasons);
  }

  /** Whether one file follows another. */
  public boolean rotates() {
    return maxBytes > 0 || maxSeconds > 0;
  }

  /** Why no file can be made at {@code path}, with the remedy; null when nothing is known. */
  static @Nullable String refusal(Path path) {
    Path directory = path.toAbsolutePath().getParent();
    if (path.getFileName() == null || Files.isDirectory(path)) {
      return "%s: is a directory: name a file in it, such as %s"
          .formatted(path, path.resolve("mirror.pcapng"));
    }
    if (directory != null && !Files.isDirectory(directory)) {
      return "%s: the directory %s does not exist: make it (mkdir -p %s) or name another"
          .formatted(path, directory, directory);
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      return "%s: is neither a file nor free: a capture goes to regular files alone, since it has"
              .formatted(path)
          + " to be able to cut them; name another";
    }
    return null;
  }

  private static long size(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "size: \"%s\" is no size: a whole number and B, KB, MB, GB or TB are needed, as in 100MB"
              .formatted(text));
    }
    String unit = matcher.group(2);
    int step = unit.length() == 3 ? 1024 : 1000;
    long size = Long.parseLong(matcher.group(1));
    int power = unit.isEmpty() ? 0 : "BKMGT".indexOf(Character.toUpperCase(unit.charAt(0)));
    for (int i = 0; i < power; i++) {
      size = Math.multiplyExact(Math.min(size, Long.MAX_VALUE / step), step);
    }
    return size;
  }

  private static long number(String option, String text) {
    if (!NUMBER.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "%s: \"%s\" is no whole number, as in %s=10".formatted(option, text, option));
    }
    return Long.parseLong(text);
  }

  /** Zero means "no limit" to the record; a user who wants none leaves the option out. */
  private static long atLeastOne(String option, long value, String text) {
    if (value == 0) {
      throw new IllegalArgumentException(
          "%s: %s is none at all: leave it out for no limit".formatted(option, text));
    }
    return value;
  }

  private static void limit(String option, long value, long least, long most, String what) {
    if (value != 0 && (value < least || value > most)) {
      throw new IllegalArgumentException(
          "%s: %d is not in [%d, %d] %s".formatted(option, value, least, most, what));
    }
  }
}
