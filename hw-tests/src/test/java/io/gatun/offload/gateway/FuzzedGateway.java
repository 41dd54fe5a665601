package io.gatun.offload.gateway;

import io.gatun.offload.plan.OffloadPlan;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortHooks;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * The gateway of {@code gatun gateway} for a device test, which lies elsewhere: packets are put
 * where it receives, as if its ports had received them. Only on the lcore that it was made for.
 */
public final class FuzzedGateway {
  private final GatewayWorker worker;
  private final TenantPort tenantPort;
  private final UnderlayPort underlay;

  private FuzzedGateway(GatewayWorker worker) {
    this.worker = worker;
    tenantPort = worker.parts().tenantPorts().getFirst();
    underlay = worker.parts().underlay();
  }

  /**
   * Makes the gateway that the command would.
   *
   * @param tenants configured and started, as {@code underlay} is
   * @param options of the command line
   */
  public static FuzzedGateway make(
      Port tenants, Port underlay, Mempool pool, Lcore lcore, int burst, String... options) {
    return make(tenants, underlay, pool, lcore, burst, PortHooks.NONE, options);
  }

  /** As the former, with something between its queues and it. */
  public static FuzzedGateway make(
      Port tenants,
      Port underlay,
      Mempool pool,
      Lcore lcore,
      int burst,
      PortHooks hooks,
      String... options) {
    GatewayOptions parsed = new GatewayOptions();
    new CommandLine(parsed).parseArgs(options);
    GatewayConfig config = parsed.toConfig(underlay.mtu());
    OffloadPlan plan = GatewaySetup.plan(config, underlay);
    GatewayPlace place = new GatewayPlace(lcore, pool, Mempool.DEFAULT_DATA_ROOM, burst, hooks);
    return new FuzzedGateway(GatewaySetup.worker(config, plan, underlay, List.of(tenants), place));
  }

  public void onStart() {
    worker.onStart();
  }

  /** What the tenant's port has received; {@link #turn} empties it. */
  public Burst fromTenant() {
    return tenantPort.in();
  }

  /** What the underlay's port has received; {@link #turn} empties it. */
  public Burst fromUnderlay() {
    return underlay.in();
  }

  /** Works on what was received, then sends what is ready. */
  public void turn() {
    worker.tenantSide().process(tenantPort);
    worker.underlaySide().process();
    worker.doWork();
  }

  /** One turn of the poll loop; returns how much was done. */
  public int doWork() {
    return worker.doWork();
  }

  /** Packets for the tenant that its port's ring did not take. */
  public long ringFull() {
    return tenantPort.dropped();
  }

  /** Packets that were received on either port. */
  public long received() {
    return worker.packets();
  }

  public void close() {
    worker.close();
  }

  /** Packets that are in exactly one of the counts that a run prints. */
  public long accounted() {
    return encapsulated() + decapsulated() + answered() + consumed() + dropped();
  }

  /** Frames of which every remote got a copy; each copy can be dropped for a reason of its own. */
  public long flooded() {
    return worker.tenantSide().flooded();
  }

  public long encapsulated() {
    return worker.tenantSide().encapsulated();
  }

  public long decapsulated() {
    return worker.underlaySide().decapsulated();
  }

  public long answered() {
    return worker.tenantSide().answered() + worker.underlaySide().answered();
  }

  public long consumed() {
    return worker.underlaySide().consumed();
  }

  public long dropped() {
    return worker.parts().drops().total();
  }

  public Map<String, Long> reasons() {
    return worker.parts().drops().nonZero();
  }
}
