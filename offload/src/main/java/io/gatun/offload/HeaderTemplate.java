package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;

/**
 * What stays the same in the IP and L4 header of packets that differ in length, identification and
 * payload: all packets to one remote (outer pass), all segments of one packet (inner pass). Sums
 * over it are made once, so that {@link HeaderPass} adds only what changes.
 *
 * <p>One lcore.
 */
@DataPath
final class HeaderTemplate {
  private int ipVersion;
  private int ipHeaderLength;
  private int protocol;
  private long ipSum;
  private int foldedIpSum;
  private long pseudoSum;

  /**
   * Takes over a packet's headers.
   *
   * @param ip address of its IP header, whole as {@code headers} says
   */
  void load(long ip, Headers headers) {
    load(ip, headers.ipVersion(), headers.ipHeaderLength(), headers.protocol());
  }

  /**
   * Takes over headers.
   *
   * @param ip address of the IP header
   * @param version 4 or 6
   * @param headerLength bytes up to the L4 header
   * @param l4Protocol of that
   */
  void load(long ip, int version, int headerLength, int l4Protocol) {
    ipVersion = version;
    ipHeaderLength = headerLength;
    protocol = l4Protocol;
    pseudoSum = Checksum.pseudoHeader(ip, version, l4Protocol);
    if (version == 4) {
      long whole = Checksum.sum(ip, headerLength);
      long changing =
          (long) Memory.getUnsignedShort(ip + Ipv4.TOTAL_LENGTH)
              + Memory.getUnsignedShort(ip + Ipv4.IDENTIFICATION)
              + Memory.getUnsignedShort(ip + Ipv4.CHECKSUM);
      ipSum = whole - changing;
      foldedIpSum = Checksum.fold(ipSum);
    }
  }

  int ipVersion() {
    return ipVersion;
  }

  /** Bytes from the IP header to the L4 header. */
  int ipHeaderLength() {
    return ipHeaderLength;
  }

  int protocol() {
    return protocol;
  }

  /** Partial sum of the IPv4 header without length, identification and checksum. */
  long ipSum() {
    return ipSum;
  }

  /** The same in 16 bits. */
  int foldedIpSum() {
    return foldedIpSum;
  }

  /** Partial sum of the pseudo-header without the length. */
  long pseudoSum() {
    return pseudoSum;
  }
}
