package io.gatun.pmd.wire;

import static java.nio.channels.FileChannel.MapMode.READ_WRITE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.gatun.bindings.Memory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Memory whose end is guarded: who reads or writes one byte behind it gets an {@link
 * InternalError}, also through a raw address.
 *
 * <p>It is a mapped file that is cut to half afterwards. The kernel answers an access behind the
 * end of the file with SIGBUS, which HotSpot turns into that error instead of ending the process.
 */
final class GuardedMemory implements AutoCloseable {
  /** A multiple of every page size. */
  private static final int SIZE = 1 << 16;

  private static final byte FILLER = 0x5a;

  private final Arena arena = Arena.ofShared();
  private final FileChannel file;
  private final long start;

  GuardedMemory(Path directory) {
    try {
      Path path = directory.resolve("guarded");
      file = FileChannel.open(path, READ, WRITE, CREATE_NEW, DELETE_ON_CLOSE);
      start = file.map(READ_WRITE, 0, 2 * SIZE, arena).address();
      file.truncate(SIZE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Address of the first guarded byte. */
  long end() {
    return start + SIZE;
  }

  /** Copies the bytes so that the last one is the last before the guard; the rest is filled. */
  long place(byte[] bytes) {
    long at = end() - bytes.length;
    Memory.fill(start, SIZE, FILLER);
    Memory.copy(bytes, 0, at, bytes.length);
    return at;
  }

  /** As {@link #place(byte[])}, the first {@code length} bytes only. */
  long place(byte[] bytes, int length) {
    return place(Arrays.copyOf(bytes, length));
  }

  /** Everything from {@code at} to the guard. */
  byte[] from(long at) {
    byte[] bytes = new byte[(int) (end() - at)];
    Memory.copy(at, bytes, 0, bytes.length);
    return bytes;
  }

  /** Whether nobody wrote before {@code at}. */
  boolean isUntouchedBefore(long at) {
    for (long byteAt = start; byteAt < at; byteAt++) {
      if (Memory.getByte(byteAt) != FILLER) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    try {
      arena.close();
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
