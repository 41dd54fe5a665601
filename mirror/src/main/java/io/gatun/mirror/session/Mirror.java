package io.gatun.mirror.session;

import io.gatun.mirror.engine.DropTap;
import io.gatun.mirror.engine.EgressTap;
import io.gatun.mirror.engine.IngressTap;
import io.gatun.mirror.engine.MirrorEngine;
import io.gatun.mirror.engine.Program;
import io.gatun.pmd.DpdkException;
import io.gatun.pmd.DropSink;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortHooks;
import io.gatun.pmd.Receiver;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TransmitCompleter;
import io.gatun.pmd.TransmitCompleterProvider;
import io.gatun.pmd.Transmitter;
import io.gatun.pmd.TxQueue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The mirror of a run: a tap at every queue that a worker uses, an engine on every lcore, and the
 * sessions, which come, change and go while packets flow.
 *
 * <p>In this order: workers ask for their queues ({@link PortHooks}), {@link #monitors} tells which
 * ports are set up as destinations, then {@link #add}, {@link #change} and {@link #remove} at any
 * time, {@link #turn} every 10 ms, {@link #close} when loops and ports have stopped. Any thread; a
 * call waits for the one before.
 *
 * <p>A change gives every tap another {@link Program} at once; lanes that are in none any more are
 * forgotten when their lcore has turned twice and nothing waits in them. The primary notices
 * nothing of it.
 */
public final class Mirror implements PortHooks, AutoCloseable {
  private static final long LINK_NANOS = 100_000_000L;
  private static final int QUIET_TURNS = 2;

  /** A lane that is in no program any more. */
  private static final class Leaving {
    final LaneSite lane;
    LaneTotals totals;
    long turns;
    int seen;

    Leaving(LaneSite lane, LaneTotals totals, long turns) {
      this.lane = lane;
      this.totals = totals;
      this.turns = turns;
    }
  }

  private final MirrorSettings settings;
  private final MirrorHost host;
  private final SessionChecks checks;
  private final LaneMaker maker;
  private final Optional<TransmitCompleterProvider> completers = TransmitCompleterProvider.find();
  private final Map<Lcore, EngineSite> sites = new LinkedHashMap<>();
  private final List<String> dropReasons = new ArrayList<>();
  private final List<RunningSession> sessions = new ArrayList<>();
  private final List<Leaving> leaving = new ArrayList<>();
  private final LaneTotals gone = new LaneTotals();
  private final Set<Port> monitors = new LinkedHashSet<>();
  private final Set<Port> removed = new HashSet<>();
  private long nextLinkNanos;
  private boolean isOpen = true;

  /** A mirror without sessions. */
  public Mirror(MirrorSettings settings, MirrorHost host) {
    this.settings = settings;
    this.host = host;
    checks = new SessionChecks(host.ports());
    maker = new LaneMaker(settings, host.ports(), sites.values(), dropReasons);
    nextLinkNanos = System.nanoTime();
  }

  // ---- taps -------------------------------------------------------------------------------------

  @Override
  public synchronized Receiver onReceive(RxQueue queue, Lcore lcore) {
    Port port = byId(queue.port());
    EngineSite site = site(lcore, port);
    IngressTap tap = new IngressTap(site.engine, queue);
    site.engine.add(tap);
    site.add(tap, port, queue.queue());
    return tap;
  }

  @Override
  public synchronized Transmitter onTransmit(TxQueue queue, Lcore lcore) {
    Port port = byId(queue.port());
    EngineSite site = site(lcore, port);
    EgressTap tap =
        new EgressTap(
            site.engine, queue, port.config().txDescriptors(), maker.completion(port, queue));
    site.engine.add(tap);
    site.add(tap, port, queue.queue());
    return tap;
  }

  @Override
  public synchronized @Nullable DropSink onDrop(Lcore lcore, List<String> reasons) {
    EngineSite known = sites.get(lcore);
    EngineSite site = known != null ? known : site(lcore, host.ports().anyConfigured());
    int offset = dropReasons.size();
    dropReasons.addAll(reasons);
    DropTap tap = new DropTap(site.engine);
    site.engine.add(tap);
    site.add(tap, null, -1);
    return offset == 0 ? tap : new ReasonOffset(tap, offset);
  }

  private Port byId(int id) {
    return host.ports().byId(id);
  }

  private EngineSite site(Lcore lcore, Port port) {
    return sites.computeIfAbsent(
        lcore,
        key -> {
          MempoolCache pool = host.pool(port).cache(lcore);
          TransmitCompleter completer =
              completers.map(provider -> provider.create(pool, host.dataRoom())).orElse(null);
          MirrorEngine engine = new MirrorEngine(pool, settings.maxHeld(), completer);
          Mempool completions = host.completions(lcore);
          if (completions != null) {
            engine.completions(completions.cache(lcore));
          }
          return new EngineSite(lcore, engine);
        });
  }

  // ---- sessions ---------------------------------------------------------------------------------

  /** Tells which ports are set up as destinations; before sessions are added. */
  public synchronized void monitors(Set<Port> ports) {
    monitors.addAll(ports);
  }

  /**
   * Adds a session.
   *
   * @throws IllegalArgumentException when it cannot be, with the reason; nothing has changed then
   * @throws IOException when its file cannot be made
   */
  public synchronized void add(SessionConfig wanted) throws IOException {
    requireOpen();
    SessionConfig config = located(wanted);
    List<SessionConfig> all =
        new ArrayList<>(sessions.stream().map(RunningSession::config).toList());
    all.add(config);
    SessionChecks.names(all);
    checks.places(config, maker.tapped(), monitors);
    RunningSession session = maker.make(config, new LaneTotals());
    List<RunningSession> next = new ArrayList<>(sessions);
    next.add(session);
    publish(session, next);
  }

  /**
   * Gives a session other settings; what is not among {@code changes} stays. Its counters go on.
   *
   * @param changes as {@link SessionText#read} has them, with the name; an empty list takes a key's
   *     value away
   * @throws IllegalArgumentException when it cannot be, with the reason; nothing has changed then
   * @throws IOException when its file cannot be made
   */
  public synchronized void change(Map<String, List<String>> changes) throws IOException {
    requireOpen();
    RunningSession old = find(String.join("", changes.getOrDefault(SessionText.NAME, List.of())));
    Map<String, List<String>> values = SessionText.write(old.config());
    values.putAll(changes);
    SessionConfig config = located(SessionText.read(values, old.config().name()));
    checks.places(config, maker.tapped(), monitors);
    RunningSession session = maker.make(config, old.past());
    List<RunningSession> next = new ArrayList<>(sessions);
    next.set(next.indexOf(old), session);
    publish(session, next);
    retire(old, old.past());
  }

  /**
   * Removes a session.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public synchronized void remove(String name) {
    requireOpen();
    RunningSession session = find(name);
    sessions.remove(session);
    programs(sessions).forEach(TapProgram::publish);
    gone.takeOver(session.past());
    for (Leaving each : leaving) {
      each.totals = each.totals == session.past() ? gone : each.totals;
    }
    retire(session, gone);
  }

  private void requireOpen() {
    if (!isOpen) {
      throw new IllegalArgumentException("the run is ending: sessions stay as they are");
    }
  }

  /** With the only port that is set up as a destination, where a destination names none. */
  private SessionConfig located(SessionConfig config) {
    return config.withSpare(
        () -> host.ports().name(checks.spare(List.copyOf(monitors), maker.tapped())));
  }

  private RunningSession find(String name) {
    for (RunningSession session : sessions) {
      if (session.config().name().equals(name)) {
        return session;
      }
    }
    List<String> names = sessions.stream().map(session -> session.config().name()).toList();
    throw new IllegalArgumentException(
        "name: there is no session \"%s\"; there are %s"
            .formatted(name, names.isEmpty() ? "none" : String.join(", ", names)));
  }

  /** What a tap is to do next. */
  private record TapProgram(TapSite site, @Nullable Program program) {
    void publish() {
      site.tap().program(program);
    }
  }

  /** Makes all programs before the first is given to a tap, as one may be refused. */
  private List<TapProgram> programs(List<RunningSession> of) {
    List<TapProgram> programs = new ArrayList<>();
    for (EngineSite site : sites.values()) {
      for (TapSite tap : site.taps) {
        List<Program.Part> parts =
            of.stream()
                .filter(session -> session.sees(tap, host.ports()))
                .map(session -> session.part(site))
                .toList();
        programs.add(new TapProgram(tap, parts.isEmpty() ? null : new Program(parts)));
      }
    }
    return programs;
  }

  private void publish(RunningSession made, List<RunningSession> next) {
    List<TapProgram> programs;
    try {
      programs = programs(next);
    } catch (IllegalArgumentException e) {
      maker.discard(made);
      throw e;
    }
    for (LaneSite lane : made.lanes()) {
      if (!lane.outlet().isKnown) {
        lane.outlet().isKnown = true;
        lane.site().engine.add(lane.outlet().outlet);
      }
      lane.site().engine.add(lane.lane());
    }
    nextLinkNanos = System.nanoTime();
    sessions.clear();
    sessions.addAll(next);
    programs.forEach(TapProgram::publish);
  }

  private void retire(RunningSession session, LaneTotals totals) {
    for (LaneSite lane : session.lanes()) {
      lane.lane().remove();
      totals.addOpen(lane.lane().counters());
      leaving.add(new Leaving(lane, totals, host.turns(lane.site().lcore)));
    }
  }

  // ---- chores -----------------------------------------------------------------------------------

  /** What is to be done now and then; returns what a user should know, one line each. */
  public synchronized List<String> turn() {
    if (!isOpen) {
      return List.of();
    }
    finishLeaving();
    long now = System.nanoTime();
    if (now - nextLinkNanos >= 0) {
      nextLinkNanos = now + LINK_NANOS;
      monitors.forEach(port -> tell(port, isDown(port)));
    }
    List<String> news = new ArrayList<>();
    for (SharedFile file : maker.openFiles()) {
      String text = file.news();
      if (text != null) {
        news.add(text);
      }
    }
    return news;
  }

  private void finishLeaving() {
    for (Iterator<Leaving> all = leaving.iterator(); all.hasNext(); ) {
      Leaving each = all.next();
      long turns = host.turns(each.lane.site().lcore);
      if (turns != each.turns) {
        each.turns = turns;
        each.seen++;
      }
      if (each.seen >= QUIET_TURNS && each.lane.lane().waiting() == 0) {
        each.lane.site().engine.forget(each.lane.lane());
        each.totals.fold(each.lane.lane().counters());
        each.lane.outlet().lanes--;
        all.remove();
      }
    }
    for (EngineSite site : sites.values()) {
      for (OutletSite outlet : List.copyOf(site.outlets.values())) {
        if (outlet.lanes == 0 && outlet.outlet.depth() == 0) {
          maker.forget(site, outlet);
        }
      }
    }
  }

  private boolean isDown(Port port) {
    try {
      return removed.contains(port) || !port.link().up();
    } catch (DpdkException e) { // a device that is going
      return true;
    }
  }

  private void tell(Port port, boolean isDown) {
    for (EngineSite site : sites.values()) {
      for (OutletSite outlet : site.outlets.values()) {
        if (!port.equals(outlet.port)) {
          continue;
        }
        if (removed.contains(port)) {
          outlet.outlet.deviceGone();
        } else {
          outlet.outlet.linkDown(isDown);
        }
      }
    }
  }

  /** A device is gone; whether the mirror, and so the run, can go on without it. */
  public synchronized boolean removed(Port port) {
    removed.add(port);
    tell(port, true);
    return monitors.contains(port);
  }

  /** Whether buffers are withheld, or frames wait for a destination. */
  public synchronized boolean isBusy() {
    for (EngineSite site : sites.values()) {
      if (site.engine.table().held() > 0) {
        return true;
      }
    }
    return false;
  }

  /** Ends the files: all that the lcores gave them is in them then. Idempotent. */
  @Override
  public synchronized void close() {
    if (isOpen) {
      isOpen = false;
      maker.openFiles().forEach(shared -> shared.file.close());
    }
  }

  // ---- what users see ---------------------------------------------------------------------------

  /** Numbers as they are now. */
  public synchronized MirrorReport report() {
    List<EngineSite> all = List.copyOf(sites.values());
    List<TapSite> taps = new ArrayList<>();
    LaneTotals totals = new LaneTotals();
    totals.add(gone);
    sessions.forEach(session -> totals.add(session.totals()));
    all.forEach(site -> taps.addAll(site.taps));
    return new MirrorReport(
        all.stream().map(site -> site.engine.table()).toList(),
        taps,
        totals,
        sessions.stream().map(RunningSession::values).toList(),
        maker.files());
  }
}
