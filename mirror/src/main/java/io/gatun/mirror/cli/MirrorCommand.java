package io.gatun.mirror.cli;

import io.gatun.mirror.engine.MirrorEngine;
import io.gatun.mirror.session.Mirror;
import io.gatun.mirror.session.MirrorHost;
import io.gatun.mirror.session.MirrorSettings;
import io.gatun.mirror.session.PortDirectory;
import io.gatun.mirror.session.SessionChecks;
import io.gatun.mirror.session.SessionConfig;
import io.gatun.pmd.Eal;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.Port;
import io.gatun.pmd.cli.Command;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.Main;
import io.gatun.pmd.cli.Shutdown;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.forward.ForwardOptions;
import io.gatun.pmd.forward.ForwardSetup;
import io.gatun.pmd.session.PortPlan;
import io.gatun.pmd.session.PortSession;
import io.gatun.pmd.session.SessionControl;
import io.gatun.pmd.session.SessionOptions;
import io.gatun.pmd.session.SessionSummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;

/** {@code gatun mirror}: forwards as {@code gatun forward} does, and mirrors what passes. */
@CommandLine.Command(
    name = "mirror",
    description = {
      "Forward packets, and mirror those of some ports to other ports, collectors or files.",
      "A buffer is mirrored when its own transmission has completed: it is not copied.",
      "Sessions come, change and go at run time over DPDK's telemetry socket:",
      "/gatun/mirror, /gatun/mirror/add,JSON, /gatun/mirror/change,JSON, /gatun/mirror/remove,NAME"
    },
    sortOptions = false)
public final class MirrorCommand implements Command {
  private static final String COMMAND = "command";

  @CommandLine.Mixin private final MirrorOptions options = new MirrorOptions();
  @CommandLine.Mixin private final ForwardOptions forward = new ForwardOptions();
  @CommandLine.Mixin private final SessionOptions common = new SessionOptions();

  /** For ServiceLoader. */
  public MirrorCommand() {}

  @Override
  public boolean usesEal() {
    return true;
  }

  @Override
  public int run(List<String> ealArguments) throws Exception {
    common.check();
    forward.check();
    if (!forward.mode.passesPackets()) {
      throw new UsageException(
          "--mode %s: what is mirrored must pass: use io, mac or macswap"
              .formatted(forward.mode.name().toLowerCase(Locale.ROOT)));
    }
    // Everything that is wrong without a port is said before EAL takes its seconds.
    MirrorSettings settings = options.settings();
    List<SessionConfig> wanted = options.sessions();
    SessionChecks.names(wanted);
    wanted.forEach(SessionChecks::filters);
    Shutdown.Request shutdown = Shutdown.install();
    try (Eal eal = Eal.start(ealArguments)) {
      PortSession.requireSome(eal.ports(), eal.workers());
      PortSession session = new PortSession(eal, common);
      PortDirectory directory = PortDirectory.ofNumbers(eal.ports());
      Mirror mirror = new Mirror(settings, host(eal, session, directory));
      try (mirror) {
        addTo(eal, session, mirror, directory, wanted);
        run(eal, session, mirror, shutdown);
      }
    }
    return Main.DONE;
  }

  private static MirrorHost host(Eal eal, PortSession session, PortDirectory directory) {
    return new MirrorHost() {
      @Override
      public Mempool completions(Lcore lcore) {
        return MirrorEngine.completionPool(eal, lcore);
      }

      @Override
      public PortDirectory ports() {
        return directory;
      }

      @Override
      public Mempool pool(Port port) {
        return session.pool(port);
      }

      @Override
      public int dataRoom() {
        return session.dataRoom();
      }

      @Override
      public long turns(Lcore lcore) {
        return session.turns(lcore);
      }
    };
  }

  /** Sets ports up, makes the ways between them, adds the sessions. */
  private void addTo(
      Eal eal,
      PortSession session,
      Mirror mirror,
      PortDirectory directory,
      List<SessionConfig> wanted)
      throws IOException {
    SessionChecks checks = new SessionChecks(directory);
    Set<Port> named = new LinkedHashSet<>();
    if (forward.ports != null) {
      forward.ports.forEach(id -> named.add(eal.port(id)));
    }
    List<SessionConfig> sessions =
        wanted.stream()
            .map(
                each ->
                    each.withSpare(
                        () -> directory.name(checks.spare(eal.ports(), spareUsers(named)))))
            .toList();
    Set<Port> monitors = new LinkedHashSet<>();
    options.monitors.forEach(name -> monitors.add(directory.find(name.strip())));
    for (SessionConfig each : sessions) {
      checks.apart(each);
      monitors.addAll(checks.destinations(each));
    }
    Set<Port> users = new LinkedHashSet<>(named.isEmpty() ? eal.ports() : named);
    if (named.isEmpty()) {
      users.removeAll(monitors);
    }
    for (SessionConfig each : sessions) {
      checks.places(each, users, monitors);
    }
    configure(eal, session, mirror, users, monitors);
    for (SessionConfig each : sessions) {
      mirror.add(each);
    }
  }

  /** Without {@code --ports} every port forwards that is not named as a destination. */
  private static Set<Port> spareUsers(Set<Port> named) {
    if (named.isEmpty()) {
      throw new UsageException(
          "--to names no port: write port=N, or say with --ports which ports forward");
    }
    return named;
  }

  private void configure(
      Eal eal, PortSession session, Mirror mirror, Set<Port> users, Set<Port> monitors) {
    ForwardSetup setup = new ForwardSetup(forward, common, eal, List.copyOf(users));
    List<PortPlan> plans = new ArrayList<>();
    for (PortPlan plan : setup.plans()) {
      plans.add(new PortPlan(plan.port(), MirrorPorts.source(plan.port(), plan.config())));
    }
    int lcores = setup.lcores().size();
    for (Port port : monitors) {
      if (users.contains(port)) {
        throw new UsageException(
            "--monitors: port %d forwards as well: name a port that nobody else uses"
                .formatted(port.id()));
      }
      plans.add(
          new PortPlan(
              port,
              MirrorPorts.destination(port, common.portConfig().withMtu(forward.mtu), lcores)));
    }
    session.needMbufs(Math.multiplyExact(options.maxHeld, lcores));
    session.configure(plans);
    mirror.monitors(monitors);
    setup.addTo(session, mirror);
  }

  private void run(Eal eal, PortSession session, Mirror mirror, Shutdown.Request shutdown)
      throws IOException, InterruptedException {
    MirrorControl mirrorControl = new MirrorControl(mirror);
    SessionControl control =
        new SessionControl("mirror", eal, session, common)
            .everyTurn(mirrorControl::turn)
            .showBelow(() -> mirror.report().table())
            .busyWhile(mirror::isBusy)
            .onRemoval(mirror::removed)
            .afterStop(mirror::close);
    mirrorControl.register(control::answer);
    if (forward.packets != 0) {
      control.endWhen(() -> session.packets() >= forward.packets);
    }
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(COMMAND, "mirror");
    values.put("mode", forward.mode.name().toLowerCase(Locale.ROOT));
    values.putAll(control.run(shutdown).values());
    values.putAll(mirrorControl.summary());
    System.out.println(
        common.json
            ? Json.text(values)
            : SessionSummary.text(COMMAND, values)
                + System.lineSeparator()
                + MirrorControl.text(values, mirror.report()));
  }
}
