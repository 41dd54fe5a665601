package io.gatun.mirror.cli;

import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.engine.MirrorEngine;
import io.gatun.mirror.session.Mirror;
import io.gatun.mirror.session.MirrorHost;
import io.gatun.mirror.session.MirrorSettings;
import io.gatun.mirror.session.PortDirectory;
import io.gatun.mirror.session.SessionChecks;
import io.gatun.mirror.session.SessionConfig;
import io.gatun.mirror.session.SessionText;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.Port;
import io.gatun.pmd.run.ConfigException;
import io.gatun.pmd.run.ConfigNode;
import io.gatun.pmd.run.RunContext;
import io.gatun.pmd.run.RunSection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Section {@code mirror} of {@code gatun run}'s file: sessions that mirror what other sections
 * receive, send and drop. Keys of a session are the options of {@code gatun mirror} without their
 * hyphens before.
 */
public final class MirrorSection implements RunSection {
  /** A session and where it stands. */
  private record Placed(ConfigNode node, SessionConfig config) {}

  /** For ServiceLoader. */
  public MirrorSection() {}

  @Override
  public String key() {
    return "mirror";
  }

  @Override
  public void configure(ConfigNode node, RunContext context) {
    node.allow("max-held", "completion", "destinations", "sessions");
    int maxHeld =
        node.find("max-held")
            .map(n -> n.integer(MirrorSettings.MIN_MAX_HELD, MirrorSettings.MAX_MAX_HELD))
            .orElse(MirrorSettings.DEFAULT_MAX_HELD);
    ConfigNode how = node.find("completion").orElse(null);
    Completion completion = how == null ? null : completion(how);
    PortDirectory directory = PortDirectory.ofNames(context.ports());
    SessionChecks checks = new SessionChecks(directory);
    List<Placed> sessions = sessions(node);
    Set<Port> monitors = new LinkedHashSet<>();
    for (ConfigNode name : node.find("destinations").map(ConfigNode::list).orElse(List.of())) {
      claim(context, name, name.string());
      monitors.add(directory.find(name.string()));
    }
    for (Placed placed : sessions) {
      at(placed.node(), () -> prepare(placed, checks, directory, context, monitors));
    }
    int lcores = context.eal().workers().size();
    context.needMbufs(Math.multiplyExact(maxHeld, lcores));
    Mirror mirror = new Mirror(new MirrorSettings(maxHeld, completion), host(context, directory));
    mirror.monitors(monitors);
    context.addHooks(mirror);
    context.whenComposed(() -> sessions.forEach(placed -> add(placed, mirror)));
    watch(context, mirror);
  }

  private static Completion completion(ConfigNode node) {
    return at(node, () -> MirrorOptions.completion(node.string()));
  }

  private static List<Placed> sessions(ConfigNode node) {
    List<Placed> sessions = new ArrayList<>();
    for (ConfigNode item : node.find("sessions").map(ConfigNode::list).orElse(List.of())) {
      item.allow(SessionText.KEYS);
      Map<String, List<String>> values = new LinkedHashMap<>();
      item.map()
          .forEach(
              (key, value) ->
                  values.put(
                      key,
                      value.isList()
                          ? value.list().stream().map(ConfigNode::string).toList()
                          : List.of(value.string())));
      String name = "session" + (sessions.size() + 1);
      SessionConfig config = at(item, () -> SessionText.read(values, name));
      sessions.add(new Placed(item, config));
      at(
          item,
          () -> {
            SessionChecks.names(sessions.stream().map(Placed::config).toList());
            SessionChecks.filters(config);
            return config;
          });
    }
    return sessions;
  }

  /** Claims destinations, and asks for what sources need; others claim those. */
  private static Set<Port> prepare(
      Placed placed,
      SessionChecks checks,
      PortDirectory directory,
      RunContext context,
      Set<Port> monitors) {
    SessionConfig config =
        placed.config().withSpare(() -> directory.name(onlyMonitor(monitors, checks)));
    checks.apart(config);
    for (Port port : checks.destinations(config)) {
      claim(context, placed.node(), directory.name(port));
      monitors.add(port);
    }
    for (Port port : checks.sources(config)) {
      context.refine(
          placed.node(), directory.name(port), wanted -> MirrorPorts.source(port, wanted));
    }
    return monitors;
  }

  private static Port onlyMonitor(Set<Port> monitors, SessionChecks checks) {
    return checks.spare(List.copyOf(monitors), Set.of());
  }

  private static void claim(RunContext context, ConfigNode where, String name) {
    Port port = context.ports().get(name);
    int lcores = context.eal().workers().size();
    context.claim(
        where,
        name,
        wanted -> port == null ? wanted : MirrorPorts.destination(port, wanted, lcores));
  }

  private static void add(Placed placed, Mirror mirror) {
    at(
        placed.node(),
        () -> {
          try {
            mirror.add(placed.config());
          } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
          }
          return mirror;
        });
  }

  private static void watch(RunContext context, Mirror mirror) {
    MirrorControl control = new MirrorControl(mirror);
    control.register(context::answer);
    context.everyTurn(control::turn);
    context.showBelow(() -> mirror.report().table());
    context.busyWhile(mirror::isBusy);
    context.onRemoval(mirror::removed);
    context.afterStop(mirror::close);
    context.summaries(control::summary);
  }

  private static MirrorHost host(RunContext context, PortDirectory directory) {
    return new MirrorHost() {
      @Override
      public Mempool completions(Lcore lcore) {
        return MirrorEngine.completionPool(context.eal(), lcore);
      }

      @Override
      public PortDirectory ports() {
        return directory;
      }

      @Override
      public Mempool pool(Port port) {
        return context.pool(port);
      }

      @Override
      public int dataRoom() {
        return context.dataRoom();
      }

      @Override
      public long turns(Lcore lcore) {
        return context.turns(lcore);
      }
    };
  }

  /** Says of what is wrong where it stands. */
  private static <T> T at(ConfigNode node, Supplier<T> action) {
    try {
      return action.get();
    } catch (ConfigException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw node.error(String.valueOf(e.getMessage()));
    }
  }
}
