package io.gatun.nest.channel;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Finds frames in a stream of bytes, whatever stands between them. Control thread.
 *
 * <p>It never gives up: behind anything that is no good frame it looks for the next magic, one byte
 * further. It holds at most one frame of the largest size and allocates nothing for a length it has
 * not received the bytes of.
 */
final class FrameDecoder {
  /** Largest payload, in bytes: a message is some hundred bytes, a long list some thousand. */
  static final int MAX_PAYLOAD_BYTES = 256 * 1024;

  private static final int FIRST_CAPACITY_BYTES = 4096;
  private static final int MAX_BYTES = Frame.HEADER_BYTES + MAX_PAYLOAD_BYTES + Frame.TRAILER_BYTES;

  private final Consumer<Frame> frames;
  private byte[] held = new byte[FIRST_CAPACITY_BYTES];
  private int length;
  private long skippedBytes;
  private long damagedFrames;
  private long refusedFrames;

  /**
   * @param frames takes each frame with good checksums
   */
  FrameDecoder(Consumer<Frame> frames) {
    this.frames = frames;
  }

  /** Takes bytes in; frames that are whole by now go to the consumer. */
  void feed(ByteBuffer in) {
    while (in.hasRemaining()) {
      int taken = Math.min(in.remaining(), MAX_BYTES - length);
      reserve(length + taken);
      in.get(held, length, taken);
      length += taken;
      decode();
    }
  }

  /**
   * Stops waiting for the rest of a frame that was begun: its sender was cut off. What is held may
   * contain good frames, which come out now.
   */
  void giveUpPartial() {
    while (length > 0) {
      skip(0, 1);
      decode();
    }
  }

  /** Whether a frame was begun whose rest has not come. */
  boolean isPartial() {
    return length > 0;
  }

  /** Bytes that belonged to no good frame. */
  long skippedBytes() {
    return skippedBytes;
  }

  /** Frames with a good header whose payload's checksum was wrong. */
  long damagedFrames() {
    return damagedFrames;
  }

  /** Frames whose header is whole, but of another version or type, or too long. */
  long refusedFrames() {
    return refusedFrames;
  }

  private void reserve(int bytes) {
    if (bytes > held.length) {
      held = Arrays.copyOf(held, Math.min(MAX_BYTES, Math.max(bytes, 2 * held.length)));
    }
  }

  private void decode() {
    int at = 0;
    while (true) {
      int found = findMagic(at);
      skippedBytes += found - at;
      at = found;
      int used = decodeAt(at);
      if (used == 0) {
        break;
      }
      at += used;
    }
    System.arraycopy(held, at, held, 0, length - at);
    length -= at;
  }

  /** The next place where a magic, or the beginning of one at the end, stands. */
  private int findMagic(int from) {
    for (int at = from; at < length; at++) {
      int known = Math.min(Integer.BYTES, length - at);
      int i = 0;
      while (i < known && held[at + i] == (byte) (Frame.MAGIC >>> 24 - 8 * i)) {
        i++;
      }
      if (i == known) {
        return at;
      }
    }
    return length;
  }

  /** Bytes to go on by; 0 when more must come first. */
  private int decodeAt(int at) {
    int available = length - at;
    if (available < Frame.HEADER_BYTES) {
      return 0;
    }
    ByteBuffer header = ByteBuffer.wrap(held, at, Frame.HEADER_BYTES).slice();
    if (header.getInt(32) != Frame.checksum(held, at, 32)) {
      skippedBytes++;
      return 1;
    }
    int payload = header.getInt(8);
    int type = header.get(5);
    if (header.get(4) != Frame.VERSION
        || !Frame.Type.isKnown(type)
        || header.getLong(12) == 0
        || payload < 0
        || payload > MAX_PAYLOAD_BYTES) {
      refusedFrames++;
      return Frame.HEADER_BYTES; // its payload is skipped on the way to the next magic
    }
    int whole = Frame.HEADER_BYTES + payload + Frame.TRAILER_BYTES;
    if (available < whole) {
      return 0;
    }
    int body = at + Frame.HEADER_BYTES;
    int checksum = Frame.checksum(held, at, Frame.HEADER_BYTES + payload);
    if (ByteBuffer.wrap(held).getInt(body + payload) != checksum) {
      damagedFrames++;
      skippedBytes++;
      return 1; // a cut frame may have a good one inside what was taken for its payload
    }
    frames.accept(
        new Frame(
            Frame.Type.of(type),
            header.getLong(12),
            header.getLong(20),
            header.getInt(28),
            Arrays.copyOfRange(held, body, body + payload)));
    return whole;
  }

  private void skip(int at, int bytes) {
    System.arraycopy(held, at + bytes, held, at, length - at - bytes);
    length -= bytes;
    skippedBytes += bytes;
  }
}
