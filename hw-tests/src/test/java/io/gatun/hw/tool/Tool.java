package io.gatun.hw.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the system, as argument lists and with an end. */
public final class Tool {
  /** Debian's own interpreter: the packages of Debian (scapy) are nowhere else. */
  public static final String PYTHON = "/usr/bin/python3";

  private static final int PATIENCE_SECONDS = 120;

  /** The status of a program that is not there. */
  public static final int NOT_FOUND = 127;

  /**
   * What a program left.
   *
   * @param status exit status; {@link #NOT_FOUND} where there is no such program
   * @param output what it wrote to standard output
   * @param errors what it wrote to standard error
   */
  public record Result(int status, String output, String errors) {
    /** The output of a program that did what it should. */
    public String orFail() {
      if (status != 0) {
        throw new AssertionError("exit status " + status + ": " + output + errors);
      }
      return output;
    }
  }

  private Tool() {}

  /** Runs a program to its end; one that does not end within two minutes fails the test. */
  public static Result run(String... command) {
    try {
      Path output = Files.createTempFile("gatun-tool", ".out");
      Path errors = Files.createTempFile("gatun-tool", ".err");
      try {
        return run(List.of(command), output, errors);
      } finally {
        Files.delete(output);
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Result run(List<String> command, Path output, Path errors) throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
    } catch (IOException e) {
      return new Result(NOT_FOUND, "", String.valueOf(e.getMessage()));
    }
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " did not end within " + PATIENCE_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(command + " was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
    return new Result(
        process.exitValue(), Files.readString(output, UTF_8), Files.readString(errors, UTF_8));
  }

  /** Skips the test where a program is missing; {@code probe} must end with status 0. */
  public static void assume(String what, String... probe) {
    assumeTrue(run(probe).status() == 0, what + " is not installed");
  }

  /** Skips the test without scapy. */
  public static void assumeScapy() {
    assume("scapy (python3-scapy)", PYTHON, "-c", "import scapy");
  }

  /** Skips the test without tshark. */
  public static void assumeTshark() {
    assume("tshark", "tshark", "--version");
  }

  /** Runs a program of {@code hw-tests/src/test/python}; returns what it prints. */
  public static String python(String program, Object... arguments) {
    Path root = Path.of(System.getProperty("gatun.root", ".."));
    String[] command = new String[3 + arguments.length];
    command[0] = PYTHON;
    command[1] = "-B"; // leaves no compiled files among the sources
    command[2] = root.resolve("hw-tests/src/test/python").resolve(program).toString();
    for (int i = 0; i < arguments.length; i++) {
      command[3 + i] = arguments[i].toString();
    }
    return run(command).orFail();
  }

  /** Runs a Python program that has scapy's names; returns what it prints. */
  public static String scapy(String program, Object... arguments) {
    String[] command = new String[3 + arguments.length];
    command[0] = PYTHON;
    command[1] = "-c";
    command[2] = "import sys\nfrom scapy.all import *\n" + program;
    for (int i = 0; i < arguments.length; i++) {
      command[3 + i] = arguments[i].toString();
    }
    return run(command).orFail();
  }
}
