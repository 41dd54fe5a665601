package io.gatun.mirror.encap;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.FlowHash;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Vlan;

/**
 * Which flow a mirrored frame belongs to, told from a look at fixed places instead of a parser: for
 * IP, with or without one tag, it is {@link FlowHash} of addresses, protocol and ports. Of what has
 * options or extension headers the addresses and the protocol count, of other frames both Ethernet
 * addresses and the type. Fragments have no ports, so that all of a packet's have the same.
 */
@DataPath
final class FlowEntropy {
  /** The dynamic ports of RFC 6335 section 6, which RFC 7348 section 5 asks for. */
  static final int FIRST_PORT = 49_152;

  private static final int PORT_BITS = 14;
  private static final int PLAIN_IPV4 = 0x45;
  private static final int FRAGMENT = Ipv4.MORE_FRAGMENTS | Ipv4.OFFSET_MASK;
  private static final int PORTS_BYTES = 4;

  private FlowEntropy() {}

  /** A UDP source port in [49152, 65535], the same for all frames of a flow. */
  static int port(Mbuf frame) {
    return FIRST_PORT + (hash(frame) >>> Integer.SIZE - PORT_BITS);
  }

  /** 32 bits, the high ones mixed best. The first segment holds at least 14 bytes. */
  static int hash(Mbuf frame) {
    long at = Memory.base(frame.data());
    int available = frame.dataLength();
    int type = Ethernet.type(at);
    int ip = Ethernet.LENGTH;
    if (Ethernet.isVlan(type) && available >= Ethernet.LENGTH + Vlan.LENGTH) {
      type = Vlan.type(at + Ethernet.LENGTH);
      ip += Vlan.LENGTH;
    }
    if (type == Ethernet.TYPE_IPV4 && available >= ip + Ipv4.MIN_LENGTH) {
      return ipv4(at + ip, available - ip);
    }
    if (type == Ethernet.TYPE_IPV6 && available >= ip + Ipv6.LENGTH) {
      return ipv6(at + ip, available - ip);
    }
    return FlowHash.mix(Memory.getLong(at), Memory.getInt(at + Long.BYTES));
  }

  private static int ipv4(long ip, int available) {
    int protocol = Ipv4.protocol(ip);
    boolean plain =
        Memory.getUnsignedByte(ip) == PLAIN_IPV4
            && (Ipv4.flagsAndOffset(ip) & FRAGMENT) == 0
            && available >= Ipv4.MIN_LENGTH + PORTS_BYTES;
    int ports = plain ? ports(ip + Ipv4.MIN_LENGTH, protocol) : 0;
    return FlowHash.mix(Memory.getLong(ip + Ipv4.SOURCE), protocol ^ ports);
  }

  /** As FlowHash, which wants a parser's result, does it. */
  private static int ipv6(long ip, int available) {
    int protocol = Ipv6.nextHeader(ip);
    boolean plain = available >= Ipv6.LENGTH + PORTS_BYTES;
    int ports = plain ? ports(ip + Ipv6.LENGTH, protocol) : 0;
    long source = Memory.getLong(ip + Ipv6.SOURCE) ^ Memory.getLong(ip + Ipv6.SOURCE + 8);
    long target = Memory.getLong(ip + Ipv6.DESTINATION) ^ Memory.getLong(ip + Ipv6.DESTINATION + 8);
    return FlowHash.mix(source ^ Long.rotateLeft(target, 29), protocol ^ ports);
  }

  private static int ports(long at, int protocol) {
    return protocol == Protocol.TCP || protocol == Protocol.UDP ? Memory.getInt(at) : 0;
  }
}
