package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * A hash over a packet's flow: addresses and, where it has some, protocol and ports. All packets of
 * a flow get the same, fragments that of their addresses. It feeds the entropy of outer headers and
 * software RSS; both want the high bits mixed, neither is defended against an attacker who looks
 * for collisions.
 */
@DataPath
public final class FlowHash {
  private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L; // 2^64 / golden ratio
  private static final long PORTS_MULTIPLIER = 0xc2b2_ae3d_27d4_eb4fL; // a prime of xxHash64

  private FlowHash() {}

  /**
   * Hashes a packet.
   *
   * @param at address of the packet that {@code headers} was parsed from
   */
  public static int of(long at, Headers headers) {
    long frame = Memory.base(at);
    int version = headers.ipVersion();
    if (version == 0) {
      // Ethernet alone: both addresses and the type behind them.
      return mix(Memory.getLong(frame), Memory.getInt(frame + 8));
    }
    long ip = frame + headers.ipOffset();
    int ports = headers.protocol();
    if (headers.l4Length() != 0 && !headers.isFragment()) {
      ports ^= Memory.getInt(frame + headers.l4Offset());
    }
    return version == 4 ? mix(Memory.getLong(ip + Ipv4.SOURCE), ports) : ofIpv6(ip, ports);
  }

  private static int ofIpv6(long ip, int ports) {
    long source = Memory.getLong(ip + Ipv6.SOURCE) ^ Memory.getLong(ip + Ipv6.SOURCE + 8);
    long target = Memory.getLong(ip + Ipv6.DESTINATION) ^ Memory.getLong(ip + Ipv6.DESTINATION + 8);
    return mix(source ^ Long.rotateLeft(target, 29), ports);
  }

  /**
   * Of an IPv4 flow.
   *
   * @param addresses both addresses as they lie in memory
   * @param ports both ports as they lie in memory, exclusive-or the protocol
   */
  public static int mix(long addresses, int ports) {
    long hash = addresses * MULTIPLIER + ports * PORTS_MULTIPLIER;
    hash ^= hash >>> 29;
    return (int) (hash * MULTIPLIER >>> 32);
  }
}
