package io.gatun.pmd.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Logs to standard error, one line a message, from level {@code WARNING} on; {@code GATUN_LOG=INFO}
 * (or {@code FINE}, ...) in the environment shows more, DPDK's own messages among it.
 */
final class LogSetup {
  private static final Logger ROOT = Logger.getLogger("");

  private LogSetup() {}

  static void install() {
    String wanted = System.getenv().getOrDefault("GATUN_LOG", "WARNING");
    Level level;
    try {
      level = Level.parse(wanted);
    } catch (IllegalArgumentException e) {
      System.err.println("GATUN_LOG=" + wanted + " is no level: SEVERE, WARNING, INFO, FINE, ALL");
      level = Level.WARNING;
    }
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    Handler console = new ConsoleHandler();
    console.setLevel(level);
    console.setFormatter(new OneLine());
    ROOT.addHandler(console);
    ROOT.setLevel(level);
  }

  /** The stack trace of a failure whose message the user has seen; only with GATUN_LOG=FINE. */
  static void debug(Exception e) {
    Logger.getLogger("gatun").log(Level.FINE, "failure", e);
  }

  private static final class OneLine extends Formatter {
    @Override
    public String format(LogRecord log) {
      StringWriter text = new StringWriter();
      text.append(log.getLevel().getName().toLowerCase(java.util.Locale.ROOT))
          .append(' ')
          .append(log.getLoggerName())
          .append(": ")
          .append(formatMessage(log))
          .append(System.lineSeparator());
      Throwable thrown = log.getThrown();
      if (thrown != null) {
        thrown.printStackTrace(new PrintWriter(text));
      }
      return text.toString();
    }
  }
}
