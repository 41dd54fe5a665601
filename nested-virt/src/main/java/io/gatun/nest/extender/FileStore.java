package io.gatun.nest.extender;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A journal in a file, which one process at a time may have open: a lock on a file beside it sees
 * to that, as two extenders on one journal would hand a function out twice.
 */
final class FileStore implements JournalStore, Closeable {
  private final Path file;
  private final Path directory;
  private final FileChannel lockChannel;
  private FileChannel channel;

  FileStore(Path file) throws IOException {
    this.file = file.toAbsolutePath();
    Path parent = this.file.getParent();
    directory = parent == null ? this.file.getRoot() : parent;
    Files.createDirectories(directory);
    lockChannel = FileChannel.open(sibling(".lock"), CREATE, WRITE);
    boolean locked = false;
    try {
      if (!lock()) {
        throw new IOException(
            "%s: another extender has it open: end that one first".formatted(file));
      }
      channel = FileChannel.open(this.file, CREATE, READ, WRITE);
      forceDirectory();
      locked = true;
    } finally {
      if (!locked) {
        lockChannel.close();
      }
    }
  }

  private boolean lock() throws IOException {
    try {
      FileLock lock = lockChannel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // this process has it
    }
  }

  private Path sibling(String suffix) {
    return directory.resolve(file.getFileName() + suffix);
  }

  @Override
  public byte[] read() throws IOException {
    return Files.readAllBytes(file);
  }

  @Override
  public void append(byte[] bytes) throws IOException {
    writeAll(channel, bytes, channel.size());
  }

  @Override
  public void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void truncate(long length) throws IOException {
    channel.truncate(length);
    channel.force(true);
  }

  @Override
  public void replace(byte[] bytes) throws IOException {
    Path fresh = sibling(".new");
    try (FileChannel out = FileChannel.open(fresh, CREATE, WRITE, TRUNCATE_EXISTING)) {
      writeAll(out, bytes, 0);
      out.force(true);
    }
    FileChannel old = channel;
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    channel = FileChannel.open(file, READ, WRITE);
    old.close();
    forceDirectory();
  }

  private static void writeAll(FileChannel to, byte[] bytes, long from) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    long at = from;
    while (rest.hasRemaining()) {
      at += to.write(rest, at);
    }
  }

  /** A new name survives a loss of power only when its directory was written. */
  private void forceDirectory() throws IOException {
    try (FileChannel names = FileChannel.open(directory, READ)) {
      names.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    lockChannel.close();
  }
}
