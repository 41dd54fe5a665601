package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Geneve;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Tcp;
import io.gatun.pmd.wire.Udp;
import io.gatun.pmd.wire.Vxlan;
import io.gatun.pmd.wire.VxlanGpe;

/**
 * Computes the checksums of plain frames anew, without a parser: see {@link PlainFrame}. One lcore.
 */
@DataPath
final class PlainChecksums {
  private static final long LOW = 0xffff_ffffL;
  private static final int TUNNEL = PlainFrame.L4 + Udp.LENGTH;
  private static final int INNER = TUNNEL + 8;

  private PlainChecksums() {}

  /**
   * Completes a frame in one segment, or leaves it untouched.
   *
   * @param data address of the frame
   * @param bytes of it
   * @param parsesTunnels whether a tunnel's inner header is completed before
   * @return false when the frame is not plain
   */
  static boolean complete(long data, int bytes, boolean parsesTunnels) {
    long at = Memory.base(data);
    int l4Bytes = l4Bytes(at, bytes);
    if (l4Bytes < 0) {
      return false;
    }
    if (parsesTunnels && Memory.getUnsignedByte(at + PlainFrame.PROTOCOL) == Protocol.UDP) {
      int port = Memory.getUnsignedShortBigEndian(at + PlainFrame.L4 + Udp.DESTINATION_PORT);
      if (port == Vxlan.PORT || port == VxlanGpe.PORT || port == Geneve.PORT) {
        int left = l4Bytes - Udp.LENGTH - 8;
        long inner = Memory.base(at + INNER);
        int innerL4Bytes =
            left < 0 || !isPlainTunnel(at + TUNNEL, port) ? -1 : l4Bytes(inner, left);
        if (innerL4Bytes < 0) {
          return false;
        }
        write(inner, innerL4Bytes);
      }
    }
    write(at, l4Bytes);
    return true;
  }

  /** Bytes behind the IPv4 header of a plain frame; -1 for another frame. */
  private static int l4Bytes(long at, int bytes) {
    if (bytes < PlainFrame.MIN_BYTES
        || (Memory.getInt(at + Ethernet.TYPE) & PlainFrame.TYPE_MASK) != PlainFrame.TYPE_IPV4
        || (Memory.getShort(at + PlainFrame.FRAGMENT) & PlainFrame.FRAGMENT_MASK) != 0) {
      return -1;
    }
    int end = PlainFrame.IP + Memory.getUnsignedShortBigEndian(at + PlainFrame.TOTAL_LENGTH);
    int left = end - PlainFrame.L4;
    int protocol = Memory.getUnsignedByte(at + PlainFrame.PROTOCOL);
    if (end > bytes || left < Udp.LENGTH) {
      return -1;
    }
    if (protocol == Protocol.UDP) {
      int datagram = Memory.getUnsignedShortBigEndian(at + PlainFrame.L4 + Udp.DATAGRAM_LENGTH);
      return datagram < Udp.LENGTH ? -1 : left;
    }
    return protocol == Protocol.TCP && Tcp.length(at + PlainFrame.L4, left) > 0 ? left : -1;
  }

  /** A tunnel header of 8 bytes with Ethernet behind it. */
  private static boolean isPlainTunnel(long header, int port) {
    long word = Memory.getLong(header);
    return switch (port) {
      case Vxlan.PORT -> (word & 0x08) != 0;
      case VxlanGpe.PORT -> (word & 0xff00_003dL) == 0x0300_000cL;
      default -> (word & 0xffff_00ffL) == 0x5865_0000L;
    };
  }

  /**
   * Writes both checksums. The old ones are taken out of the sums rather than zeroed before: a load
   * of a word that has just been stored in part waits until it is in the cache.
   */
  private static void write(long at, int l4Bytes) {
    long first = Memory.getLong(at + PlainFrame.IP);
    long second = Memory.getLong(at + PlainFrame.IP + 8);
    long last = Memory.getInt(at + PlainFrame.DESTINATION) & LOW;
    long addresses = (second >>> 32) + last;
    long ipSum =
        (first & LOW) + (first >>> 32) + (second & LOW) - (second & 0xffff_0000L) + addresses;
    int protocol = (int) (second >>> 8) & 0xff;
    long l4 = at + PlainFrame.L4;
    long field = l4 + (protocol == Protocol.UDP ? Udp.CHECKSUM : Tcp.CHECKSUM);
    int before = Memory.getUnsignedShort(field);
    if (protocol != Protocol.UDP || before != 0) {
      long sum =
          Checksum.sum(l4, l4Bytes)
              - before
              + addresses
              + Checksum.word(protocol)
              + Checksum.word(l4Bytes);
      int checksum = Checksum.finish(sum);
      // Only UDP has a form of zero that means none.
      Memory.putShort(
          field, (short) (checksum == 0 && protocol == Protocol.UDP ? 0xffff : checksum));
    }
    Memory.putShort(at + PlainFrame.IP + 10, (short) Checksum.finish(ipSum));
  }
}
