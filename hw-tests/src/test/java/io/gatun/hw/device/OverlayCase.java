package io.gatun.hw.device;

import io.gatun.offload.OuterHeader;
import io.gatun.offload.TunnelConfig;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.OffloadRequest;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.TunnelType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One way to send through a tunnel.
 *
 * @param config of the tunnel
 * @param identifier VNI, VSID or key; -1 for none
 */
record OverlayCase(TunnelConfig config, long identifier) {
  private static final int VLAN_TCI = 0x6064; // priority 3, VLAN 100
  private static final MacAddress LOCAL_MAC = MacAddress.parse("02:00:00:00:00:01");
  private static final MacAddress REMOTE_MAC = MacAddress.parse("02:00:00:00:00:02");

  /**
   * Every tunnel, over IPv4 and IPv6, with and without a UDP checksum; what else there is to choose
   * (DF, tag, DSCP, options, key, sequence, MTU) at random.
   */
  static List<OverlayCase> all(Random random) {
    List<OverlayCase> cases = new ArrayList<>();
    for (TunnelType type : TunnelType.values()) {
      for (int version : new int[] {4, 6}) {
        cases.add(of(type, version, false, random));
        cases.add(of(type, version, type.isUdp(), random));
      }
    }
    return cases;
  }

  private static OverlayCase of(TunnelType type, int version, boolean checksum, Random random) {
    TunnelConfig.Builder builder =
        TunnelConfig.builder(type, address(version, 1))
            .udpChecksum(checksum)
            .dontFragment(random.nextInt(4) != 0)
            .dscp(random.nextBoolean() ? TunnelConfig.COPY_DSCP : random.nextInt(64))
            .ttl(1 + random.nextInt(255))
            .outerVlan(random.nextInt(4) == 0 ? VLAN_TCI : TunnelConfig.NO_VLAN)
            .mtu(1280 + random.nextInt(1000));
    if (type == TunnelType.GENEVE) {
      builder.options(options(random, version));
    }
    if (type == TunnelType.GRE) {
      builder.gre(random.nextInt(3) == 0, random.nextInt(3) == 0);
    }
    boolean keyless = type == TunnelType.GRE && random.nextInt(3) == 0;
    long identifier =
        keyless || !type.hasIdentifier() ? -1 : random.nextLong(type.maxIdentifier() + 1);
    return new OverlayCase(builder.build(), identifier);
  }

  /**
   * Options of an experimental class (RFC 8926 section 7). Often as many as a long L2 header can
   * have: mbufs count its bytes in 7 bits, and tags in the inner frame come on top.
   */
  private static byte[] options(Random random, int version) {
    int headers = 14 + (version == 4 ? 20 : 40) + 8 + 8 + 14;
    int most = (127 - headers) / 4 * 4;
    int total = random.nextInt(3) == 0 ? most - 4 * random.nextInt(3) : 4 * random.nextInt(30);
    byte[] all = new byte[total];
    random.nextBytes(all);
    for (int at = 0; at < total; ) {
      int length = Math.min(total - at, 4 + 4 * random.nextInt(10));
      all[at] = (byte) 0xff;
      all[at + 2] &= 0x7f; // not critical
      all[at + 3] = (byte) (length / 4 - 1);
      at += length;
    }
    return all;
  }

  private static IpAddress address(int version, int host) {
    return IpAddress.parse(version == 4 ? "192.0.2." + host : "2001:db8::" + host);
  }

  /** Whether a frame on a wire is from here. */
  static boolean isOwn(byte[] frame) {
    return frame.length >= 12
        && mac(frame, 0) == REMOTE_MAC.value()
        && mac(frame, 6) == LOCAL_MAC.value();
  }

  private static long mac(byte[] frame, int at) {
    long mac = 0;
    for (int i = 0; i < 6; i++) {
      mac = mac << 8 | frame[at + i] & 0xff;
    }
    return mac;
  }

  int outerVersion() {
    return config.local().version();
  }

  /** What a plan for it must serve. */
  OffloadRequest request(OffloadPreference preference) {
    return OffloadRequest.tunnel(config.type())
        .outerIpVersion(outerVersion())
        .outerUdpChecksum(config.udpChecksum())
        .outerDontFragment(config.dontFragment())
        .greKey(config.type() == TunnelType.GRE && identifier >= 0)
        .greChecksum(config.greChecksum())
        .greSequence(config.greSequence())
        .outerVlan(config.outerVlan() != TunnelConfig.NO_VLAN)
        .optionBytes(config.options().length)
        .mtu(config.mtu())
        .preference(preference)
        .build();
  }

  /** The header of a path to a remote host, resolved. */
  OuterHeader header(OffloadPlan plan, int host, Arena arena) {
    OuterHeader header =
        new OuterHeader(config, identifier, address(outerVersion(), host), LOCAL_MAC, plan, arena);
    header.remoteMac(REMOTE_MAC.littleEndian());
    return header;
  }

  @Override
  public String toString() {
    return config + " id " + identifier;
  }
}
