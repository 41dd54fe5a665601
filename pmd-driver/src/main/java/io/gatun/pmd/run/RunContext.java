package io.gatun.pmd.run;

import io.gatun.pmd.Eal;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.PortHooks;
import io.gatun.pmd.observe.Telemetry;
import io.gatun.pmd.session.PortSession;
import io.gatun.pmd.session.SessionControl;
import io.gatun.pmd.session.SessionOptions;
import io.gatun.pmd.session.Worker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What {@link RunSection}s compose: ports, stages, workers, and what users see of them. Control
 * thread.
 *
 * <p>While sections are configured: {@link #port}, {@link #claim}, {@link #addHooks}, {@link
 * #needMbufs}, {@link #needDataRoom}, {@link #whenReady}. In {@link #whenReady} actions, when the
 * ports are configured: {@link #pool}, {@link #dataRoom}, {@link #hooks}, {@link #run}. The others
 * at any of both times.
 */
public final class RunContext {
  private final Eal eal;
  private final SessionOptions options;
  private final PortSession session;
  private final SessionControl control;
  private final Map<String, NamedPort> ports;
  private final List<Runnable> readyActions = new ArrayList<>();
  private final List<Runnable> lastActions = new ArrayList<>();
  private final Map<String, Supplier<?>> summaryValues = new LinkedHashMap<>();
  private final List<Supplier<Map<String, Object>>> summaryMaps = new ArrayList<>();
  private PortHooks hooks = PortHooks.NONE;
  private String section = "";
  private boolean hooked;
  private boolean isReady;
  private int dealtLcores;
  private int workers;

  RunContext(
      Eal eal,
      SessionOptions options,
      PortSession session,
      SessionControl control,
      Map<String, NamedPort> ports) {
    this.eal = eal;
    this.options = options;
    this.session = session;
    this.control = control;
    this.ports = ports;
  }

  // ---- what RunCommand does ---------------------------------------------------------------------

  /** Lets a section read its part of the file. */
  void configure(RunSection runSection, ConfigNode node) {
    section = runSection.key();
    runSection.configure(node, this);
  }

  /** Configures the claimed ports and lets the sections make their workers. */
  void makeReady() {
    session.configure(
        ports.values().stream().filter(NamedPort::isClaimed).map(NamedPort::plan).toList());
    isReady = true;
    readyActions.forEach(Runnable::run);
    lastActions.forEach(Runnable::run);
  }

  /** Names of ports that no section uses. */
  List<String> unclaimedPorts() {
    return ports.values().stream().filter(port -> !port.isClaimed()).map(NamedPort::name).toList();
  }

  boolean hasWorkers() {
    return workers > 0;
  }

  /** What the sections add to the summary, by key. */
  Map<String, Object> summary() {
    Map<String, Object> values = new LinkedHashMap<>();
    summaryValues.forEach((key, value) -> values.put(key, value.get()));
    summaryMaps.forEach(map -> values.putAll(map.get()));
    return values;
  }

  // ---- EAL, options, ports ----------------------------------------------------------------------

  public Eal eal() {
    return eal;
  }

  /** Section {@code session} and the command line. */
  public SessionOptions options() {
    return options;
  }

  /**
   * The port with the name that stands there; the section does not get it for itself.
   *
   * @throws ConfigException when {@code ports} has no such name
   */
  public Port port(ConfigNode name) {
    return named(name).port();
  }

  /**
   * Takes a port for the section that is being configured, which is then the only one to receive
   * and send on it. A section may claim a port several times.
   *
   * @param name where its name stands
   * @param need adds what the section needs (queues, offloads) to what the port's definition or the
   *     claim before says; compared with what the port has before anything is set up
   * @throws ConfigException when there is no such port or another section has it
   */
  public Port claim(ConfigNode name, UnaryOperator<PortConfig> need) {
    requirePhase(!isReady, "claim");
    NamedPort named = named(name);
    named.claim(section, name, need);
    return named.port();
  }

  /**
   * {@link #claim(ConfigNode, UnaryOperator)} of a port whose name is part of a value.
   *
   * @param where the value
   */
  public Port claim(ConfigNode where, String name, UnaryOperator<PortConfig> need) {
    requirePhase(!isReady, "claim");
    NamedPort named = named(where, name);
    named.claim(section, where, need);
    return named.port();
  }

  /**
   * Adds a wish to how a port is set up, whoever claims it; before {@link #whenReady} actions.
   *
   * @param where where it is named
   */
  public void refine(ConfigNode where, String name, UnaryOperator<PortConfig> need) {
    requirePhase(!isReady, "refine");
    named(where, name).refine(need);
  }

  /** All ports of section {@code ports} by name, claimed or not. */
  public Map<String, Port> ports() {
    Map<String, Port> result = new LinkedHashMap<>();
    ports.forEach((name, named) -> result.put(name, named.port()));
    return result;
  }

  private NamedPort named(ConfigNode name) {
    return named(name, name.string());
  }

  private NamedPort named(ConfigNode name, String text) {
    NamedPort named = ports.get(text);
    if (named == null) {
      List<String> names = List.copyOf(ports.keySet());
      throw name.error(
          "%s is no port%s; section ports has %s"
              .formatted(text, Nearest.hint(text, names), String.join(", ", names)));
    }
    return named;
  }

  /** See {@link PortSession#needMbufs}. */
  public void needMbufs(int count) {
    requirePhase(!isReady, "needMbufs");
    session.needMbufs(count);
  }

  /** See {@link PortSession#needDataRoom}. */
  public void needDataRoom(int bytes) {
    requirePhase(!isReady, "needDataRoom");
    session.needDataRoom(bytes);
  }

  /** See {@link PortSession#dataRoom}. */
  public int dataRoom() {
    requirePhase(isReady, "dataRoom");
    return session.dataRoom();
  }

  /** The pool of a claimed port. */
  public Mempool pool(Port port) {
    requirePhase(isReady, "pool");
    return session.pool(port);
  }

  // ---- lcores and workers -----------------------------------------------------------------------

  /** Does something when all ports are configured and all sections have been read. */
  public void whenReady(Runnable action) {
    requirePhase(!isReady, "whenReady");
    readyActions.add(action);
  }

  /** Does something after all {@link #whenReady} actions: every queue has its worker then. */
  public void whenComposed(Runnable action) {
    requirePhase(!isReady, "whenComposed");
    lastActions.add(action);
  }

  /** The next worker lcore in turn: for those who do not care which. */
  public Lcore nextLcore() {
    List<Lcore> all = eal.workers();
    return all.get(dealtLcores++ % all.size());
  }

  /**
   * The worker lcore whose number stands there.
   *
   * @throws ConfigException when EAL has no such worker
   */
  public Lcore lcore(ConfigNode number) {
    List<Integer> ids = eal.workers().stream().map(Lcore::id).toList();
    int index = ids.indexOf(number.integer(0, Integer.MAX_VALUE));
    if (index < 0) {
      throw number.error(
          "%s is no worker lcore; there are %s: choose with EAL's -l or --lcores"
              .formatted(number.string(), ids));
    }
    return eal.workers().get(index);
  }

  /** Lets {@code lcore} turn {@code worker}. */
  public void run(Lcore lcore, Worker worker) {
    requirePhase(isReady, "run");
    workers++;
    session.run(lcore, worker);
  }

  // ---- hooks ------------------------------------------------------------------------------------

  /** Puts something between queues and the workers of every section: a mirror. */
  public void addHooks(PortHooks more) {
    requirePhase(!isReady, "addHooks");
    if (hooked) {
      throw new IllegalStateException("two sections put hooks on ports");
    }
    hooked = true;
    hooks = more;
  }

  /** What a worker asks for every queue that it uses, in a {@link #whenReady} action. */
  public PortHooks hooks() {
    requirePhase(isReady, "hooks");
    return hooks;
  }

  // ---- what users see ---------------------------------------------------------------------------

  /** See {@link SessionControl#endWhen}. */
  public void endWhen(BooleanSupplier enough) {
    control.endWhen(enough);
  }

  /** See {@link SessionControl#whenStarted}. */
  public void whenStarted(Runnable beginning) {
    control.whenStarted(beginning);
  }

  /** See {@link SessionControl#beforeStop}. */
  public void beforeStop(Runnable ending) {
    control.beforeStop(ending);
  }

  /** See {@link SessionControl#afterStop}. */
  public void afterStop(Runnable action) {
    control.afterStop(action);
  }

  /** See {@link SessionControl#busyWhile}. */
  public void busyWhile(BooleanSupplier more) {
    control.busyWhile(more);
  }

  /** See {@link SessionControl#onRemoval}. */
  public void onRemoval(SessionControl.RemovalListener listener) {
    control.onRemoval(listener);
  }

  /** Turns of an lcore's loop so far; 0 before it runs. See {@link PortSession#turns}. */
  public long turns(Lcore lcore) {
    return session.turns(lcore);
  }

  /** See {@link SessionControl#onLink}. */
  public void onLink(SessionControl.LinkListener listener) {
    control.onLink(listener);
  }

  /** See {@link SessionControl#everyTurn}. */
  public void everyTurn(Runnable chore) {
    control.everyTurn(chore);
  }

  /** See {@link SessionControl#showBelow}. */
  public void showBelow(Supplier<String> lines) {
    control.showBelow(lines);
  }

  /** See {@link SessionControl#answer}. */
  public void answer(String command, String help, Telemetry.Handler handler) {
    control.answer(command, help, handler);
  }

  /**
   * Adds a value to the summary's JSON.
   *
   * @param key beside those of {@link io.gatun.pmd.session.SessionSummary#values}
   * @param value asked for once, when the session has ended
   */
  public void summary(String key, Supplier<?> value) {
    if (summaryValues.putIfAbsent(key, value) != null) {
      throw new IllegalStateException("two sections put \"" + key + "\" into the summary");
    }
  }

  /** Adds several values whose keys are known at the end only; as {@link #summary}. */
  public void summaries(Supplier<Map<String, Object>> values) {
    summaryMaps.add(values);
  }

  private static void requirePhase(boolean right, String method) {
    if (!right) {
      throw new IllegalStateException(
          "RunContext." + method + " is called too early or too late: see whenReady");
    }
  }
}
