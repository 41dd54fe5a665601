package io.gatun.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes one line per test to {@code target/test-tags.tsv}: tags, status, test, DPDK releases,
 * reason. Maven's own reports know no tags, and {@code scripts/lib/summary.py} says per tag and per
 * DPDK release how much was run.
 *
 * <p>A release counts when a display name on the way to the test holds it as {@code [DPDK 24.11]}.
 * JUnit finds this class as a service.
 */
public final class TagReportListener implements TestExecutionListener {
  private static final Pattern RELEASE = Pattern.compile("\\[DPDK ([^\\]]+)\\]");

  private final Path report;
  private final Set<String> reported = ConcurrentHashMap.newKeySet();
  private @Nullable TestPlan plan;

  /** For JUnit: Surefire runs tests in the module's folder. */
  public TagReportListener() {
    this(Path.of("target", "test-tags.tsv"));
  }

  TagReportListener(Path report) {
    this.report = report;
  }

  @Override
  public void testPlanExecutionStarted(TestPlan started) {
    plan = started;
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    reportAll(test, "skipped", reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    String reason = result.getThrowable().map(TagReportListener::describe).orElse("");
    switch (result.getStatus()) {
      case SUCCESSFUL -> {
        if (test.isTest()) {
          report(test, "passed", "");
        }
      }
      case ABORTED -> reportAll(test, "skipped", reason);
      case FAILED -> reportAll(test, "failed", reason);
    }
  }

  /** A class that ends early takes along what it has not run yet. */
  private void reportAll(TestIdentifier test, String status, String reason) {
    Set<TestIdentifier> children = plan().getChildren(test);
    if (children.isEmpty()) {
      report(test, status, reason);
    }
    for (TestIdentifier child : children) {
      reportAll(child, status, reason);
    }
  }

  private void report(TestIdentifier test, String status, String reason) {
    if (!reported.add(test.getUniqueId())) {
      return;
    }
    String tags =
        test.getTags().stream().map(TestTag::getName).sorted().collect(Collectors.joining(","));
    String line =
        String.join("\t", tags, status, clean(name(test)), releases(test), clean(reason)) + "\n";
    write(line);
  }

  private synchronized void write(String line) {
    try {
      Path folder = report.getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(report, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code class#method}, and which invocation of it where there are several. */
  private String name(TestIdentifier test) {
    String method =
        test.getSource()
            .filter(MethodSource.class::isInstance)
            .map(MethodSource.class::cast)
            .map(source -> source.getClassName() + "#" + source.getMethodName())
            .orElse(test.getUniqueId());
    String display = test.getDisplayName().replaceFirst("\\(.*\\)$", "");
    return method.endsWith("#" + display) ? method : method + " " + display;
  }

  /** The releases in the display names of the test and of what it is part of, in order. */
  private String releases(TestIdentifier test) {
    Set<String> found = new TreeSet<>();
    Optional<TestIdentifier> part = Optional.of(test);
    while (part.isPresent()) {
      Matcher matcher = RELEASE.matcher(part.get().getDisplayName());
      while (matcher.find()) {
        found.add(matcher.group(1));
      }
      part = plan().getParent(part.get());
    }
    return String.join(",", found);
  }

  private TestPlan plan() {
    TestPlan started = plan;
    if (started == null) {
      throw new IllegalStateException("a test was reported before its plan");
    }
    return started;
  }

  private static String describe(Throwable problem) {
    String message = problem.getMessage();
    return message == null
        ? problem.getClass().getName()
        : message.strip().lines().findFirst().orElse("");
  }

  private static String clean(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
