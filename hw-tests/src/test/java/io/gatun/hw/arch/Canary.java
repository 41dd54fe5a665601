package io.gatun.hw.arch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Small sources that a rule is tried on, compiled when the test runs: so a canary may break any
 * rule and lie in any package without being part of Gatun.
 */
final class Canary {
  private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+);");
  private static final Pattern TYPE =
      Pattern.compile("(?:class|interface|record|enum|@interface) (\\w+)");

  private final Path directory;

  /** A canary whose class files go to {@code directory}. */
  Canary(Path directory) {
    this.directory = directory;
  }

  /** Compiles sources of one top-level type each; returns the folder with their classes. */
  Path compile(String... sources) {
    List<String> messages = compile(List.of("-proc:none"), sources);
    if (!messages.isEmpty()) {
      throw new AssertionError("the canary does not compile: " + messages);
    }
    return directory;
  }

  /** Compiles with options; returns what the compiler has to say. */
  List<String> compile(List<String> options, String... sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    List<JavaFileObject> units = new ArrayList<>();
    for (String source : sources) {
      units.add(new Source(source));
    }
    List<String> arguments = new ArrayList<>(List.of("-d", directory.toString()));
    arguments.addAll(List.of("-classpath", System.getProperty("java.class.path")));
    arguments.addAll(options);
    try (StandardJavaFileManager files = compiler.getStandardFileManager(diagnostics, null, null)) {
      Files.createDirectories(directory);
      compiler.getTask(null, files, diagnostics, arguments, null, units).call();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return diagnostics.getDiagnostics().stream().map(d -> d.getMessage(null)).toList();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(URI.create("string:///" + path(text)), Kind.SOURCE);
      this.text = text;
    }

    private static String path(String text) {
      return first(PACKAGE, text).replace('.', '/') + "/" + first(TYPE, text) + ".java";
    }

    private static String first(Pattern pattern, String text) {
      Matcher matcher = pattern.matcher(text);
      if (!matcher.find()) {
        throw new IllegalArgumentException(pattern + " is not in " + text);
      }
      return matcher.group(1);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
