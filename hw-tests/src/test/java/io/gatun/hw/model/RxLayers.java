package io.gatun.hw.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a NIC's parser finds in a received frame: Ethernet with its tags, then one or two layers of
 * IP with what is between them.
 *
 * @param tags VLAN tags of the outer Ethernet header
 * @param tunnel what carries the second layer
 * @param innerEthernet whether that has an Ethernet header
 * @param innerTags VLAN tags in it
 * @param layers IP headers, the outermost first; at most two
 */
record RxLayers(int tags, Tunnel tunnel, boolean innerEthernet, int innerTags, List<Layer> layers) {
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int GRE = 47;
  private static final Set<Integer> EXTENSIONS = Set.of(0, 43, 60);
  private static final int FRAGMENT = 44;

  /** Encapsulations that NICs know. */
  enum Tunnel {
    NONE,
    VXLAN,
    VXLAN_GPE,
    GENEVE,
    /** GRE that carries Ethernet under a key of its own: NVGRE. */
    NVGRE,
    GRE,
    IP
  }

  /**
   * One IP header with what it carries.
   *
   * @param isV4 whether it is IPv4
   * @param at its first byte
   * @param l4 first byte behind it and its extensions
   * @param end first byte behind the packet that it measures
   * @param protocol what is at {@code l4}
   * @param hasOptions whether it has options or extensions
   * @param isFragment whether there is more of its packet in other frames
   */
  record Layer(
      boolean isV4, int at, int l4, int end, int protocol, boolean hasOptions, boolean isFragment) {

    boolean isTcp() {
      return protocol == TCP && !isFragment && l4 + 20 <= end;
    }

    boolean isUdp() {
      return protocol == UDP && !isFragment && l4 + 8 <= end;
    }

    boolean isIpRight(byte[] frame) {
      return !isV4 || Octets.fold(Octets.sum(frame, at, at + (frame[at] & 15) * 4)) == 0xffff;
    }

    /** Whether there is an L4 checksum to look at; a UDP checksum of 0 says that there is none. */
    boolean hasL4Checksum(byte[] frame) {
      return isTcp() || isUdp() && Octets.u16(frame, l4 + 6) != 0;
    }

    boolean isL4Right(byte[] frame) {
      int bytes = isUdp() ? Octets.u16(frame, l4 + 4) : end - l4;
      if (l4 + bytes > end) {
        return false;
      }
      int addresses = isV4 ? at + 12 : at + 8;
      long sum = Octets.sum(frame, addresses, isV4 ? at + 20 : at + 40) + protocol + bytes;
      return Octets.fold(sum + Octets.sum(frame, l4, l4 + bytes)) == 0xffff;
    }
  }

  static RxLayers parse(byte[] frame) {
    int type = skipTags(frame, 12);
    int tags = (type - 12) / 4;
    List<Layer> layers = new ArrayList<>(2);
    Tunnel tunnel = Tunnel.NONE;
    int innerType = -1;
    Layer outer = type < 0 ? null : layer(frame, type + 2, Octets.u16(frame, type), frame.length);
    if (outer != null) {
      layers.add(outer);
      tunnel = tunnel(frame, outer);
      int start = tunnel == Tunnel.NONE ? -1 : inside(frame, outer, tunnel);
      int inner = start < 0 ? 0 : start;
      int innerProtocol = innerProtocol(frame, outer, tunnel);
      if (start >= 0 && innerProtocol == 0x6558) {
        innerType = skipTags(frame, start + 12);
        inner = innerType + 2;
        innerProtocol = innerType < 0 ? -1 : Octets.u16(frame, innerType);
      }
      Layer second = start < 0 ? null : layer(frame, inner, innerProtocol, outer.end);
      if (second != null) {
        layers.add(second);
      }
      int innerTags = innerType < 0 ? 0 : (innerType - start - 12) / 4;
      return new RxLayers(tags, tunnel, innerType >= 0, innerTags, List.copyOf(layers));
    }
    return new RxLayers(tags, Tunnel.NONE, false, 0, List.of());
  }

  /** The place of the first type that is no tag; -1 when the frame ends before. */
  private static int skipTags(byte[] frame, int from) {
    int at = from;
    while (at + 2 <= frame.length) {
      int type = Octets.u16(frame, at);
      if (type != 0x8100 && type != 0x88a8) {
        return at;
      }
      at += 4;
    }
    return -1;
  }

  private static @Nullable Layer layer(byte[] frame, int at, int type, int limit) {
    if (type == 0x0800 && at + 20 <= limit && frame[at] >> 4 == 4) {
      int l4 = at + (frame[at] & 15) * 4;
      int end = at + Octets.u16(frame, at + 2);
      boolean fragment = (Octets.u16(frame, at + 6) & 0x3fff) != 0;
      return l4 < at + 20 || l4 > end || end > limit
          ? null
          : new Layer(true, at, l4, end, Octets.u8(frame, at + 9), l4 > at + 20, fragment);
    }
    if (type == 0x86dd && at + 40 <= limit && (frame[at] & 0xf0) == 0x60) {
      return ipv6(frame, at, limit);
    }
    return null;
  }

  private static @Nullable Layer ipv6(byte[] frame, int at, int limit) {
    int end = at + 40 + Octets.u16(frame, at + 4);
    int protocol = Octets.u8(frame, at + 6);
    int l4 = at + 40;
    boolean fragment = false;
    while (end <= limit && l4 + 8 <= end) {
      if (EXTENSIONS.contains(protocol)) {
        protocol = Octets.u8(frame, l4);
        l4 += (Octets.u8(frame, l4 + 1) + 1) * 8;
      } else if (protocol == FRAGMENT) {
        fragment = true;
        protocol = Octets.u8(frame, l4);
        l4 += 8;
      } else {
        break;
      }
    }
    return end > limit || l4 > end
        ? null
        : new Layer(false, at, l4, end, protocol, l4 > at + 40, fragment);
  }

  private static Tunnel tunnel(byte[] frame, Layer outer) {
    if (outer.isFragment) {
      return Tunnel.NONE;
    }
    if (outer.protocol == 4 || outer.protocol == 41) {
      return Tunnel.IP;
    }
    if (outer.protocol == GRE && outer.l4 + 8 <= outer.end) {
      boolean key = (frame[outer.l4] & 0x20) != 0;
      return key && Octets.u16(frame, outer.l4 + 2) == 0x6558 ? Tunnel.NVGRE : Tunnel.GRE;
    }
    if (!outer.isUdp() || outer.l4 + 16 > outer.end) {
      return Tunnel.NONE;
    }
    return switch (Octets.u16(frame, outer.l4 + 2)) {
      case 4789 -> Tunnel.VXLAN;
      case 4790 -> Tunnel.VXLAN_GPE;
      case 6081 -> Tunnel.GENEVE;
      default -> Tunnel.NONE;
    };
  }

  /** Where what the tunnel carries begins; -1 when that is outside. */
  private static int inside(byte[] frame, Layer outer, Tunnel tunnel) {
    int at = outer.l4;
    int start =
        switch (tunnel) {
          case NONE, IP -> at;
          case VXLAN, VXLAN_GPE -> at + 16;
          case GENEVE -> at + 16 + (frame[at + 8] & 63) * 4;
          case NVGRE, GRE -> at + 4 + 4 * Integer.bitCount(frame[at] & 0xb0);
        };
    return start <= outer.end ? start : -1;
  }

  /** EtherType of what the tunnel carries; 0x6558 for an Ethernet frame. */
  private static int innerProtocol(byte[] frame, Layer outer, Tunnel tunnel) {
    int at = outer.l4;
    return switch (tunnel) {
      case NONE -> -1;
      case IP -> outer.protocol == 4 ? 0x0800 : 0x86dd;
      case VXLAN -> 0x6558;
      case VXLAN_GPE ->
          switch (frame[at + 11]) {
            case 1 -> 0x0800;
            case 2 -> 0x86dd;
            case 3 -> 0x6558;
            default -> -1;
          };
      case GENEVE -> Octets.u16(frame, at + 10);
      case NVGRE, GRE -> Octets.u16(frame, at + 2);
    };
  }

  Layer outermost() {
    return layers.getFirst();
  }

  Layer innermost() {
    return layers.getLast();
  }

  boolean hasIp() {
    return !layers.isEmpty();
  }

  /** Whether there is an IP header inside the tunnel. */
  boolean isTunnelled() {
    return layers.size() > 1;
  }

  /** Without what is inside: what a NIC sees that knows no tunnels. */
  RxLayers withoutTunnel() {
    return new RxLayers(
        tags, Tunnel.NONE, false, 0, layers.isEmpty() ? layers : layers.subList(0, 1));
  }
}
