package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.FlowHash;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Udp;

/**
 * The commonest of frames: untagged Ethernet, IPv4 without options in one piece, TCP or UDP. Its
 * headers are where these offsets say, so that loops over plain packets need no parser
 * (docs/decisions/0007).
 */
@DataPath
final class PlainFrame {
  /** What the bytes from the Ethernet type on look like as a little-endian int: 08 00 45. */
  static final int TYPE_MASK = 0x00ff_ffff;

  static final int TYPE_IPV4 = 0x0045_0008;

  static final int IP = Ethernet.LENGTH;
  static final int TOTAL_LENGTH = IP + Ipv4.TOTAL_LENGTH;
  static final int FRAGMENT = IP + Ipv4.FLAGS_AND_OFFSET;
  static final int PROTOCOL = IP + Ipv4.PROTOCOL;
  static final int SOURCE = IP + Ipv4.SOURCE;
  static final int DESTINATION = IP + Ipv4.DESTINATION;
  static final int L4 = IP + Ipv4.MIN_LENGTH;

  /** With a UDP header, or as much of a TCP header as says the ports. */
  static final int MIN_BYTES = L4 + Udp.LENGTH;

  /** MF and the fragment offset, as they lie in memory. */
  static final int FRAGMENT_MASK = 0xff3f;

  private PlainFrame() {}

  /**
   * The note of a plain frame, without a look at anything but what it needs.
   *
   * @param data address of the frame
   * @param available bytes of it that can be read there
   * @param path for it
   * @param local own address as it lies in memory, 0 for none: a packet from it is not plain
   * @return the note; 0 for another frame, or for one of many that a closer look finds plain, too
   */
  static long note(long data, int available, int path, int local) {
    long at = Memory.base(data);
    if (available < MIN_BYTES || (Memory.getInt(at + Ethernet.TYPE) & TYPE_MASK) != TYPE_IPV4) {
      return 0;
    }
    int protocol = Memory.getUnsignedByte(at + PROTOCOL);
    int end = IP + Memory.getUnsignedShortBigEndian(at + TOTAL_LENGTH);
    long addresses = Memory.getLong(at + SOURCE);
    if ((protocol != Protocol.TCP && protocol != Protocol.UDP)
        || (Memory.getShort(at + FRAGMENT) & FRAGMENT_MASK) != 0
        || end > available
        || end < MIN_BYTES
        || (int) addresses == local) {
      return 0;
    }
    int tos = Memory.getUnsignedByte(at + IP + Ipv4.TYPE_OF_SERVICE);
    int hash = FlowHash.mix(addresses, protocol ^ Memory.getInt(at + L4));
    return FlowNote.of(path, tos, 4, hash, true);
  }
}
