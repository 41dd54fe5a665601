package io.gatun.hw.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The lines of a benchmark: which are wanted, what was measured, what was left out. */
final class Results {
  private final String only;
  private final Consumer<Ratio> progress;
  private final List<Ratio> ratios = new ArrayList<>();
  private final Map<String, String> skipped = new LinkedHashMap<>();
  private final Map<String, String> failed = new LinkedHashMap<>();
  private final List<Reach> reaches = new ArrayList<>();

  /** Measures a line. */
  @FunctionalInterface
  interface Line {
    Ratio measure() throws IOException, InterruptedException;
  }

  /**
   * @param only lines whose name contains this are wanted
   * @param progress is told of every line when it is measured
   */
  Results(String only, Consumer<Ratio> progress) {
    this.only = only;
    this.progress = progress;
  }

  boolean wants(String name) {
    return name.contains(only);
  }

  /**
   * Measures a line if it is wanted. One that fails does not keep the others from being measured.
   */
  void measure(String name, Line line) throws InterruptedException {
    if (wants(name)) {
      try {
        add(line.measure());
      } catch (IOException e) {
        fail(name, String.valueOf(e.getMessage()));
      }
    }
  }

  void add(Ratio ratio) {
    ratios.add(ratio);
    progress.accept(ratio);
  }

  void fail(String name, String reason) {
    failed.put(name, reason);
  }

  void add(Reach reach) {
    reaches.add(reach);
  }

  void skip(String name, String reason) {
    if (wants(name)) {
      skipped.put(name, reason);
    }
  }

  List<Ratio> ratios() {
    return List.copyOf(ratios);
  }

  /** What was to hold, and whether it does. */
  List<Reach> reaches() {
    return List.copyOf(reaches);
  }

  /** What was not measured, with the reason. */
  Map<String, String> skipped() {
    return skipped;
  }

  /** What could not be measured, with the reason. */
  Map<String, String> failed() {
    return failed;
  }
}
