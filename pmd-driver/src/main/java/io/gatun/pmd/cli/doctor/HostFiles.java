package io.gatun.pmd.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files below a root: {@code /} of this machine, or a tree that a test has made. Every path is
 * relative to it, such as {@code proc/meminfo}.
 *
 * <p>What cannot be read counts as absent: kernels and containers differ in what they show.
 */
record HostFiles(Path root) {
  /** The file or folder itself. */
  Path path(String path) {
    return root.resolve(path);
  }

  boolean exists(String path) {
    return Files.exists(path(path));
  }

  boolean isReadableAndWritable(String path) {
    return Files.isReadable(path(path)) && Files.isWritable(path(path));
  }

  /** The bytes of a file; none where it cannot be read. */
  byte[] bytes(String path) {
    try {
      return Files.readAllBytes(path(path));
    } catch (IOException e) {
      return new byte[0];
    }
  }

  /** The names on the way from the root to where a file really lies; none where it is absent. */
  List<String> realPath(String path) {
    List<String> names = new ArrayList<>();
    try {
      root.toRealPath().relativize(path(path).toRealPath()).forEach(n -> names.add(n.toString()));
    } catch (IOException e) {
      names.clear();
    }
    return names;
  }

  /** The text without blanks at its ends; null where there is none. */
  @Nullable String text(String path) {
    try {
      return new String(Files.readAllBytes(path(path)), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return null;
    }
  }

  /** The text, or {@code otherwise}. */
  String text(String path, String otherwise) {
    String text = text(path);
    return text == null ? otherwise : text;
  }

  /** The lines of a text; none where there is none. */
  List<String> lines(String path) {
    return text(path, "").lines().toList();
  }

  /** The number that is a file's text; {@code otherwise} where there is none. */
  long number(String path, long otherwise) {
    try {
      return Long.parseLong(text(path, ""));
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /**
   * What follows {@code name} and a colon at the start of a line, as in {@code /proc/self/status};
   * null where there is no such line.
   */
  @Nullable String field(String path, String name) {
    for (String line : lines(path)) {
      int colon = line.indexOf(':');
      if (colon >= 0 && line.substring(0, colon).strip().equals(name)) {
        return line.substring(colon + 1).strip();
      }
    }
    return null;
  }

  /** The names in a folder, node2 before node10; none where there is no such folder. */
  List<String> names(String path) {
    try (Stream<Path> files = Files.list(path(path))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The last name of what a symbolic link points to; null where there is no link. */
  @Nullable String linkedName(String path) {
    try {
      return String.valueOf(Files.readSymbolicLink(path(path)).getFileName());
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  /** Replaces the text of a file that is there, as for a setting of the kernel. */
  void write(String path, String text) throws IOException {
    Files.write(
        path(path),
        text.getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING);
  }
}
