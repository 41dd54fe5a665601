package io.gatun.offload.gateway;

import io.gatun.offload.DropReason;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.wire.Icmp4;
import io.gatun.pmd.wire.Icmp6;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Udp;
import java.util.Arrays;

/**
 * Reads what routers say about the size of our outer packets: ICMPv4 "fragmentation needed" (RFC
 * 1191) and ICMPv6 "packet too big" (RFC 8201).
 *
 * <p>Anybody can send such a message, from anywhere (RFC 5927). It is believed only when it quotes
 * a packet of ours: one of our addresses as the source, a protocol and UDP port that a tunnel uses.
 * Whether the quoted destination is a remote of ours, the reader knows. It never reports less than
 * {@link #MIN_IPV4} or {@link #MIN_IPV6}. One lcore.
 */
final class PathMtu {
  /** What every IPv4 host can receive (RFC 791 section 3.1). */
  static final int MIN_IPV4 = 576;

  /** What every IPv6 link carries (RFC 8200 section 5). */
  static final int MIN_IPV6 = 1280;

  private static final int MAX = 65535;

  /** Sizes of common links, for routers that name none: RFC 1191 section 7.1. */
  private static final int[] PLATEAUS = {32000, 17914, 8166, 4352, 2002, 1492, 1006, MIN_IPV4};

  private final OwnAddresses own;
  private int[] protocols = {};
  private int[] ports = {};

  private int mtu;
  private int version;
  private long high;
  private long low;

  PathMtu(OwnAddresses own) {
    this.own = own;
  }

  /**
   * Says that we send such packets (control plane, before the loop starts).
   *
   * @param protocol of {@link Protocol}
   * @param udpPort destination port; 0 where the protocol is not UDP
   */
  void addTunnel(int protocol, int udpPort) {
    int count = protocols.length;
    protocols = Arrays.copyOf(protocols, count + 1);
    ports = Arrays.copyOf(ports, count + 1);
    protocols[count] = protocol;
    ports[count] = udpPort;
  }

  /**
   * Takes the report that the last packet made.
   *
   * @return bytes of the outer IP packet that the path carries; 0 when there is no report
   */
  @DataPath
  int take() {
    int taken = mtu;
    mtu = 0;
    return taken;
  }

  /** IP version of the remote that the report taken last is about. */
  @DataPath
  int version() {
    return version;
  }

  /** {@link IpAddress#high} of that remote. */
  @DataPath
  long high() {
    return high;
  }

  /** {@link IpAddress#low} of that remote. */
  @DataPath
  long low() {
    return low;
  }

  /**
   * Reads an ICMPv4 message of type 3, code 4, whose checksum is right.
   *
   * @param icmp address of its header
   * @param readable bytes of it that can be read, at least 8
   * @return an {@link Outcome}
   */
  @DataPath
  int read4(long icmp, int readable) {
    long quoted = icmp + Icmp4.LENGTH;
    int rest = readable - Icmp4.LENGTH;
    int header = Ipv4.length(quoted, rest);
    if (header < 0) {
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    boolean ours =
        own.isOwn(quoted + Ipv4.SOURCE, 4)
            && Ipv4.fragmentOffset(quoted) == 0
            && isTunnel(Ipv4.protocol(quoted), quoted + header, rest - header);
    if (!ours) {
      return Outcome.drop(DropReason.NOT_FOR_US);
    }
    int told = Icmp4.mtu(icmp);
    mtu = Math.max(MIN_IPV4, told == 0 ? plateauBelow(Ipv4.totalLength(quoted)) : told);
    version = 4;
    high = 0;
    low = Ipv4.destination(quoted) & 0xffff_ffffL;
    return Outcome.CONSUMED;
  }

  /** Reads an ICMPv6 message of type 2, as {@link #read4}. */
  @DataPath
  int read6(long icmp, int readable) {
    long quoted = icmp + Icmp6.LENGTH;
    int rest = readable - Icmp6.LENGTH;
    long told = Icmp6.mtu(icmp);
    if (Ipv6.length(quoted, rest) < 0 || told < MIN_IPV6) { // RFC 8201 section 4
      return Outcome.drop(DropReason.MALFORMED_OUTER);
    }
    boolean ours =
        own.isOwn(quoted + Ipv6.SOURCE, 6)
            && isTunnel(Ipv6.nextHeader(quoted), quoted + Ipv6.LENGTH, rest - Ipv6.LENGTH);
    if (!ours) {
      return Outcome.drop(DropReason.NOT_FOR_US);
    }
    mtu = (int) Math.min(MAX, told);
    version = 6;
    high = Ipv6.destinationHigh(quoted);
    low = Ipv6.destinationLow(quoted);
    return Outcome.CONSUMED;
  }

  @DataPath
  private boolean isTunnel(int protocol, long payload, int readable) {
    for (int i = 0; i < protocols.length; i++) {
      if (protocols[i] == protocol
          && (protocol != Protocol.UDP
              || readable >= Udp.LENGTH && Udp.destinationPort(payload) == ports[i])) {
        return true;
      }
    }
    return false;
  }

  @DataPath
  private static int plateauBelow(int length) {
    for (int plateau : PLATEAUS) {
      if (plateau < length) {
        return plateau;
      }
    }
    return MIN_IPV4;
  }
}
