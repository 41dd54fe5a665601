package io.gatun.bindings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What C says: a program made of {@link LayoutFact}s, compiled by gcc and run. */
final class LayoutProbe {
  private static final String BINDINGS_RELEASE = "22.11";

  private LayoutProbe() {}

  static List<String> mismatches(List<LayoutFact> facts, Path directory) {
    Map<String, String> printed = runProbe(facts, directory);
    List<String> different = new ArrayList<>();
    for (LayoutFact fact : facts) {
      String c = printed.get(fact.key());
      if (!fact.expected().equals(c)) {
        different.add(fact.key() + ": Java " + fact.expected() + ", C " + c);
      }
    }
    return different;
  }

  static Map<String, String> runProbe(List<LayoutFact> facts, Path directory) {
    Path source = directory.resolve("probe.c");
    Path probe = directory.resolve("probe");
    try {
      Files.writeString(source, probeSource(facts));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> gcc = new ArrayList<>(List.of("gcc", "-w"));
    gcc.addAll(
        List.of(output("pkg-config", "--cflags", "libdpdk").orElseThrow().split("\\s+", -1)));
    gcc.addAll(List.of("-o", probe.toString(), source.toString()));
    gcc.removeIf(String::isEmpty);
    run(gcc);
    Map<String, String> printed = new HashMap<>();
    run(List.of(probe.toString()))
        .lines()
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              printed.put(line.substring(0, equals), line.substring(equals + 1));
            });
    return printed;
  }

  static String probeSource(List<LayoutFact> facts) {
    StringBuilder c = new StringBuilder();
    c.append("#define ALLOW_EXPERIMENTAL_API\n#define _GNU_SOURCE\n");
    headers().forEach(header -> c.append("#include <").append(header).append(">\n"));
    c.append(
        """
        #include <errno.h>
        #include <stddef.h>
        #include <string.h>

        static size_t bit(const unsigned char *bytes, size_t i) {
          return bytes[i / 8] >> i % 8 & 1;
        }

        static size_t lowest_bit(const void *bytes, size_t size) {
          for (size_t i = 0; i < size * 8; i++) {
            if (bit(bytes, i)) {
              return i;
            }
          }
          return -1;
        }

        static size_t bits_set(const void *bytes, size_t size) {
          size_t count = 0;
          for (size_t i = 0; i < size * 8; i++) {
            count += bit(bytes, i);
          }
          return count;
        }

        #define PRINT_BITS(function, type, field) \\
          { \\
            struct type s; \\
            memset(&s, 0, sizeof s); \\
            s.field = -1; \\
            printf("%zu", function(&s, sizeof s)); \\
          }

        int main(void) {
        """);
    for (LayoutFact fact : facts) {
      c.append("  printf(\"").append(fact.key()).append("=\"); ");
      c.append(fact.print()).append(" puts(\"\");\n");
    }
    return c.append("  return 0;\n}\n").toString();
  }

  static List<String> headers() {
    try (Stream<String> lines = Files.lines(Path.of("src/main/jextract/headers.txt"))) {
      return lines
          .map(line -> line.replaceFirst("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Skips the test without a compiler or DPDK's headers; returns the release, such as 22.11. */
  static String assumeInstalled() {
    assumeTrue(output("gcc", "--version").isPresent(), "gcc is not installed");
    Optional<String> version = output("pkg-config", "--modversion", "libdpdk");
    assumeTrue(version.isPresent(), "DPDK's headers are not installed (libdpdk-dev, pkg-config)");
    return version.orElseThrow().strip().replaceFirst("^(\\d+\\.\\d+).*", "$1");
  }

  static void assumeBindingsRelease() {
    String installed = assumeInstalled();
    assumeTrue(
        installed.equals(BINDINGS_RELEASE),
        "the bindings are made from the headers of DPDK "
            + BINDINGS_RELEASE
            + ", but those of "
            + installed
            + " are installed");
  }

  /** What a command prints; empty if there is no such program or it fails. */
  static Optional<String> output(String... command) {
    try {
      return Optional.of(run(List.of(command)));
    } catch (UncheckedIOException | AssertionError e) {
      return Optional.empty();
    }
  }

  static String run(List<String> command) {
    try {
      Path out = Files.createTempFile("gatun-layout", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError(command.getFirst() + " did not end within 120 s");
        }
        String text = Files.readString(out, UTF_8);
        if (process.exitValue() != 0) {
          String excerpt = text.substring(0, Math.min(2000, text.length()));
          throw new AssertionError(command.getFirst() + " failed: " + excerpt);
        }
        return text;
      } finally {
        Files.delete(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
