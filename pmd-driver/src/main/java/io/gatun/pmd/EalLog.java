package io.gatun.pmd;

import io.gatun.bindings.RteLog;
import io.gatun.bindings.Upcalls;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * Carries DPDK's log to {@link System.Logger}: "EAL: text" becomes a message of logger {@code
 * dpdk.eal}. Any thread of DPDK may write.
 */
final class EalLog {
  private static final int KEPT_ERRORS = 16;
  // RTE_LOG_ERR, _WARNING, _NOTICE, _INFO (rte_log.h)
  private static final int ERR = 4;
  private static final int WARNING = 5;
  private static final int INFO = 7;

  private final Deque<String> errors = new ArrayDeque<>();
  private long stream;

  /** Redirects DPDK's log; before {@code rte_eal_init}, so that nothing is missed. */
  void open() {
    // DPDK's threads may log until the process ends, so the stub is never freed.
    stream = RteLog.openStream(Upcalls.write(this::line, Arena.global()), Arena.global());
    if (stream != 0) {
      RteLog.rte_openlog_stream(stream);
    }
  }

  /** Gives the log back to standard error: no upcall may come while the JVM goes down. */
  void close() {
    if (stream != 0) {
      RteLog.rte_openlog_stream(0);
      stream = 0;
    }
  }

  /** The last lines of level error or worse, oldest first. */
  synchronized List<String> errors() {
    return List.copyOf(errors);
  }

  private void line(String text) {
    String message = text.strip();
    if (message.isEmpty()) {
      return;
    }
    int level = RteLog.rte_log_cur_msg_loglevel();
    if (level <= ERR) {
      keep(message);
    }
    int colon = message.indexOf(": ");
    boolean prefixed = colon > 0 && message.lastIndexOf(' ', colon) < 0;
    String component = prefixed ? message.substring(0, colon).toLowerCase(Locale.ROOT) : "log";
    Logger logger = System.getLogger("dpdk." + component);
    logger.log(levelOf(level), prefixed ? message.substring(colon + 2) : message);
  }

  private synchronized void keep(String message) {
    errors.addLast(message);
    if (errors.size() > KEPT_ERRORS) {
      errors.removeFirst();
    }
  }

  private static Level levelOf(int level) {
    if (level <= ERR) {
      return Level.ERROR;
    }
    if (level <= WARNING) {
      return Level.WARNING;
    }
    return level <= INFO ? Level.INFO : Level.DEBUG;
  }
}
