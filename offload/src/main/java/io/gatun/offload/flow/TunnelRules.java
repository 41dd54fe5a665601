package io.gatun.offload.flow;

import io.gatun.bindings.RteEthdev;
import io.gatun.offload.TunnelConfig;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Port;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.TunnelType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Which rules a tunnel end point wants of its underlay's port.
 *
 * <ol>
 *   <li>The parser knows the tunnel's UDP port.
 *   <li>Where allowed, packets of a static remote are decapsulated, marked and hashed by what is
 *       inside. Only of a static remote: a learning table needs the outer source address.
 *   <li>Packets of each identifier are marked, spread by a hash of their inner headers, and else
 *       led to a queue; less and less of it, as far as the NIC goes along.
 *   <li>Where allowed, packets to what is behind a static remote are encapsulated.
 * </ol>
 */
public final class TunnelRules {
  private static final int INNER = 2;
  private static final int DRIVERS_CHOICE = 0;
  private static final int LATER_GROUP = 1;
  private static final String NO_HASH = "the port hashes none of the headers that are wanted";

  // Documentation's addresses (RFC 5737, RFC 7042) and numbers that every tunnel type can have: for
  // rules that are validated and never created.
  private static final IpAddress SAMPLE_LOCAL = IpAddress.parse("192.0.2.1");
  private static final IpAddress SAMPLE_REMOTE = IpAddress.parse("192.0.2.2");
  private static final MacAddress SAMPLE_NEXT_HOP = MacAddress.parse("00:00:5e:00:53:02");
  private static final MacAddress SAMPLE_TENANT = MacAddress.parse("00:00:5e:00:53:03");
  private static final long SAMPLE_IDENTIFIER = 0x1234;

  private final TunnelEndpoint endpoint;
  private final TunnelConfig config;
  private final TunnelHeaders headers;
  private final List<WantedRule> rules = new ArrayList<>();

  private TunnelRules(TunnelEndpoint endpoint) {
    this.endpoint = endpoint;
    this.config = endpoint.config();
    this.headers = new TunnelHeaders(config);
  }

  /** The wanted rules, in the order in which they are to be asked for. */
  public static List<WantedRule> plan(TunnelEndpoint endpoint) {
    TunnelRules plan = new TunnelRules(endpoint);
    if (endpoint.config().type().isUdp()) {
      plan.parser();
    }
    List<Long> identifiers =
        endpoint.identifiers().isEmpty() ? List.of(-1L) : endpoint.identifiers();
    for (int i = 0; i < identifiers.size(); i++) {
      for (int r = 0; r < endpoint.remotes().size() && endpoint.decapsulation(); r++) {
        plan.decapsulate(identifiers.get(i), i, r);
      }
      plan.receive(identifiers.get(i), i);
    }
    for (int r = 0; r < endpoint.remotes().size() && endpoint.encapsulation(); r++) {
      plan.encapsulate(identifiers, endpoint.remotes().get(r));
    }
    return List.copyOf(plan.rules);
  }

  /**
   * What a port would do for end points of these types, as far as its driver says without creating
   * a rule: see {@link FlowRules#validate}, also for the state that the port must be in.
   */
  public static List<RuleReport> probe(Port port, Collection<TunnelType> types) {
    List<RuleReport> reports = new ArrayList<>();
    for (TunnelType type : types) {
      TunnelEndpoint sample =
          new TunnelEndpoint(
              TunnelConfig.builder(type, SAMPLE_LOCAL).build(),
              type.hasIdentifier() ? List.of(SAMPLE_IDENTIFIER) : List.of(),
              List.of(0),
              RteEthdev.RSS_IP_TCP_UDP & port.info().rssTypes(),
              port.info().mac(),
              List.of(
                  new TunnelEndpoint.Remote(
                      SAMPLE_REMOTE, SAMPLE_NEXT_HOP, List.of(SAMPLE_TENANT))),
              true,
              true);
      for (RuleState state : FlowRules.validate(port, plan(sample))) {
        reports.addAll(state.reports());
      }
    }
    return reports;
  }

  private String name(long identifier) {
    return identifier < 0 ? config.type().label() : config.type().label() + " " + identifier;
  }

  // ---- received packets -------------------------------------------------------------------------

  private void parser() {
    rules.add(
        new WantedRule(
            "%s port %d".formatted(config.type().label(), config.udpPort()),
            List.of(new UdpTunnelPort(config.type(), config.udpPort()))));
  }

  private void receive(long identifier, int index) {
    // Behind those of static remotes, which are special cases of these.
    int priority = endpoint.decapsulation() && !endpoint.remotes().isEmpty() ? 1 : 0;
    if (config.type() == TunnelType.IPIP) {
      // An inner header of either version, which the outer one names.
      for (int version : List.of(4, 6)) {
        List<FlowItem> pattern = new ArrayList<>(headers.matched(null, -1, false));
        pattern.set(pattern.size() - 1, withProtocol(pattern.getLast(), version));
        pattern.add(version == 4 ? FlowItem.Ipv4.EVERY : FlowItem.Ipv6.EVERY);
        wantReceived(name(-1) + " ipv" + version, priority, pattern, index);
      }
    } else {
      List<FlowItem> pattern = headers.matched(null, identifier, false);
      wantReceived(name(identifier), priority, pattern, index);
    }
  }

  private FlowItem withProtocol(FlowItem ip, int innerVersion) {
    int protocol = headers.protocol(innerVersion);
    return switch (ip) {
      case FlowItem.Ipv4 v4 -> v4.withProtocol(protocol);
      case FlowItem.Ipv6 v6 -> v6.withProtocol(protocol);
      default -> throw new IllegalStateException(ip.label() + " is not IP");
    };
  }

  private void wantReceived(String name, int priority, List<FlowItem> pattern, int index) {
    List<FlowAction> spread = new ArrayList<>();
    if (endpoint.rssTypes() != 0) {
      spread.add(new FlowAction.Rss(endpoint.rssTypes(), INNER, endpoint.queues()));
    }
    spread.add(new FlowAction.Queue(endpoint.queues().getFirst()));
    List<Offer> offers = new ArrayList<>();
    if (endpoint.marks().fit()) {
      FlowAction mark = new FlowAction.Mark(endpoint.marks().of(index));
      spread.forEach(to -> offers.add(FlowRule.ingress(priority, pattern, List.of(mark, to))));
    }
    spread.forEach(to -> offers.add(FlowRule.ingress(priority, pattern, List.of(to))));
    rules.add(new WantedRule(name, offers, neverReceived()));
  }

  private Map<String, String> neverReceived() {
    Map<String, String> never = new java.util.HashMap<>();
    if (endpoint.rssTypes() == 0) {
      never.put("inner rss", NO_HASH);
    }
    if (!endpoint.marks().fit()) {
      never.put(
          "mark", "more identifiers and remotes than the %d marks".formatted(TunnelMarks.MAX));
    }
    return never;
  }

  private void decapsulate(long identifier, int index, int remote) {
    TunnelEndpoint.Remote from = endpoint.remotes().get(remote);
    String name = "%s from %s".formatted(name(identifier), from.address());
    if (config.type() == TunnelType.IPIP) {
      never(name, "raw_decap", "the inner Ethernet header is rebuilt in software");
      return;
    }
    if (!endpoint.marks().fit()) {
      never(name, "decap", "no marks left to tell its packets by");
      return;
    }
    boolean exact = config.type() != TunnelType.VXLAN && config.type() != TunnelType.NVGRE;
    List<FlowItem> pattern = headers.matched(from.address(), identifier, exact);
    FlowAction off =
        switch (config.type()) {
          case VXLAN -> new FlowAction.VxlanDecap();
          case NVGRE -> new FlowAction.NvgreDecap();
          default -> new FlowAction.RawDecap(headers.pushedBytes(endpoint.mac(), from, identifier));
        };
    FlowAction mark = new FlowAction.Mark(endpoint.marks().of(index, remote));
    List<FlowAction> spread = new ArrayList<>();
    if (endpoint.rssTypes() != 0) {
      // What is inside is the outermost then; which level that is, drivers see differently.
      spread.add(new FlowAction.Rss(endpoint.rssTypes(), DRIVERS_CHOICE, endpoint.queues()));
    }
    spread.add(new FlowAction.Queue(endpoint.queues().getFirst()));
    List<Offer> offers = new ArrayList<>();
    spread.forEach(to -> offers.add(FlowRule.ingress(0, pattern, List.of(off, mark, to))));
    offers.add(tunnelOffload(identifier, from, List.of(mark, spread.getFirst())));
    rules.add(new WantedRule(name, offers));
  }

  private TunnelOffload tunnelOffload(
      long identifier, TunnelEndpoint.Remote from, List<FlowAction> actions) {
    List<FlowItem> pattern = headers.matched(from.address(), identifier, false);
    FlowRule match = new FlowRule(FlowRule.Direction.INGRESS, LATER_GROUP, 0, pattern, actions);
    FlowRule set = FlowRule.ingress(0, pattern, List.of(new FlowAction.Jump(LATER_GROUP)));
    TunnelOffload.Tunnel tunnel =
        new TunnelOffload.Tunnel(
            headers.kind(identifier),
            Math.max(0, identifier),
            from.address(),
            config.local(),
            config.udpPort());
    return new TunnelOffload(tunnel, set, match);
  }

  // ---- sent packets -----------------------------------------------------------------------------

  private void encapsulate(List<Long> identifiers, TunnelEndpoint.Remote to) {
    long identifier = identifiers.getFirst();
    String name = "%s to %s".formatted(name(identifier), to.address());
    String function =
        switch (config.type()) {
          case VXLAN -> "vxlan_encap";
          case NVGRE -> "nvgre_encap";
          default -> "raw_encap";
        };
    String objection = objection(identifiers, to);
    if (!objection.isEmpty()) {
      never(name, function, objection);
      return;
    }
    List<FlowItem> pushed = headers.pushed(endpoint.mac(), to, identifier);
    FlowAction action =
        switch (config.type()) {
          case VXLAN -> new FlowAction.VxlanEncap(pushed);
          case NVGRE -> new FlowAction.NvgreEncap(pushed);
          default -> new FlowAction.RawEncap(headers.pushedBytes(endpoint.mac(), to, identifier));
        };
    for (MacAddress tenant : to.behind()) {
      FlowItem inner = new FlowItem.Eth(tenant, null, FlowItem.ANY);
      rules.add(
          new WantedRule(
              "%s (%s)".formatted(name, tenant),
              List.of(FlowRule.egress(List.of(inner), List.of(action)))));
    }
  }

  /** Why one header cannot do for every packet to a remote; empty when it can. */
  private String objection(List<Long> identifiers, TunnelEndpoint.Remote to) {
    if (config.type() == TunnelType.IPIP) {
      return "the inner Ethernet header is taken off in software";
    }
    if (identifiers.size() > 1) {
      return "an inner address alone does not tell which of several identifiers is meant";
    }
    if (to.behind().isEmpty()) {
      return "no address is configured behind the remote, and a rule for all would take what the"
          + " gateway sends itself";
    }
    if (config.dscp() == TunnelConfig.COPY_DSCP) {
      return "the inner DSCP is copied, and a rule's header is the same for every packet";
    }
    if (config.udpChecksum()) {
      return "the outer UDP checksum is wanted, which rules leave 0";
    }
    if (config.greChecksum() || config.greSequence()) {
      return "GRE's checksum and sequence number differ from packet to packet";
    }
    if (config.local().version() == 4 && !config.dontFragment()) {
      return "without DF each outer packet needs an identification of its own (RFC 6864)";
    }
    return "";
  }

  private void never(String name, String function, String reason) {
    rules.add(new WantedRule(name, List.of(), Map.of(function, reason)));
  }
}
