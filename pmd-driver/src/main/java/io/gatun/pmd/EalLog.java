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
import java.util.regex.Pattern;

/**
 * Carries DPDK's log to {@link System.Logger}: "EAL: text" becomes a message of logger {@code
 * dpdk.eal}. Any thread of DPDK may write.
 */
final class EalLog {
  private static final Logger LOG = System.getLogger("dpdk.eal");
  private static final int KEPT_ERRORS = 16;
  // RTE_LOG_ERR, _WARNING, _NOTICE, _INFO (rte_log.h)
  private static final int ERR = 4;
  private static final int WARNING = 5;
  private static final int INFO = 7;

  // Said at every start where all is well: net_tap without the kernel's multiq qdisc has no flow
  // rules, and tells secondary processes that there are none.
  private static final Pattern HARMLESS =
      Pattern.compile(
          "No free \\d+ kB hugepages reported on node|No legacy callbacks, legacy socket"
              + "|tap_nl_dump_ext_ack|multiq qdisc|Disabling rte flow support"
              + "|Failed to send (start|stop) req to secondary");

  private final Deque<String> errors = new ArrayDeque<>();
  private boolean starting = true;
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

  /**
   * EAL runs: errors are logged from now on. Until then they are kept, since one that ends the
   * start is told in the exception, once.
   */
  synchronized void started() {
    starting = false;
    errors.forEach(error -> LOG.log(Level.ERROR, error));
    errors.clear();
  }

  /** The last lines of level error or worse while EAL started, oldest first. */
  synchronized List<String> errors() {
    return List.copyOf(errors);
  }

  private void line(String text) {
    String message = text.strip();
    if (message.isEmpty()) {
      return;
    }
    int level = RteLog.rte_log_cur_msg_loglevel();
    boolean harmless = HARMLESS.matcher(message).find();
    if (level <= ERR && !harmless && keep(message)) {
      return;
    }
    int colon = message.indexOf(": ");
    boolean prefixed = colon > 0 && message.lastIndexOf(' ', colon) < 0;
    String component = prefixed ? message.substring(0, colon).toLowerCase(Locale.ROOT) : "log";
    Logger logger = System.getLogger("dpdk." + component);
    Level shown = harmless ? Level.DEBUG : levelOf(level);
    logger.log(shown, prefixed ? message.substring(colon + 2) : message);
  }

  private synchronized boolean keep(String message) {
    if (starting) {
      errors.addLast(message);
      if (errors.size() > KEPT_ERRORS) {
        errors.removeFirst();
      }
    }
    return starting;
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
