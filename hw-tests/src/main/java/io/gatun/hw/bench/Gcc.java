package io.gatun.hw.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Compiles the C sources that lie beside this class. */
final class Gcc {
  private Gcc() {}

  /**
   * Compiles a source as Debian compiles DPDK, unless {@code options} say otherwise, and -O3.
   *
   * @param folder where the sources and the result go
   * @param output name of the program or library
   * @param source name of the resource
   * @param options of gcc, which win over DPDK's own
   */
  static Path compile(Path folder, String output, String source, String... options)
      throws IOException, InterruptedException {
    for (String file : List.of(source, "jumbo.h")) {
      try (InputStream text = Gcc.class.getResourceAsStream(file)) {
        if (text == null) {
          throw new IllegalStateException(file + " is not in the jar");
        }
        Files.write(folder.resolve(file), text.readAllBytes());
      }
    }
    List<String> line = new ArrayList<>(List.of("gcc", "-O3", "-DALLOW_EXPERIMENTAL_API"));
    line.addAll(pkgConfig("--cflags"));
    line.addAll(Arrays.asList(options));
    line.addAll(List.of("-o", output, source));
    line.addAll(pkgConfig("--libs"));
    Program.run(line, folder);
    return folder.resolve(output);
  }

  private static List<String> pkgConfig(String option) throws IOException, InterruptedException {
    String flags = Program.run(List.of("pkg-config", option, "libdpdk"));
    return List.of(flags.strip().split("\\s+"));
  }
}
