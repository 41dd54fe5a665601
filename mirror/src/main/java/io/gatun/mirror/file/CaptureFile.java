package io.gatun.mirror.file;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A pcapng file, or a sequence of them, that mirrored frames go to. Lcores give their frames to a
 * {@link FrameRing} each; one thread of the capture's own writes.
 *
 * <p>Without limits the file has the name that was asked for. With {@code maxBytes} or {@code
 * maxSeconds} files follow each other under dumpcap's names: {@code
 * mirror_00001_20260131235959.pcapng}. Each one is complete in itself: it names the interfaces at
 * its start and has their statistics, for its own time, at its end. No file is above {@code
 * maxBytes}, unless one packet alone is. A file without a packet waits for one before time brings
 * the next. The newest {@code maxFiles} stay.
 *
 * <p>Whoever reads while it grows sees whole blocks: each write ends at the end of one, and what a
 * batch brought is written before the next begins. (The kernel makes a long write visible page by
 * page: a reader that comes to the end within these microseconds misses the rest of a block.)
 *
 * <p>Control thread: {@link #open}, {@link #ring}, {@link #close}. Any thread: what can be read.
 */
public final class CaptureFile implements AutoCloseable {
  private final CaptureFileConfig config;
  private final int interfaces;
  private final CaptureWriter writer;
  private final Thread thread;
  private final Map<Integer, FrameRing> rings = new HashMap<>(); // guarded by this
  private boolean closed; // guarded by this

  private CaptureFile(CaptureFileConfig config, int interfaces, CaptureWriter writer) {
    this.config = config;
    this.interfaces = interfaces;
    this.writer = writer;
    thread =
        Thread.ofPlatform()
            .name("capture " + config.path().getFileName())
            .daemon()
            .unstarted(writer);
  }

  /**
   * Makes the file, or empties the one that is there, writes its head and starts the writer.
   *
   * @param interfaces where frames are seen; their indices are the numbers in {@link
   *     FrameRing#offer}
   * @throws IOException when no file can be made there; the message is one line for the user
   */
  public static CaptureFile open(CaptureFileConfig config, List<CaptureInterface> interfaces)
      throws IOException {
    List<CaptureInterface> all = List.copyOf(interfaces);
    if (all.isEmpty() || all.size() > FrameRing.MAX_INTERFACES) {
      throw new IllegalArgumentException(
          "interfaces: %d are not in [1, %d]".formatted(all.size(), FrameRing.MAX_INTERFACES));
    }
    CaptureFile file = new CaptureFile(config, all.size(), new CaptureWriter(config, all));
    file.thread.start();
    return file;
  }

  /** {@code Gatun VERSION}; without the number where Gatun does not run as modules. */
  static String application() {
    ModuleDescriptor descriptor = CaptureFile.class.getModule().getDescriptor();
    return "Gatun"
        + (descriptor == null ? "" : descriptor.rawVersion().map(v -> " " + v).orElse(""));
  }

  /** The ring of an lcore: the same one each time. Only that lcore may offer. */
  public synchronized FrameRing ring(int lcore) {
    if (closed) {
      throw new IllegalStateException(config.path() + ": is closed");
    }
    return rings.computeIfAbsent(
        lcore,
        number -> {
          FrameRing ring = new FrameRing(config.ringCapacity(), interfaces);
          writer.add(ring);
          return ring;
        });
  }

  public CaptureFileConfig config() {
    return config;
  }

  /** Packets in files, those that were deleted by {@code maxFiles} included. */
  public long packets() {
    return writer.packets();
  }

  /** Bytes in files, those that were deleted by {@code maxFiles} included. */
  public long bytes() {
    return writer.bytes();
  }

  /** Files made so far. */
  public int fileCount() {
    return writer.sequence().made();
  }

  /** The files that were made and kept, the oldest first. */
  public List<Path> files() {
    return writer.sequence().kept();
  }

  /** Frames that {@link FrameRing#dropped} was told of. */
  public synchronized long dropped() {
    long sum = 0;
    for (FrameRing ring : rings.values()) {
      for (int i = 0; i < interfaces; i++) {
        sum += ring.droppedFrames(i);
      }
    }
    return sum;
  }

  /**
   * Frames that a ring took and that are in no file: after a failure, or when an lcore offered
   * while the file was closed.
   */
  public long lost() {
    return writer.lost();
  }

  /** Why nothing is written any more, one line with the remedy; null while all is well. */
  public @Nullable String failure() {
    return writer.failure();
  }

  /** What the user should know although writing goes on; null for nothing. */
  public @Nullable String warning() {
    return writer.warning();
  }

  /**
   * Refuses further frames, writes those that the rings hold and the statistics, and closes. On
   * return all buffers are completed. Idempotent; what goes wrong is in {@link #failure}.
   */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      rings.values().forEach(FrameRing::refuse);
    }
    writer.end();
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // the buffers are the lcores' again only when the writer has ended
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
