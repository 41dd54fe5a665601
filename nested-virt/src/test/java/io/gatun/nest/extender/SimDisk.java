package io.gatun.nest.extender;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/** A disk that may be full, and loses a part of what was not forced when its machine stops. */
final class SimDisk {
  private final Random random;
  private byte[] bytes = {};
  private int forced;
  private boolean full;
  private int failedWrites;

  SimDisk(Random random) {
    this.random = random;
  }

  void setFull(boolean isFull) {
    full = isFull;
  }

  boolean isFull() {
    return full;
  }

  int failedWrites() {
    return failedWrites;
  }

  byte[] bytes() {
    return bytes.clone();
  }

  /** Somebody put an empty disk in its place. */
  void wipe() {
    bytes = new byte[0];
    forced = 0;
  }

  /** What is left after the power was lost. */
  void tear() {
    if (bytes.length > forced) {
      bytes = Arrays.copyOf(bytes, forced + random.nextInt(bytes.length - forced + 1));
      if (bytes.length > forced && random.nextInt(4) == 0) {
        bytes[bytes.length - 1] ^= 0x40;
      }
    }
    forced = bytes.length;
  }

  JournalStore open(SimProcess process) {
    return new JournalStore() {
      @Override
      public byte[] read() {
        return bytes.clone();
      }

      @Override
      public void append(byte[] more) throws IOException {
        process.point();
        int taken = full ? random.nextInt(more.length) : more.length;
        byte[] all = Arrays.copyOf(bytes, bytes.length + taken);
        System.arraycopy(more, 0, all, bytes.length, taken);
        bytes = all;
        process.point();
        failWhenFull();
      }

      @Override
      public void force() throws IOException {
        process.point();
        if (full && random.nextBoolean()) {
          failWhenFull();
        }
        forced = bytes.length;
        process.point();
      }

      @Override
      public void truncate(long length) throws IOException {
        process.point();
        if (full && random.nextInt(4) == 0) {
          failWhenFull();
        }
        bytes = Arrays.copyOf(bytes, (int) length);
        forced = bytes.length;
        process.point();
      }

      @Override
      public void replace(byte[] fresh) throws IOException {
        process.point();
        failWhenFull();
        bytes = fresh.clone();
        forced = bytes.length;
        process.point();
      }

      private void failWhenFull() throws IOException {
        if (full) {
          failedWrites++;
          throw new IOException("No space left on device");
        }
      }
    };
  }
}
