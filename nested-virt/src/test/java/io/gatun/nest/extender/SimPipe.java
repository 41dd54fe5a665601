package io.gatun.nest.extender;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One direction of a virtio-serial port: bytes in order, late, and when told so, spoilt. */
final class SimPipe {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Chunk(byte[] bytes, long atNanos) {}

  private static final int MAX_CHUNKS = 200;
  private static final long MAX_DELAY_NANOS = 60_000_000;

  private final Random random;
  private final List<Chunk> chunks = new ArrayList<>();
  private long lastNanos;
  private int spoils;
  private int spoilt;
  private long cutUntilNanos;

  SimPipe(Random random) {
    this.random = random;
  }

  /** The next so many writes are spoilt, each in some way. */
  void spoil(int writes) {
    spoils += writes;
  }

  /** Until then nothing that is written arrives. */
  void cut(long untilNanos) {
    cutUntilNanos = untilNanos;
  }

  void stopSpoiling() {
    spoils = 0;
    cutUntilNanos = 0;
  }

  int spoilt() {
    return spoilt;
  }

  void write(byte[] bytes, long nowNanos) {
    if (chunks.size() >= MAX_CHUNKS) {
      return; // nobody reads: the port is full
    }
    if (nowNanos < cutUntilNanos) {
      return;
    }
    if (spoils == 0) {
      add(bytes, nowNanos);
      return;
    }
    spoils--;
    spoilt++;
    switch (random.nextInt(7)) {
      case 0 -> { // garbage before
        byte[] garbage = new byte[random.nextInt(300)];
        random.nextBytes(garbage);
        add(garbage, nowNanos);
        add(bytes, nowNanos);
      }
      case 1 -> add(cut(bytes), nowNanos);
      case 2 -> { // a copy
        add(bytes, nowNanos);
        add(bytes, nowNanos);
      }
      case 3 -> { // out of order: before what is still under way
        long at = chunks.isEmpty() ? nowNanos : chunks.getLast().atNanos();
        chunks.add(Math.max(0, chunks.size() - 1), new Chunk(bytes, at));
      }
      case 4 -> { // a flipped bit
        byte[] flipped = bytes.clone();
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        add(flipped, nowNanos);
      }
      case 5 -> { // a header that promises too much, checksum and all
        byte[] promise = java.util.Arrays.copyOf(bytes, Math.min(bytes.length, 36));
        ByteBuffer.wrap(promise).putInt(8, Integer.MAX_VALUE);
        seal(promise);
        add(promise, nowNanos);
        add(bytes, nowNanos);
      }
      default -> {} // lost
    }
  }

  private static void seal(byte[] header) {
    if (header.length == 36) {
      java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
      crc.update(header, 0, 32);
      ByteBuffer.wrap(header).putInt(32, (int) crc.getValue());
    }
  }

  private byte[] cut(byte[] bytes) {
    return java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
  }

  private void add(byte[] bytes, long nowNanos) {
    lastNanos = Math.max(lastNanos, nowNanos + random.nextLong(MAX_DELAY_NANOS));
    chunks.add(new Chunk(bytes, lastNanos));
  }

  /** Hands on what has arrived; drops it when nobody reads. */
  boolean deliver(long nowNanos, @Nullable Consumer<ByteBuffer> reader) {
    boolean any = false;
    while (!chunks.isEmpty() && chunks.getFirst().atNanos() <= nowNanos) {
      byte[] bytes = chunks.removeFirst().bytes();
      any = true;
      if (reader != null && bytes.length > 0) {
        int half = random.nextInt(bytes.length + 1); // no message boundaries
        reader.accept(ByteBuffer.wrap(bytes, 0, half));
        reader.accept(ByteBuffer.wrap(bytes, half, bytes.length - half));
      }
    }
    return any;
  }

  /** When something arrives next; Long.MAX_VALUE when nothing does. */
  long nextNanos() {
    return chunks.isEmpty() ? Long.MAX_VALUE : chunks.getFirst().atNanos();
  }

  void clear() {
    chunks.clear();
  }
}
