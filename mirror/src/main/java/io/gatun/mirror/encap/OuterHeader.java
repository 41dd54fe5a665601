package io.gatun.mirror.encap;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Vlan;
import java.lang.foreign.Arena;
import java.util.function.LongConsumer;

/**
 * The bytes before a mirrored frame that are the same for all frames of a lane, and the outer IP
 * header's length and checksum, which are not: the cost does not depend on the frame's size.
 *
 * <p>IPv4 has DF set, and 0 as identification, which says nothing then (RFC 6864 section 4.1). The
 * flow label of IPv6 is 0: links that share their load by it keep the mirror's frames in order.
 *
 * <p>Immutable.
 */
final class OuterHeader {
  private static final int MAX_LENGTH_FIELD = 0xffff;
  private static final int DSCP_SHIFT = 2;

  // Larger than any: 14 + 4 + 40 bytes, and 20 for the tunnel.
  private static final int MOST_BYTES = 128;

  private final int length;
  private final long[] words;
  private final long lastWord;
  private final boolean ipv4;
  private final int ip;
  private final int tunnel;
  private final int fixedLength;
  private final long ipSum;
  private final long pseudoSum;

  private OuterHeader(long at, int version, int ip, int tunnel, int length, int protocol) {
    this.ip = ip;
    this.tunnel = tunnel;
    this.length = length;
    ipv4 = version == 4;
    fixedLength = ipv4 ? length - ip : length - ip - Ipv6.LENGTH;
    ipSum = ipv4 ? Checksum.fold(Checksum.sum(at + ip, Ipv4.MIN_LENGTH)) : 0;
    pseudoSum = Checksum.fold(Checksum.pseudoHeader(at + ip, version, protocol));
    words = new long[length / Long.BYTES];
    for (int i = 0; i < words.length; i++) {
      words[i] = Memory.getLong(at + (long) i * Long.BYTES);
    }
    lastWord = Memory.getLong(at + length - Long.BYTES);
  }

  /**
   * Lays the header out. Control plane.
   *
   * @param endpoints with an Ethernet source
   * @param protocol of the outer IP header
   * @param tunnelBytes bytes behind that
   * @param tunnelWriter writes them, into zeroed memory at the address that it is given
   */
  static OuterHeader of(
      Endpoints endpoints, int protocol, int tunnelBytes, LongConsumer tunnelWriter) {
    MacAddress source = endpoints.source();
    if (source == null) {
      throw new IllegalArgumentException(
          "src-mac is missing: give src-mac=MAC, or the address of the port that sends");
    }
    int version = endpoints.local().version();
    int ip = Ethernet.LENGTH + (endpoints.vlanTci() == Endpoints.NO_VLAN ? 0 : Vlan.LENGTH);
    int tunnel = ip + (version == 4 ? Ipv4.MIN_LENGTH : Ipv6.LENGTH);
    try (Arena arena = Arena.ofConfined()) {
      long at = arena.allocate(MOST_BYTES, Long.BYTES).address();
      writeLinkLayer(at, endpoints, source);
      if (version == 4) {
        writeIpv4(at + ip, endpoints, protocol);
      } else {
        writeIpv6(at + ip, endpoints, protocol);
      }
      tunnelWriter.accept(at + tunnel);
      return new OuterHeader(at, version, ip, tunnel, tunnel + tunnelBytes, protocol);
    }
  }

  private static void writeLinkLayer(long at, Endpoints endpoints, MacAddress source) {
    Ethernet.destination(at, endpoints.destination().littleEndian());
    Ethernet.source(at, source.littleEndian());
    int type = endpoints.local().version() == 4 ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6;
    if (endpoints.vlanTci() == Endpoints.NO_VLAN) {
      Ethernet.type(at, type);
    } else {
      Ethernet.type(at, Ethernet.TYPE_VLAN);
      Vlan.tci(at + Ethernet.LENGTH, endpoints.vlanTci());
      Vlan.type(at + Ethernet.LENGTH, type);
    }
  }

  private static void writeIpv4(long at, Endpoints endpoints, int protocol) {
    Ipv4.headerLength(at, Ipv4.MIN_LENGTH);
    Ipv4.dscp(at, endpoints.dscp());
    Ipv4.flagsAndOffset(at, Ipv4.DONT_FRAGMENT);
    Ipv4.timeToLive(at, endpoints.ttl());
    Ipv4.protocol(at, protocol);
    endpoints.local().write(at + Ipv4.SOURCE);
    endpoints.remote().write(at + Ipv4.DESTINATION);
  }

  private static void writeIpv6(long at, Endpoints endpoints, int protocol) {
    Ipv6.versionClassFlow(at, Ipv6.versionClassFlowOf(endpoints.dscp() << DSCP_SHIFT, 0));
    Ipv6.nextHeader(at, protocol);
    Ipv6.hopLimit(at, endpoints.ttl());
    endpoints.local().write(at + Ipv6.SOURCE);
    endpoints.remote().write(at + Ipv6.DESTINATION);
  }

  /** Bytes before the frame. */
  @DataPath
  int length() {
    return length;
  }

  /** Bytes from the first one to what follows the IP header. */
  @DataPath
  int tunnel() {
    return tunnel;
  }

  /** Bytes from what follows the IP header to the frame. */
  int tunnelBytes() {
    return length - tunnel;
  }

  /** The longest frame of which the IP header can tell the length. */
  int maxFrameBytes() {
    return MAX_LENGTH_FIELD - fixedLength;
  }

  /** Partial sum of the pseudo-header without the length, in 16 bits. */
  @DataPath
  long pseudoSum() {
    return pseudoSum;
  }

  /**
   * Writes all {@link #length} bytes at {@code at}, a {@link Memory#base}: whole words, the last
   * one of which overlaps the one before, so that not a byte beside them is written.
   */
  @DataPath
  void write(long at, int frameBytes) {
    long[] all = words;
    for (int i = 0; i < all.length; i++) {
      Memory.putLong(at + (long) i * Long.BYTES, all[i]);
    }
    Memory.putLong(at + length - Long.BYTES, lastWord);
    int field = fixedLength + frameBytes;
    if (ipv4) {
      Memory.putShortBigEndian(at + ip + Ipv4.TOTAL_LENGTH, field);
      int checksum = Checksum.finish(ipSum + Checksum.word(field));
      Memory.putShort(at + ip + Ipv4.CHECKSUM, (short) checksum);
    } else {
      Memory.putShortBigEndian(at + ip + Ipv6.PAYLOAD_LENGTH, field);
    }
  }
}
