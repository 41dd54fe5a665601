package io.gatun.hw.device;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes wrong packets out of right ones: bits flipped, ends cut, length fields that lie, the front
 * of one packet before the end of another. The same seed makes the same packets.
 */
final class PacketMutator {
  /** Where headers are: what is behind is payload most of the time. */
  private static final int HEADERS = 160;

  private static final int[] LIES = {0, 1, 4, 5, 7, 8, 15, 19, 20, 39, 40, 0x7fff, 0x8000, 0xffff};

  private final List<byte[]> corpus;
  private final SplittableRandom random;

  PacketMutator(List<byte[]> corpus, long seed) {
    this.corpus = corpus;
    random = new SplittableRandom(seed);
  }

  SplittableRandom random() {
    return random;
  }

  /** Writes the next packet to {@code target}; returns its length, 1 or more. */
  int next(byte[] target) {
    byte[] origin = corpus.get(random.nextInt(corpus.size()));
    int length = Math.min(origin.length, target.length);
    System.arraycopy(origin, 0, target, 0, length);
    // One in sixteen stays right: what is right must not suffer from what is wrong.
    int changes = random.nextInt(16) == 0 ? 0 : 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      length = change(target, length);
    }
    return length;
  }

  private int change(byte[] target, int length) {
    int near = Math.min(length, HEADERS);
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
          target[random.nextInt(near)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 2 -> target[random.nextInt(length)] ^= (byte) (1 + random.nextInt(255));
      case 3 -> target[random.nextInt(near)] = (byte) random.nextInt(256);
      case 4, 5 -> lie(target, near, length);
      case 6 -> {
        return 1 + random.nextInt(random.nextBoolean() ? near : length);
      }
      default -> {
        return splice(target, length);
      }
    }
    return length;
  }

  /**
   * A 16-bit field, where lengths and offsets are, gets a value that is wrong by little or much.
   */
  private void lie(byte[] target, int near, int length) {
    if (near < 2) {
      return;
    }
    int at = random.nextInt(near - 1) & ~1;
    int value =
        switch (random.nextInt(3)) {
          case 0 -> LIES[random.nextInt(LIES.length)];
          case 1 -> length - at + random.nextInt(-2, 3);
          default -> ((target[at] & 0xff) << 8 | target[at + 1] & 0xff) + random.nextInt(-9, 10);
        };
    target[at] = (byte) (value >> 8);
    target[at + 1] = (byte) value;
  }

  /** The front of this one, then what another one has from some place on. */
  private int splice(byte[] target, int length) {
    byte[] other = corpus.get(random.nextInt(corpus.size()));
    int front = random.nextInt(Math.min(length, HEADERS)) + 1;
    int from = random.nextInt(Math.min(other.length, HEADERS));
    int bytes = Math.min(other.length - from, target.length - front);
    System.arraycopy(other, from, target, front, bytes);
    return front + bytes;
  }
}
