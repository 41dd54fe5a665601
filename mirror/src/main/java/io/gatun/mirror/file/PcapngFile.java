package io.gatun.mirror.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** One file while it is written. One thread at a time. */
final class PcapngFile implements AutoCloseable {
  private static final String REMEDY =
      "make room or name a file elsewhere, and let size= and files= bound what is kept";

  private final Path path;
  private final FileChannel channel;
  private final @Nullable Object key;
  private long size;

  private PcapngFile(Path path, FileChannel channel, @Nullable Object key) {
    this.path = path;
    this.channel = channel;
    this.key = key;
  }

  /**
   * Makes a file, or empties one that is there, as {@code tcpdump -w} does; but not one that
   * another capture is writing.
   */
  static PcapngFile create(Path path) throws IOException {
    String refusal = CaptureFileConfig.refusal(path);
    if (refusal != null) {
      throw new IOException(refusal);
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!lock(channel)) {
        throw new IOException(
            "%s: another capture writes this file: end it or name another".formatted(path));
      }
      channel.truncate(0);
      return new PcapngFile(path, channel, key(path));
    } catch (FileSystemException e) {
      close(channel);
      throw new IOException("%s: %s".formatted(path, reason(e)), e);
    } catch (IOException e) {
      close(channel);
      throw e;
    }
  }

  /**
   * A lock that other captures respect, and no reader sees. It lasts until the file is closed.
   *
   * @return false if another capture has it
   */
  private static boolean lock(FileChannel channel) {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      return true; // a file system without locks: then nobody is kept away
    }
  }

  private static String reason(FileSystemException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied: name another file or give this user the right to write it";
    }
    return e.getReason() == null ? e.getClass().getSimpleName() : String.valueOf(e.getReason());
  }

  Path path() {
    return path;
  }

  /** Bytes in the file, all of them whole blocks. */
  long size() {
    return size;
  }

  /**
   * Appends blocks. If that fails, the file keeps those that were written whole, and {@code blocks}
   * knows how many packets those have.
   */
  void append(PcapngBlocks blocks) throws IOException {
    ByteBuffer bytes = blocks.buffer().flip();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      size += bytes.position();
    } catch (IOException e) {
      size += blocks.wholeBlocks(bytes.position());
      try {
        channel.truncate(size);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw new IOException(
          "%s: %s; it keeps %d bytes, whole packets alone: %s"
              .formatted(path, e.getMessage(), size, REMEDY),
          e);
    }
  }

  /** Whether {@link #path} still names what is written. */
  boolean isInPlace() {
    try {
      return key == null || key.equals(key(path));
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  private static void close(@Nullable FileChannel channel) throws IOException {
    if (channel != null) {
      channel.close();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IOException("%s: %s: %s".formatted(path, e.getMessage(), REMEDY), e);
    }
  }
}
