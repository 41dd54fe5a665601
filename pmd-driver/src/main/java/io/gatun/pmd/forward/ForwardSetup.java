package io.gatun.pmd.forward;

import io.gatun.pmd.Eal;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.StageContext;
import io.gatun.pmd.session.PortPlan;
import io.gatun.pmd.session.PortSession;
import io.gatun.pmd.session.SessionOptions;
import java.lang.foreign.Arena;
import java.util.List;

/** Gives a session the ports and streams that {@code forward}'s options ask for. Control thread. */
final class ForwardSetup {
  private final ForwardOptions options;
  private final SessionOptions common;
  private final Eal eal;

  ForwardSetup(ForwardOptions options, SessionOptions common, Eal eal) {
    this.options = options;
    this.common = common;
    this.eal = eal;
  }

  /** Configures the ports and adds a stream for every way. */
  void addTo(PortSession session) {
    List<Port> ports =
        options.ports == null ? eal.ports() : options.ports.stream().map(eal::port).toList();
    ForwardPlan plan =
        ForwardPlan.of(options, ports.stream().map(Port::id).toList(), eal.workers());
    PortConfig config =
        common
            .portConfig()
            .withQueues(options.rxQueues, ForwardPlan.txQueues(options))
            .withMtu(options.mtu);
    session.configure(ports.stream().map(port -> new PortPlan(port, config)).toList());
    long generators = plan.ways().size();
    long dealt = 0;
    for (ForwardPlan.Way way : plan.ways()) {
      long share = options.packets / generators + (dealt++ < options.packets % generators ? 1 : 0);
      session.run(
          way.lcore(), makeStream(way, session, options.packets == 0 ? Long.MAX_VALUE : share));
    }
  }

  private Stream makeStream(ForwardPlan.Way way, PortSession session, long budget) {
    Port from = eal.port(way.from());
    Port to = eal.port(way.to());
    int queue = way.queue();
    return switch (options.mode) {
      case RXONLY ->
          new SinkStream(
              from.rxQueues().get(queue), session.pool(from).cache(way.lcore()), common.burst);
      case TXONLY -> generator(session, from, queue, way.lcore(), budget, 1);
      case FLOWGEN -> generator(session, from, queue, way.lcore(), budget, options.flows);
      case IO, MAC, MACSWAP ->
          new ForwardStream(
              from.rxQueues().get(queue),
              to.txQueues().get(queue),
              stages(session, from, to, way.lcore()),
              common.burst,
              options.txFirst ? generator(session, to, queue, way.lcore(), common.burst, 1) : null,
              null);
    };
  }

  private List<PacketStage> stages(PortSession session, Port from, Port to, Lcore lcore) {
    return ForwardStages.make(
        options.stageSpecs(),
        options.mode,
        StageContext.between(from, to, lcore, session.pool(from).cache(lcore)));
  }

  private Stream generator(
      PortSession session, Port port, int queue, Lcore lcore, long budget, int flows) {
    MacAddress mac = port.info().mac();
    PacketTemplate template =
        new PacketTemplate(options.packetSize - 4, MacStage.PEER, mac, Arena.ofAuto());
    RxQueue drain = options.mode == ForwardMode.FLOWGEN ? port.rxQueues().get(queue) : null;
    return new GeneratorStream(
        port.txQueues().get(queue),
        drain,
        session.pool(port).cache(lcore),
        template,
        flows,
        common.burst,
        budget);
  }
}
