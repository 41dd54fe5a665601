package io.gatun.pmd.forward;

import io.gatun.bindings.Memory;
import io.gatun.pmd.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * The frame that generating modes send: Ethernet, IPv4, UDP to the discard port, zeros.
 *
 * <pre>
 *  0            14                  34            42
 * +------------+-------------------+-------------+---------…
 * | Ethernet   | IPv4 (20 bytes)   | UDP (8)     | zeros
 * +------------+-------------------+-------------+---------…
 * </pre>
 *
 * <p>Addresses are of 198.18.0.0/15, the network of benchmarks (RFC 2544 C.2.2); the UDP checksum
 * is zero (RFC 768). The template lies in native memory and is copied into each mbuf.
 */
final class PacketTemplate {
  /** Smallest frame in bytes without CRC: the headers fit into it. */
  static final int MIN_LENGTH = 60;

  /** Most flows: the low 16 bits of the destination address. */
  static final int MAX_FLOWS = 1 << 16;

  static final int HEADERS_LENGTH = 42;
  static final int IP_OFFSET = 14;
  static final int IP_CHECKSUM_OFFSET = IP_OFFSET + 10;
  static final int IP_DESTINATION_LOW_OFFSET = IP_OFFSET + 18;

  private static final int SOURCE_IP = 198 << 24 | 18 << 16 | 1;
  private static final int DESTINATION_IP = 198 << 24 | 19 << 16;
  private static final int DISCARD_PORT = 9; // RFC 863

  /** Keeps an automatic arena from freeing the frame as long as the template is there. */
  @SuppressWarnings("UnusedVariable")
  private final MemorySegment frame;

  private final long address;
  private final int length;
  private final int sumWithoutFlow;

  /**
   * @param length frame in bytes without CRC, at least {@link #MIN_LENGTH}
   */
  PacketTemplate(int length, MacAddress destination, MacAddress source, Arena arena) {
    this.length = length;
    int ipLength = length - IP_OFFSET;
    ByteBuffer headers = ByteBuffer.allocate(HEADERS_LENGTH); // network byte order
    putMac(headers, destination);
    putMac(headers, source);
    headers.putShort((short) 0x0800);
    headers.put((byte) 0x45).put((byte) 0).putShort((short) ipLength);
    headers.putInt(0); // identification, flags, fragment offset
    headers.put((byte) 64).put((byte) 17).putShort((short) 0);
    headers.putInt(SOURCE_IP).putInt(DESTINATION_IP);
    headers.putShort((short) DISCARD_PORT).putShort((short) DISCARD_PORT);
    headers.putShort((short) (ipLength - 20)).putShort((short) 0);
    sumWithoutFlow = sum(headers, IP_OFFSET, 20);
    frame = arena.allocate(length, 64);
    address = frame.address();
    Memory.copy(headers.array(), 0, address, HEADERS_LENGTH);
  }

  private static void putMac(ByteBuffer frame, MacAddress mac) {
    frame.putShort((short) (mac.value() >>> 32)).putInt((int) mac.value());
  }

  /** Sum of 16-bit words, as RFC 1071 wants it before folding. */
  private static int sum(ByteBuffer frame, int offset, int bytes) {
    int sum = 0;
    for (int i = offset; i < offset + bytes; i += 2) {
      sum += frame.getShort(i) & 0xffff;
    }
    return sum;
  }

  long address() {
    return address;
  }

  int length() {
    return length;
  }

  /**
   * The IPv4 header checksum of the packet of {@code flow}, whose number is the destination
   * address's low half, in host byte order (RFC 1071).
   */
  int checksum(int flow) {
    int sum = sumWithoutFlow + flow;
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    return ~sum & 0xffff;
  }
}
