package io.gatun.offload.gateway;

import io.gatun.offload.plan.OffloadPlan;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Port;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.run.ConfigException;
import io.gatun.pmd.run.ConfigNode;
import io.gatun.pmd.run.RunContext;
import io.gatun.pmd.run.RunSection;
import io.gatun.pmd.wire.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code gateway} of {@code gatun run}'s file: one end point, or a list of them. Keys are
 * the options of {@code gatun gateway} without their hyphens before; tenants, remotes and stations
 * are lists, as docs/run.md shows.
 */
public final class GatewaySection implements RunSection {
  private final List<GatewaySummary> summaries = new ArrayList<>();

  /** For ServiceLoader. */
  public GatewaySection() {}

  @Override
  public String key() {
    return "gateway";
  }

  @Override
  public void configure(ConfigNode node, RunContext context) {
    for (ConfigNode item : node.isList() ? node.list() : List.of(node)) {
      configureOne(item, context);
    }
    context.answer(
        "/gatun/tunnels",
        "Counters, verdicts and remotes of every tunnel. No parameters",
        parameters -> telemetry());
    context.summary("gateway", () -> summaries.stream().map(GatewaySummary::values).toList());
  }

  private Map<String, Object> telemetry() {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < summaries.size(); i++) {
      map.put(Integer.toString(i), summaries.get(i).telemetry());
    }
    return map;
  }

  private void configureOne(ConfigNode node, RunContext context) {
    node.allow(
        "underlay",
        "tunnel",
        "local",
        "next-hop",
        "port",
        "mtu",
        "udp-checksum",
        "dscp",
        "ttl",
        "df",
        "vlan",
        "options",
        "bad-outer",
        "bad-inner",
        "offload",
        "ageing",
        "gro",
        "tenants",
        "remotes",
        "stations",
        "lcore");
    Port underlay = context.port(node.required("underlay"));
    GatewayOptions options = options(node, underlay);
    List<Port> tenantPorts = new ArrayList<>();
    options.gro = node.find("gro").map(GatewaySection::gro).orElse(null);
    options.tenants = tenants(node.required("tenants"), context, tenantPorts, options.gro != null);
    setRemotes(node.required("remotes"), options);
    GatewayConfig config;
    OffloadPlan plan;
    try {
      config = options.toConfig(underlay.mtu()).withStations(stations(node));
      plan = GatewaySetup.plan(config, underlay);
    } catch (ConfigException e) {
      throw e;
    } catch (IllegalArgumentException | UsageException e) {
      throw node.error(String.valueOf(e.getMessage()));
    }
    context.claim(
        node.required("underlay"), port -> port.withOffloads(plan.rxOffloads(), plan.txOffloads()));
    context.needMbufs(GatewaySetup.mbufs(config));
    Lcore lcore = node.find("lcore").map(context::lcore).orElseGet(context::nextLcore);
    context.whenReady(
        () -> {
          GatewayWorker worker =
              GatewaySetup.worker(
                  config,
                  plan,
                  underlay,
                  tenantPorts,
                  new GatewayPlace(
                      lcore,
                      context.pool(underlay),
                      context.dataRoom(),
                      context.options().burst,
                      context.hooks()));
          GatewayRules rules = new GatewayRules(config, underlay);
          GatewaySummary summary = new GatewaySummary(worker, rules);
          context.whenStarted(rules::create);
          context.beforeStop(rules::destroy);
          context.onLink(worker::linkChanged);
          summaries.add(summary);
          context.showBelow(summary::table);
          context.run(lcore, worker);
        });
  }

  private static GatewayOptions options(ConfigNode node, Port underlay) {
    GatewayOptions options = new GatewayOptions();
    options.underlay = underlay.id();
    options.tunnel = node.required("tunnel").string();
    options.local = node.required("local").string();
    text(node, "next-hop", value -> options.nextHop = value);
    node.find("port").ifPresent(port -> options.port = port.integer(1, 65535));
    node.find("mtu").ifPresent(mtu -> options.mtu = mtu.integer(1, 65535));
    node.find("udp-checksum").ifPresent(on -> options.udpChecksum = on.flag() ? "on" : "off");
    text(node, "dscp", value -> options.dscp = value);
    node.find("ttl").ifPresent(ttl -> options.ttl = ttl.integer(1, 255));
    node.find("df").ifPresent(on -> options.dontFragment = on.flag() ? "on" : "off");
    text(node, "vlan", value -> options.vlan = value);
    node.find("options")
        .ifPresent(list -> options.options = list.list().stream().map(ConfigNode::string).toList());
    text(node, "bad-outer", value -> options.badOuter = value);
    text(node, "bad-inner", value -> options.badInner = value);
    text(node, "offload", value -> options.offload = value);
    node.find("ageing").ifPresent(ageing -> options.ageing = (int) ageing.duration().toSeconds());
    return options;
  }

  /** {@code true} for the port's MTU, {@code false}, or a number of bytes. */
  private static @Nullable Integer gro(ConfigNode node) {
    return switch (node.string()) {
      case "true" -> 0;
      case "false" -> null;
      default -> node.integer(576, 65535);
    };
  }

  private static void text(ConfigNode node, String key, Consumer<String> target) {
    node.find(key).ifPresent(value -> target.accept(value.string()));
  }

  /** As {@code --tenant} has them, with the numbers of the ports that the file names. */
  private static List<String> tenants(
      ConfigNode list, RunContext context, List<Port> ports, boolean gro) {
    List<String> texts = new ArrayList<>();
    for (ConfigNode item : list.list()) {
      item.allow("port", "vlan", "vni");
      ConfigNode name = item.required("port");
      if (gro) {
        try {
          GatewaySetup.requireMultiSegments(context.port(name));
        } catch (UsageException e) {
          throw name.error(String.valueOf(e.getMessage()));
        }
      }
      Port port =
          context.claim(name, config -> GatewaySetup.tenantPort(config, context.port(name), gro));
      if (!ports.contains(port)) {
        ports.add(port);
      }
      String vlan = item.find("vlan").map(node -> "." + node.integer(1, 4094)).orElse("");
      String vni = item.find("vni").map(node -> "=" + node.as(Long::parseUnsignedLong)).orElse("");
      texts.add(port.id() + vlan + vni);
    }
    return texts;
  }

  private static void setRemotes(ConfigNode list, GatewayOptions options) {
    List<GatewayConfig.Remote> remotes = new ArrayList<>();
    for (ConfigNode item : list.list()) {
      item.allow("address", "mac");
      remotes.add(
          new GatewayConfig.Remote(
              item.required("address").as(IpAddress::parse),
              item.find("mac").map(mac -> mac.as(MacAddress::parse)).orElse(null)));
    }
    options.remoteList = remotes;
  }

  private static List<GatewayConfig.Station> stations(ConfigNode node) {
    List<GatewayConfig.Station> stations = new ArrayList<>();
    for (ConfigNode item : node.find("stations").map(ConfigNode::list).orElse(List.of())) {
      item.allow("vni", "mac", "remote");
      stations.add(
          new GatewayConfig.Station(
              item.required("vni").as(Long::parseUnsignedLong),
              item.required("mac").as(MacAddress::parse),
              item.required("remote").as(IpAddress::parse)));
    }
    return stations;
  }
}
