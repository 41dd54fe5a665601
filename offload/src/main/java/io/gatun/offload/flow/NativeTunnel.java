package io.gatun.offload.flow;

import io.gatun.bindings.Abi;
import io.gatun.bindings.Memory;
import io.gatun.pmd.wire.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct rte_flow_tunnel} of a {@link TunnelOffload.Tunnel}. */
final class NativeTunnel {
  private static final String STRUCT = "rte_flow_tunnel";

  private NativeTunnel() {}

  static MemorySegment of(TunnelOffload.Tunnel tunnel, Arena arena) {
    MemorySegment struct = arena.allocate(Abi.sizeof(STRUCT), Long.BYTES);
    long at = struct.address();
    Memory.putInt(at + offset("type"), HeaderFields.of(tunnel.item()).type());
    Memory.putLong(at + offset("tun_id"), tunnel.identifier());
    IpAddress source = tunnel.source();
    String family = source.version() == 4 ? "ipv4" : "ipv6";
    source.write(at + offset(family + ".src_addr"));
    tunnel.destination().write(at + offset(family + ".dst_addr"));
    Memory.putShortBigEndian(at + offset("tp_dst"), tunnel.udpPort());
    Memory.putByte(at + offset("is_ipv6"), (byte) (source.version() == 4 ? 0 : 1));
    return struct;
  }

  private static int offset(String field) {
    return Abi.offset(STRUCT + "." + field);
  }
}
