package io.gatun.offload.gateway;

import io.gatun.offload.TunnelConfig;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.TunnelType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A gateway: one tunnel end point on one underlay port, and the tenants behind it.
 *
 * @param underlayPort DPDK's number of the port to the underlay
 * @param tunnel what its packets have in common
 * @param prefixLength of the local address: remotes outside go to the next hop; 0 when every remote
 *     is on the link
 * @param nextHop router on the underlay; null for none
 * @param tenants at least one
 * @param remotes at least one: the flood list, in which {@code stations} may name others
 * @param stations static entries of the forwarding table
 * @param offload preference for the underlay port
 * @param ageingSeconds after which a silent station is forgotten; 0 for never
 * @param stationCapacity of the forwarding table
 * @param groBytes of an IP packet into which TCP segments for a tenant are merged; 0 for the MTU of
 *     its port, {@link #NO_GRO} for no merging
 */
public record GatewayConfig(
    int underlayPort,
    TunnelConfig tunnel,
    int prefixLength,
    @Nullable IpAddress nextHop,
    List<Tenant> tenants,
    List<Remote> remotes,
    List<Station> stations,
    OffloadPreference offload,
    int ageingSeconds,
    int stationCapacity,
    int groBytes) {
  /** The default of {@code --ageing}: IEEE 802.1Q's and the Linux bridge's. */
  public static final int DEFAULT_AGEING_SECONDS = 300;

  public static final int DEFAULT_STATION_CAPACITY = 16384;

  /** Packets go to the tenants as they came. */
  public static final int NO_GRO = Integer.MIN_VALUE;

  private static final int MIN_GRO_BYTES = 576; // what every host can take: RFC 791 section 3.1
  private static final int MAX_GRO_BYTES = 65535;
  private static final int MAX_TENANTS = 4096;
  private static final int MAX_REMOTES = 1024;

  /**
   * A tenant: a port, or one VLAN of it.
   *
   * @param port DPDK's number
   * @param vlan 1 to 4094, or -1 for all frames of the port that no other tenant has
   * @param identifier VNI, VSID or key; -1 for none
   */
  public record Tenant(int port, int vlan, long identifier) {
    /** All VLANs and untagged frames. */
    public static final int ANY_VLAN = -1;

    public Tenant {
      if (vlan != ANY_VLAN && (vlan < 1 || vlan > 4094)) {
        throw new IllegalArgumentException("--tenant: VLAN %d is not in [1, 4094]".formatted(vlan));
      }
    }
  }

  /**
   * Another tunnel end point.
   *
   * @param address on the underlay
   * @param mac where its packets go on the link; null when ARP or neighbour discovery shall find
   *     out
   */
  public record Remote(IpAddress address, @Nullable MacAddress mac) {}

  /**
   * A station that is known from the start.
   *
   * @param identifier VNI of its tenant
   * @param mac its address
   * @param remote the end point that it is behind
   */
  public record Station(long identifier, MacAddress mac, IpAddress remote) {}

  public GatewayConfig {
    tenants = List.copyOf(tenants);
    remotes = List.copyOf(remotes);
    stations = List.copyOf(stations);
    range("tenants", tenants.size(), 1, MAX_TENANTS);
    range("remotes", remotes.size(), 1, MAX_REMOTES);
    if (groBytes > 0) {
      range("--gro", groBytes, MIN_GRO_BYTES, MAX_GRO_BYTES);
    } else if (groBytes != 0 && groBytes != NO_GRO) {
      throw new IllegalArgumentException("--gro: %d is negative".formatted(groBytes));
    }
    range("--ageing", ageingSeconds, 0, 1_000_000);
    range("prefix length of --local", prefixLength, 0, 8 * tunnel.local().bytes());
    checkTenants(underlayPort, tunnel, tenants);
    checkRemotes(tunnel, prefixLength, nextHop, remotes);
    for (Station station : stations) {
      int tenant = indexOfTenant(tenants, station.identifier());
      if (tenant < 0 || indexOfRemote(remotes, station.remote()) < 0) {
        throw new IllegalArgumentException(
            "station %s: no %s"
                .formatted(
                    station.mac(),
                    tenant < 0
                        ? "tenant has VNI " + station.identifier()
                        : "remote has the address " + station.remote()));
      }
    }
  }

  /** Whether TCP segments are merged before they go to a tenant. */
  boolean merges() {
    return groBytes != NO_GRO;
  }

  /** Number of the tenant with an identifier; -1 for none. */
  static int indexOfTenant(List<Tenant> tenants, long identifier) {
    for (int i = 0; i < tenants.size(); i++) {
      if (tenants.get(i).identifier() == identifier) {
        return i;
      }
    }
    return -1;
  }

  /** Number of the remote with an address; -1 for none. */
  static int indexOfRemote(List<Remote> remotes, IpAddress address) {
    for (int i = 0; i < remotes.size(); i++) {
      if (remotes.get(i).address().equals(address)) {
        return i;
      }
    }
    return -1;
  }

  /** The same gateway with static entries in its forwarding table. */
  GatewayConfig withStations(List<Station> list) {
    return new GatewayConfig(
        underlayPort,
        tunnel,
        prefixLength,
        nextHop,
        tenants,
        remotes,
        list,
        offload,
        ageingSeconds,
        stationCapacity,
        groBytes);
  }

  private static void range(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %d is not in [%d, %d]".formatted(name, value, least, most));
    }
  }

  private static void checkTenants(int underlay, TunnelConfig tunnel, List<Tenant> tenants) {
    Set<String> places = new HashSet<>();
    Set<Long> identifiers = new HashSet<>();
    for (Tenant tenant : tenants) {
      tunnel.checkIdentifier(tenant.identifier());
      if (tenant.port() == underlay) {
        throw new IllegalArgumentException(
            "--tenant %d: port %d is the underlay; a tenant needs another one"
                .formatted(tenant.port(), underlay));
      }
      if (!places.add(tenant.port() + "." + tenant.vlan())) {
        throw new IllegalArgumentException(
            "--tenant: port %d%s is given to two tenants: each needs a port or VLAN of its own"
                .formatted(
                    tenant.port(),
                    tenant.vlan() == Tenant.ANY_VLAN ? "" : " VLAN " + tenant.vlan()));
      }
      if (!identifiers.add(tenant.identifier())) {
        throw new IllegalArgumentException(
            tenant.identifier() < 0
                ? "two tenants without VNI or key overlap: give each a key with --tenant PORT=KEY"
                : "VNI %d is given to two tenants: each needs one of its own"
                    .formatted(tenant.identifier()));
      }
      if (tenant.vlan() != Tenant.ANY_VLAN && tunnel.type() == TunnelType.IPIP) {
        throw new IllegalArgumentException("--tenant: ipip carries IP packets, which have no VLAN");
      }
    }
  }

  private static void checkRemotes(
      TunnelConfig tunnel, int prefix, @Nullable IpAddress nextHop, List<Remote> remotes) {
    Set<IpAddress> seen = new HashSet<>();
    IpAddress local = tunnel.local();
    if (nextHop != null && (nextHop.version() != local.version() || nextHop.equals(local))) {
      throw new IllegalArgumentException(
          "--next-hop %s: a router's address of the same IP version as --local %s is needed"
              .formatted(nextHop, local));
    }
    for (Remote remote : remotes) {
      tunnel.checkRemote(remote.address());
      if (!seen.add(remote.address())) {
        throw new IllegalArgumentException(
            "--remote %s is given twice".formatted(remote.address()));
      }
      boolean away = !remote.address().isInSubnet(local, prefix);
      if (away && nextHop == null && remote.mac() == null) {
        throw new IllegalArgumentException(
            "--remote %s is not in %s/%d: name the router with --next-hop"
                .formatted(remote.address(), local, prefix));
      }
    }
  }
}
