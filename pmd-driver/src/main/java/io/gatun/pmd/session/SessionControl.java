package io.gatun.pmd.session;

import io.gatun.pmd.Eal;
import io.gatun.pmd.LinkStatus;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortEvent;
import io.gatun.pmd.cli.Shutdown;
import io.gatun.pmd.observe.FlightRecorder;
import io.gatun.pmd.observe.LiveTable;
import io.gatun.pmd.observe.MetricsEndpoint;
import io.gatun.pmd.observe.Sample;
import io.gatun.pmd.observe.Telemetry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Runs a session from its start to its end on the control thread: live table, telemetry, metrics,
 * link changes, restarts, removed devices, and every reason to end.
 *
 * <p>What a command adds ({@link #endWhen}, {@link #everyTurn}, {@link #showBelow}, {@link
 * #answer}) is given before {@link #run}; all but {@link #answer} is called on the control thread.
 */
public final class SessionControl {
  private static final long POLL_MILLIS = 10;

  /** Hears of link changes that a driver tells. */
  @FunctionalInterface
  public interface LinkListener {
    /** The link of {@code port} went up or down. Control thread. */
    void changed(Port port, boolean up);
  }

  /** Hears of devices that are gone or are to be given back. */
  @FunctionalInterface
  public interface RemovalListener {
    /**
     * The device of {@code port} is gone, or will be closed next. Control thread, once for each
     * port.
     *
     * @return whether the run goes on without one that is gone; one that is given back in order
     *     ends the run only when no worker is left
     */
    boolean removed(Port port);
  }

  /** A telemetry command of the command's own. */
  private record Answer(String command, String help, Telemetry.Handler handler) {}

  private final String name;
  private final Eal eal;
  private final PortSession session;
  private final SessionOptions options;
  private final FlightRecorder recorder = new FlightRecorder();
  private final Queue<Integer> restarts = new ConcurrentLinkedQueue<>();
  private final List<BooleanSupplier> ends = new ArrayList<>();
  private final List<Runnable> chores = new ArrayList<>();
  private final List<Supplier<String>> tables = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private final List<Runnable> beginnings = new ArrayList<>();
  private final List<Runnable> endings = new ArrayList<>();
  private final List<Runnable> lastActions = new ArrayList<>();
  private final List<BooleanSupplier> busy = new ArrayList<>();
  private final List<RemovalListener> removalListeners = new ArrayList<>();
  private final Set<Port> gone = new HashSet<>();
  private final List<LinkListener> linkListeners = new ArrayList<>();

  /**
   * @param name what {@code /gatun/info} calls the command
   * @param session configured, with its workers, not started
   */
  public SessionControl(String name, Eal eal, PortSession session, SessionOptions options) {
    this.name = name;
    this.eal = eal;
    this.session = session;
    this.options = options;
  }

  /** Ends the run when {@code enough} says so; asked every 10 ms. */
  public SessionControl endWhen(BooleanSupplier enough) {
    ends.add(enough);
    return this;
  }

  /** Does something once the ports have started. */
  public SessionControl whenStarted(Runnable beginning) {
    beginnings.add(beginning);
    return this;
  }

  /** Undoes something before the ports stop, also when the run has failed. */
  public SessionControl beforeStop(Runnable ending) {
    endings.add(ending);
    return this;
  }

  /** Does something when loops and ports have stopped, also when the run has failed. */
  public SessionControl afterStop(Runnable action) {
    lastActions.add(action);
    return this;
  }

  /** Lets {@code --until-idle} wait while {@code busy} says so, for at most five seconds more. */
  public SessionControl busyWhile(BooleanSupplier more) {
    busy.add(more);
    return this;
  }

  /** Asks whether the run goes on without a port; without a listener that says so it ends. */
  public SessionControl onRemoval(RemovalListener listener) {
    removalListeners.add(listener);
    return this;
  }

  /** Tells of link changes; only of those that a driver tells. */
  public SessionControl onLink(LinkListener listener) {
    linkListeners.add(listener);
    return this;
  }

  /** Does a chore of the control plane every 10 ms. */
  public SessionControl everyTurn(Runnable chore) {
    chores.add(chore);
    return this;
  }

  /** Prints whole lines below every live table. */
  public SessionControl showBelow(Supplier<String> lines) {
    tables.add(lines);
    return this;
  }

  /**
   * Adds a command to the telemetry socket; {@code handler} runs on a thread of the telemetry
   * library.
   */
  public SessionControl answer(String command, String help, Telemetry.Handler handler) {
    answers.add(new Answer(command, help, handler));
    return this;
  }

  /**
   * Starts the session, runs it until something ends it, and stops it.
   *
   * @param shutdown tells when the user wants it to end
   * @throws IllegalStateException when a stage failed or a device vanished; the session has ended
   * @throws IOException when metrics cannot be served
   */
  public SessionSummary run(Shutdown.Request shutdown) throws IOException, InterruptedException {
    try {
      return runStarted(shutdown);
    } finally {
      lastActions.forEach(Runnable::run);
    }
  }

  private SessionSummary runStarted(Shutdown.Request shutdown)
      throws IOException, InterruptedException {
    session.start();
    try (SessionSummary summary = new SessionSummary(session)) {
      try (Telemetry telemetry = Telemetry.publish(name, eal.version(), session::sample)) {
        telemetry.register(
            "/gatun/port/restart",
            "Stop and start a port while the others go on. Parameter: port number",
            this::postRestart);
        for (Answer answer : answers) {
          telemetry.register(answer.command(), answer.help(), answer.handler());
        }
        beginnings.forEach(Runnable::run);
        serveAndWatch(summary, shutdown);
      } finally {
        endings.forEach(Runnable::run);
      }
      summary.end();
      return summary;
    }
  }

  private void serveAndWatch(SessionSummary summary, Shutdown.Request shutdown)
      throws IOException, InterruptedException {
    if (options.metrics == null) {
      watch(summary, shutdown);
      return;
    }
    try (MetricsEndpoint endpoint = MetricsEndpoint.serve(options.metrics, session::sample)) {
      System.err.println("metrics: port " + endpoint.port());
      watch(summary, shutdown);
    }
  }

  /** Runs on a telemetry thread, so it only posts: ports belong to the control thread. */
  private Map<String, ?> postRestart(String parameters) {
    for (Port port : session.ports()) {
      if (parameters.strip().equals(Integer.toString(port.id()))) {
        restarts.add(port.id());
        return Map.of("accepted", port.toString());
      }
    }
    return Map.of("error", "\"" + parameters + "\" is no port: " + session.ports());
  }

  private void watch(SessionSummary summary, Shutdown.Request shutdown)
      throws InterruptedException {
    long start = System.nanoTime();
    long end = options.seconds == 0 ? Long.MAX_VALUE : (long) (options.seconds * 1e9);
    long period = (long) (options.statsPeriod * 1e9);
    long nextTable = period;
    QuietTime quiet = new QuietTime(options.untilIdle);
    Sample before = session.sample();
    while (true) {
      long elapsed = System.nanoTime() - start;
      summary.tick(elapsed);
      boolean idle = quiet.isOver(elapsed, session.packets(), isBusy());
      boolean over = elapsed >= end || isEnough() || idle || !session.hasWorkers();
      if (over || shutdown.isStopRequested()) {
        return;
      }
      checkHealth();
      recorder.look(session.loops());
      for (Integer port = restarts.poll(); port != null; port = restarts.poll()) {
        restart(eal.port(port));
      }
      chores.forEach(Runnable::run);
      if (period > 0 && elapsed >= nextTable) {
        Sample now = session.sample();
        recorder.sampled(now);
        System.err.print(LiveTable.render(before, now, elapsed / 1e9));
        tables.forEach(lines -> System.err.print(lines.get()));
        before = now;
        nextTable += period;
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private boolean isEnough() {
    return ends.stream().anyMatch(BooleanSupplier::getAsBoolean);
  }

  private boolean isBusy() {
    return busy.stream().anyMatch(BooleanSupplier::getAsBoolean);
  }

  private void checkHealth() {
    checkWorkers();
    for (PortEvent event : eal.drainEvents()) {
      Port port = eal.port(event.port());
      if (port.isClosed()) {
        continue;
      }
      switch (event.kind()) {
        case LINK -> {
          LinkStatus link = port.link();
          recorder.linkChanged(port.id(), link);
          linkListeners.forEach(listener -> listener.changed(port, link.up()));
          System.err.printf(
              Locale.ROOT, "port %d: link %s%n", port.id(), link.up() ? "up" : "down");
        }
        case REMOVAL -> letGo(port);
        case RESET -> restart(port);
      }
    }
    for (Port port : session.ports()) {
      if (port.isRemoved() && gone.add(port)) {
        port.markRemoved();
        checkDispensable(port);
      }
    }
  }

  private void checkWorkers() {
    Throwable failure = session.failure();
    if (failure != null) {
      throw new IllegalStateException("a stage failed on the data path: " + failure, failure);
    }
  }

  private void restart(Port port) {
    if (!port.isClosed()) {
      session.restart(port);
    }
  }

  /** Gives a device back that somebody waits for: a host, or the kernel, which unbinds it. */
  private void letGo(Port port) {
    gone.add(port);
    System.err.println(port + ": its removal is asked for");
    linkListeners.forEach(listener -> listener.changed(port, false));
    removalListeners.forEach(listener -> listener.removed(port));
    session.release(port);
    checkWorkers();
    recorder.linkChanged(port.id(), port.link());
    System.err.printf(
        Locale.ROOT,
        "port %d: link down, port removed%s%n",
        port.id(),
        session.hasWorkers() ? "; the run goes on without it" : "");
  }

  private void checkDispensable(Port port) {
    String message = port + " is gone: its device was unplugged or its interface deleted";
    if (removalListeners.stream().noneMatch(listener -> listener.removed(port))) {
      throw new IllegalStateException(message);
    }
    System.err.println(message + "; the run goes on without it");
  }
}
