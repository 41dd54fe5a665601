package io.gatun.hw.bench;

import java.io.IOException;

/** Some lines of a benchmark. */
@FunctionalInterface
interface Bench {
  /** Measures the lines that {@code results} wants and gives them to it. */
  void run(Results results) throws IOException, InterruptedException;
}
