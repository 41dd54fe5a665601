package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;

/** Explicit congestion notification where a tunnel ends: RFC 6040 section 4.2. */
@DataPath
final class Ecn {
  private static final int NOT_ECT = Ipv4.ECN_NOT_CAPABLE;
  private static final int ECT_1 = Ipv4.ECN_CAPABLE_1;
  private static final int CE = Ipv4.ECN_CONGESTION;
  private static final int MASK = 3;

  private Ecn() {}

  /**
   * The field that the inner header must have behind the tunnel's end (figure 4).
   *
   * @return 0 to 3, or -1: drop, congestion was marked on a packet that does not know of it
   */
  static int combine(int inner, int outer) {
    if (outer == CE) {
      return inner == NOT_ECT ? -1 : CE;
    }
    return outer == ECT_1 && inner == Ipv4.ECN_CAPABLE_0 ? ECT_1 : inner;
  }

  /** Writes the field into an IPv4 or IPv6 header, with the IPv4 checksum (RFC 1624). */
  static void write(long ip, int version, int ecn) {
    if (version == 6) {
      Ipv6.ecn(ip, ecn);
      return;
    }
    long before = Memory.getUnsignedShort(ip);
    int tos = Ipv4.typeOfService(ip);
    Ipv4.typeOfService(ip, (tos & ~MASK) | ecn);
    long after = Memory.getUnsignedShort(ip);
    long sum = (~Memory.getUnsignedShort(ip + Ipv4.CHECKSUM) & 0xffff) + (~before & 0xffff) + after;
    Memory.putShort(ip + Ipv4.CHECKSUM, (short) Checksum.finish(sum));
  }
}
