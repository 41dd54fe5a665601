package io.gatun.nest.sysfs;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writes attributes of the real kernel, with a deadline: taking a function from vfio-pci waits in
 * the kernel, uninterruptibly, until the process that has it open lets go
 * (drivers/vfio/vfio_main.c, vfio_unregister_group_dev).
 */
final class KernelWriter implements HostTree.Writer {
  /**
   * Creating VFs takes seconds on some NICs; a guest is asked for a function for 10 s at a time.
   */
  private static final long PATIENCE_SECONDS = 30;

  @Override
  public void write(Path file, String text) throws IOException {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              writeNow(file, text);
              return null;
            });
    Thread thread = new Thread(task, "gatun-sysfs");
    thread.setDaemon(true);
    thread.start();
    try {
      task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          ("the kernel has not finished within %d s: a process that has the device open must let go"
                  + " of it (gatun vf show names it); until then this command cannot end either")
              .formatted(PATIENCE_SECONDS),
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the kernel took " + file);
    }
  }

  private static void writeNow(Path file, String text) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      // One system call: the kernel takes each for a value of its own.
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
  }
}
