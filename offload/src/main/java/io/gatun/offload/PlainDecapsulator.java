package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Tcp;
import io.gatun.pmd.wire.TunnelType;
import io.gatun.pmd.wire.Udp;

/**
 * {@link Decapsulator} for the packets of which there are most, in two loops over the burst: see
 * docs/decisions/0007. One lcore, the same.
 */
public final class PlainDecapsulator {
  private static final long LOW = 0xffff_ffffL;
  private static final long ALL_GOOD =
      RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_GOOD | RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_GOOD;
  private static final int TUNNEL = PlainFrame.L4 + Udp.LENGTH;
  private static final int INNER = TUNNEL + 8;

  // In the first 8 bytes of an IPv4 header: fragment bits, and those with ECN.
  private static final long FRAGMENTS = (long) PlainFrame.FRAGMENT_MASK << 48;
  private static final long FRAGMENTS_AND_ECN = FRAGMENTS | 0x0300L;

  private final IdentifierTable tenants;
  private final Verdicts verdicts;
  private final PassCounters outerCounters;
  private final PassCounters innerCounters;
  private final boolean applies;
  private final int localWord;
  private final short udpPortWord;
  private final long tunnelMask;
  private final long tunnelValue;
  private int tenant;
  private int source;
  private int received;
  private int lastVni = -1;
  private int lastVniTenant = -1;

  PlainDecapsulator(
      TunnelConfig config,
      IdentifierTable tenants,
      RxTrust trust,
      Verdicts verdicts,
      PassCounters outerCounters,
      PassCounters innerCounters) {
    this.tenants = tenants;
    this.verdicts = verdicts;
    this.outerCounters = outerCounters;
    this.innerCounters = innerCounters;
    TunnelType type = config.type();
    applies = type.isUdp() && config.local().version() == 4 && trust.equals(RxTrust.NONE);
    localWord = Integer.reverseBytes((int) config.local().low());
    udpPortWord = Short.reverseBytes((short) config.udpPort());
    // The first half of a tunnel header without options, as TunnelParser takes it, in memory's
    // order.
    tunnelMask =
        switch (type) {
          case VXLAN -> 0x08;
          case VXLAN_GPE -> 0xff00_003dL;
          default -> 0xffff_c0ffL;
        };
    tunnelValue =
        switch (type) {
          case VXLAN -> 0x08;
          case VXLAN_GPE -> 0x0300_000cL;
          default -> 0x5865_0000L;
        };
  }

  /**
   * Does what {@link Decapsulator#receive} does for the plain ones among received packets, in one
   * loop: untagged IPv4 without options outside and inside, a UDP tunnel without a checksum, TCP or
   * UDP inside, good checksums, no congestion marks, one segment. Whatever is found otherwise is
   * left untouched for that.
   *
   * @param in received packets
   * @param from index of the first one
   * @return index of the first packet that is not plain, or is another tenant's or from another
   *     source than those before: {@link #tenant}, {@link #source}
   */
  @DataPath
  public int receive(Burst in, int from) {
    if (!applies) {
      return from;
    }
    // One loop for each header: short enough that C2 inlines all of it, and too long to be inlined
    // into the poll loop, where its budget would end half-way.
    int to = stripPlain(in, from, findPlainOuter(in, from));
    received += to - from;
    return to;
  }

  /** The outer source of those packets, an IPv4 address as it lies in memory. */
  @DataPath
  public int source() {
    return source;
  }

  /** Whose packets {@link #receive} took last. */
  @DataPath
  public int tenant() {
    return tenant;
  }

  /**
   * The end of the packets from {@code from} on whose outer header is plain, all of one tenant from
   * one remote.
   */
  @DataPath
  private int findPlainOuter(Burst in, int from) {
    long table = Memory.base(in.address());
    int end = in.size();
    int local = localWord;
    int port = udpPortWord;
    long mask = tunnelMask;
    long value = tunnelValue;
    int vni = -1;
    int remote = 0;
    int i = from;
    while (i < end) {
      long mbuf = Memory.base(Memory.getLong(table + ((long) i << 3)));
      long at = Memory.base(Mbuf.data(mbuf));
      int available = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
      if (available < INNER + PlainFrame.MIN_BYTES
          || available != Memory.getInt(mbuf + RteMbuf.PKT_LEN)
          || (Memory.getInt(at + Ethernet.TYPE) & PlainFrame.TYPE_MASK) != PlainFrame.TYPE_IPV4
          || Memory.getInt(at + PlainFrame.DESTINATION) != local
          || (Memory.getLong(at + TUNNEL) & mask) != value) {
        break;
      }
      // Destination port, length and checksum of UDP in one word.
      long udpWord = Memory.getLong(at + PlainFrame.L4);
      int ipBytes = available - Ethernet.LENGTH;
      long wanted = (port & 0xffffL) << 16 | Checksum.word(ipBytes - Ipv4.MIN_LENGTH) << 32;
      long first = Memory.getLong(at + Ethernet.LENGTH);
      long second = Memory.getLong(at + Ethernet.LENGTH + 8);
      if ((udpWord & ~0xffffL) != wanted
          || (first >>> 16 & 0xffff) != Checksum.word(ipBytes)
          || (first & FRAGMENTS_AND_ECN) != 0
          || (second >>> 8 & 0xff) != Protocol.UDP) {
        break;
      }
      long sum = (first & LOW) + (first >>> 32) + (second & LOW) + (second >>> 32) + (local & LOW);
      if (!Checksum.isGood(sum)) {
        break;
      }
      int here = Memory.getInt(at + TUNNEL + 4) & PlainFrame.TYPE_MASK;
      int from4 = (int) (second >>> 32);
      if (here != vni || from4 != remote) {
        if (i > from || !isTenant(here)) {
          break;
        }
        vni = here;
        remote = from4;
      }
      i++;
    }
    source = remote;
    return i;
  }

  /** Whether somebody has the VNI, given as it lies in memory. */
  @DataPath
  private boolean isTenant(int vniWord) {
    if (vniWord != lastVni) {
      lastVni = vniWord;
      lastVniTenant = tenants.tenantOf(Integer.reverseBytes(vniWord) >>> 8);
    }
    tenant = lastVniTenant;
    return lastVniTenant >= 0;
  }

  /**
   * Strips those whose inner headers are plain and right as well, up to the first that is not;
   * returns that one's index.
   */
  @DataPath
  private static int stripPlain(Burst in, int from, int to) {
    long table = Memory.base(in.address());
    int i = from;
    while (i < to) {
      long mbuf = Memory.base(Memory.getLong(table + ((long) i << 3)));
      long at = Memory.base(Mbuf.data(mbuf) + INNER);
      int bytes = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN) - INNER;
      long first = Memory.getLong(at + Ethernet.LENGTH);
      long second = Memory.getLong(at + Ethernet.LENGTH + 8);
      int last = Memory.getInt(at + PlainFrame.DESTINATION);
      int ipBytes = Short.reverseBytes((short) (first >>> 16)) & 0xffff;
      int protocol = (int) (second >>> 8) & 0xff;
      if ((Memory.getInt(at + Ethernet.TYPE) & PlainFrame.TYPE_MASK) != PlainFrame.TYPE_IPV4
          || Ethernet.LENGTH + ipBytes > bytes
          || ipBytes < Ipv4.MIN_LENGTH + Udp.LENGTH
          || (first & FRAGMENTS) != 0) {
        break;
      }
      long sum = (first & LOW) + (first >>> 32) + (second & LOW) + (second >>> 32) + (last & LOW);
      int l4Bytes = ipBytes - Ipv4.MIN_LENGTH;
      long l4 = at + PlainFrame.L4;
      if (!Checksum.isGood(sum) || !isPlainL4(l4, protocol, l4Bytes)) {
        break;
      }
      long pseudo =
          (second >>> 32) + (last & LOW) + Checksum.word(protocol) + Checksum.word(l4Bytes);
      if (!Checksum.isGood(pseudo + Checksum.sum(l4, l4Bytes))) {
        break;
      }
      int headroom = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_OFF) + INNER;
      Memory.putShort(mbuf + RteMbuf.DATA_OFF, (short) headroom);
      Memory.putShort(mbuf + RteMbuf.DATA_LEN, (short) bytes);
      Memory.putInt(mbuf + RteMbuf.PKT_LEN, bytes);
      long flags = Memory.getLong(mbuf + RteMbuf.OL_FLAGS);
      Memory.putLong(mbuf + RteMbuf.OL_FLAGS, (flags & ~Decapsulator.RX_VERDICTS) | ALL_GOOD);
      Memory.putInt(mbuf + RteMbuf.PACKET_TYPE, 0);
      i++;
    }
    return i;
  }

  /** UDP with a checksum and the length that IP says, or a whole TCP header. */
  @DataPath
  private static boolean isPlainL4(long l4, int protocol, int bytes) {
    if (protocol == Protocol.UDP) {
      int tail = Memory.getInt(l4 + Udp.DATAGRAM_LENGTH);
      return (tail & 0xffff) == Checksum.word(bytes) && tail >>> 16 != 0;
    }
    return protocol == Protocol.TCP && Tcp.length(l4, bytes) > 0;
  }

  /** Shows the readers what {@link #receive} has counted; once a burst. */
  @DataPath
  public void publish() {
    if (received > 0) {
      verdicts.countPlain(received);
      outerCounters.packets(received);
      innerCounters.packets(received);
      received = 0;
    }
  }
}
