package io.gatun.mirror.encap;

import io.gatun.testing.FakeMbufs;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Frames with random content, whole or in segments. */
final class Frames {
  private Frames() {}

  static byte[] random(Random random, int length) {
    byte[] frame = new byte[length];
    random.nextBytes(frame);
    return frame;
  }

  /** A random frame with these 16-bit words from its type field on. */
  static byte[] typed(Random random, int length, int... words) {
    ByteBuffer frame = ByteBuffer.wrap(random(random, length));
    for (int i = 0; i < words.length; i++) {
      frame.putShort(12 + 2 * i, (short) words[i]);
    }
    return frame.array();
  }

  /** In one to five segments, of which the first has at least {@code least} bytes. */
  static long chain(FakeMbufs mbufs, Random random, byte[] frame, int least) {
    int[] lengths = new int[random.nextInt(5)];
    int left = frame.length;
    for (int i = 0; i < lengths.length; i++) {
      int from = i == 0 ? Math.min(least, left) : 0;
      lengths[i] = from + random.nextInt(left - from + 1);
      left -= lengths[i];
      if (left == 0) {
        return mbufs.chain(frame, Arrays.copyOf(lengths, i + 1));
      }
    }
    return mbufs.chain(frame, lengths);
  }
}
