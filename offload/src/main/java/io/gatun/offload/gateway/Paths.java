package io.gatun.offload.gateway;

import io.gatun.offload.Encapsulator;
import io.gatun.offload.OuterHeader;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Every pair of tenant and remote has a path: an outer header in the {@link Encapsulator}. Path
 * number = tenant × remotes + remote. Each remote has a next hop, itself or a router, whose MAC
 * address all of its paths share. One lcore, once it runs.
 */
final class Paths {
  /** An MTU learned from ICMP is forgotten after 10 minutes (RFC 1191 section 6.3). */
  private static final long MTU_LIFE_NANOS = 600_000_000_000L;

  private final Encapsulator encapsulator;
  private final NeighbourTable neighbours;
  private final int tenants;
  private final int remotes;
  private final int mtu;
  private final int[] nextHopOf;
  private final long[] macOf;
  private final long[] lows;
  private final long[] highs;
  private final int version;
  private final long[] mtuLearned;
  private boolean resolvesAny;
  private int lastRemote;

  Paths(
      GatewayConfig config,
      Encapsulator encapsulator,
      NeighbourTable neighbours,
      MacAddress localMac,
      OffloadPlan plan) {
    this.encapsulator = encapsulator;
    this.neighbours = neighbours;
    tenants = config.tenants().size();
    remotes = config.remotes().size();
    mtu = config.tunnel().mtu();
    version = config.tunnel().local().version();
    nextHopOf = new int[remotes];
    macOf = new long[remotes];
    lows = new long[remotes];
    highs = new long[remotes];
    mtuLearned = new long[remotes];
    Arrays.fill(macOf, NeighbourTable.NONE);
    for (GatewayConfig.Tenant tenant : config.tenants()) {
      for (GatewayConfig.Remote remote : config.remotes()) {
        encapsulator.addPath(
            new OuterHeader(
                config.tunnel(),
                tenant.identifier(),
                remote.address(),
                localMac,
                plan,
                Arena.ofAuto()));
      }
    }
    for (int i = 0; i < remotes; i++) {
      addNextHop(config, i);
    }
  }

  private void addNextHop(GatewayConfig config, int index) {
    GatewayConfig.Remote remote = config.remotes().get(index);
    IpAddress address = remote.address();
    lows[index] = address.low();
    highs[index] = address.high();
    MacAddress mac = remote.mac();
    if (mac != null) {
      nextHopOf[index] = neighbours.addStatic(address, mac);
      return;
    }
    resolvesAny = true;
    IpAddress router = config.nextHop();
    boolean onLink = address.isInSubnet(config.tunnel().local(), config.prefixLength());
    nextHopOf[index] = neighbours.add(router == null || onLink ? address : router);
  }

  int tenants() {
    return tenants;
  }

  /** Whether any next hop's address is to be found out: then the others look for ours as well. */
  @DataPath
  boolean resolvesAny() {
    return resolvesAny;
  }

  @DataPath
  int remotes() {
    return remotes;
  }

  @DataPath
  int path(int tenant, int remote) {
    return tenant * remotes + remote;
  }

  @DataPath
  OuterHeader header(int path) {
    return encapsulator.path(path);
  }

  /** The neighbour that a path's packets go to. */
  @DataPath
  int nextHop(int path) {
    return nextHopOf[path % remotes];
  }

  /**
   * The remote with an address, given in host order as {@link IpAddress} has it; -1 for none.
   * Packets come in trains, so the last one is tried first.
   */
  @DataPath
  int remoteOf(long high, long low) {
    if (lows[lastRemote] == low && highs[lastRemote] == high) {
      return lastRemote;
    }
    for (int i = 0; i < remotes; i++) {
      if (lows[i] == low && highs[i] == high) {
        lastRemote = i;
        return i;
      }
    }
    return -1;
  }

  /** Gives the paths of every remote whose next hop has a new address that address. */
  @DataPath
  void refresh() {
    for (int i = 0; i < remotes; i++) {
      long mac = neighbours.mac(nextHopOf[i]);
      if (mac != macOf[i]) {
        macOf[i] = mac;
        for (int tenant = 0; tenant < tenants; tenant++) {
          header(path(tenant, i)).remoteMac(mac);
        }
      }
    }
  }

  /** Notes the path MTU that somebody on the way told; never above the configured one. */
  @DataPath
  void learnMtu(int ipVersion, long high, long low, int bytes, long nowNanos) {
    int remote = ipVersion == version ? remoteOf(high, low) : -1;
    if (remote >= 0) {
      mtuLearned[remote] = nowNanos | 1;
      setMtu(remote, Math.min(bytes, mtu));
    }
  }

  /** Forgets path MTUs that are too old; about once a second. */
  @DataPath
  void expireMtus(long nowNanos) {
    for (int i = 0; i < remotes; i++) {
      if (mtuLearned[i] != 0 && nowNanos - mtuLearned[i] > MTU_LIFE_NANOS) {
        mtuLearned[i] = 0;
        setMtu(i, mtu);
      }
    }
  }

  @DataPath
  private void setMtu(int remote, int bytes) {
    for (int tenant = 0; tenant < tenants; tenant++) {
      header(path(tenant, remote)).mtu(bytes);
    }
  }

  /** The remotes with their state, for tables; any thread, so it may be a moment old. */
  List<String> describe() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < remotes; i++) {
      OuterHeader header = header(path(0, i));
      lines.add(
          "%s %s mtu %d"
              .formatted(
                  header.remote(), header.isResolved() ? "resolved" : "unresolved", header.mtu()));
    }
    return lines;
  }
}
