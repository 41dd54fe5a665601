package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The TCP header: RFC 9293 section 3.1.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Source port          |       Destination port        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Sequence number                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Acknowledgement number                     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Data  |       |C|E|U|A|P|R|S|F|                               |
 * |offset |Reservd|W|C|R|C|S|S|Y|I|            Window             |
 * |       |       |R|E|G|K|H|T|N|N|                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           Checksum            |        Urgent pointer         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |               Options, 0 to 40 bytes, padded to 4             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>Sequence and acknowledgement numbers are the 32 bits in an int: compare them by their
 * difference.
 */
@DataPath
public final class Tcp {
  public static final int MIN_LENGTH = 20;
  public static final int MAX_LENGTH = 60;

  public static final int SOURCE_PORT = 0;
  public static final int DESTINATION_PORT = 2;
  public static final int SEQUENCE = 4;
  public static final int ACKNOWLEDGEMENT = 8;
  public static final int DATA_OFFSET = 12;
  public static final int FLAGS = 13;
  public static final int WINDOW = 14;
  public static final int CHECKSUM = 16;
  public static final int URGENT_POINTER = 18;
  public static final int OPTIONS = 20;

  public static final int FIN = 0x01;
  public static final int SYN = 0x02;
  public static final int RST = 0x04;
  public static final int PSH = 0x08;
  public static final int ACK = 0x10;
  public static final int URG = 0x20;
  public static final int ECE = 0x40;
  public static final int CWR = 0x80;

  private static final int DATA_OFFSET_SHIFT = 4;
  private static final int WORD_SHIFT = 2;
  private static final int RESERVED_MASK = 0x0f;

  private Tcp() {}

  /** The length of the header with its options, 20 to 60, or -1: cut, or a data offset below 5. */
  public static int length(long at, int available) {
    if (available < MIN_LENGTH) {
      return -1;
    }
    int length = headerLength(at);
    return length < MIN_LENGTH || length > available ? -1 : length;
  }

  public static int sourcePort(long at) {
    return Memory.getUnsignedShortBigEndian(at + SOURCE_PORT);
  }

  public static void sourcePort(long at, int port) {
    Memory.putShortBigEndian(at + SOURCE_PORT, port);
  }

  public static int destinationPort(long at) {
    return Memory.getUnsignedShortBigEndian(at + DESTINATION_PORT);
  }

  public static void destinationPort(long at, int port) {
    Memory.putShortBigEndian(at + DESTINATION_PORT, port);
  }

  public static int sequence(long at) {
    return Memory.getIntBigEndian(at + SEQUENCE);
  }

  public static void sequence(long at, int sequence) {
    Memory.putIntBigEndian(at + SEQUENCE, sequence);
  }

  public static int acknowledgement(long at) {
    return Memory.getIntBigEndian(at + ACKNOWLEDGEMENT);
  }

  public static void acknowledgement(long at, int sequence) {
    Memory.putIntBigEndian(at + ACKNOWLEDGEMENT, sequence);
  }

  /** The length of the header with its options in bytes: four times the data offset. */
  public static int headerLength(long at) {
    return (Memory.getUnsignedByte(at + DATA_OFFSET) >>> DATA_OFFSET_SHIFT) << WORD_SHIFT;
  }

  /** Stores the header length, a multiple of 4 from 20 to 60. */
  public static void headerLength(long at, int bytes) {
    int reserved = Memory.getByte(at + DATA_OFFSET) & RESERVED_MASK;
    int words = bytes >> WORD_SHIFT;
    Memory.putByte(at + DATA_OFFSET, (byte) (words << DATA_OFFSET_SHIFT | reserved));
  }

  /** The eight flags {@link #FIN} to {@link #CWR}. */
  public static int flags(long at) {
    return Memory.getUnsignedByte(at + FLAGS);
  }

  public static void flags(long at, int flags) {
    Memory.putByte(at + FLAGS, (byte) flags);
  }

  /** The window as on the wire, not scaled. */
  public static int window(long at) {
    return Memory.getUnsignedShortBigEndian(at + WINDOW);
  }

  public static void window(long at, int window) {
    Memory.putShortBigEndian(at + WINDOW, window);
  }

  /** The checksum in host order; one computed in memory order is stored without this. */
  public static int checksum(long at) {
    return Memory.getUnsignedShortBigEndian(at + CHECKSUM);
  }

  public static void checksum(long at, int checksum) {
    Memory.putShortBigEndian(at + CHECKSUM, checksum);
  }

  public static int urgentPointer(long at) {
    return Memory.getUnsignedShortBigEndian(at + URGENT_POINTER);
  }

  public static void urgentPointer(long at, int bytes) {
    Memory.putShortBigEndian(at + URGENT_POINTER, bytes);
  }
}
