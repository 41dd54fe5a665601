package io.gatun.pmd.forward;

import io.gatun.pmd.Burst;
import io.gatun.pmd.Eal;
import io.gatun.pmd.LinkStatus;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortEvent;
import io.gatun.pmd.cli.Command;
import io.gatun.pmd.cli.Main;
import io.gatun.pmd.cli.Shutdown;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.observe.FlightRecorder;
import io.gatun.pmd.observe.LiveTable;
import io.gatun.pmd.observe.MetricsEndpoint;
import io.gatun.pmd.observe.Sample;
import io.gatun.pmd.observe.Telemetry;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import picocli.CommandLine;

/** {@code gatun forward}. */
@CommandLine.Command(
    name = "forward",
    description = "Forward packets between ports in one of testpmd's modes.",
    sortOptions = false)
public final class ForwardCommand implements Command {
  private static final long POLL_MILLIS = 10;

  private final Queue<Integer> restarts = new ConcurrentLinkedQueue<>();
  private final FlightRecorder recorder = new FlightRecorder();

  @CommandLine.Mixin private final ForwardOptions options = new ForwardOptions();

  @Override
  public boolean usesEal() {
    return true;
  }

  @Override
  public int run(List<String> ealArguments) throws Exception {
    checkOptions();
    Shutdown.Request shutdown = Shutdown.install();
    try (Eal eal = Eal.start(ealArguments)) {
      ForwardSession session = ForwardSession.start(options, eal);
      try (ForwardSummary summary = new ForwardSummary(options.mode, session)) {
        try (Telemetry telemetry = Telemetry.publish("forward", eal.version(), session::sample)) {
          telemetry.register(
              "/gatun/port/restart",
              "Stop and start a port while the others go on. Parameter: port number",
              parameters -> postRestart(session, parameters));
          serveAndWatch(eal, session, summary, shutdown);
        }
        summary.end();
        System.out.println(options.json ? summary.toJson() : summary.toText());
      }
    }
    return Main.DONE;
  }

  private void serveAndWatch(
      Eal eal, ForwardSession session, ForwardSummary summary, Shutdown.Request shutdown)
      throws IOException, InterruptedException {
    if (options.metrics == null) {
      watch(eal, session, summary, shutdown);
      return;
    }
    try (MetricsEndpoint endpoint = MetricsEndpoint.serve(options.metrics, session::sample)) {
      System.err.println("metrics: port " + endpoint.port());
      watch(eal, session, summary, shutdown);
    }
  }

  /** Runs on a telemetry thread, so it only posts: ports belong to the control thread. */
  private Map<String, ?> postRestart(ForwardSession session, String parameters) {
    for (Port port : session.ports()) {
      if (parameters.strip().equals(Integer.toString(port.id()))) {
        restarts.add(port.id());
        return Map.of("accepted", port.toString());
      }
    }
    return Map.of("error", "\"" + parameters + "\" is no port: " + session.ports());
  }

  private void checkOptions() {
    range("--burst", options.burst, 1, Burst.MAX_CAPACITY);
    range("--rxq", options.rxQueues, 1, 1024);
    range("--txq", ForwardPlan.txQueues(options), 1, 1024);
    range("--rxd", options.rxDescriptors, 1, 65535);
    range("--txd", options.txDescriptors, 1, 65535);
    range("--flows", options.flows, 1, PacketTemplate.MAX_FLOWS);
    range("--txpkts", options.packetSize, PacketTemplate.MIN_LENGTH + 4, 2048);
    range("--mtu", options.mtu, options.mtu == 0 ? 0 : 68, 65535 - 256);
    range("--mbufs", options.mbufs, 0, 1 << 26);
    if (!(options.seconds >= 0) || !(options.statsPeriod >= 0) || options.packets < 0) {
      throw new UsageException(
          "--seconds %s, --stats-period %s, --packets %d: none may be negative"
              .formatted(options.seconds, options.statsPeriod, options.packets));
    }
  }

  private static void range(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new UsageException("%s: %d is not in [%d, %d]".formatted(name, value, least, most));
    }
  }

  private void watch(
      Eal eal, ForwardSession session, ForwardSummary summary, Shutdown.Request shutdown)
      throws InterruptedException {
    long start = System.nanoTime();
    long end = options.seconds == 0 ? Long.MAX_VALUE : (long) (options.seconds * 1e9);
    long period = (long) (options.statsPeriod * 1e9);
    long nextTable = period;
    Sample before = session.sample();
    while (true) {
      long elapsed = System.nanoTime() - start;
      summary.tick(elapsed);
      boolean enough = options.packets != 0 && session.packets() >= options.packets;
      if (elapsed >= end || enough || shutdown.isStopRequested()) {
        return;
      }
      checkHealth(eal, session);
      recorder.look(session.loops());
      for (Integer port = restarts.poll(); port != null; port = restarts.poll()) {
        session.restart(eal.port(port));
      }
      if (period > 0 && elapsed >= nextTable) {
        Sample now = session.sample();
        recorder.sampled(now);
        System.err.print(LiveTable.render(before, now, elapsed / 1e9));
        before = now;
        nextTable += period;
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void checkHealth(Eal eal, ForwardSession session) {
    Throwable failure = session.failure();
    if (failure != null) {
      throw new IllegalStateException("a stage failed on the data path: " + failure, failure);
    }
    for (PortEvent event : eal.drainEvents()) {
      Port port = eal.port(event.port());
      switch (event.kind()) {
        case LINK -> {
          LinkStatus link = port.link();
          recorder.linkChanged(port.id(), link);
          System.err.printf(
              Locale.ROOT, "port %d: link %s%n", port.id(), link.up() ? "up" : "down");
        }
        case REMOVAL -> port.markRemoved();
        case RESET -> session.restart(port);
      }
    }
    for (Port port : session.ports()) {
      if (port.isRemoved()) {
        port.markRemoved();
        throw new IllegalStateException(
            port + " is gone: its device was unplugged or its interface deleted");
      }
    }
  }
}
