package io.gatun.offload.plan.selftest;

import io.gatun.pmd.wire.TunnelType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A frame made byte by byte, finished as it must arrive or unfinished as a NIC is to get it.
 *
 * <pre>
 *  outerIp            tunnelAt              ip       l4      payloadAt
 *  |                  |                     |        |       |
 *  v                  v                     v        v       v
 * +------------------+---------------------+--------+-------+---------+
 * | Ethernet | IP    | UDP or GRE, tunnel, | IP     | TCP   | payload |
 * |          |       | inner Ethernet      |        | or UDP|         |
 * +------------------+---------------------+--------+-------+---------+
 * </pre>
 */
final class TestPacket {
  static final int ETHERNET = 14;
  static final int TAG = 4;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int TCP_BYTES = 20;
  static final int UDP_BYTES = 8;
  static final int PSH_ACK = 0x18;
  static final int PSH = 0x08;

  // Where fields stand in their headers.
  static final int IPV4_ID = 4;
  static final int IPV4_SUM = 10;
  private static final int TCP_SUM = 16;
  private static final int UDP_SUM = 6;
  private static final int IDENTIFIER = 42;
  private static final int TTL = 64;

  /**
   * What a packet is made of.
   *
   * @param tunnel null for none
   * @param outerVersion of the outer IP header, 4 or 6
   * @param outerUdpChecksum whether it is computed
   * @param version of the inner, or only, IP header
   * @param protocol {@link #TCP} or {@link #UDP}
   * @param mark last byte of the source address, by which the frame is known again
   * @param tag VLAN TCI in the first Ethernet header; -1 for none
   */
  record Recipe(
      @Nullable TunnelType tunnel,
      int outerVersion,
      boolean outerUdpChecksum,
      int version,
      int protocol,
      int mark,
      int tag) {
    Recipe withTag(int tci) {
      return new Recipe(tunnel, outerVersion, outerUdpChecksum, version, protocol, mark, tci);
    }
  }

  private final Recipe recipe;
  private final byte[] bytes;
  private final int outerIp;
  private final int tunnelAt;
  private final int ip;
  private final int l4;
  private int at;

  /**
   * A finished packet.
   *
   * @param sequence of TCP
   * @param ipId identification of every IPv4 header in it
   * @param flags of TCP
   */
  TestPacket(Recipe recipe, byte[] payload, int sequence, int ipId, int flags) {
    this.recipe = recipe;
    bytes = new byte[size(recipe) + payload.length];
    ethernet(recipe.tunnel == null ? recipe.version : recipe.outerVersion, recipe.tag);
    outerIp = recipe.tunnel == null ? -1 : at;
    if (recipe.tunnel != null) {
      ipHeader(recipe.outerVersion, outerProtocol(recipe), ipId, 0xc6);
    }
    tunnelAt = at;
    if (recipe.tunnel != null) {
      tunnelHeader(recipe.tunnel);
    }
    ip = at;
    ipHeader(recipe.version, recipe.protocol, ipId, 0xc0);
    l4 = at;
    put16(0x9c40);
    put16(0x9c41);
    if (recipe.protocol == TCP) {
      put32(sequence);
      put32(0x01020304);
      put16(0x5000 | flags);
      put16(0x2000);
      put32(0);
    } else {
      put16(UDP_BYTES + payload.length);
      put16(0);
    }
    System.arraycopy(payload, 0, bytes, at, payload.length);
    finish();
  }

  Recipe recipe() {
    return recipe;
  }

  /** The finished bytes; not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  int innerIpAt() {
    return ip;
  }

  /** -1 without a tunnel. */
  int outerIpAt() {
    return outerIp;
  }

  int outerUdpAt() {
    return tunnelAt;
  }

  int l4At() {
    return l4;
  }

  int outerL2Bytes() {
    return outerIp;
  }

  int outerL3Bytes() {
    return tunnelAt - outerIp;
  }

  /** From the outer L4 header to the inner IP header. */
  int tunnelL2Bytes() {
    return ip - tunnelAt;
  }

  int l3Bytes() {
    return l4 - ip;
  }

  int l4Bytes() {
    return recipe.protocol == TCP ? TCP_BYTES : UDP_BYTES;
  }

  int checksumAt() {
    return l4 + (recipe.protocol == TCP ? TCP_SUM : UDP_SUM);
  }

  /** A copy whose inner checksums are left to the NIC: IPv4 0, L4 the pseudo-header's sum. */
  byte[] withoutInnerChecksums() {
    byte[] copy = bytes.clone();
    if (recipe.version == 4) {
      put16(copy, ip + IPV4_SUM, 0);
    }
    put16(copy, checksumAt(), ~finish(pseudo(copy, ip, l4, recipe.protocol)) & 0xffff);
    return copy;
  }

  /** As {@link #withoutInnerChecksums}, and the outer ones left to the NIC too. */
  byte[] withoutChecksums(boolean outerUdp) {
    byte[] copy = withoutInnerChecksums();
    if (recipe.outerVersion == 4) {
      put16(copy, outerIp + IPV4_SUM, 0);
    }
    if (outerUdp) {
      put16(copy, tunnelAt + UDP_SUM, ~finish(pseudo(copy, outerIp, tunnelAt, UDP)) & 0xffff);
    }
    return copy;
  }

  /** A copy whose outer lengths are those of {@code segment}, for a header that is repeated. */
  byte[] withOuterLengthsOf(TestPacket segment, byte[] unfinished) {
    byte[] copy = unfinished.clone();
    System.arraycopy(segment.bytes, 0, copy, 0, ip);
    return copy;
  }

  /** A copy with one bit of the byte at {@code offset} flipped. */
  byte[] damaged(int offset) {
    byte[] copy = bytes.clone();
    copy[offset] ^= 1;
    return copy;
  }

  /** A copy with that bit flipped, and the outer UDP checksum right for the damaged bytes. */
  byte[] damagedInside(int offset) {
    byte[] copy = damaged(offset);
    put16(copy, tunnelAt + UDP_SUM, 0);
    put16(copy, tunnelAt + UDP_SUM, checksum(copy, outerIp, tunnelAt, UDP));
    return copy;
  }

  // ---- headers ----------------------------------------------------------------------------------

  private static int size(Recipe recipe) {
    int size = ETHERNET + (recipe.tag >= 0 ? TAG : 0) + ipBytes(recipe.version);
    size += recipe.protocol == TCP ? TCP_BYTES : UDP_BYTES;
    TunnelType tunnel = recipe.tunnel;
    if (tunnel != null) {
      size += ipBytes(recipe.outerVersion) + (tunnel.isUdp() ? UDP_BYTES : 0);
      size += tunnel.headerBytes() + (tunnel.carriesEthernet() ? ETHERNET : 0);
    }
    return size;
  }

  private static int ipBytes(int version) {
    return version == 4 ? 20 : 40;
  }

  private static int outerProtocol(Recipe recipe) {
    TunnelType tunnel = recipe.tunnel;
    if (tunnel == TunnelType.IPIP) {
      return recipe.version == 4 ? 4 : 41;
    }
    return tunnel != null && tunnel.isUdp() ? UDP : 47;
  }

  private void ethernet(int version, int tag) {
    putDestination(bytes, at);
    at += 6;
    put32(0x02676174);
    put16(0x7500 | recipe.mark);
    if (tag >= 0) {
      put16(0x8100);
      put16(tag);
    }
    put16(version == 4 ? 0x0800 : 0x86dd);
  }

  /** Without lengths and checksum; the addresses are for benchmarks: RFC 2544 and RFC 3849. */
  private void ipHeader(int version, int protocol, int id, int host) {
    if (version == 4) {
      put16(0x4500);
      put16(0);
      put16(id);
      put16(0x4000);
      put16(TTL << 8 | protocol);
      put16(0);
      put32(0xc6120000 | host);
      put32(0xc6130000 | host);
    } else {
      put32(0x60000000);
      put16(0);
      put16(protocol << 8 | TTL);
      for (int end = 1; end <= 2; end++) {
        put32(0x20010db8);
        put32(0);
        put32(end);
        put32(host);
      }
    }
  }

  private void tunnelHeader(TunnelType tunnel) {
    if (tunnel.isUdp()) {
      put16(0xc123);
      put16(tunnel.defaultUdpPort());
      put32(0);
    }
    switch (tunnel) {
      case VXLAN -> put32(0x08000000);
      case VXLAN_GPE -> put32(0x0c000003);
      case GENEVE -> put32(0x00006558);
      case NVGRE -> put32(0x20006558);
      case GRE -> put32(0x00006558);
      case IPIP -> {}
    }
    if (tunnel.headerBytes() == 8) {
      put32(IDENTIFIER << 8);
    }
    if (tunnel.carriesEthernet()) {
      ethernet(recipe.version, -1);
    }
  }

  /** Lengths and checksums, the inner header's first. */
  private void finish() {
    lengths(ip, recipe.version);
    if (recipe.version == 4) {
      put16(bytes, ip + IPV4_SUM, finish(sum(bytes, ip, l4)));
    }
    put16(bytes, checksumAt(), checksum(bytes, ip, l4, recipe.protocol));
    if (outerIp < 0) {
      return;
    }
    lengths(outerIp, recipe.outerVersion);
    if (recipe.outerVersion == 4) {
      put16(bytes, outerIp + IPV4_SUM, finish(sum(bytes, outerIp, tunnelAt)));
    }
    if (recipe.tunnel != null && recipe.tunnel.isUdp()) {
      put16(bytes, tunnelAt + 4, bytes.length - tunnelAt);
      if (recipe.outerUdpChecksum) {
        put16(bytes, tunnelAt + UDP_SUM, checksum(bytes, outerIp, tunnelAt, UDP));
      }
    }
  }

  private void lengths(int header, int version) {
    if (version == 4) {
      put16(bytes, header + 2, bytes.length - header);
    } else {
      put16(bytes, header + 4, bytes.length - header - ipBytes(6));
    }
  }

  // ---- sums -------------------------------------------------------------------------------------

  /** TCP's or UDP's checksum of everything from {@code from} on; UDP has no 0 (RFC 768). */
  private static int checksum(byte[] frame, int header, int from, int protocol) {
    int result = finish(pseudo(frame, header, from, protocol) + sum(frame, from, frame.length));
    return result == 0 && protocol == UDP ? 0xffff : result;
  }

  private static long pseudo(byte[] frame, int header, int from, int protocol) {
    boolean ipv4 = (frame[header] & 0xf0) == 0x40;
    int addresses = header + (ipv4 ? 12 : 8);
    return sum(frame, addresses, header + ipBytes(ipv4 ? 4 : 6)) + protocol + (frame.length - from);
  }

  /** Sum of big-endian 16-bit words. */
  static long sum(byte[] frame, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i += 2) {
      sum += (frame[i] & 0xff) << 8 | (i + 1 < to ? frame[i + 1] & 0xff : 0);
    }
    return sum;
  }

  static int finish(long sum) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) (~folded & 0xffff);
  }

  /** Where every frame goes: an address of nobody. */
  static void putDestination(byte[] target, int offset) {
    put16(target, offset, 0x0267);
    put16(target, offset + 2, 0x6174);
    put16(target, offset + 4, 0x0001);
  }

  private void put16(int value) {
    put16(bytes, at, value);
    at += 2;
  }

  private void put32(int value) {
    put16(value >>> 16);
    put16(value);
  }

  static void put16(byte[] target, int offset, int value) {
    target[offset] = (byte) (value >>> 8);
    target[offset + 1] = (byte) value;
  }

  /** {@code length} bytes of a pattern without repetition at 16-bit words. */
  static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 7 + i / 251);
    }
    return bytes;
  }

  /** The {@code mss} bytes of a payload from {@code from} on, or what is left. */
  static byte[] slice(byte[] payload, int from, int mss) {
    return Arrays.copyOfRange(payload, from, Math.min(payload.length, from + mss));
  }
}
