package io.gatun.hw.device;

import io.gatun.offload.Decapsulator;
import io.gatun.offload.Drops;
import io.gatun.offload.Encapsulator;
import io.gatun.offload.IdentifierTable;
import io.gatun.offload.OuterHeader;
import io.gatun.offload.RxTrust;
import io.gatun.offload.TunnelConfig;
import io.gatun.offload.plan.DpdkVersion;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.OffloadRequest;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.pmd.Burst;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.TunnelType;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import java.util.Map;

/** One tunnel end point without ports, both directions, all in software. */
final class TunnelLane {
  private static final int VNI = 42;
  private static final int BURST = 64;

  private final Arena arena = Arena.ofAuto(); // the outer header lives as long as this does
  private final TunnelConfig config;
  private final Drops drops;
  private long lastDropped;
  private final Encapsulator encapsulator;
  private final Decapsulator decapsulator;
  private final Burst out = Burst.allocate(BURST, Arena.ofAuto());

  TunnelLane(TunnelType type, boolean six, boolean strict, MempoolCache cache) {
    IpAddress local = IpAddress.parse(six ? "2001:db8::1" : "192.0.2.1");
    IpAddress remote = IpAddress.parse(six ? "2001:db8::2" : "192.0.2.2");
    TunnelConfig.Builder builder =
        TunnelConfig.builder(type, local)
            .udpChecksum(strict)
            .dscp(strict ? TunnelConfig.COPY_DSCP : 0)
            .dropBad(strict, strict);
    if (type == TunnelType.GENEVE && strict) {
      builder.options(HexFormat.of().parseHex("0102030111223344"));
    }
    if (type == TunnelType.GRE) {
      builder.gre(strict, true);
    }
    config = builder.build();
    long identifier = type.hasIdentifier() ? VNI : -1;
    drops = new Drops(cache, (mbuf, reason) -> lastDropped = mbuf);
    OffloadPlan plan = plan(config, identifier);
    encapsulator = new Encapsulator(config, plan, cache, Mempool.DEFAULT_DATA_ROOM, drops);
    MacAddress mac = MacAddress.parse("02:70:63:61:70:01");
    OuterHeader header = new OuterHeader(config, identifier, remote, mac, plan, arena);
    header.remoteMac(MacAddress.parse("02:00:00:00:0b:0b").littleEndian());
    encapsulator.addPath(header);
    IdentifierTable tenants = new IdentifierTable();
    tenants.add(identifier, 0);
    decapsulator = new Decapsulator(config, tenants, RxTrust.NONE, cache, drops);
  }

  private static OffloadPlan plan(TunnelConfig config, long identifier) {
    OffloadRequest request =
        OffloadRequest.tunnel(config.type())
            .outerIpVersion(config.local().version())
            .outerUdpChecksum(config.udpChecksum())
            .outerDontFragment(config.dontFragment())
            .greKey(config.type() == TunnelType.GRE && identifier >= 0)
            .greChecksum(config.greChecksum())
            .greSequence(config.greSequence())
            .optionBytes(config.options().length)
            .mtu(config.mtu())
            .preference(OffloadPreference.SOFTWARE)
            .build();
    PortCapabilities nothing = new PortCapabilities("none", "none", 0, 0, 0, DpdkVersion.NEWEST);
    return OffloadPlan.of(request, nothing, Quirks.NONE, SelfTestResults.NONE);
  }

  TunnelConfig config() {
    return config;
  }

  Encapsulator encapsulator() {
    return encapsulator;
  }

  Decapsulator decapsulator() {
    return decapsulator;
  }

  /** Where {@link #drain} puts packets. */
  Burst out() {
    return out;
  }

  /** Runs the outer pass over what waits; false when {@link #out} has no room for all of it. */
  boolean drain() {
    encapsulator.outer(out);
    drops.flush();
    return encapsulator.queue().depth() == 0;
  }

  long dropped() {
    return drops.total();
  }

  Map<String, Long> reasons() {
    return drops.nonZero();
  }

  /** The packet that was dropped last, now the caller's; 0 for none since the last call. */
  long takeDropped() {
    long mbuf = lastDropped;
    lastDropped = 0;
    return mbuf;
  }

  @Override
  public String toString() {
    return config.toString();
  }
}
