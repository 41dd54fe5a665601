package io.gatun.nest.channel;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One frame on the wire, numbers big-endian:
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+  0
 *  |                    magic: 'G' 'N' 'X' 0xf5                    |
 *  +---------------+---------------+-------------------------------+  4
 *  |    version    |     type      |           0, reserved         |
 *  +---------------+---------------+-------------------------------+  8
 *  |                  length of the payload, bytes                 |
 *  +---------------------------------------------------------------+ 12
 *  |                      session of the sender                    |
 *  |                                                               |
 *  +---------------------------------------------------------------+ 20
 *  |          session of the receiver; 0: not known yet            |
 *  |                                                               |
 *  +---------------------------------------------------------------+ 28
 *  |              sequence number, from 1 in a session             |
 *  +---------------------------------------------------------------+ 32
 *  |                  CRC-32C of the 32 bytes above                |
 *  +---------------------------------------------------------------+ 36
 *  |                             payload                          ...
 *  +---------------------------------------------------------------+
 *  |             CRC-32C of the header and the payload             |
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>The header has a checksum of its own, so that a length is never believed that was not sent: a
 * receiver that waits for a made-up length would swallow the good frames behind it. The second one
 * covers the header, too: else a frame that was cut behind its header, and promised 32 bytes, would
 * take the next frame's header for its payload, checksum and all.
 *
 * @param type see {@link Type}
 * @param from the sender's session, never 0
 * @param to the receiver's session as the sender knows it, or 0
 * @param sequence from 1
 * @param payload not copied: nobody changes it
 */
@SuppressWarnings("ArrayRecordComponent") // made once per message and handed on, never compared
record Frame(Type type, long from, long to, int sequence, byte[] payload) {
  static final int MAGIC = 0x474e58f5;
  static final int VERSION = 1;
  static final int HEADER_BYTES = 36;
  static final int TRAILER_BYTES = Integer.BYTES;

  /** What a frame is for, with its number on the wire. */
  enum Type {
    /** "Here I am": sent until the peer's session is known, and in answer to one. No payload. */
    HELLO(1),
    /** One message. */
    DATA(2),
    /** "I am going": the peer need not wait for a time-out. No payload. */
    BYE(3);

    private final int number;

    Type(int number) {
      this.number = number;
    }

    static boolean isKnown(int number) {
      return number >= HELLO.number && number <= BYE.number;
    }

    static Type of(int number) {
      return switch (number) {
        case 1 -> HELLO;
        case 2 -> DATA;
        case 3 -> BYE;
        default -> throw new IllegalArgumentException("type: %d".formatted(number));
      };
    }
  }

  /** The frame as it goes out. */
  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + payload.length + TRAILER_BYTES);
    out.putInt(MAGIC).put((byte) VERSION).put((byte) type.number).putShort((short) 0);
    out.putInt(payload.length).putLong(from).putLong(to).putInt(sequence);
    out.putInt(checksum(out.array(), 0, HEADER_BYTES - Integer.BYTES));
    out.put(payload).putInt(checksum(out.array(), 0, HEADER_BYTES + payload.length));
    return out.array();
  }

  static int checksum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
