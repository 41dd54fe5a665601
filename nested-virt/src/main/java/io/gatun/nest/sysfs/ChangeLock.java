package io.gatun.nest.sysfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets one process at a time change functions: what a plan rests on must not change between looking
 * and doing. A lock of fcntl(2) on a file below {@code /run}, so it goes with its process, however
 * that ends. The file stays, and holds the number of the last process that had the lock.
 */
public final class ChangeLock implements AutoCloseable {
  private static final String FILE = "run/gatun-vf.lock";
  private static final long POLL_MILLIS = 50;
  private static final int MAX_DIGITS = 20;

  private final FileChannel channel;

  private ChangeLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits for the lock.
   *
   * @param stop asked while it is waited for
   * @param told hears once, in a line, who is waited for
   * @throws IOException when the file cannot be opened, or {@code stop} says so
   */
  public static ChangeLock await(HostTree tree, BooleanSupplier stop, Consumer<String> told)
      throws IOException {
    FileChannel channel = open(tree.file(FILE));
    try {
      boolean waits = false;
      while (tryLock(channel) == null) {
        if (!waits) {
          waits = true;
          told.accept("waiting for process %s, which changes functions".formatted(owner(channel)));
        }
        pause(stop);
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid().getBytes(StandardCharsets.US_ASCII)), 0);
      return new ChangeLock(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static FileChannel open(Path file) throws IOException {
    try {
      Files.createDirectories(file.resolveSibling(""));
      return FileChannel.open(
          file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (AccessDeniedException e) {
      throw new IOException(file + " may not be written to: changing functions needs root", e);
    }
  }

  private static String pid() {
    return Long.toString(ProcessHandle.current().pid());
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // this process has it
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_DIGITS);
    channel.read(bytes, 0);
    return StandardCharsets.US_ASCII.decode(bytes.flip()).toString().strip();
  }

  private static void pause(BooleanSupplier stop) throws IOException {
    if (stop.getAsBoolean()) {
      throw new IOException("stopped by a signal before anything was changed");
    }
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before anything was changed", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
