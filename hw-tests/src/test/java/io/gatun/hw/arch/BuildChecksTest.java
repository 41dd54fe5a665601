package io.gatun.hw.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The checks of the build itself bite: javac's lints, Error Prone, NullAway, the formatter. Maven
 * builds small modules whose parent is Gatun's own pom, each with one thing wrong, so it is the
 * very configuration that is tried, and not a copy of it.
 */
@Tag("slow")
class BuildChecksTest {
  private static final String CLASS =
      """
      package io.gatun.canary;

      import org.jspecify.annotations.NullMarked;

      @NullMarked
      final class Canary {
        private Canary() {}

        static String name(String text) {
          return text.strip();
        }
      }
      """;

  private static final String BODY = "    return text.strip();\n";

  private static String log = "";

  @BeforeAll
  static void build(@TempDir Path directory) throws IOException {
    String maven = System.getProperty("gatun.maven.home", "");
    assumeTrue(!maven.isEmpty(), "not started by Maven");
    Map<String, String> modules = new TreeMap<>();
    modules.put("clean", CLASS);
    modules.put("errorprone", with("    new IllegalStateException(text);\n" + BODY));
    modules.put("lint", with("    java.util.List list = null;\n" + BODY));
    modules.put("nullaway", with("    return text.isEmpty() ? null : text;\n"));
    modules.put(
        "restricted",
        with("    return java.lang.foreign.MemorySegment.NULL.reinterpret(8) + text;\n"));
    modules.put("unformatted", with("      return text.strip();\n"));
    StringBuilder list = new StringBuilder();
    Path parent = Path.of(System.getProperty("gatun.root")).toRealPath().resolve("pom.xml");
    for (Map.Entry<String, String> module : modules.entrySet()) {
      Path home = directory.toRealPath().resolve(module.getKey());
      Path source = home.resolve("src/main/java/io/gatun/canary/Canary.java");
      Files.createDirectories(source.getParent());
      Files.writeString(source, module.getValue());
      Files.writeString(home.resolve("pom.xml"), pom(module.getKey(), home.relativize(parent)));
      list.append("<module>").append(module.getKey()).append("</module>");
    }
    Path aggregator = directory.resolve("pom.xml");
    Files.writeString(
        aggregator,
        """
        <project>
          <modelVersion>4.0.0</modelVersion>
          <groupId>io.gatun.canary</groupId>
          <artifactId>all</artifactId>
          <version>1</version>
          <packaging>pom</packaging>
          <modules>%s</modules>
        </project>
        """
            .formatted(list));
    log =
        Tool.run(
                Path.of(maven, "bin", "mvn").toString(),
                "--batch-mode",
                "--offline",
                "--fail-at-end",
                "-Dstyle.color=never",
                "-Dmaven.repo.local=" + System.getProperty("gatun.maven.repository"),
                "--file",
                aggregator.toString(),
                "compile")
            .output();
  }

  private static String with(String body) {
    return CLASS.replace(BODY, body);
  }

  private static String pom(String name, Path parent) {
    return """
    <project>
      <modelVersion>4.0.0</modelVersion>
      <parent>
        <groupId>io.gatun</groupId>
        <artifactId>gatun</artifactId>
        <version>0.1.0-SNAPSHOT</version>
        <relativePath>%s</relativePath>
      </parent>
      <artifactId>%s</artifactId>
    </project>
    """
        .formatted(parent, name);
  }

  @Test
  void cleanCodeIsAccepted() {
    assertThat(log).containsPattern("clean \\S+ \\.+ SUCCESS");
  }

  @Test
  void whatErrorProneForbidsIsRejected() {
    assertThat(log).containsPattern("errorprone \\S+ \\.+ FAILURE").contains("[DeadException]");
  }

  @Test
  void nullWhereItMayNotBeIsRejected() {
    assertThat(log).containsPattern("nullaway \\S+ \\.+ FAILURE").contains("[NullAway]");
  }

  @Test
  void warningsOfJavacAreErrors() {
    assertThat(log).containsPattern("lint \\S+ \\.+ FAILURE").contains("[rawtypes]");
  }

  @Test
  void restrictedCallsOutsideTheBindingsAreRejected() {
    assertThat(log).containsPattern("restricted \\S+ \\.+ FAILURE").contains("[restricted]");
  }

  @Test
  void badlyFormattedCodeIsRejected() {
    assertThat(log)
        .containsPattern("unformatted \\S+ \\.+ FAILURE")
        .contains("The following files had format violations");
  }
}
