package io.gatun.hw.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** What containers get from this machine, so that every DPDK release meets the same bytes. */
final class Installation {
  private Installation() {}

  /** The repository; Surefire says where it is, an IDE starts in a module's folder. */
  static Path root() {
    return Path.of(System.getProperty("gatun.root", "..")).toAbsolutePath().normalize();
  }

  /** The launcher and its library. */
  static Path scripts() {
    return root().resolve("scripts");
  }

  /** The folder with {@code lib/*.jar}. */
  static Path distribution() {
    return root().resolve("hw-tests/target/gatun");
  }

  /**
   * The JDK that runs this test. Mounted under its own path, because one that {@code scripts/test}
   * installed has that path in its programs (lib/jdk.sh), with a C library of its own below it.
   */
  static Path jdk() {
    try {
      return Path.of(System.getProperty("java.home")).toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where Debian's packaged JDK keeps its configuration, which its own tree only links to. */
  static Path debianJdkConfiguration() {
    return Path.of("/etc/java-" + Runtime.version().feature() + "-openjdk");
  }
}
