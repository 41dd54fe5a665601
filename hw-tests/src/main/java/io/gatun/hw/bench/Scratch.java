package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A folder that is gone with everything in it after {@link #close}. */
final class Scratch implements AutoCloseable {
  private final Path folder;

  private Scratch(Path folder) {
    this.folder = folder;
    Leftovers.opened(this);
  }

  /** A temporary folder. */
  static Scratch make() throws IOException {
    return new Scratch(Files.createTempDirectory("gatun-bench"));
  }

  /**
   * A folder beside this installation's jars. EAL loads a library only from a path that nobody but
   * its owner can write to, and the temporary folder is everybody's.
   */
  static Scratch makeForLibraries() throws IOException {
    Path jars = Path.of(System.getProperty("jdk.module.path", "")).toAbsolutePath();
    Path installation = Objects.requireNonNullElse(jars.getParent(), jars);
    return new Scratch(Files.createTempDirectory(installation, "bench"));
  }

  /** Takes a folder over that need not exist yet. */
  static Scratch adopt(Path folder) {
    return new Scratch(folder);
  }

  Path folder() {
    return folder;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() throws IOException {
    if (Files.isDirectory(folder)) {
      List<Path> inside;
      try (Stream<Path> files = Files.walk(folder)) {
        inside = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path file : inside) {
        Files.deleteIfExists(file);
      }
    }
    Leftovers.closed(this);
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
