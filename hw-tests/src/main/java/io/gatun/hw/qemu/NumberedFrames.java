package io.gatun.hw.qemu;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Numbered frames of all sizes, with random content. */
public final class NumberedFrames {
  private static final int MIN_FRAME = 60;
  private static final int MAX_FRAME = 1514;
  private static final int ADDRESS_BYTES = 12;

  /** A type for experiments (IEEE 802). */
  private static final short TYPE = (short) 0x88b5;

  private NumberedFrames() {}

  public static List<byte[]> of(int count) {
    Random random = new Random(1);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] frame = new byte[random.nextInt(MIN_FRAME, MAX_FRAME + 1)];
      random.nextBytes(frame);
      // A station's address, not a group's.
      frame[0] &= (byte) 0xfe;
      ByteBuffer.wrap(frame).putShort(ADDRESS_BYTES, TYPE).putInt(ADDRESS_BYTES + 2, i);
      frames.add(frame);
    }
    return frames;
  }

  /** Whether a frame is one of these. */
  public static boolean isOne(byte[] frame) {
    return ByteBuffer.wrap(frame).getShort(ADDRESS_BYTES) == TYPE;
  }

  /** The number in a frame. */
  public static int number(byte[] frame) {
    return ByteBuffer.wrap(frame).getInt(ADDRESS_BYTES + 2);
  }

  /** Fails unless these are the same bytes in the same order. */
  public static void assertSame(List<byte[]> expected, List<byte[]> actual) {
    for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
      if (!Arrays.equals(expected.get(i), actual.get(i))) {
        HexFormat hex = HexFormat.of();
        throw new GuestException(
            "frame %d is not what was sent:%n%s%n%s"
                .formatted(i, hex.formatHex(expected.get(i)), hex.formatHex(actual.get(i))));
      }
    }
    if (expected.size() != actual.size()) {
      throw new GuestException(
          "%d frames came, %d were sent".formatted(actual.size(), expected.size()));
    }
  }
}
