package io.gatun.hw.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a formatter does not see: the size of lines and files, leftovers, names that belong to one
 * machine. Each rule looks at one file and returns its violations as {@code path:line: what}.
 */
final class TidyRules {
  private static final int MAX_LINE = 100;
  private static final int MAX_CLASS_FILE_LINES = 450;

  /** Files that may be longer, with the reason. */
  static final Map<String, String> LONG_FILES =
      Map.of(
          "hw-tests/src/test/java/io/gatun/hw/device/CoalescerTest.java",
          "scapy's cases and its judgement stand beside what they try",
          "mirror/src/main/java/io/gatun/mirror/engine/Lane.java",
          "what enters, waits, passes through and leaves a lane is one order, read in one place");

  /** Hosts that a URL may name: public ones that everybody reaches under that name. */
  private static final Set<String> PUBLIC_HOSTS =
      Set.of(
          "apache.org", // the name of a feature of Java's XML parser
          "core.dpdk.org",
          "doc.dpdk.org",
          "docs.docker.com",
          "docs.oracle.com",
          "github.com",
          "jdk.java.net",
          "maven.apache.org",
          "openjdk.org",
          "repo.maven.apache.org",
          "www.apache.org",
          "www.dpdk.org",
          "www.ietf.org",
          "www.jsonrpc.org",
          "www.rfc-editor.org",
          "www.w3.org",
          // The machine itself.
          "127.0.0.1",
          "localhost");

  private static final Pattern URL_HOST =
      Pattern.compile("\\b[a-z]{3,6}://(?:[^/@\\s]*@)?([\\w.-]+)");

  // Spelled so that this file does not contain what it looks for.
  private static final Pattern LEFTOVER =
      Pattern.compile("\\b(?:TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w$}./-])/(?:wo" + "rk|ro" + "ot|ho" + "me)/[\\w.]");

  /** Ends like a statement or a block, and looks like one: an operator, a call, a keyword. */
  private static final Pattern CODE_IN_COMMENT =
      Pattern.compile(
          "\\s*//+\\s*(?:"
              + "\\}|"
              + "(?:if|for|while|switch|try|else|catch)\\b.*[{;]|"
              + "(?:return|throw|break|continue|import|package)\\b.*;|"
              + "@\\w+(?:\\(.*\\))?|"
              + "[\\w.<>\\[\\], ]+\\s[+*|&^-]?=\\s.*;|"
              + "[\\w.]+(?:\\(.*\\)|\\+\\+|--);|"
              + "(?:public|private|protected|static|final)\\s.*[{;]"
              + ")\\s*");

  private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"|'[^']*'");

  private TidyRules() {}

  /** Everything that is wrong with a file. */
  static List<String> check(String path, String text) {
    List<String> found = new ArrayList<>();
    boolean generated = path.contains("/bindings/gen/");
    boolean foreign = path.startsWith("mvnw") || path.equals("LICENSE");
    if (!text.isEmpty() && !text.endsWith("\n")) {
      found.add(path + ": does not end with a newline");
    }
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String where = path + ":" + (i + 1) + ": ";
      checkAnywhere(where, lines.get(i), found);
      if (!generated && !foreign) {
        checkOurs(path, where, lines.get(i), found);
      }
    }
    boolean longOne = path.endsWith(".java") && lines.size() > MAX_CLASS_FILE_LINES;
    if (longOne && !generated && !LONG_FILES.containsKey(path)) {
      found.add(
          "%s: has %d lines, more than %d: split it, or give TidyRules the reason"
              .formatted(path, lines.size(), MAX_CLASS_FILE_LINES));
    }
    return found;
  }

  private static void checkAnywhere(String where, String line, List<String> found) {
    if (MACHINE_PATH.matcher(line).find()) {
      found.add(where + "names a path of one machine");
    }
    Matcher url = URL_HOST.matcher(line);
    while (url.find()) {
      if (!PUBLIC_HOSTS.contains(url.group(1))) {
        found.add(where + "names the host " + url.group(1) + ", which TidyRules does not know");
      }
    }
  }

  private static void checkOurs(String path, String where, String line, List<String> found) {
    if (LEFTOVER.matcher(line).find()) {
      found.add(where + "leaves something to do");
    }
    if (line.indexOf('\t') >= 0) {
      found.add(where + "has a tab");
    }
    if (line.endsWith(" ")) {
      found.add(where + "ends with a blank");
    }
    if (path.endsWith(".java") && CODE_IN_COMMENT.matcher(line).matches()) {
      found.add(where + "is code in a comment");
    }
    if (isCode(path) && line.length() > MAX_LINE && !mayBeLong(line)) {
      found.add(where + "has " + line.length() + " characters, more than " + MAX_LINE);
    }
  }

  /** Prose, tables and XML values are not cut into lines. */
  private static boolean isCode(String path) {
    return path.endsWith(".java") || path.startsWith("scripts/") && !path.endsWith(".md");
  }

  /** A text in one piece can be searched for, so a message does not count. */
  private static boolean mayBeLong(String line) {
    return line.startsWith("import ")
        || URL_HOST.matcher(line).find()
        || TEXT.matcher(line).replaceAll("").length() <= MAX_LINE;
  }

  /** A script that people start has help and strict mode, and so the undo list and signals. */
  static List<String> checkScript(String path, String text) {
    List<String> found = new ArrayList<>();
    if (!text.contains("--help")) {
      found.add(path + ": knows no --help");
    }
    if (!text.contains("/lib/common.sh\"")) {
      found.add(path + ": does not source lib/common.sh, which turns strict mode on");
    }
    return found;
  }

  /** Says what a package is for, and that null is not for granted. */
  static List<String> checkPackageInfo(String path, String text) {
    List<String> found = new ArrayList<>();
    if (!text.contains("@NullMarked")) {
      found.add(path + ": is not @NullMarked");
    }
    if (!Pattern.compile("/\\*\\*.{20,}\\*/", Pattern.DOTALL).matcher(text).find()) {
      found.add(path + ": does not say what the package is for");
    }
    return found;
  }

  /** Decisions are numbered from 0001 without gaps, so that a number names one for good. */
  static List<String> checkDecisions(List<String> names) {
    List<String> found = new ArrayList<>();
    int next = 1;
    for (String name : names.stream().sorted().toList()) {
      if (!name.matches("%04d-[a-z0-9-]+\\.md".formatted(next))) {
        found.add(name + ": is not %04d-some-words.md".formatted(next));
      }
      next++;
    }
    return found;
  }
}
