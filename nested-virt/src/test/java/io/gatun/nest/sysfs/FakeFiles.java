package io.gatun.nest.sysfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Makes the files of a {@link FakeMachine}; paths are relative to its root. */
final class FakeFiles {
  private final Path root;

  FakeFiles(Path root) {
    this.root = root;
  }

  void put(String path, String text) {
    try {
      Files.createDirectories(root.resolve(path).getParent());
      Files.writeString(root.resolve(path), text + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void folder(String path) {
    try {
      Files.createDirectories(root.resolve(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void link(String path, String target) {
    try {
      Files.createDirectories(root.resolve(path).getParent());
      Files.deleteIfExists(root.resolve(path));
      Files.createSymbolicLink(root.resolve(path), Path.of(target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void delete(String path) {
    Path file = root.resolve(path);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> files = Files.walk(file)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
