package io.gatun.offload.flow;

import io.gatun.offload.TunnelConfig;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.TunnelType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outer headers of an end point's packets as items: to be matched, or to be put on. */
final class TunnelHeaders {
  private static final int VLAN_ID = 0xfff;
  private static final int PRIORITY_SHIFT = 13;
  private static final int GPE_ETHERNET = 3;
  private static final int DONT_FRAGMENT = 0x4000;

  // RFC 6335's dynamic ports, of which RFC 7348 section 5 takes the source port.
  private static final int FIRST_DYNAMIC_PORT = 49152;
  private static final int DYNAMIC_PORTS = 16384;

  private final TunnelConfig config;

  TunnelHeaders(TunnelConfig config) {
    this.config = config;
  }

  /**
   * Matches received packets up to the tunnel's own header.
   *
   * @param remote outer source; null for any
   * @param identifier VNI, VSID or key; -1 for none
   * @param exact whether the headers must have the length of {@link #pushed}'s
   */
  List<FlowItem> matched(@Nullable IpAddress remote, long identifier, boolean exact) {
    List<FlowItem> items = new ArrayList<>();
    boolean ipv4 = config.local().version() == 4;
    boolean tagged = config.outerVlan() != TunnelConfig.NO_VLAN;
    // With its type an Ethernet item says that no tag is in between, which it otherwise leaves
    // open.
    int type = ipv4 ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6;
    items.add(exact && !tagged ? new FlowItem.Eth(null, null, type) : FlowItem.Eth.EVERY);
    if (tagged) {
      // The VLAN alone: the priority is the sender's choice.
      int id = config.outerVlan() & VLAN_ID;
      items.add(new FlowItem.Vlan(id, FlowItem.ANY, exact ? type : FlowItem.ANY));
    }
    int protocol = config.type().isUdp() ? FlowItem.ANY : protocol(4);
    if (ipv4) {
      FlowItem.Ipv4 ip = FlowItem.Ipv4.between(remote, config.local()).withProtocol(protocol);
      items.add(exact ? ip.withoutOptions() : ip);
    } else {
      items.add(FlowItem.Ipv6.between(remote, config.local()).withProtocol(protocol));
    }
    if (config.type().isUdp()) {
      items.add(new FlowItem.Udp(FlowItem.ANY, config.udpPort()));
    }
    items.addAll(tunnel(identifier, exact));
    return items;
  }

  /** The tunnel's own header; none for IP in IP. */
  private List<FlowItem> tunnel(long identifier, boolean exact) {
    int id = (int) identifier;
    return switch (config.type()) {
      case VXLAN -> List.of(new FlowItem.Vxlan(id));
      case VXLAN_GPE -> List.of(new FlowItem.VxlanGpe(id, exact ? GPE_ETHERNET : FlowItem.ANY));
      case GENEVE ->
          List.of(
              exact
                  ? new FlowItem.Geneve(id, Ethernet.TYPE_TEB, config.options().length)
                  : new FlowItem.Geneve(id, FlowItem.ANY, FlowItem.ANY));
      case NVGRE -> List.of(new FlowItem.Nvgre(id, FlowItem.ANY));
      case GRE ->
          identifier < 0
              ? List.of(new FlowItem.Gre(exact ? 0 : FlowItem.ANY, Ethernet.TYPE_TEB))
              : List.of(
                  new FlowItem.Gre(exact ? FlowItem.Gre.KEY : FlowItem.ANY, Ethernet.TYPE_TEB),
                  new FlowItem.GreKey(identifier));
      case IPIP -> List.of();
    };
  }

  /**
   * What is put before a packet to a remote: complete but for lengths and checksums, which the NIC
   * fills in.
   */
  List<FlowItem> pushed(MacAddress source, TunnelEndpoint.Remote remote, long identifier) {
    List<FlowItem> items = new ArrayList<>();
    int version = config.local().version();
    int etherType = version == 4 ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6;
    boolean tagged = config.outerVlan() != TunnelConfig.NO_VLAN;
    items.add(new FlowItem.Eth(remote.nextHop(), source, tagged ? Ethernet.TYPE_VLAN : etherType));
    if (tagged) {
      int tci = config.outerVlan();
      items.add(new FlowItem.Vlan(tci & VLAN_ID, tci >>> PRIORITY_SHIFT, etherType));
    }
    int protocol = protocol(4);
    int trafficClass = Math.max(0, config.dscp()) << 2;
    if (version == 4) {
      int flags = config.dontFragment() ? DONT_FRAGMENT : 0;
      items.add(
          new FlowItem.Ipv4(
              config.local(), remote.address(), protocol, trafficClass, config.ttl(), 0x45, flags));
    } else {
      items.add(
          new FlowItem.Ipv6(
              config.local(), remote.address(), protocol, trafficClass, config.ttl()));
    }
    if (config.type().isUdp()) {
      long hash = remote.address().high() * 31 + remote.address().low();
      int port = FIRST_DYNAMIC_PORT + Math.floorMod(hash, DYNAMIC_PORTS);
      items.add(new FlowItem.Udp(port, config.udpPort()));
    }
    items.addAll(tunnel(identifier, true));
    return items;
  }

  /** The bytes of {@link #pushed}, with the options behind them. */
  Octets pushedBytes(MacAddress source, TunnelEndpoint.Remote remote, long identifier) {
    return HeaderBytes.of(pushed(source, remote, identifier), Octets.of(config.options()));
  }

  /** The outer header's protocol; for IP in IP that of an inner packet of this version. */
  int protocol(int innerVersion) {
    return switch (config.type()) {
      case VXLAN, VXLAN_GPE, GENEVE -> Protocol.UDP;
      case NVGRE, GRE -> Protocol.GRE;
      case IPIP -> innerVersion == 4 ? Protocol.IPV4 : Protocol.IPV6;
    };
  }

  /** The tunnel's own item without its identifier, which names the kind of tunnel. */
  FlowItem kind(long identifier) {
    if (config.type() == TunnelType.IPIP) {
      throw new IllegalStateException("ipip has no header of its own");
    }
    return tunnel(identifier, false).getFirst();
  }
}
