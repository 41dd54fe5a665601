package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Port;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Vlan;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** A port with tenants behind it: its queues, and which VLAN is whose. One lcore. */
final class TenantPort {
  private static final int VLANS = 4096;

  private final int id;
  private final long mac;
  private final RxQueue rx;
  private final TxQueue tx;
  private final Burst in;
  private final Burst out;
  private final int[] tenantOfVlan = new int[VLANS];
  private final Counter received = new Counter();
  private final Counter transmitted = new Counter();
  private final Counter dropped = new Counter();
  private int anyVlan = -1;
  private boolean hasVlans;

  TenantPort(Port port, int burstSize) {
    id = port.id();
    mac = port.info().mac().littleEndian();
    rx = port.rxQueues().getFirst();
    tx = port.txQueues().getFirst();
    in = Burst.allocate(burstSize, Arena.ofAuto());
    out = Burst.allocate(Math.min(2 * burstSize, Burst.MAX_CAPACITY), Arena.ofAuto());
    Arrays.fill(tenantOfVlan, -1);
  }

  /** Gives a VLAN, or with {@code ANY_VLAN} the rest, to a tenant; before the lcore starts. */
  void add(int vlan, int tenant) {
    if (vlan == GatewayConfig.Tenant.ANY_VLAN) {
      anyVlan = tenant;
    } else {
      tenantOfVlan[vlan] = tenant;
      hasVlans = true;
    }
  }

  int id() {
    return id;
  }

  /** The port's own address, as it lies in memory. */
  @DataPath
  long mac() {
    return mac;
  }

  RxQueue rx() {
    return rx;
  }

  /** Receives a burst; it is in {@link #in}. */
  @DataPath
  int receive() {
    int count = rx.receive(in);
    if (count > 0) {
      received.add(count);
    }
    return count;
  }

  /** Transmits what is in {@link #out}; what a full ring does not take stays there. */
  @DataPath
  void transmit() {
    transmitted.add(tx.transmit(out));
  }

  @DataPath
  void countDropped(int packets) {
    dropped.add(packets);
  }

  long received() {
    return received.get();
  }

  long transmitted() {
    return transmitted.get();
  }

  /** Packets for the tenant that its full ring did not take. */
  long dropped() {
    return dropped.get();
  }

  /** What was received. */
  @DataPath
  Burst in() {
    return in;
  }

  /** What is to be sent. */
  @DataPath
  Burst out() {
    return out;
  }

  /** Whether tenants have VLANs of this port, so that frames must be asked for theirs. */
  @DataPath
  boolean hasVlans() {
    return hasVlans;
  }

  /** The tenant of untagged frames and of VLANs that nobody else has; -1 for none. */
  @DataPath
  int anyVlan() {
    return anyVlan;
  }

  /**
   * The VLAN of a frame, if a tenant has it.
   *
   * @param available bytes that can be read
   * @return 1 to 4094, or -1
   */
  @DataPath
  int vlanOf(long frame, int available) {
    if (available < Ethernet.LENGTH + Vlan.LENGTH
        || Ethernet.type(Memory.base(frame)) != Ethernet.TYPE_VLAN) {
      return -1;
    }
    int vlan = Vlan.id(Memory.base(frame) + Ethernet.LENGTH);
    return tenantOfVlan[vlan] >= 0 ? vlan : -1;
  }

  /** The tenant of a VLAN that {@link #vlanOf} gave. */
  @DataPath
  int tenantOf(int vlan) {
    return tenantOfVlan[vlan];
  }
}
