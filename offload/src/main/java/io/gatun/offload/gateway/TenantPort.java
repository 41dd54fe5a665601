package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.offload.Coalescer;
import io.gatun.offload.DropReason;
import io.gatun.offload.Drops;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Port;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Vlan;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A port with tenants behind it: which VLAN is whose. One lcore. */
final class TenantPort extends GatewayPort {
  private static final int VLANS = 4096;
  private static final int MERGED_FLOWS = 64;

  /** Few NICs send more buffers as one packet that they do not segment: i40e and ice 8. */
  private static final int MERGED_SEGMENTS = 8;

  private final long mac;
  private final int[] tenantOfVlan = new int[VLANS];
  private final Counter dropped = new Counter();
  private final Counter coalesced = new Counter();
  private final @Nullable Coalescer coalescer;
  private int anyVlan = -1;
  private boolean hasVlans;

  /**
   * @param groBytes see {@link GatewayConfig#groBytes}
   */
  TenantPort(Port port, GatewayPlace place, int groBytes) {
    super(port, place, Math.min(2 * place.burst(), Burst.MAX_CAPACITY));
    int mergedBytes = groBytes == 0 ? port.mtu() : groBytes;
    coalescer =
        groBytes == GatewayConfig.NO_GRO
            ? null
            : new Coalescer(
                place.pool().cache(place.lcore()), MERGED_FLOWS, MERGED_SEGMENTS, mergedBytes);
    mac = port.info().mac().littleEndian();
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

  /** The port's own address, as it lies in memory. */
  @DataPath
  long mac() {
    return mac;
  }

  /** Sends what is ready; a tenant whose ring is full loses packets: others must not wait. */
  @DataPath
  void flush(Drops drops) {
    if (coalescer != null) {
      coalesced.add(coalescer.process(out()));
    }
    send();
    int left = out().size();
    if (left > 0) {
      dropped.add(left); // the port's tx_dropped: the tunnel has done its part
      drops.dropUncounted(out(), DropReason.RING_FULL);
    }
  }

  /** Packets for the tenant that its full ring did not take. */
  long dropped() {
    return dropped.get();
  }

  /** Packets that became part of another one. */
  long coalesced() {
    return coalesced.get();
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
