package io.gatun.offload.gateway;

import io.gatun.offload.DropReason;
import io.gatun.offload.Drops;
import io.gatun.offload.Encapsulator;
import io.gatun.offload.MbufChain;
import io.gatun.offload.MbufCopy;
import io.gatun.offload.OuterHeader;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.VlanTag;
import java.lang.foreign.Arena;

/**
 * From the tenants into the tunnel: whose frame it is, which remotes it goes to, and what happens
 * to one that is too big for the path. One lcore.
 */
final class TenantSide {
  /** Beside the results of {@link Encapsulator#submit}: the next hop's address is not known. */
  private static final int UNRESOLVED = -1;

  private static final int ICMP_PER_SECOND = TokenBucket.DEFAULT_PER_SECOND;

  private final Encapsulator encapsulator;
  private final UnderlayPort underlay;
  private final Paths paths;
  private final NeighbourTable neighbours;
  private final ForwardingTable stations;
  private final MempoolCache pool;
  private final Drops drops;
  private final GatewayClock clock;
  private final TooBig tooBig;
  private final Ipv4Fragmenter fragmenter;
  private final ProxyNeighbour[] proxies;
  private final boolean ethernet;
  private final boolean single;
  private final Headers headers = new Headers();
  private final Mbuf mbuf = new Mbuf();
  private final Burst fragments = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final Burst copies = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final int dataRoom;
  private int stripped; // bytes of the Ethernet header that IP-in-IP has taken off
  private final Counter encapsulated = new Counter();
  private final Counter answered = new Counter();
  private final Counter flooded = new Counter();
  private final Counter fragmented = new Counter();

  TenantSide(GatewayParts parts) {
    encapsulator = parts.encapsulator();
    underlay = parts.underlay();
    paths = parts.paths();
    neighbours = parts.neighbours();
    stations = parts.stations();
    pool = parts.pool();
    drops = parts.drops();
    clock = parts.clock();
    proxies = parts.proxies().toArray(ProxyNeighbour[]::new);
    dataRoom = parts.dataRoom();
    tooBig = new TooBig(pool, ICMP_PER_SECOND);
    fragmenter = new Ipv4Fragmenter(dataRoom, Arena.ofAuto());
    ethernet = parts.config().tunnel().type().carriesEthernet();
    single = paths.remotes() == 1;
  }

  /** Sends what was received on a port through the tunnel; {@link TenantPort#in} is empty then. */
  @DataPath
  void process(TenantPort port) {
    Burst in = port.in();
    int count = in.size();
    boolean alike = ethernet && !port.hasVlans() && port.anyVlan() >= 0 && single;
    if (alike && !underlay.isDown()) {
      encapsulated.add(processAlike(port, in, count));
    } else {
      for (int i = 0; i < count; i++) {
        receive(port, in.get(i));
      }
    }
    in.size(0);
  }

  /** Everything has one way to go; returns how many packets were taken. */
  @DataPath
  private int processAlike(TenantPort port, Burst in, int count) {
    int path = paths.path(port.anyVlan(), 0);
    OuterHeader header = paths.header(path);
    int taken = 0;
    int i = 0;
    while (i < count) {
      int next = header.isResolved() ? encapsulator.submitPlain(in, i, path) : i;
      taken += next - i;
      i = next;
      if (i < count) {
        taken += carry(in.get(i), path, port, -1) ? 1 : 0;
        i++;
      }
    }
    return taken;
  }

  /** A packet of a port with VLANs, of a tenant with several remotes, or for IP-in-IP. */
  @DataPath
  private void receive(TenantPort port, long packet) {
    int tenant = port.anyVlan();
    int vlan = -1;
    if (port.hasVlans()) {
      mbuf.wrap(packet);
      vlan = port.vlanOf(mbuf.data(), mbuf.dataLength());
      if (vlan >= 0) {
        tenant = port.tenantOf(vlan);
        // The VNI says which VLAN it is: the tag stays here (RFC 7348 section 6.1).
        VlanTag.remove(mbuf);
      }
    }
    if (tenant < 0) {
      drop(packet, DropReason.VLAN_UNKNOWN);
    } else if (underlay.isDown()) {
      drop(packet, DropReason.LINK_DOWN);
    } else if (ethernet ? send(packet, tenant, port, vlan) : sendIp(packet, tenant, port)) {
      encapsulated.add(1);
    }
  }

  // ---- which remote -----------------------------------------------------------------------------

  @DataPath
  private boolean send(long packet, int tenant, TenantPort port, int vlan) {
    if (single) {
      return carry(packet, paths.path(tenant, 0), port, vlan);
    }
    mbuf.wrap(packet);
    if (mbuf.dataLength() < Ethernet.LENGTH) {
      return drop(packet, DropReason.TOO_SHORT);
    }
    long destination = Ethernet.destination(mbuf.data());
    int remote = Ethernet.isGroup(destination) ? -1 : stations.lookup(tenant, destination);
    return remote >= 0
        ? carry(packet, paths.path(tenant, remote), port, vlan)
        : flood(packet, tenant, port, vlan);
  }

  /** Group addresses and stations that are not known go to every remote: head-end replication. */
  @DataPath
  private boolean flood(long packet, int tenant, TenantPort port, int vlan) {
    flooded.add(1);
    int remotes = paths.remotes();
    boolean carried = false;
    for (int remote = 1; remote < remotes; remote++) {
      long copy = MbufCopy.of(packet, pool, copies, dataRoom);
      if (copy == 0) {
        drops.count(DropReason.NO_MBUF);
      } else {
        carried |= carry(copy, paths.path(tenant, remote), port, vlan);
      }
    }
    return carry(packet, paths.path(tenant, 0), port, vlan) || carried;
  }

  /** IP-in-IP carries no Ethernet: questions about neighbours are answered here. */
  @DataPath
  private boolean sendIp(long packet, int tenant, TenantPort port) {
    mbuf.wrap(packet);
    int available = mbuf.dataLength();
    long frame = mbuf.data();
    if (!headers.parseEthernet(frame, available, mbuf.packetLength())) {
      return drop(packet, DropReason.MALFORMED_INNER);
    }
    ProxyNeighbour proxy = proxies[tenant];
    if (ProxyNeighbour.isQuestion(frame, available, headers)) {
      int outcome = proxy.receive(packet, clock.nanos(), clock.seconds());
      if (outcome == Outcome.REPLY) {
        if (port.out().add(packet)) {
          answered.add(1);
        } else {
          drop(packet, DropReason.RING_FULL);
        }
      } else if (outcome == Outcome.CONSUMED) {
        answered.add(1);
        drops.free(packet);
      } else {
        drop(packet, DropReason.of(outcome));
      }
      return false;
    }
    int version = headers.ipVersion();
    if (version == 0) {
      return drop(packet, DropReason.NOT_IP);
    }
    long ip = frame + headers.ipOffset();
    proxy.heard(frame, ip + (version == 4 ? Ipv4.SOURCE : Ipv6.SOURCE), version, clock.seconds());
    if (headers.ipEnd() < mbuf.packetLength()) {
      long padding = MbufChain.trim(packet, headers.ipEnd());
      if (padding != 0) {
        drops.free(padding);
      }
    }
    stripped = headers.l2Length();
    mbuf.adjust(stripped);
    return carry(packet, paths.path(tenant, 0), port, -1);
  }

  // ---- one remote -------------------------------------------------------------------------------

  /**
   * Gives a packet to a path: to the inner pass, or to those that wait for the next hop's address.
   * Whatever comes of it, the packet is no longer the caller's.
   *
   * @param port and {@code vlan}: where it came from, and where messages about it go
   * @return whether it was taken
   */
  @DataPath
  private boolean carry(long packet, int path, TenantPort port, int vlan) {
    int result = paths.header(path).isResolved() ? encapsulator.submit(packet, path) : UNRESOLVED;
    return finish(result, packet, path, port, vlan);
  }

  /** Does what {@link Encapsulator#submit} did not. */
  @DataPath
  private boolean finish(int submitted, long packet, int path, TenantPort port, int vlan) {
    int result = submitted == Encapsulator.NO_ROOM ? again(packet, path) : submitted;
    return switch (result) {
      case Encapsulator.QUEUED -> true;
      case Encapsulator.TOO_BIG -> shrink(packet, path, paths.header(path), port, vlan);
      case UNRESOLVED -> hold(packet, path);
      case Encapsulator.NO_ROOM -> drop(packet, DropReason.PASS_QUEUE_FULL);
      default -> false; // dropped
    };
  }

  /** Lets a packet wait for the next hop's address. */
  @DataPath
  private boolean hold(long packet, int path) {
    long loser = neighbours.hold(paths.nextHop(path), packet, path);
    if (loser != 0) {
      drop(loser, DropReason.UNRESOLVED);
    }
    return false; // it counts when it is sent
  }

  /** Once more, after the outer pass has made room if the transmit ring let it. */
  @DataPath
  private int again(long packet, int path) {
    underlay.pump();
    return encapsulator.submit(packet, path);
  }

  /** The same for a packet that cannot become smaller any more. */
  @DataPath
  private boolean submit(long packet, int path) {
    int result = encapsulator.submit(packet, path);
    if (result == Encapsulator.NO_ROOM) {
      result = again(packet, path);
    }
    if (result == Encapsulator.QUEUED) {
      return true;
    }
    if (result == Encapsulator.DROPPED) {
      return false;
    }
    return drop(
        packet, result == Encapsulator.TOO_BIG ? DropReason.TOO_BIG : DropReason.PASS_QUEUE_FULL);
  }

  /** Sends what waited for a next hop, or drops it when that does not answer. */
  @DataPath
  void release() {
    for (int hop = neighbours.drainable();
        hop != NeighbourTable.NONE;
        hop = neighbours.drainable()) {
      boolean reachable = neighbours.mac(hop) != NeighbourTable.NONE;
      for (long packet = neighbours.poll(hop); packet != 0; packet = neighbours.poll(hop)) {
        // One that is too big is dropped in silence: who sent it is no longer known.
        if (!reachable) {
          drop(packet, DropReason.UNRESOLVED);
        } else if (submit(packet, neighbours.polledTag())) {
          encapsulated.add(1);
        }
      }
    }
  }

  // ---- too big ----------------------------------------------------------------------------------

  /** RFC 791: fragments where that is allowed; RFC 1191 and 8201: a message where it is not. */
  @DataPath
  private boolean shrink(long packet, int path, OuterHeader header, TenantPort port, int vlan) {
    mbuf.wrap(packet);
    if (!ethernet) {
      mbuf.prepend(stripped); // still there, before the IP packet
    }
    boolean parsed = headers.parseEthernet(mbuf.data(), mbuf.dataLength(), mbuf.packetLength());
    int l2 = ethernet ? headers.l2Length() : 0;
    int limit = header.frameLimit() - l2;
    if (!parsed || headers.ipVersion() == 0) {
      return drop(packet, DropReason.TOO_BIG);
    }
    if (headers.ipVersion() == 4 && !Ipv4.isDontFragment(mbuf.data() + headers.ipOffset())) {
      return fragment(packet, path, limit);
    }
    int before = port.out().size();
    if (tooBig.tell(packet, limit, clock.nanos(), port.out()) && vlan >= 0) {
      VlanTag.insert(mbuf.wrap(port.out().get(before)), vlan);
    }
    return drop(packet, DropReason.TOO_BIG);
  }

  @DataPath
  private boolean fragment(long packet, int path, int limit) {
    int made = fragmenter.fragment(packet, limit, pool, fragments);
    if (made < 0) {
      return drop(packet, DropReason.of(~made));
    }
    fragmented.add(1);
    drops.free(packet);
    boolean carried = false;
    for (int i = 0; i < made; i++) {
      long fragment = fragments.get(i);
      if (!ethernet) {
        mbuf.wrap(fragment).adjust(stripped);
      }
      carried |= submit(fragment, path);
    }
    fragments.size(0);
    return carried;
  }

  @DataPath
  private boolean drop(long packet, DropReason reason) {
    drops.drop(packet, reason);
    return false;
  }

  /** Drops what waits for next hops; the loop has ended. */
  void drain() {
    for (long packet = neighbours.pollAny(); packet != 0; packet = neighbours.pollAny()) {
      drop(packet, DropReason.UNRESOLVED);
    }
  }

  /** Tenants' packets that went into the tunnel, whatever number of packets they became. */
  long encapsulated() {
    return encapsulated.get();
  }

  /** Neighbours' questions answered on behalf of hosts behind an IP-in-IP tunnel. */
  long answered() {
    return answered.get();
  }

  long flooded() {
    return flooded.get();
  }

  /** Packets that were sent as IPv4 fragments. */
  long fragmented() {
    return fragmented.get();
  }
}
