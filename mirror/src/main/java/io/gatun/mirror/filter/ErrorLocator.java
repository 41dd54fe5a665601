package io.gatun.mirror.filter;

import io.gatun.mirror.filter.FilterCompiler.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in an expression libpcap's complaint comes from: libpcap does not say. It is found by
 * compiling the expression's beginnings.
 *
 * <p>A syntax error: the longest beginning that some ending makes right is understood, and the mark
 * stands behind it. The endings tried are those that the grammar of pcap-filter(7) asks for; should
 * one be missing, the mark comes too early, never too late. Any other error: the mark stands before
 * the last word of the shortest beginning that has the same error.
 *
 * <p>Control thread.
 */
final class ErrorLocator {
  /** No position is known. */
  static final int UNKNOWN = -1;

  private static final String SYNTAX_ERROR = "syntax error";

  // Names of hosts are looked up each time; what is not found until then stays unknown.
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final Pattern WORD = Pattern.compile("[\\w.:\\\\-]+|&&|\\|\\||[<>=!]=|<<|>>|\\S");

  private static final List<String> ENDINGS =
      List.of(
          "",
          " ip",
          " 1",
          " 80",
          " 192.0.2.1",
          " host 192.0.2.1",
          " port 1",
          " 2:0:0:0:0:1",
          " \\ip",
          " -2",
          " 255.0.0.0",
          " = 1",
          " 1 = 1",
          " ] = 1",
          " 1 ] = 1",
          " : 1 ] = 1",
          " 1 : 1 ] = 1",
          " broadcast",
          " 6");

  private final FilterCompiler compiler;
  private final long deadline = System.nanoTime() + PATIENCE_NANOS;

  private ErrorLocator(FilterCompiler compiler) {
    this.compiler = compiler;
  }

  /**
   * The offset of the mark in the expression, its length when the expression ends too early, or
   * {@link #UNKNOWN}.
   *
   * @param message what libpcap said about the whole expression
   */
  static int locate(FilterCompiler compiler, String expression, String message) {
    ErrorLocator locator = new ErrorLocator(compiler);
    List<Integer> starts = new ArrayList<>();
    Matcher words = WORD.matcher(expression);
    while (words.find()) {
      starts.add(words.start());
    }
    starts.add(expression.length());
    return message.contains(SYNTAX_ERROR)
        ? locator.afterUnderstood(expression, starts)
        : locator.beforeCause(expression, starts, message);
  }

  private int afterUnderstood(String expression, List<Integer> starts) {
    for (int i = starts.size() - 1; i >= 0; i--) {
      String beginning = expression.substring(0, starts.get(i));
      String closing = " )".repeat(openParentheses(beginning));
      for (String ending : ENDINGS) {
        if (isLate()) {
          return UNKNOWN;
        }
        if (!isSyntaxError(compiler.parse(beginning + ending + closing))) {
          return starts.get(i);
        }
      }
    }
    return UNKNOWN;
  }

  private int beforeCause(String expression, List<Integer> starts, String message) {
    boolean optimized = compiler.parse(expression) instanceof Result.Program;
    for (int i = 1; i < starts.size(); i++) {
      if (isLate()) {
        return UNKNOWN;
      }
      String beginning = expression.substring(0, starts.get(i));
      Result result = optimized ? compiler.compile(beginning) : compiler.parse(beginning);
      if (result instanceof Result.Failure(String said) && said.equals(message)) {
        return starts.get(i - 1);
      }
    }
    return UNKNOWN;
  }

  private boolean isLate() {
    return System.nanoTime() - deadline > 0;
  }

  private static boolean isSyntaxError(Result result) {
    return result instanceof Result.Failure(String said) && said.contains(SYNTAX_ERROR);
  }

  private static int openParentheses(String text) {
    int open = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      open += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    return Math.max(open, 0);
  }
}
