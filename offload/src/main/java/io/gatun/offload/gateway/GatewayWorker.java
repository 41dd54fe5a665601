package io.gatun.offload.gateway;

import io.gatun.offload.DropReason;
import io.gatun.offload.Drops;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Port;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.session.Worker;
import java.util.ArrayList;
import java.util.List;

/**
 * A gateway on its lcore: tenants' frames into the tunnel, the tunnel's packets to the tenants, and
 * between the two whatever time asks for.
 *
 * <p>One lcore has all of it, so that what one direction learns the other knows, without a lock.
 */
final class GatewayWorker implements Worker {
  private static final int TURNS_BETWEEN_CLOCKS = 64;
  private static final long TICK_NANOS = 1_000_000L;
  private static final int SLOTS_AT_ONCE = 1024;

  private final GatewayParts parts;
  private final TenantSide tenantSide;
  private final UnderlaySide underlaySide;
  private final UnderlayHost host;
  private final NeighbourMessages messages;
  private final UnderlayPort underlay;
  private final TenantPort[] tenantPorts;
  private final Paths paths;
  private final NeighbourTable neighbours;
  private final GatewayClock clock;
  private final Drops drops;
  private int turn;
  private long lastTick;
  private int lastSecond = -1;
  private volatile boolean linkCameUp = true;

  GatewayWorker(
      GatewayParts parts, UnderlayHost host, PathMtu pathMtu, NeighbourMessages messages) {
    this.parts = parts;
    this.host = host;
    this.messages = messages;
    underlay = parts.underlay();
    tenantPorts = parts.tenantPorts().toArray(TenantPort[]::new);
    paths = parts.paths();
    neighbours = parts.neighbours();
    clock = parts.clock();
    drops = parts.drops();
    tenantSide = new TenantSide(parts);
    underlaySide = new UnderlaySide(parts, host, pathMtu);
  }

  @Override
  public String name() {
    return "gateway of port " + underlay.id();
  }

  @Override
  @DataPath
  public int doWork() {
    if (--turn < 0) {
      turn = TURNS_BETWEEN_CLOCKS;
      clock.read();
      if (clock.nanos() - lastTick >= TICK_NANOS) {
        lastTick = clock.nanos();
        tick();
      }
    }
    int work = underlay.poll();
    boolean tenantsReady = true;
    for (TenantPort port : tenantPorts) {
      work += port.poll();
      tenantsReady &= port.isReady();
    }
    if (underlay.isReady()) {
      work += receiveFromTenants();
    }
    work += underlay.pump();
    // A tunnel's packet may be any tenant's: nobody knows before it has been received.
    int received = tenantsReady ? underlay.receive() : 0;
    if (received > 0) {
      work += received;
      underlaySide.process();
    }
    flush();
    return work;
  }

  @DataPath
  private int receiveFromTenants() {
    int work = 0;
    for (TenantPort port : tenantPorts) {
      int received = port.receive();
      if (received > 0) {
        work += received;
        tenantSide.process(port);
      }
    }
    return work;
  }

  /** Sends what is for tenants, and gives back what was freed. */
  @DataPath
  private void flush() {
    for (TenantPort port : tenantPorts) {
      if (!port.out().isEmpty()) {
        port.flush(drops);
      }
    }
    drops.flush();
  }

  /** Once a millisecond: next hops, and once a second what ages. */
  @DataPath
  private void tick() {
    long now = clock.nanos();
    if (linkCameUp) {
      linkCameUp = false;
      neighbours.linkUp();
      if (paths.resolvesAny()) {
        host.announce(messages, underlay.out());
      }
    }
    for (int n = neighbours.tick(now); n != NeighbourTable.NONE; n = neighbours.tick(now)) {
      host.request(messages, n, underlay.out());
    }
    paths.refresh();
    tenantSide.release();
    int second = clock.seconds();
    if (second != lastSecond) {
      lastSecond = second;
      paths.expireMtus(now);
    }
    int ageing = parts.config().ageingSeconds();
    if (ageing > 0) {
      parts.stations().age(second, ageing, SLOTS_AT_ONCE);
    }
  }

  /** Hears what a driver says of a link. Control thread. */
  void linkChanged(Port port, boolean up) {
    if (port.id() == underlay.id()) {
      underlay.link(up);
      if (up) {
        linkCameUp = true;
      }
    }
  }

  @Override
  public void onStart() {
    clock.read();
    tick();
  }

  /** Carries on what is held somewhere, then gives back what waits anywhere. */
  @Override
  public void close() {
    if (isInterrupted()) {
      forgetInterrupted();
    } else {
      finish();
    }
    parts.encapsulator().drain();
    parts.pool().free(underlay.out());
    tenantSide.drain();
    for (TenantPort port : tenantPorts) {
      parts.pool().free(port.out());
      port.discardReceived(parts.pool());
    }
    underlay.discardReceived(parts.pool());
    drops.flush();
    for (TenantPort port : tenantPorts) {
      port.drainTransmitter();
    }
    underlay.drainTransmitter();
  }

  /** What a mirror has held back has been received: it goes its way. */
  private void finish() {
    for (TenantPort port : tenantPorts) {
      while (port.receiveHeld() > 0) {
        tenantSide.process(port);
        underlay.pump();
      }
    }
    while (underlay.receiveHeld() > 0) {
      underlaySide.process();
      flush();
    }
    underlay.pump();
    flush();
  }

  /** Whether something was thrown while packets were worked on. */
  private boolean isInterrupted() {
    boolean interrupted = !underlay.in().isEmpty();
    for (TenantPort port : tenantPorts) {
      interrupted |= !port.in().isEmpty();
    }
    return interrupted;
  }

  /** Which of those packets are freed already nobody knows: better lost than freed twice. */
  private void forgetInterrupted() {
    underlay.in().size(0);
    for (TenantPort port : tenantPorts) {
      port.in().size(0);
    }
  }

  TenantSide tenantSide() {
    return tenantSide;
  }

  UnderlaySide underlaySide() {
    return underlaySide;
  }

  GatewayParts parts() {
    return parts;
  }

  @Override
  public boolean uses(int port) {
    boolean uses = underlay.id() == port;
    for (TenantPort tenant : tenantPorts) {
      uses |= tenant.id() == port;
    }
    return uses;
  }

  @Override
  public long packets() {
    long sum = underlay.received();
    for (TenantPort port : tenantPorts) {
      sum += port.received();
    }
    return sum;
  }

  @Override
  public long received(int port) {
    long sum = underlay.id() == port ? underlay.received() : 0;
    for (TenantPort tenant : tenantPorts) {
      sum += tenant.id() == port ? tenant.received() : 0;
    }
    return sum;
  }

  @Override
  public long transmitted(int port) {
    long sum = underlay.id() == port ? underlay.transmitted() : 0;
    for (TenantPort tenant : tenantPorts) {
      sum += tenant.id() == port ? tenant.transmitted() : 0;
    }
    return sum;
  }

  @Override
  public long dropped(int port) {
    long sum = underlay.id() == port ? drops.get(DropReason.PASS_QUEUE_FULL) : 0;
    for (TenantPort tenant : tenantPorts) {
      sum += tenant.id() == port ? tenant.dropped() : 0;
    }
    return sum;
  }

  @Override
  public List<RxQueue> rxQueues() {
    List<RxQueue> queues = new ArrayList<>();
    queues.add(underlay.rxQueue());
    for (TenantPort port : tenantPorts) {
      queues.add(port.rxQueue());
    }
    return queues;
  }
}
