package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.offload.Decapsulator;
import io.gatun.offload.DropReason;
import io.gatun.offload.Drops;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.VlanTag;

/** From the tunnel to the tenants, and everything that reaches the gateway itself. One lcore. */
final class UnderlaySide {
  private final Decapsulator decapsulator;
  private final UnderlayPort underlay;
  private final UnderlayHost host;
  private final PathMtu pathMtu;
  private final Paths paths;
  private final ForwardingTable stations;
  private final Drops drops;
  private final GatewayClock clock;
  private final ProxyNeighbour[] proxies;
  private final TenantPort[] portOf;
  private final int[] vlanOf;
  private final boolean ethernet;
  private final boolean learns;
  private final boolean ipv4;
  private final Mbuf mbuf = new Mbuf();
  private final Counter decapsulated = new Counter();
  private final Counter answered = new Counter();
  private final Counter consumed = new Counter();

  UnderlaySide(GatewayParts parts, UnderlayHost host, PathMtu pathMtu) {
    this.host = host;
    this.pathMtu = pathMtu;
    decapsulator = parts.decapsulator();
    underlay = parts.underlay();
    paths = parts.paths();
    stations = parts.stations();
    drops = parts.drops();
    clock = parts.clock();
    proxies = parts.proxies().toArray(ProxyNeighbour[]::new);
    GatewayConfig config = parts.config();
    ethernet = config.tunnel().type().carriesEthernet();
    learns = ethernet && paths.remotes() > 1;
    ipv4 = config.tunnel().local().version() == 4;
    portOf = new TenantPort[config.tenants().size()];
    vlanOf = new int[portOf.length];
    for (int i = 0; i < portOf.length; i++) {
      GatewayConfig.Tenant tenant = config.tenants().get(i);
      vlanOf[i] = tenant.vlan();
      for (TenantPort port : parts.tenantPorts()) {
        if (port.id() == tenant.port()) {
          portOf[i] = port;
        }
      }
    }
  }

  /** Takes what the underlay port received; {@link UnderlayPort#in} is empty then. */
  @DataPath
  void process() {
    Burst in = underlay.in();
    int count = in.size();
    int delivered = 0;
    int i = 0;
    while (i < count) {
      int next = decapsulator.plain().receive(in, i);
      if (next > i) {
        delivered += deliverAlike(in, i, next, decapsulator.plain().tenant());
        i = next;
        continue;
      }
      long packet = in.get(i);
      int tenant = decapsulator.receive(packet);
      if (tenant >= 0) {
        delivered += deliverOne(packet, tenant) ? 1 : 0;
      } else if (tenant == Decapsulator.NOT_TUNNELLED) {
        receiveOwn(packet);
      }
      i++;
    }
    decapsulator.plain().publish();
    in.size(0);
    if (delivered > 0) {
      decapsulated.add(delivered);
    }
  }

  /**
   * Packets of one tenant; those of a port without VLANs and learning go over at once. Returns how
   * many there was room for.
   */
  @DataPath
  private int deliverAlike(Burst in, int from, int to, int tenant) {
    TenantPort port = portOf[tenant];
    if (learns || vlanOf[tenant] >= 0 || port.out().remaining() < to - from) {
      int delivered = 0;
      long source = Integer.reverseBytes(decapsulator.plain().source()) & 0xffff_ffffL;
      for (int i = from; i < to; i++) {
        delivered += deliver(in.get(i), tenant, 0, source) ? 1 : 0;
      }
      return delivered;
    }
    Burst out = port.out();
    long target = out.address() + ((long) out.size() << 3);
    Memory.copy(in.address() + ((long) from << 3), target, (long) (to - from) << 3);
    out.size(out.size() + to - from);
    return to - from;
  }

  @DataPath
  private boolean deliverOne(long packet, int tenant) {
    long low = decapsulator.sourceLow();
    return ipv4
        ? deliver(packet, tenant, 0, Integer.reverseBytes((int) low) & 0xffff_ffffL)
        : deliver(
            packet, tenant, Long.reverseBytes(decapsulator.sourceHigh()), Long.reverseBytes(low));
  }

  /** Delivers a packet from a remote whose address is given in host order. */
  @DataPath
  private boolean deliver(long packet, int tenant, long high, long low) {
    TenantPort port = portOf[tenant];
    if (learns) {
      learn(packet, tenant, paths.remoteOf(high, low));
    }
    // The VNI stood for the tenant's VLAN.
    if (vlanOf[tenant] >= 0 && !VlanTag.insert(mbuf.wrap(packet), vlanOf[tenant])
        || !ethernet && !addEthernet(packet, tenant, port)) {
      drops.drop(packet, DropReason.NO_HEADROOM);
      return false;
    }
    if (port.out().add(packet)) {
      return true;
    }
    port.send();
    if (port.out().add(packet)) {
      return true;
    }
    drops.drop(packet, DropReason.RING_FULL);
    return false;
  }

  /** The inner source is behind the outer source, if that is a remote of ours. */
  @DataPath
  private void learn(long packet, int tenant, int remote) {
    if (remote >= 0) {
      long source = Ethernet.source(Memory.base(Mbuf.data(packet)));
      stations.learn(tenant, source, remote, clock.seconds());
    }
  }

  /** IP-in-IP: the frame is made anew, from the port to the host that has the address. */
  @DataPath
  private boolean addEthernet(long packet, int tenant, TenantPort port) {
    Headers inner = decapsulator.inner();
    int version = inner.ipVersion();
    long frame = mbuf.wrap(packet).prepend(Ethernet.LENGTH);
    if (frame == 0) {
      return false;
    }
    long ip = frame + Ethernet.LENGTH;
    long target = ip + (version == 4 ? Ipv4.DESTINATION : Ipv6.DESTINATION);
    Ethernet.destination(frame, proxies[tenant].mac(target, version));
    Ethernet.source(frame, port.mac());
    Ethernet.type(frame, version == 4 ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6);
    return true;
  }

  // ---- the gateway itself -----------------------------------------------------------------------

  @DataPath
  private void receiveOwn(long packet) {
    int outcome = host.receive(packet, clock.nanos());
    if (outcome == Outcome.REPLY) {
      if (underlay.add(packet)) {
        answered.add(1);
      } else {
        drops.drop(packet, DropReason.RING_FULL);
      }
    } else if (outcome == Outcome.CONSUMED) {
      consumed.add(1);
      drops.free(packet);
      int mtu = pathMtu.take();
      if (mtu > 0) {
        paths.learnMtu(pathMtu.version(), pathMtu.high(), pathMtu.low(), mtu, clock.nanos());
      }
    } else {
      drops.drop(packet, DropReason.of(outcome));
    }
  }

  /** Tunnel packets that went to a tenant. */
  long decapsulated() {
    return decapsulated.get();
  }

  /** Packets to the gateway itself that were answered. */
  long answered() {
    return answered.get();
  }

  /** Packets to the gateway itself that needed no answer. */
  long consumed() {
    return consumed.get();
  }
}
