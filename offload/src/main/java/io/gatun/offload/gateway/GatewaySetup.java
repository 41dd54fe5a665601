package io.gatun.offload.gateway;

import io.gatun.bindings.RteEthBits;
import io.gatun.offload.Decapsulator;
import io.gatun.offload.Drops;
import io.gatun.offload.Encapsulator;
import io.gatun.offload.IdentifierTable;
import io.gatun.offload.RxTrust;
import io.gatun.offload.TunnelConfig;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadRequest;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.selftest.SelfTestStore;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.wire.Protocol;
import java.util.ArrayList;
import java.util.List;

/** Makes a gateway's worker out of its configuration and configured ports. Control thread. */
final class GatewaySetup {
  /** Sends packets of several buffers and does not say so (pcap_ethdev.c, eth_pcap_tx). */
  private static final String GATHERING_DRIVER = "net_pcap";

  /** Inner hosts of an IP-in-IP tenant that are remembered. */
  private static final int INNER_HOSTS = 1024;

  private GatewaySetup() {}

  /** Who does what for this gateway on its underlay port. */
  static OffloadPlan plan(GatewayConfig config, Port underlay) {
    TunnelConfig tunnel = config.tunnel();
    boolean keyed = config.tenants().getFirst().identifier() >= 0;
    OffloadRequest request =
        OffloadRequest.tunnel(tunnel.type())
            .outerIpVersion(tunnel.local().version())
            .outerUdpChecksum(tunnel.udpChecksum())
            .outerDontFragment(tunnel.dontFragment())
            .outerVlan(tunnel.outerVlan() != TunnelConfig.NO_VLAN)
            .greKey(keyed)
            .greChecksum(tunnel.greChecksum())
            .greSequence(tunnel.greSequence())
            .optionBytes(tunnel.options().length)
            .mtu(tunnel.mtu())
            .preference(config.offload())
            .build();
    PortCapabilities port = PortCapabilities.of(underlay.info());
    return OffloadPlan.of(request, port, Quirks.KNOWN, SelfTestStore.standard().load(port));
  }

  /**
   * Buffers beyond those of rings and caches: the queue between the passes full, the segments of a
   * packet in the making, and packets that wait for every next hop.
   */
  static int mbufs(GatewayConfig config) {
    return 4096 + config.remotes().size() * NeighbourTable.MAX_WAITING;
  }

  /** What a tenant's port needs beside its usual configuration. */
  static PortConfig tenantPort(PortConfig config, Port port, boolean merges) {
    long multiSegments = port.info().txOffloads() & RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
    return merges
        ? config.withOffloads(config.rxOffloads(), config.txOffloads() | multiSegments)
        : config;
  }

  /** A merged packet's payload stays where it is, in several buffers. */
  static void requireMultiSegments(Port tenant) {
    if ((tenant.info().txOffloads() & RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS) == 0
        && !tenant.info().driver().equals(GATHERING_DRIVER)) {
      throw new UsageException(
          "--gro: %s cannot send packets of several buffers (MULTI_SEGS): leave --gro out"
              .formatted(tenant));
    }
  }

  /**
   * Makes the worker.
   *
   * @param underlay configured, as all ports of {@code tenants} are
   */
  static GatewayWorker worker(
      GatewayConfig config,
      OffloadPlan plan,
      Port underlay,
      List<Port> tenants,
      GatewayPlace place) {
    MempoolCache cache = place.pool().cache(place.lcore());
    int dataRoom = place.dataRoom();
    Drops drops = new Drops(cache, place.hooks().onDrop(place.lcore(), Drops.names()));
    Encapsulator encapsulator = new Encapsulator(config.tunnel(), plan, cache, dataRoom, drops);
    NeighbourTable neighbours = new NeighbourTable(config.remotes().size());
    Paths paths = new Paths(config, encapsulator, neighbours, underlay.info().mac(), plan);
    Decapsulator decapsulator =
        new Decapsulator(config.tunnel(), identifiers(config), RxTrust.of(plan), cache, drops);
    boolean prepares = plan.txOffloads() != 0;
    UnderlayPort underlayPort = new UnderlayPort(underlay, place, encapsulator, drops, prepares);
    List<TenantPort> tenantPorts = tenantPorts(config, tenants, place);
    GatewayParts parts =
        new GatewayParts(
            config,
            cache,
            dataRoom,
            drops,
            new GatewayClock(),
            encapsulator,
            decapsulator,
            underlayPort,
            tenantPorts,
            paths,
            neighbours,
            stations(config),
            proxies(config, tenantPorts));
    return makeWorker(parts, underlay);
  }

  private static GatewayWorker makeWorker(GatewayParts parts, Port underlay) {
    TunnelConfig tunnel = parts.config().tunnel();
    long mac = underlay.info().mac().littleEndian();
    int vlan = tunnel.outerVlan() >= 0 ? tunnel.outerVlan() : NeighbourMessages.UNTAGGED;
    OwnAddresses own = new OwnAddresses();
    int prefix = parts.config().prefixLength();
    own.add(tunnel.local(), prefix == 0 ? 8 * tunnel.local().bytes() : prefix);
    PathMtu pathMtu = new PathMtu(own);
    switch (tunnel.type()) {
      case VXLAN, VXLAN_GPE, GENEVE -> pathMtu.addTunnel(Protocol.UDP, tunnel.udpPort());
      case GRE, NVGRE -> pathMtu.addTunnel(Protocol.GRE, 0);
      case IPIP -> {
        pathMtu.addTunnel(Protocol.IPV4, 0);
        pathMtu.addTunnel(Protocol.IPV6, 0);
      }
    }
    UnderlayHost host =
        new UnderlayHost(
            mac, vlan, own, parts.neighbours(), pathMtu, TokenBucket.DEFAULT_PER_SECOND);
    return new GatewayWorker(parts, host, pathMtu, new NeighbourMessages(parts.pool(), mac, vlan));
  }

  private static IdentifierTable identifiers(GatewayConfig config) {
    IdentifierTable table = new IdentifierTable();
    for (int i = 0; i < config.tenants().size(); i++) {
      table.add(config.tenants().get(i).identifier(), i);
    }
    return table;
  }

  private static List<TenantPort> tenantPorts(
      GatewayConfig config, List<Port> ports, GatewayPlace place) {
    List<TenantPort> result = new ArrayList<>();
    for (Port port : ports) {
      TenantPort tenantPort = new TenantPort(port, place, config.groBytes());
      for (int i = 0; i < config.tenants().size(); i++) {
        GatewayConfig.Tenant tenant = config.tenants().get(i);
        if (tenant.port() == port.id()) {
          tenantPort.add(tenant.vlan(), i);
        }
      }
      result.add(tenantPort);
    }
    return result;
  }

  private static ForwardingTable stations(GatewayConfig config) {
    ForwardingTable table = new ForwardingTable(config.stationCapacity());
    for (GatewayConfig.Station station : config.stations()) {
      table.addStatic(
          GatewayConfig.indexOfTenant(config.tenants(), station.identifier()),
          station.mac(),
          GatewayConfig.indexOfRemote(config.remotes(), station.remote()));
    }
    return table;
  }

  private static List<ProxyNeighbour> proxies(GatewayConfig config, List<TenantPort> ports) {
    if (config.tunnel().type().carriesEthernet()) {
      return List.of();
    }
    List<ProxyNeighbour> proxies = new ArrayList<>();
    for (GatewayConfig.Tenant tenant : config.tenants()) {
      for (TenantPort port : ports) {
        if (port.id() == tenant.port()) {
          proxies.add(new ProxyNeighbour(port.mac(), INNER_HOSTS, TokenBucket.DEFAULT_PER_SECOND));
        }
      }
    }
    return List.copyOf(proxies);
  }
}
