package io.gatun.hw.model;

import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IPV6;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_TCP_SEG;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_UDP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_UDP_SEG;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_VLAN;

import java.util.Arrays;
import java.util.Random;

/**
 * Random packets as a tenant sends them: TCP up to 64 KB, UDP, ICMP, ARP, fragments, other frames;
 * with options, extension headers and tags. Most are complete, as from a wire; of some the sender
 * leaves checksums, segmentation or the tag to be done, and says so as DPDK applications do.
 */
public final class RandomPackets {
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;
  private static final int DESTINATION_OPTIONS = 60;
  private static final int MOST = 65_535;

  /**
   * A packet.
   *
   * @param kind what it is, for messages
   * @param bytes from the Ethernet header on, or from the IP header on
   * @param flags {@code RTE_MBUF_F_TX_*} that its sender sets
   * @param segmentSize {@code tso_segsz}
   * @param vlanTci {@code vlan_tci}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Packet(String kind, byte[] bytes, long flags, int segmentSize, int vlanTci) {}

  private final Random random;
  private final boolean ethernet;
  private final int limit;

  /**
   * Packets for one tunnel.
   *
   * @param ethernet whether it carries Ethernet frames; otherwise IP packets
   * @param limit the longest frame that fits without segmentation, around which sizes are tried
   */
  public RandomPackets(Random random, boolean ethernet, int limit) {
    this.random = random;
    this.ethernet = ethernet;
    this.limit = limit;
  }

  /** The next packet. */
  public Packet next() {
    int dice = random.nextInt(100);
    boolean v4 = random.nextBoolean();
    if (dice < 60) {
      return tcp(v4);
    }
    if (dice < 80) {
      return udp(v4);
    }
    if (dice < 86) {
      return icmp(v4);
    }
    if (dice < 92 || !ethernet) {
      return fragment();
    }
    return other(dice < 96);
  }

  // ---- kinds ------------------------------------------------------------------------------------

  private Packet tcp(boolean v4) {
    int options = 4 * random.nextInt(6);
    byte[] l4 = new byte[20 + options + payload(MOST - 20 - 60 - 40 - 40)];
    random.nextBytes(l4);
    ports(l4);
    Octets.put8(l4, 12, (20 + options) / 4 << 4);
    for (int i = 0; i < options; i++) {
      Octets.put8(l4, 20 + i, i == options - 1 ? 0 : 1); // no operation ..., end
    }
    return build("tcp", v4, TCP, l4, 20 + options);
  }

  private Packet udp(boolean v4) {
    byte[] l4 = new byte[8 + payload(4000)];
    random.nextBytes(l4);
    ports(l4);
    Octets.put16(l4, 4, l4.length);
    return build("udp", v4, UDP, l4, 8);
  }

  private Packet icmp(boolean v4) {
    byte[] l4 = new byte[8 + random.nextInt(200)];
    random.nextBytes(l4);
    Octets.put16(l4, 0, v4 ? 8 << 8 : 128 << 8); // echo request
    return build("icmp", v4, v4 ? ICMP : ICMPV6, l4, 0);
  }

  /** A middle fragment of IPv4: no L4 header. */
  private Packet fragment() {
    byte[] data = new byte[8 * (1 + random.nextInt(100))];
    random.nextBytes(data);
    byte[] ip = ipv4(UDP, data.length);
    Octets.put16(ip, 6, 0x2000 | 1 + random.nextInt(1000));
    ipv4Checksum(ip);
    return new Packet("fragment", frame(0x0800, ip, data), 0, 0, 0);
  }

  /** An ARP request, or a frame of a local experimental type (IEEE 802). */
  private Packet other(boolean arp) {
    byte[] data = new byte[arp ? 28 : 46 + random.nextInt(900)];
    random.nextBytes(data);
    if (arp) {
      Octets.put32(data, 0, 0x0001_0800);
      Octets.put32(data, 4, 0x0604_0001);
    }
    return new Packet(
        arp ? "arp" : "other", frame(arp ? 0x0806 : 0x88b5, new byte[0], data), 0, 0, 0);
  }

  /** Small, near the limit on both sides, a few times it, or as large as can be. */
  private int payload(int most) {
    int bytes =
        switch (random.nextInt(6)) {
          case 0 -> random.nextInt(64);
          case 1, 2 -> random.nextInt(1400);
          case 3 -> limit - 120 + random.nextInt(140);
          case 4 -> random.nextInt(8 * limit);
          default -> random.nextInt(most);
        };
    return Math.clamp(bytes, 0, most);
  }

  private void ports(byte[] l4) {
    Octets.put16(l4, 0, 50_000 + random.nextInt(15_000)); // no dissector of tshark's
    Octets.put16(l4, 2, 50_000 + random.nextInt(15_000));
  }

  // ---- assembly ---------------------------------------------------------------------------------

  private Packet build(String kind, boolean v4, int protocol, byte[] l4, int l4Header) {
    byte[] ip = v4 ? ipv4(protocol, l4.length) : ipv6(protocol, l4.length);
    if (v4) {
      ipv4Checksum(ip);
    }
    int field = protocol == TCP ? 16 : protocol == UDP ? 6 : 2;
    Octets.put16(l4, field, 0);
    long pseudo = protocol == ICMP ? 0 : pseudo(ip, v4, protocol, l4.length);
    int checksum = Octets.checksum(pseudo + Octets.sum(l4, 0, l4.length));
    Octets.put16(l4, field, checksum == 0 && protocol == UDP ? 0xffff : checksum);
    long flags = l4Header == 0 ? 0 : requests(v4, protocol);
    if ((flags & RTE_MBUF_F_TX_IP_CKSUM) != 0 && v4) {
      Octets.put16(ip, 10, random.nextInt(65_536));
    }
    if (flags != 0) {
      Octets.put16(l4, field, random.nextInt(65_536));
    }
    int segmentSize = 0;
    if ((flags & (RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG)) != 0) {
      segmentSize = 500 + random.nextInt(limit);
    }
    int tci = random.nextInt(65_536);
    if (ethernet && random.nextInt(10) == 0) {
      flags |= RTE_MBUF_F_TX_VLAN;
    }
    byte[] frame = frame(v4 ? 0x0800 : 0x86dd, ip, l4);
    boolean asked = (flags & ~RTE_MBUF_F_TX_VLAN) != 0;
    String name = kind + (v4 ? "/ipv4" : "/ipv6") + (asked ? " unfinished" : "");
    return new Packet(name, frame, flags, segmentSize, tci);
  }

  /** What the sender leaves to others: mostly nothing. */
  private long requests(boolean v4, int protocol) {
    if (random.nextInt(3) != 0) {
      return 0;
    }
    long ip = v4 ? RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM : RTE_MBUF_F_TX_IPV6;
    boolean cut = random.nextInt(3) == 0;
    if (protocol == TCP) {
      return ip | RTE_MBUF_F_TX_TCP_CKSUM | (cut ? RTE_MBUF_F_TX_TCP_SEG : 0);
    }
    return ip | RTE_MBUF_F_TX_UDP_CKSUM | (cut ? RTE_MBUF_F_TX_UDP_SEG : 0);
  }

  private byte[] ipv4(int protocol, int payload) {
    int options = random.nextInt(3) == 0 ? 4 * random.nextInt(11) : 0;
    byte[] ip = new byte[20 + options];
    random.nextBytes(ip);
    Octets.put8(ip, 0, 0x45 + options / 4);
    Octets.put16(ip, 2, ip.length + payload);
    Octets.put16(ip, 6, random.nextBoolean() ? 0x4000 : 0);
    Octets.put8(ip, 8, 1 + random.nextInt(255));
    Octets.put8(ip, 9, protocol);
    Octets.put16(ip, 12, 0xc612); // 198.18.0.0/15: benchmarking (RFC 2544)
    Octets.put16(ip, 16, 0xc613);
    for (int i = 0; i < options; i++) {
      Octets.put8(ip, 20 + i, i == options - 1 ? 0 : 1);
    }
    return ip;
  }

  private static void ipv4Checksum(byte[] ip) {
    Octets.put16(ip, 10, 0);
    Octets.put16(ip, 10, Octets.checksum(Octets.sum(ip, 0, ip.length)));
  }

  private byte[] ipv6(int protocol, int payload) {
    boolean extended = random.nextInt(4) == 0;
    byte[] ip = new byte[40 + (extended ? 8 : 0)];
    random.nextBytes(ip);
    Octets.put8(ip, 0, 0x60 | random.nextInt(16));
    Octets.put16(ip, 4, ip.length - 40 + payload);
    Octets.put8(ip, 6, extended ? DESTINATION_OPTIONS : protocol);
    Octets.put8(ip, 7, 1 + random.nextInt(255));
    Octets.put32(ip, 8, 0x2001_0002); // 2001:2::/48: benchmarking (RFC 5180)
    Octets.put32(ip, 24, 0x2001_0002);
    if (extended) {
      Octets.put32(ip, 40, (long) protocol << 24 | 0x0000_0104); // PadN of 4 bytes
      Octets.put32(ip, 44, 0);
    }
    return ip;
  }

  private static long pseudo(byte[] ip, boolean v4, int protocol, int bytes) {
    long sum = v4 ? Octets.sum(ip, 12, 20) : Octets.sum(ip, 8, 40);
    return sum + protocol + (bytes & 0xffff);
  }

  private byte[] frame(int type, byte[] ip, byte[] data) {
    int tags = !ethernet || random.nextInt(4) != 0 ? 0 : 1 + random.nextInt(2);
    int l2 = ethernet ? 14 + 4 * tags : 0;
    int length = l2 + ip.length + data.length;
    byte[] frame = new byte[ethernet ? Math.max(60, length) : length];
    if (ethernet) {
      random.nextBytes(frame);
      Octets.put16(frame, 0, 0x0200);
      Octets.put16(frame, 6, 0x0200);
      for (int i = 0; i < tags; i++) {
        Octets.put16(frame, 12 + 4 * i, tags == 2 && i == 0 ? 0x88a8 : 0x8100);
      }
      Octets.put16(frame, l2 - 2, type);
      Arrays.fill(frame, l2, frame.length, (byte) 0); // padding of short frames
    }
    System.arraycopy(ip, 0, frame, l2, ip.length);
    System.arraycopy(data, 0, frame, l2 + ip.length, data.length);
    return frame;
  }
}
