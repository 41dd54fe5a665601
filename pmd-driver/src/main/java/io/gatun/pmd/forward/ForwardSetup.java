package io.gatun.pmd.forward;

import io.gatun.pmd.Eal;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.PortHooks;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.StageContext;
import io.gatun.pmd.session.PortPlan;
import io.gatun.pmd.session.PortSession;
import io.gatun.pmd.session.SessionOptions;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Gives a session the ports and streams that {@code forward}'s options ask for: {@link #plans} are
 * configured by the caller, who may add ports of its own, then {@link #addTo}. Control thread.
 */
public final class ForwardSetup {
  private final ForwardOptions options;
  private final SessionOptions common;
  private final Eal eal;
  private final List<Port> ports;
  private final ForwardPlan plan;

  /**
   * Decides which ports and lcores forward.
   *
   * @param ports those that forward where {@code --ports} does not say it
   */
  public ForwardSetup(ForwardOptions options, SessionOptions common, Eal eal, List<Port> ports) {
    this.options = options;
    this.common = common;
    this.eal = eal;
    List<Integer> named = options.ports;
    this.ports = named == null ? List.copyOf(ports) : named.stream().map(eal::port).toList();
    plan = ForwardPlan.of(options, this.ports.stream().map(Port::id).toList(), eal.workers());
  }

  /** The lcores that forward, each once. */
  public List<Lcore> lcores() {
    return plan.lcores();
  }

  /** The ports that forward, and how they are to be set up. */
  public List<PortPlan> plans() {
    PortConfig config =
        common
            .portConfig()
            .withQueues(options.rxQueues, ForwardPlan.txQueues(options))
            .withMtu(options.mtu);
    return ports.stream().map(port -> new PortPlan(port, config)).toList();
  }

  /**
   * Adds a stream for every way, once the ports are configured.
   *
   * @param hooks what the modes that pass packets on put between queues and streams
   */
  public void addTo(PortSession session, PortHooks hooks) {
    long generators = plan.ways().size();
    long dealt = 0;
    for (ForwardPlan.Way way : plan.ways()) {
      long share = options.packets / generators + (dealt++ < options.packets % generators ? 1 : 0);
      session.run(
          way.lcore(),
          makeStream(way, session, hooks, options.packets == 0 ? Long.MAX_VALUE : share));
    }
  }

  private Stream makeStream(
      ForwardPlan.Way way, PortSession session, PortHooks hooks, long budget) {
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
              hooks.onReceive(from.rxQueues().get(queue), way.lcore()),
              hooks.onTransmit(to.txQueues().get(queue), way.lcore()),
              stages(session, from, to, way.lcore()),
              common.burst,
              options.txFirst ? generator(session, to, queue, way.lcore(), common.burst, 1) : null,
              hooks.onDrop(way.lcore(), ForwardStream.DROP_REASONS));
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
