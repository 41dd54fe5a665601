package io.gatun.hw.arch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The repository is tidy: every file that git has, or would take, is looked at. */
class TidyTest {
  /** Starts another script with the same arguments, so that one's help and strictness are its. */
  private static final List<String> WRAPPERS = List.of(".ci/run");

  private static Map<String, String> texts = Map.of();

  @BeforeAll
  static void readFiles() throws IOException {
    Path root = Path.of(System.getProperty("gatun.root", ".."));
    Tool.Result listed =
        Tool.run(
            "git",
            "-C",
            root.toString(),
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard");
    assumeTrue(listed.status() == 0, "not a git checkout: " + root);
    texts = new TreeMap<>();
    for (String name : listed.output().split("\0", -1)) {
      Path file = root.resolve(name);
      if (!name.isEmpty() && Files.isRegularFile(file)) {
        String text = new String(Files.readAllBytes(file), UTF_8);
        if (text.indexOf('\0') < 0) { // not a binary file
          texts.put(name, text);
        }
      }
    }
  }

  @Test
  void everyFileIsTidy() {
    List<String> found = new ArrayList<>();
    texts.forEach((path, text) -> found.addAll(TidyRules.check(path, text)));

    assertThat(found).isEmpty();
    assertThat(texts).containsKeys("pom.xml", "scripts/lib/common.sh");
    assertThat(texts.keySet()).containsAll(TidyRules.LONG_FILES.keySet());
  }

  @Test
  void everyScriptHasHelpAndStrictMode() {
    List<String> found = new ArrayList<>();
    List<String> scripts = new ArrayList<>();
    texts.forEach(
        (path, text) -> {
          boolean started =
              text.startsWith("#!") && text.lines().findFirst().orElse("").contains("bash");
          if (started && !WRAPPERS.contains(path)) {
            scripts.add(path);
            found.addAll(TidyRules.checkScript(path, text));
          }
        });

    assertThat(found).isEmpty();
    assertThat(scripts).contains("scripts/gatun", "scripts/test", "scripts/run");
    assertThat(texts.getOrDefault("scripts/lib/common.sh", "")).contains("\nset -euo pipefail\n");
  }

  @Test
  void everyPackageSaysWhatItIsFor() {
    TreeSet<String> packages = new TreeSet<>();
    Map<String, String> infos = new TreeMap<>();
    texts.forEach(
        (path, text) -> {
          int root = path.indexOf("/java/io/");
          if (root >= 0 && path.endsWith(".java") && !path.contains("/bindings/gen/")) {
            String inPackage = path.substring(root + 6, path.lastIndexOf('/'));
            packages.add(inPackage);
            if (path.endsWith("/package-info.java")) {
              infos.put(inPackage, text);
            }
          }
        });
    List<String> found = new ArrayList<>();
    infos.forEach((path, text) -> found.addAll(TidyRules.checkPackageInfo(path, text)));

    assertThat(infos.keySet()).isEqualTo(packages);
    assertThat(found).isEmpty();
  }

  @Test
  void decisionsAreNumberedWithoutGaps() {
    List<String> names =
        texts.keySet().stream()
            .filter(path -> path.startsWith("docs/decisions/"))
            .map(path -> path.substring("docs/decisions/".length()))
            .filter(name -> !name.equals("README.md"))
            .toList();
    assumeTrue(!names.isEmpty(), "docs/decisions is empty");

    assertThat(TidyRules.checkDecisions(names)).isEmpty();
  }

  // ---- canaries ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int a; // TO~DO later | leaves something to do",
        "// FIX~ME | leaves something to do",
        "int a;\tint b; | has a tab",
        "String s = \"/wo~rk/main\"; | names a path of one machine",
        "see /ro~ot/.m2 | names a path of one machine",
        "https:~//registry.example.internal/maven2 | names the host registry.example.internal",
        "http:~//user@mirror:8081/x | names the host mirror",
        "// int a = 4; | is code in a comment",
        "  // call(a, b); | is code in a comment",
        "    // return a; | is code in a comment",
        "// if (a) { | is code in a comment",
        "// } | is code in a comment",
        "// @Override | is code in a comment",
        "// private final int a; | is code in a comment",
      })
  void untidyLinesAreRejected(String line, String expected) {
    String text = line.replace("~", "") + "\n";
    assertThat(TidyRules.check("a/A.java", text)).hasSize(1).first().asString().contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "// Nothing: the next poll is the wait.",
        "// uint16_t)",
        "// 0: the pool was made without caches",
        "// As below: nothing can be noticed then;",
        "// RTE_LOG_ERR, _WARNING, _NOTICE, _INFO (rte_log.h)",
        "// eth_rx_burst_t: uint16_t (void *queue, struct rte_mbuf **,",
        "// tx_offload, bit 0 upwards: l2_len:7 l3_len:9",
        "\"$GATUN_ROOT/work/root/usr\"",
        "int a; // bytes",
        "https://github.com/openjdk/jextract and http://127.0.0.1:9400/metrics",
      })
  void tidyLinesAreAccepted(String line) {
    assertThat(TidyRules.check("a/A.java", line + "\n")).isEmpty();
  }

  @Test
  void longLinesAndFilesAreRejected() {
    String line = "a".repeat(101);

    assertThat(TidyRules.check("a/A.java", line + "\n")).hasSize(1);
    assertThat(TidyRules.check("scripts/a", line + "\n")).hasSize(1);
    assertThat(TidyRules.check("a/A.java", line.substring(1) + "\n")).isEmpty();
    assertThat(TidyRules.check("a/A.java", "import " + line + "\n")).isEmpty();
    assertThat(TidyRules.check("a/bindings/gen/A.java", line + "\n")).isEmpty();
    assertThat(TidyRules.check("a/A.java", "  \"" + line + "\",\n")).isEmpty();
    assertThat(TidyRules.check("scripts/a", "die '" + line + "' \"" + line + "\"\n")).isEmpty();
    assertThat(TidyRules.check("a/A.md", line + "\n")).isEmpty();

    assertThat(TidyRules.check("a/A.java", "a\n".repeat(451))).hasSize(1);
    assertThat(TidyRules.check("a/A.java", "a\n".repeat(450))).isEmpty();
    assertThat(TidyRules.check("a/A.java", "a")).hasSize(1);
    assertThat(TidyRules.check("a/A.java", "a \n")).hasSize(1);
  }

  @Test
  void scriptsWithoutHelpOrStrictModeAreRejected() {
    String good = "#!/usr/bin/env bash\n# --help\n. \"$here/lib/common.sh\"\n";

    assertThat(TidyRules.checkScript("scripts/a", good)).isEmpty();
    assertThat(TidyRules.checkScript("scripts/a", good.replace("--help", ""))).hasSize(1);
    assertThat(TidyRules.checkScript("scripts/a", good.replace("common", "other"))).hasSize(1);
  }

  @Test
  void packageInfosWithoutTextOrMarkAreRejected() {
    String good = "/** What these classes are good for. */\n@NullMarked\npackage a;\n";

    assertThat(TidyRules.checkPackageInfo("a", good)).isEmpty();
    assertThat(TidyRules.checkPackageInfo("a", good.replace("@NullMarked", ""))).hasSize(1);
    assertThat(TidyRules.checkPackageInfo("a", "@NullMarked\npackage a;\n")).hasSize(1);
  }

  @Test
  void decisionsWithAGapAreRejected() {
    assertThat(TidyRules.checkDecisions(List.of("0002-b.md", "0001-a.md"))).isEmpty();
    assertThat(TidyRules.checkDecisions(List.of("0001-a.md", "0003-b.md"))).hasSize(1);
    assertThat(TidyRules.checkDecisions(List.of("0001-a.md", "0001-b.md"))).hasSize(1);
    assertThat(TidyRules.checkDecisions(List.of("first.md"))).hasSize(1);
  }

  @Test
  void everyReasonForALongFileIsGiven() {
    assertThat(TidyRules.LONG_FILES.values()).allMatch(reason -> reason.length() > 20);
    for (String path : TidyRules.LONG_FILES.keySet()) {
      assertThat(texts.getOrDefault(path, "").lines().count()).as(path).isGreaterThan(450);
    }
  }
}
